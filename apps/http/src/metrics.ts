import { type Gauge as GaugeName, type Measures, RETRY_CLASSES } from '@ticket/adapters';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { REASONS } from './errors.ts';
import type { Reason } from './report.ts';

/** The metrics, and the registry from which Prometheus reads them. */
export interface Metrics {
  readonly registry: Registry;
  /** Receives the numbers of the adapters. */
  readonly measures: Measures;
  /** Counts an answered request. Each label has few values: patterns of routes, known methods. */
  readonly answered: (method: string, route: string, status: number, seconds: number) => void;
  /** Counts a failed request. */
  readonly refused: (reason: Reason) => void;
  /** Counts a finished audit: the number of events, and of differences. */
  readonly audited: (events: number, differences: number) => void;
  /** Sets the function that is called at each scrape. */
  readonly watchReady: (isReady: () => Promise<boolean>) => void;
}

const GAUGES: { readonly [Name in GaugeName]: readonly [name: string, help: string] } = {
  stock_queue: ['tickets_stock_queue_length', 'Writes that wait to share the next transaction.'],
  password_queue: ['tickets_password_queue_length', 'Passwords that wait to be hashed.'],
  connection_queue: ['tickets_connection_queue_length', 'Tries that wait for a connection of the pool.'],
  connections_in_use: ['tickets_connections_in_use', 'Connections of the pool that are at work.'],
  connections_idle: ['tickets_connections_idle', 'Connections of the pool that are not.'],
  writes_refused: ['tickets_writes_refused', '1 while the database refuses writes: reads are served, orders are not.'],
};

const REQUEST_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const WAIT_SECONDS = [0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 3, 5];
const BATCH_SIZES = [1, 2, 4, 8, 16, 32, 64, 128, 256];

/** Creates the metrics of this process, all with 0. Known label values exist from the start, so that Prometheus sees their first increase. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const counter = <Label extends string = never>(name: string, help: string, labelNames: readonly Label[] = []) =>
    new Counter({ name, help, labelNames: [...labelNames], registers });
  const histogram = (name: string, help: string, buckets: readonly number[]) => new Histogram({ name, help, buckets: [...buckets], registers });

  const watch = (name: string, help: string, read: () => number | Promise<number>) =>
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        this.set(await read());
      },
    });

  const requests = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'From the end of the headers to the answer, before its body is sent.',
    labelNames: ['method', 'route', 'status'],
    buckets: REQUEST_SECONDS,
    registers,
  });
  const refusals = counter('tickets_refusals_total', 'Requests not granted, by reason.', ['reason']);
  const batchSize = histogram('tickets_batch_size', 'Writes that shared a transaction.', BATCH_SIZES);
  const queueWait = histogram('tickets_queue_wait_seconds', 'The longest wait for its transaction among the writes of each batch.', WAIT_SECONDS);
  const lockWait = histogram('tickets_lock_wait_seconds', 'The wait for the lock on the events of a batch.', WAIT_SECONDS);
  const retries = counter('tickets_retries_total', 'Tries of transactions and reads made again, by what stopped them.', ['class']);
  const unknown = counter('tickets_unknown_outcomes_total', 'Transactions of which it is not known what became.');
  const givenUp = counter('tickets_connections_given_up_total', 'Connections destroyed: what they do was not known, or their server took no writes.');
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers });
  const auditedEvents = gauge('tickets_audit_events', 'Events that the last audit looked at.');
  const differences = gauge('tickets_audit_differences', 'What the last audit found not to agree.');
  const auditedAt = gauge('tickets_audit_timestamp_seconds', 'When the last audit was finished; 0 before the first.');
  for (const reason of REASONS) refusals.inc({ reason }, 0);
  for (const kind of RETRY_CLASSES) retries.inc({ class: kind }, 0);

  return {
    registry,
    measures: {
      watch: (gauge, read) => {
        const [name, help] = GAUGES[gauge];
        watch(name, help, read);
      },
      stockBatch: (size, longestWaitMs) => {
        batchSize.observe(size);
        queueWait.observe(longestWaitMs / 1000);
      },
      lockWait: (milliseconds) => lockWait.observe(milliseconds / 1000),
      retry: (kind) => retries.inc({ class: kind }),
      unknownOutcome: () => unknown.inc(),
      connectionGivenUp: () => givenUp.inc(),
      writes: () => {}, // a gauge has this value
    },
    answered: (method, route, status, seconds) => requests.observe({ method, route, status }, seconds),
    refused: (reason) => refusals.inc({ reason }),
    audited: (events, found) => {
      auditedEvents.set(events);
      differences.set(found);
      auditedAt.setToCurrentTime();
    },
    watchReady: (isReady) => {
      const help = '1 while requests can be served: a statement gets its answer, and the server is not stopping.';
      watch('tickets_ready', help, async () => Number(await isReady()));
    },
  };
}
