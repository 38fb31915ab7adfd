import { setTimeout as sleep } from 'node:timers/promises';
import { Unavailable } from '@ticket/domain';
import type { LimitFunction } from 'p-limit';
import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import type { Measures, RetryClass } from '../measures.ts';
import type { CommitMark } from './commit-mark.ts';
import { type ErrorClass, errnoOf, UnforeseenFailure } from './database-errors.ts';
import type { Dialect } from './dialects/dialect.ts';
import { StaleRow, type Statement } from './statement.ts';
import { runTogether } from './writing.ts';

/** A transaction is run again for this long before it is given up. By time, not by count: conflicts come in crowds. */
const BUDGET_MS = 3000;
/** A database that does not answer at all is given less: the client hears 503 within the second. */
const CONNECT_BUDGET_MS = 600;
/**
 * The longest time of one try of a transaction or of a read; then its connection is given up. It is longer than any wait for a lock. It
 * is also longer than the budget, so a try that was given up has no successor, unless it was at COMMIT.
 */
export const TRY_MS = BUDGET_MS + 2000;
/** … and one that looks what became of a lost COMMIT: the client has waited long already. */
const LOOK_MS = 2000;
/** How long a try waits for a connection of the pool. */
export const ACQUIRE_MS = 1000;
/** Errors that no amount of waiting cures. */
const LASTING: Readonly<Partial<Record<ErrorClass, string>>> = {
  unwritable: 'the database cannot be written: no room, or a read-only file',
  disk_failed: 'the disk of the database failed',
  moved: 'the database’s file is not where it was opened',
  denied: 'the database refuses this server’s user, or what the user asks for',
};
const BACKOFF_FIRST_MS = 5;
const BACKOFF_MAX_MS = 200;

/** COMMIT was sent and its answer never came: stored whole, or not at all. */
export class LostCommit extends Error {
  override readonly name = 'LostCommit';
}

/**
 * Tries again what may come right by itself, with full jitter (so that those who collided do not meet again), then says Unavailable.
 * What the database failed with is the cause.
 */
export async function untilDone<Result>(
  work: () => Promise<Result>,
  mayComeRight: (error: unknown) => boolean,
  { dialect, isConnected, measures }: { readonly dialect: Dialect; readonly isConnected: boolean; readonly measures: Measures },
): Promise<Result> {
  const began = performance.now();
  let hasLookedAfterCommit = false;
  for (let pause = BACKOFF_FIRST_MS; ; pause = Math.min(pause * 2, BACKOFF_MAX_MS)) {
    try {
      return await work();
    } catch (error) {
      const kind = dialect.errors.classify(error);
      const lasting = LASTING[kind];
      if (lasting !== undefined && isConnected) throw new Unavailable(lasting, { retryAfterSeconds: 10, cause: error });
      if (!mayComeRight(error)) throw error;
      const delay = Math.random() * pause;
      const budget = kind === 'not_started' || kind === 'wrong_server' ? CONNECT_BUDGET_MS : BUDGET_MS;
      const isOver = performance.now() + delay > began + budget;
      // Where COMMIT itself took all the time, what became of it is looked for once all the same.
      const isToBeFoundOut: boolean = error instanceof LostCommit && !hasLookedAfterCommit;
      if (isOver && !isToBeFoundOut) throw new Unavailable(`${whyOf(error, kind)} for ${budget} ms`, { cause: error });
      hasLookedAfterCommit ||= isToBeFoundOut;
      measures.retry(retryClassOf(error, kind));
      await sleep(delay);
    }
  }
}

function whyOf(error: unknown, kind: ErrorClass): string {
  const number = errnoOf(error);
  const which = typeof number === 'number' && number > 0 ? ` (error ${number})` : '';
  return `the database ${kind === 'wrong_server' ? 'took no writes' : 'did not get to it'}${which}`;
}

/** The result of a transaction, and whether there is anything to commit. */
export interface Worked<Result> {
  readonly result: Result;
  readonly hasWritten: boolean;
  /** The writes that are left. They go to the database together with the mark. */
  readonly unsent?: readonly Statement[];
}

/** The work of a transaction. In doubt: an earlier try may be stored yet, and with it what it came to. */
export type Work<Result> = (manager: EntityManager, tries: { readonly isInDoubt: boolean }) => Promise<Worked<Result>>;

/**
 * One try of a transaction. Without a mark its outcome is told to nobody. With one, a try after a lost COMMIT first claims the mark. If
 * the mark is taken, it returns the stored outcome.
 *
 * It sends plain statements instead of using TypeORM's transactions. TypeORM counts nested transactions on a shared connection, and the
 * count is wrong after the engine rolls back by itself (the disk is full). Each later transaction would then count as nested, and would
 * never be committed.
 */
export async function tryOnce<Result>(
  source: DataSource,
  dialect: Dialect,
  work: Work<Result>,
  mark: CommitMark<Result> | undefined,
  measures: Measures,
): Promise<Result> {
  const runner = source.createQueryRunner();
  let committing = false;
  let open = false;
  const isInDoubt = mark?.isInDoubt ?? false;
  const transaction = async () => {
    try {
      await runner.query(dialect.begin);
      open = true;
      const found = isInDoubt ? await mark?.claim(runner.manager) : undefined;
      if (found !== undefined) return await rollBack(found.stored);
      const { result, hasWritten, unsent = [] } = await work(runner.manager, { isInDoubt });
      // Nothing was written, so the decision holds whether or not its answer arrives.
      if (mark !== undefined && !hasWritten && !isInDoubt) return await rollBack(result);
      await runTogether(dialect, runner.manager, mark === undefined || isInDoubt ? unsent : [...unsent, mark.next()]);
      const connection: unknown = await runner.connect();
      mark?.sendsCommit(result);
      committing = true;
      await dialect.commit(runner, connection);
      return result;
    } catch (error) {
      await rollBack(undefined).catch(() => undefined); // the connection may be gone, or the engine has rolled back by itself
      throw error;
    }
  };
  const rollBack = async <Value>(value: Value): Promise<Value> => {
    await runner.query('ROLLBACK');
    open = false;
    return value;
  };
  try {
    return await onConnection(dialect, runner, isInDoubt ? LOOK_MS : TRY_MS, transaction, measures, () => open);
  } catch (error) {
    if (committing && !dialect.errors.isKnownRollback(error)) throw new LostCommit('the answer to COMMIT was lost', { cause: error });
    if (committing) mark?.isRolledBack();
    throw error;
  }
}

/**
 * Runs `work` on a connection; on one of a pool for a bounded time. A frozen or unreachable database would hold it for ever. Then the
 * connection is given up, since its state is not known, and the database rolls back what was begun.
 */
export async function onConnection<Result>(
  { pool, errors }: Dialect,
  runner: QueryRunner,
  tryMs: number,
  work: (runner: QueryRunner) => Promise<Result>,
  measures: Measures,
  isOpen: () => boolean = () => false,
): Promise<Result> {
  const connecting: Promise<unknown> = runner.connect();
  const connection: unknown = await inTime(connecting, ACQUIRE_MS, 'ETIMEDOUT').catch((error: unknown) => {
    void connecting.then(() => runner.release()).catch(() => undefined); // it may come yet
    throw error;
  });
  let isGivenUp = false;
  const giveUp = () => {
    if (isGivenUp || pool?.giveUp(connection) !== true) return;
    isGivenUp = true;
    measures.connectionGivenUp();
  };
  try {
    // One connection for all writes cannot be given up: who came next would share it with a COMMIT that still runs, and with the late ROLLBACK
    // of one that failed. They wait their turn; reads have a connection of their own.
    if (pool === undefined) return await work(runner);
    const run = async () => {
      await pool.ready(connection);
      return work(runner);
    };
    return await inTime(run(), tryMs, 'PROTOCOL_SEQUENCE_TIMEOUT');
  } catch (error) {
    const isWrongServer = errors.classify(error) === 'wrong_server';
    if (isWrongServer) pool?.abandon(runner.dataSource);
    // Still open: not even ROLLBACK was taken (a node without a majority), and the next transaction to begin there would store it.
    if (error instanceof Late || isWrongServer || isOpen()) giveUp();
    throw error;
  } finally {
    if (pool?.isAbandoned(runner.dataSource, connection)) giveUp();
    await runner.release();
  }
}

/** Does the work in one of a limited number of places, for which it waits as long as for a connection. */
export async function inPlace<Result>(places: LimitFunction | undefined, work: () => Promise<Result>): Promise<Result> {
  if (places === undefined) return work();
  const placing = new Promise<() => void>((resolve) => {
    void places(() => new Promise<void>((leave) => resolve(leave)));
  });
  const leave = await inTime(placing, ACQUIRE_MS, 'ETIMEDOUT').catch((error: unknown) => {
    void placing.then((late) => late()); // it may come yet
    throw error;
  });
  return work().finally(leave);
}

/** Nothing came in time; classified by its code, as the driver's own errors are. */
class Late extends Error {
  override readonly name = 'Late';
  readonly code: string;
  constructor(code: string, milliseconds: number) {
    super(`no answer within ${milliseconds} ms`);
    this.code = code;
  }
}

async function inTime<Result>(work: Promise<Result>, milliseconds: number, code: string): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Late(code, milliseconds)), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

const TRANSIENT = ['rolled_back', 'not_started', 'wrong_server', 'connection_lost'] as const;
type Transient = (typeof TRANSIENT)[number];
const asTransient = (kind: ErrorClass): Transient | undefined => TRANSIENT.find((transient) => transient === kind);

/** Whether the same may go well a moment later, on this connection or another. */
export const isTransient = (kind: ErrorClass): boolean => asTransient(kind) !== undefined;

function retryClassOf(error: unknown, kind: ErrorClass): RetryClass {
  if (error instanceof StaleRow) return 'stale_row';
  if (error instanceof LostCommit) return 'lost_commit';
  return asTransient(kind) ?? 'other';
}

/** The same error; an unexpected one becomes the port's error. */
export const foreseen = (error: unknown, kind: ErrorClass): unknown => (kind === 'unforeseen' ? new UnforeseenFailure(error) : error);
