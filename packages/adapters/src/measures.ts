/** Values that can be read at any moment. */
export type Gauge =
  | 'stock_queue'
  | 'password_queue'
  /** Transactions and reads that wait for a connection of the pool. */
  | 'connection_queue'
  | 'connections_in_use'
  | 'connections_idle'
  /** 1 while the database refuses writes, otherwise 0. */
  | 'writes_refused';

/** Why the database refuses writes. */
export const WRITES_REFUSED = ['read_only', 'no_quorum', 'no_room', 'disk_failed', 'denied', 'failed'] as const;
/** One of `WRITES_REFUSED`. */
export type WritesRefused = (typeof WRITES_REFUSED)[number];

/** Why a transaction or a read was tried again: a class of the engine's errors, a stale row, or a lost answer to COMMIT. */
export const RETRY_CLASSES = ['rolled_back', 'not_started', 'wrong_server', 'connection_lost', 'stale_row', 'lost_commit', 'other'] as const;
export type RetryClass = (typeof RETRY_CLASSES)[number];

/** The adapters report their work here, so that it can be counted. */
export interface Measures {
  /** Registers how to read a gauge. */
  readonly watch: (gauge: Gauge, read: () => number) => void;
  /** The number of decisions in a batch, and how long the first of them waited before it began. */
  readonly stockBatch: (size: number, longestWaitMs: number) => void;
  /** How long a batch waited for the locks on its events, also if it did not get them. */
  readonly lockWait: (milliseconds: number) => void;
  /** A transaction or a read is tried again after an error of this class. */
  readonly retry: (kind: RetryClass) => void;
  /** The outcome of a COMMIT stayed unknown. */
  readonly unknownOutcome: () => void;
  /** A connection was closed because its state is unknown, or because its server accepts no writes. */
  readonly connectionGivenUp: () => void;
  /** The database begins to refuse writes. With undefined it accepts them again. */
  readonly writes: (refusedBecause: WritesRefused | undefined) => void;
}

const nothing = () => {};

export const NO_MEASURES: Measures = {
  watch: nothing,
  stockBatch: nothing,
  lockWait: nothing,
  retry: nothing,
  unknownOutcome: nothing,
  connectionGivenUp: nothing,
  writes: nothing,
};

/** Wraps `measures`, so that an error in counting cannot fail the work that is counted. */
export function harmless(measures: Measures): Measures {
  const safe =
    <Facts extends readonly unknown[]>(tell: (...facts: Facts) => void) =>
    (...facts: Facts): void => {
      try {
        tell(...facts);
      } catch {
        // a count is missing, which is better than a failed booking
      }
    };
  return {
    watch: safe(measures.watch),
    stockBatch: safe(measures.stockBatch),
    lockWait: safe(measures.lockWait),
    retry: safe(measures.retry),
    unknownOutcome: safe(measures.unknownOutcome),
    connectionGivenUp: safe(measures.connectionGivenUp),
    writes: safe(measures.writes),
  };
}
