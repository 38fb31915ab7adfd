/** Values that can be read at any moment. */
export type Gauge =
  | 'stock_queue'
  | 'password_queue'
  /** Tries that wait for a connection of the pool, and its connections. */
  | 'connection_queue'
  | 'connections_in_use'
  | 'connections_idle'
  /** 1 while the database takes no writes, else 0. */
  | 'writes_refused';

/** Why the database takes no writes. */
export const WRITES_REFUSED = ['read_only', 'no_quorum', 'no_room', 'disk_failed', 'denied', 'failed'] as const;
export type WritesRefused = (typeof WRITES_REFUSED)[number];

/** Why a try was repeated: a class of the engine's errors, a row that was not as locked, a lost answer to COMMIT. */
export const RETRY_CLASSES = ['rolled_back', 'not_started', 'wrong_server', 'connection_lost', 'stale_row', 'lost_commit', 'other'] as const;
export type RetryClass = (typeof RETRY_CLASSES)[number];

/** Where the adapters report their work, to be counted. */
export interface Measures {
  /** How to read a gauge, whenever somebody looks. */
  readonly watch: (gauge: Gauge, read: () => number) => void;
  /** Decisions that shared a transaction, and how long the first of them had waited for it to begin. */
  readonly stockBatch: (size: number, longestWaitMs: number) => void;
  /** How long the lock on a batch's events was waited for, also in vain. */
  readonly lockWait: (milliseconds: number) => void;
  /** A failed try is repeated; by the class of its error. */
  readonly retry: (kind: RetryClass) => void;
  /** A COMMIT whose outcome could not be found out. */
  readonly unknownOutcome: () => void;
  /** A connection was destroyed: its state is not known, or its server accepts no writes. */
  readonly connectionGivenUp: () => void;
  /** The database begins to refuse writes, or (undefined) takes them again. */
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

/** The same, but an error in counting never reaches the work that is counted. */
export function harmless(measures: Measures): Measures {
  const safe =
    <Facts extends readonly unknown[]>(tell: (...facts: Facts) => void) =>
    (...facts: Facts): void => {
      try {
        tell(...facts);
      } catch {
        // a number is missing, a ticket is not
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
