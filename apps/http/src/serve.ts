import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createContainer, loadConfig, readEnvironment, StartFault, TOKENS, type WritesRefused, wordsOf } from '@ticket/adapters';
import { onSignals } from '@ticket/adapters/signals';
import { Refusal, Unavailable } from '@ticket/domain';
import { collectDefaultMetrics } from 'prom-client';
import { createApp, type Readiness } from './app.ts';
import { auditNowAndThen } from './auditing.ts';
import { networkOf, ownProxies } from './client-address.ts';
import { securityHeaders } from './every-answer.ts';
import { createHttpServer, type Unserved } from './http-server.ts';
import { listen, urlsOf } from './listening.ts';
import { createLog } from './log.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { factsOf, type Log } from './report.ts';
import { SERVER_LIMITS } from './server-limits.ts';
import { stopper } from './stopping.ts';
import type { Tracing } from './tracing.ts';

type Container = ReturnType<typeof createContainer>;

/** The pause between two attempts to connect to the database. */
const RECONNECT_MS = 1000;
const FORGET_MS = 10 * 60_000;
/** Runs the API until a signal stops it. If it cannot start, it prints one message and exits with this code. */
export async function serve({ exitCode = 1 } = {}): Promise<void> {
  const fail = (error: unknown): never => {
    process.stderr.write(`${wordsOf(error)}\n`);
    process.exit(exitCode);
  };
  try {
    await start(fail);
  } catch (error) {
    await sleep(0); // then a name look-up that has just ended no longer counts as running
    fail(error);
  }
}

async function start(fail: (error: unknown) => never): Promise<void> {
  const config = loadConfig(readEnvironment());
  const version = versionOf();
  let tracing: Tracing | undefined;
  const { log, written } = createLog(config.logLevel, config.tracing ? () => tracing?.facts() ?? {} : undefined);
  // Loaded only if traces are on, because it is as large as the rest of the program.
  if (config.tracing) tracing = (await import('./tracing.ts')).startTracing(version, log);
  for (const notice of [...config.notices, ...config.ignored]) log({ level: 'warn', message: notice });
  const metrics = createMetrics();
  collectDefaultMetrics({ register: metrics.registry });
  const container = createContainer(config, { ...metrics.measures, writes: tellWrites(log) });
  const connected = await connect(container, log);
  let stopping = false;
  const database = container.get(TOKENS.database);
  void database.whenLost.then((message) => log({ level: 'error', message }));
  const readiness = async (): Promise<Readiness> => {
    if (stopping) return { state: 'stopping' };
    if (!(await database.isReachable())) return { state: 'no_database' };
    return { state: 'ready', ordersRefused: database.writesRefused };
  };
  metrics.watchReady(async () => (await readiness()).state === 'ready');
  const { fetch } = createApp({
    useCases: container.get(TOKENS.useCases),
    tokens: container.get(TOKENS.tokens),
    fingerprint: container.get(TOKENS.fingerprint),
    earlierFingerprints: container.get(TOKENS.earlierFingerprints),
    policies: config.policies,
    trustedProxies: config.trustedProxies,
    corsOrigins: config.corsOrigins,
    hstsIncludeSubdomains: config.hstsIncludeSubdomains,
    metricsToken: config.metricsToken,
    version,
    log,
    metrics,
    readiness,
    tracing: tracing?.middleware,
  });
  const wire = {
    limits: { ...SERVER_LIMITS, keepAliveMs: config.keepAliveSeconds * 1000 },
    headers: securityHeaders(config.policies, config.hstsIncludeSubdomains),
    isOwnProxy: ownProxies(config.trustedProxies),
    onUnserved: tellUnserved(log, metrics),
    isStopping: () => stopping,
  };
  const servers = await listen(config, () => createHttpServer(fetch, wire));
  const stop = stopper({ servers, container, log, written, tracing, drainMs: config.drainSeconds * 1000 }, () => {
    stopping = true;
  });
  onSignals((signal) => void stop(`${signal}: finishing what is in flight`, 0));
  // After a bug the state of the process is unknown. So it finishes the requests in flight and ends, and the supervisor starts a new process.
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      log({ level: 'error', message: `${event}: stopping`, error: factsOf(error) });
      void stop('finishing what is in flight', 1);
    });
  }
  log({
    level: 'info',
    message: `Ticket platform ${version} listens on ${urlsOf(servers, config.hosts)}, database: ${container.get(TOKENS.database).address}`,
  });
  if (!connected) void reconnect(container, log, fail);
  forgetNowAndThen(container, log);
  void auditNowAndThen(config.auditMinutes, { auditStock: container.get(TOKENS.useCases).auditStock, log, metrics });
}

/** Returns whether the database could be reached. If not, this is logged once. A fault that does not go away by waiting ends the start. */
async function connect(container: Container, log: Log): Promise<boolean> {
  const database = container.get(TOKENS.database);
  try {
    await database.connect();
    await tellWeaknesses(container, log);
    await ensureFirstAdmin(container, log);
    return true;
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    log({
      level: 'error',
      message: `Error: ${error.message}. The database cannot be reached; requests get 503 and it is tried again every second. Is it running, are DB_HOST and DB_PORT (or DB_SOCKET, or the address) right?`,
    });
    return false;
  }
}

async function reconnect(container: Container, log: Log, fail: (error: unknown) => never): Promise<void> {
  try {
    for (;;) {
      await sleep(RECONNECT_MS, undefined, { ref: false });
      try {
        await container.get(TOKENS.database).connect();
        await tellWeaknesses(container, log);
        await ensureFirstAdmin(container, log);
        log({ level: 'info', message: `The database at ${container.get(TOKENS.database).address} is there` });
        return;
      } catch (error) {
        if (!(error instanceof Unavailable)) throw error;
      }
    }
  } catch (error) {
    fail(error);
  }
}

/** Logs a request that never reached the app. Too many requests are a warning for the operator. Requests that are not HTTP are not. */
const tellUnserved =
  (log: Log, { refused }: Metrics) =>
  (reason: Unserved, address?: string) => {
    refused(reason);
    const client = address === undefined ? undefined : networkOf(address);
    log({ level: reason === 'unparsed' ? 'info' : 'warn', message: 'not served', sampled: true, reason, client });
  };

/** Logs when the database refuses writes. Reads still work, so the server stays ready, and only the log tells the operator. */
const tellWrites = (log: Log) => (refusedBecause: WritesRefused | undefined) =>
  refusedBecause === undefined
    ? log({ level: 'info', message: 'Orders are accepted again: the database takes writes' })
    : log({
        level: 'error',
        message: 'Orders are refused: the database takes no writes. Reads are served. See docs/runbook.md, OrdersRefused',
        refusedBecause,
      });

async function tellWeaknesses(container: Container, log: Log): Promise<void> {
  for (const message of await container.get(TOKENS.database).weaknesses()) log({ level: 'warn', message });
}

async function ensureFirstAdmin(container: Container, log: Log): Promise<void> {
  const { firstAdmin } = container.get(TOKENS.config);
  if (firstAdmin === undefined) return;
  try {
    const made = await container.get(TOKENS.useCases).createFirstAdmin(firstAdmin);
    if (made !== undefined) log({ level: 'info', message: 'The first admin was made from ADMIN_EMAIL and ADMIN_PASSWORD' });
  } catch (error) {
    if (error instanceof Refusal && error.code !== 'email_taken')
      throw new StartFault(`ADMIN_EMAIL and ADMIN_PASSWORD make no account (${error.code} ${JSON.stringify(error.details)}). Give others.`);
    if (!(error instanceof Refusal)) throw error;
    const message =
      'There is no admin, and ADMIN_EMAIL belongs to a user who is none: no admin was made. Give another ADMIN_EMAIL, or: ticketctl user create --role admin';
    log({ level: 'warn', message });
  }
}

/** Deletes expired rows in small steps. Steps that fail are repeated the next time. */
function forgetNowAndThen(container: Container, log: Log): void {
  const sweep = async () => {
    await container.get(TOKENS.useCases).forgetOldRows();
    await container.get(TOKENS.database).sweepMarks();
  };
  setInterval(() => {
    sweep().catch((error: unknown) => log({ level: 'warn', message: 'old rows could not be forgotten', error: factsOf(error) }));
  }, FORGET_MS).unref();
}

function versionOf(): string {
  const description: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return typeof description === 'object' && description !== null && 'version' in description ? String(description.version) : 'unknown';
}
