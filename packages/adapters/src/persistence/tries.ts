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

/** The time for which a transaction is tried again. It is a time and not a number of tries, because many conflicts can come at once. */
const BUDGET_MS = 3000;
/** The same for a database that does not answer. It is shorter, so that the client gets 503 within a second. */
const CONNECT_BUDGET_MS = 600;
/**
 * The longest time of one try of a transaction or of a read. Then its connection is closed. It is longer than any wait for a lock. It is
 * also longer than BUDGET_MS, so after such a try there is no other, unless it was at COMMIT.
 */
export const TRY_MS = BUDGET_MS + 2000;
/** The longest time of a try that checks whether a lost COMMIT was stored. It is shorter, because the client has already waited long. */
const LOOK_MS = 2000;
/** How long a try waits for a connection of the pool. */
export const ACQUIRE_MS = 1000;
/** Errors that do not go away by waiting. */
const LASTING: Readonly<Partial<Record<ErrorClass, string>>> = {
  unwritable: 'the database cannot be written: no room, or a read-only file',
  disk_failed: 'the disk of the database failed',
  moved: 'the database’s file is not where it was opened',
  denied: 'the database refuses this server’s user, or what the user asks for',
};
const BACKOFF_FIRST_MS = 5;
const BACKOFF_MAX_MS = 200;

/** COMMIT was sent and its answer was lost. The transaction is stored completely or not at all. */
export class LostCommit extends Error {
  override readonly name = 'LostCommit';
}

/**
 * Runs `work` again after an error that may go away. The pauses are random (full jitter), so that transactions that collided do not collide
 * again. After the time limit it throws `Unavailable`, with the database's error as its cause.
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
      // If COMMIT itself took all the time, there is still one more try to find out whether it was stored.
      const isToBeFoundOut: boolean = error instanceof LostCommit && !hasLookedAfterCommit;
      if (isOver && !isToBeFoundOut) throw new Unavailable(whyOf(error, kind, budget), { cause: error });
      hasLookedAfterCommit ||= isToBeFoundOut;
      measures.retry(retryClassOf(error, kind));
      await sleep(delay);
    }
  }
}

function whyOf(error: unknown, kind: ErrorClass, milliseconds: number): string {
  const number = errnoOf(error);
  const which = typeof number === 'number' && number > 0 ? ` (error ${number})` : '';
  return kind === 'wrong_server'
    ? `the database took no writes${which} for ${milliseconds} ms`
    : `the transaction did not succeed${which} within ${milliseconds} ms`;
}

/** The result of a transaction's work, and whether it wrote anything. */
export interface Worked<Result> {
  readonly result: Result;
  readonly hasWritten: boolean;
  /** The statements that still have to be sent. They are sent together with the mark. */
  readonly unsent?: readonly Statement[];
}

/** The work of a transaction. If `isInDoubt`, an earlier try may already be stored, with its own result. */
export type Work<Result> = (manager: EntityManager, tries: { readonly isInDoubt: boolean }) => Promise<Worked<Result>>;

/**
 * One try of a transaction. A transaction without a mark has no outcome that a client learns. With a mark, a try after a lost COMMIT first
 * inserts the mark. If the mark already exists, the try returns the stored outcome.
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
      // Nothing was written, so there is nothing to commit, and no COMMIT whose answer could be lost.
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
 * Runs `work` on a connection. With a pool the time is limited, because a frozen or unreachable database would hold the connection for
 * ever. After that time the connection is closed, because its state is unknown, and the database rolls back the transaction.
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
    void connecting.then(() => runner.release()).catch(() => undefined); // the connection may still come later
    throw error;
  });
  let isGivenUp = false;
  const giveUp = () => {
    if (isGivenUp || pool?.giveUp(connection) !== true) return;
    isGivenUp = true;
    measures.connectionGivenUp();
  };
  try {
    // If one connection makes all writes, it is not given up. Otherwise the next transaction would share it with a COMMIT that still runs, or with
    // the late ROLLBACK of a failed one. So transactions wait for their turn. Reads have their own connection.
    if (pool === undefined) return await work(runner);
    const run = async () => {
      await pool.ready(connection);
      return work(runner);
    };
    return await inTime(run(), tryMs, 'PROTOCOL_SEQUENCE_TIMEOUT');
  } catch (error) {
    const isWrongServer = errors.classify(error) === 'wrong_server';
    if (isWrongServer) pool?.abandon(runner.dataSource);
    // If the transaction is still open, even ROLLBACK failed (a node without a majority). The next transaction on this connection would store it.
    if (error instanceof Late || isWrongServer || isOpen()) giveUp();
    throw error;
  } finally {
    if (pool?.isAbandoned(runner.dataSource, connection)) giveUp();
    await runner.release();
  }
}

/** Does the work in one of a limited number of places. It waits for a place as long as for a connection. */
export async function inPlace<Result>(places: LimitFunction | undefined, work: () => Promise<Result>): Promise<Result> {
  if (places === undefined) return work();
  const placing = new Promise<() => void>((resolve) => {
    void places(() => new Promise<void>((leave) => resolve(leave)));
  });
  const leave = await inTime(placing, ACQUIRE_MS, 'ETIMEDOUT').catch((error: unknown) => {
    void placing.then((late) => late()); // the place may still come later, and is then left
    throw error;
  });
  return work().finally(leave);
}

/** No answer came in time. The error is classified by its code, like the driver's own errors. */
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

/** Whether the same work may succeed a moment later, on this connection or another. */
export const isTransient = (kind: ErrorClass): boolean => asTransient(kind) !== undefined;

function retryClassOf(error: unknown, kind: ErrorClass): RetryClass {
  if (error instanceof StaleRow) return 'stale_row';
  if (error instanceof LostCommit) return 'lost_commit';
  return asTransient(kind) ?? 'other';
}

/** The same error; an unexpected one becomes the port's error. */
export const foreseen = (error: unknown, kind: ErrorClass): unknown => (kind === 'unforeseen' ? new UnforeseenFailure(error) : error);
