import { setTimeout as sleep } from 'node:timers/promises';
import { Refusal, Unavailable } from '@ticket/domain';
import pLimit from 'p-limit';
import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import { type Measures, NO_MEASURES, type RetryClass } from '../measures.ts';
import { StartFault } from '../start-fault.ts';
import { classify, type ErrorClass, errnoOf, messageOf } from './database-errors.ts';
import { isUpToDate, requireProgramNewEnough } from './migrations/program-versions.ts';
import { addressOf, connectionsOf, type MySqlConfig, openMySql } from './mysql.ts';
import { LibsqlConnection, openSqlite } from './sqlite.ts';

export interface SqliteConfig {
  readonly engine: 'sqlite';
  /** Where the file is kept. */
  readonly folder: string;
}
export type DatabaseConfig = SqliteConfig | MySqlConfig;

/** A transaction is run again for this long before it is given up. By time, not by count: conflicts come in crowds. */
const BUDGET_MS = 3000;
/** A database that does not answer at all is given less: who asks hears 503 within the second. */
const CONNECT_BUDGET_MS = 600;
/**
 * One try of a transaction or of a read. Then its connection is given up. Longer than any lock is waited for; and longer than
 * the budget, so that a try that was given up has no successor, unless it was at COMMIT: it may hear from the database yet.
 */
const TRY_MS = BUDGET_MS + 2000;
/** … and one that looks what became of a lost COMMIT: whoever asked has waited long already. */
const LOOK_MS = 2000;
/** How long a try waits for a connection of the pool. */
const ACQUIRE_MS = 1000;
/** What does not pass by itself within any budget. */
const LASTING: Readonly<Partial<Record<ErrorClass, string>>> = {
  unwritable: 'the database cannot be written: no room, or read-only',
  disk_failed: 'the disk of the database failed',
  moved: 'the database’s file is not where it was opened',
  denied: 'the database refuses this server’s user, or what he asks for',
};
const BACKOFF_FIRST_MS = 5;
const BACKOFF_MAX_MS = 200;

/** A row was not as the lock promised. Something wrote around the lock, so the transaction is run anew. */
export class StaleRow extends Error {
  override readonly name = 'StaleRow';
}

/** The one door to the database: transactions that write, and queries that only read. */
export class Database {
  readonly engine: DatabaseConfig['engine'];
  /** For people: where the data is. */
  readonly address: string;
  readonly #config: DatabaseConfig;
  readonly #measures: Measures;
  /** SQLite has one writer and TypeORM one connection to it: a second transaction begun meanwhile would run inside the first. */
  readonly #turn = pLimit(1);
  #sources: { writer: DataSource; reader: DataSource } | undefined;
  #notice: string | undefined;
  #tellLost: (why: string) => void = () => {};
  /** Told when the file that was opened is not at its path any more, in words for who runs the server: nothing is served until a restart. */
  readonly whenLost = new Promise<string>((resolve) => {
    this.#tellLost = resolve;
  });

  constructor(config: DatabaseConfig, measures = NO_MEASURES) {
    this.#config = config;
    this.#measures = measures;
    this.engine = config.engine;
    this.address = config.engine === 'sqlite' ? config.folder : `${addressOf(config)}/${config.database}`;
    if (config.engine === 'mysql') {
      const pool = () => this.#sources && connectionsOf(this.#sources.writer);
      measures.watch('connections_in_use', () => pool()?.inUse ?? 0);
      measures.watch('connections_idle', () => pool()?.idle ?? 0);
      measures.watch('connection_queue', () => pool()?.waiting ?? 0);
    }
  }

  get connected(): boolean {
    return this.#sources !== undefined;
  }

  /**
   * Connects and brings the tables up to date. Throws `Unavailable` while the database cannot be reached (call it again) and
   * `StartFault` for what waiting does not cure. Safe when several processes start at once. `makes: false` is for who only
   * looks: what is not there, he is told of, and nothing is made of it.
   */
  async connect({ makes = true } = {}): Promise<void> {
    if (this.#sources !== undefined) return;
    const sources = await this.#open({ makes });
    try {
      await requireProgramNewEnough(sources.reader, this.address);
      if (makes)
        await this.#untilDone(
          async () => {
            await migrate(sources.writer);
            sources.beginLog?.();
          },
          (error) => isRacedMigration(error) || isTransient(classify(error)),
        );
      else if (!(await isUpToDate(sources.reader)))
        throw new StartFault(`There are no tables at ${this.address}, or older ones. Is it the right database? Then: tickets migrate`);
    } catch (error) {
      await close(sources);
      throw error instanceof Unavailable || error instanceof StartFault
        ? error
        : new StartFault(
            `The tables at ${this.address} could not be ${makes ? 'brought up to date' : 'read'}: ${messageOf(error)}${isDamaged(error) ? '. Put a backup in its place with: tickets restore FILE' : ''}`,
          );
    }
    this.#sources = sources;
  }

  /**
   * Runs `work` in one transaction, whole: again from the start when the engine rolled it back, so `work` must do nothing
   * else than use its manager. When the answer to COMMIT is lost, work that `resolvesUnknown` is run again to find out: told
   * so, it first looks whether what it did is there. Throws `Unavailable` when the time is up, or the outcome stays unknown.
   */
  async transaction<Result>(work: Work<Result>, { resolvesUnknown = false } = {}): Promise<Result> {
    const { writer } = this.#connection();
    let afterUnknown = false;
    const run = () =>
      this.#untilDone(
        () =>
          committed(
            writer.createQueryRunner(),
            BEGIN[this.engine],
            (manager) => work(manager, { afterUnknown }),
            afterUnknown ? LOOK_MS : TRY_MS,
            this.#measures,
          ),
        (error) => {
          if (!(error instanceof LostCommit)) return error instanceof StaleRow || isTransient(classify(error));
          afterUnknown = true;
          return resolvesUnknown;
        },
      );
    try {
      return await (this.engine === 'sqlite' ? this.#turn(run) : run());
    } catch (error) {
      // Whatever stopped the finding out, what is not known is said to be so. A refusal was decided on rows that tell.
      if (!afterUnknown || error instanceof Refusal) throw error;
      this.#measures.unknownOutcome();
      throw new Unavailable('the answer to COMMIT was lost', { outcome: 'unknown', cause: error });
    }
  }

  /** Rows of one statement that only reads, on committed data. */
  async query<Row>(sql: string, parameters: readonly unknown[] = [], { tryMs = TRY_MS } = {}): Promise<readonly Row[]> {
    const { reader } = this.#connection();
    return this.#untilDone(
      () => onConnection(reader.createQueryRunner(), tryMs, (runner): Promise<Row[]> => runner.query(sql, [...parameters]), this.#measures),
      (error) => isTransient(classify(error)),
    );
  }

  /** Whether a statement gets its answer now. */
  async isReachable(): Promise<boolean> {
    try {
      await this.query('SELECT 1', [], { tryMs: ACQUIRE_MS });
      return true;
    } catch {
      return false;
    }
  }

  async close(): Promise<void> {
    const sources = this.#sources;
    this.#sources = undefined;
    if (sources !== undefined) await close(sources);
  }

  /** What a server's settings take from what is promised, in words for who runs it; undefined when that is nothing. */
  async weakness(): Promise<string | undefined> {
    if (this.engine === 'sqlite') return this.#notice; // made durable when it was opened
    const [row] = await this.query<{ flush: number }>('SELECT @@innodb_flush_log_at_trx_commit AS flush').catch(() => []);
    if (row === undefined || Number(row.flush) === 1) return undefined;
    return `innodb_flush_log_at_trx_commit is ${row.flush} at ${this.address}: a power cut may lose bookings that were confirmed. Set it to 1.`;
  }

  async #open({ makes }: { readonly makes: boolean }): Promise<{ writer: DataSource; reader: DataSource; beginLog?: () => void }> {
    if (this.#config.engine === 'sqlite') {
      const { folder } = this.#config;
      return this.#untilDone(
        async () => {
          const { notice, ...opened } = await openSqlite(folder, { makes, onLost: this.#tellLost });
          this.#notice = notice;
          return opened;
        },
        (error) => isTransient(classify(error)),
      );
    }
    const source = await openMySql(this.#config, { makes });
    return { writer: source, reader: source };
  }

  /** Tries again what may come right by itself, with full jitter (so that those who collided do not meet again), then says Unavailable. */
  async #untilDone<Result>(work: () => Promise<Result>, mayComeRight: (error: unknown) => boolean): Promise<Result> {
    const began = performance.now();
    let hasLookedAfterCommit = false;
    for (let pause = BACKOFF_FIRST_MS; ; pause = Math.min(pause * 2, BACKOFF_MAX_MS)) {
      try {
        return await work();
      } catch (error) {
        const kind = classify(error);
        const lasting = LASTING[kind];
        if (lasting !== undefined && this.connected) throw new Unavailable(lasting, { retryAfterSeconds: 10, cause: error });
        if (!mayComeRight(error)) throw error;
        const delay = Math.random() * pause;
        const budget = kind === 'not_started' ? CONNECT_BUDGET_MS : BUDGET_MS;
        const isOver = performance.now() + delay > began + budget;
        // Where COMMIT itself took all the time, what became of it is looked for once all the same.
        const isToBeFoundOut: boolean = error instanceof LostCommit && !hasLookedAfterCommit;
        if (isOver && !isToBeFoundOut) throw new Unavailable(`the database did not get to it in ${budget} ms`, { cause: error });
        hasLookedAfterCommit ||= isToBeFoundOut;
        this.#measures.retry(retryClassOf(error));
        await sleep(delay);
      }
    }
  }

  #connection(): { writer: DataSource; reader: DataSource } {
    if (this.#sources === undefined) throw new Unavailable(`no connection to the database at ${this.address}`);
    return this.#sources;
  }
}

type Work<Result> = (manager: EntityManager, tries: { readonly afterUnknown: boolean }) => Promise<Result>;

/** COMMIT was sent and its answer never came: stored whole, or not at all. */
class LostCommit extends Error {
  override readonly name = 'LostCommit';
}

/** SQLite takes the write lock at once: what reads first and writes later cannot be saved once another process wrote in between. */
const BEGIN = { sqlite: 'BEGIN IMMEDIATE', mysql: 'START TRANSACTION' } as const;

/**
 * In plain statements, not by TypeORM's own transactions. It counts them, on SQLite for all on its one connection, and loses
 * count where SQLite rolls back by itself (the disk is full): each later one would count as inside the last, and its COMMIT be none.
 */
async function committed<Result>(
  runner: QueryRunner,
  begin: string,
  work: (manager: EntityManager) => Promise<Result>,
  tryMs: number,
  measures: Measures,
): Promise<Result> {
  let committing = false;
  let open = false;
  const transaction = async () => {
    try {
      await runner.query(begin);
      open = true;
      const result = await work(runner.manager);
      committing = true;
      const connection: unknown = await runner.connect();
      await (connection instanceof LibsqlConnection ? connection.commit() : runner.query('COMMIT'));
      return result;
    } catch (error) {
      await runner.query('ROLLBACK').then(
        () => {
          open = false;
        },
        () => undefined, // the connection may be gone, or the engine has rolled back by itself
      );
      throw error;
    }
  };
  try {
    return await onConnection(runner, tryMs, transaction, measures, () => open);
  } catch (error) {
    const kind = classify(error);
    if (kind === 'unknown' || (committing && (kind === 'connection_lost' || kind === 'disk_failed'))) {
      throw new LostCommit('the answer to COMMIT was lost', { cause: error });
    }
    throw error;
  }
}

/**
 * Runs `work` on a connection of the pool, on MySQL for a bounded time. A database that answers no more (frozen, cut off) would hold
 * it for ever: then the connection is given up, since what it does is not known, and the database rolls back what it began.
 */
async function onConnection<Result>(
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
  try {
    const done = work(runner);
    // SQLite has one connection for all writes, which cannot be given up: who came next would share it with a COMMIT that still runs, and
    // with the late ROLLBACK of one that failed. They wait their turn; reads have a connection of their own.
    return await (connection instanceof LibsqlConnection ? done : inTime(done, tryMs, 'PROTOCOL_SEQUENCE_TIMEOUT'));
  } catch (error) {
    // Still open: not even ROLLBACK was taken (a Galera node without a majority), and the next START TRANSACTION would store it.
    if ((error instanceof Late || isOpen()) && isDestroyable(connection)) {
      connection.destroy();
      measures.connectionGivenUp();
    }
    throw error;
  } finally {
    await runner.release();
  }
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

const isDestroyable = (connection: unknown): connection is { destroy(): void } =>
  typeof connection === 'object' && connection !== null && 'destroy' in connection && typeof connection.destroy === 'function';

const isTransient = (kind: ErrorClass) => kind === 'rolled_back' || kind === 'not_started' || kind === 'connection_lost';

function retryClassOf(error: unknown): RetryClass {
  if (error instanceof StaleRow) return 'stale_row';
  if (error instanceof LostCommit) return 'lost_commit';
  const kind = classify(error);
  return isTransient(kind) ? kind : 'other';
}

const isDamaged = (error: unknown): boolean => /malformed|not a database/.test(messageOf(error));

/** ER_NOT_SUPPORTED_YET */
const NOT_SUPPORTED = 1235;

async function migrate(source: DataSource): Promise<void> {
  // Nothing to do, nothing to be allowed: a server may run as a user who cannot change tables.
  if (!(await source.showMigrations())) return;
  if (source.options.type === 'better-sqlite3') {
    await source.runMigrations();
    return;
  }
  // Two processes that start at once: the second waits here. (On Galera the lock is the node's own; there the retry serves.)
  const guard = source.createQueryRunner();
  try {
    await guard.query(`SELECT GET_LOCK(CONCAT('ticket-migrations-', DATABASE()), 30)`).catch((error: unknown) => {
      if (errnoOf(error) !== NOT_SUPPORTED) throw error; // some releases of MariaDB refuse it on Galera
    });
    await source.runMigrations();
  } finally {
    await guard.query(`SELECT RELEASE_LOCK(CONCAT('ticket-migrations-', DATABASE()))`).catch(() => undefined);
    await guard.release();
  }
}

/** Another process made the table, the column, the key or the row first. */
function isRacedMigration(error: unknown): boolean {
  return [1050, 1060, 1061, 1062].some((errno) => errno === errnoOf(error)) || /already exists/.test(messageOf(error));
}

async function close({ writer, reader }: { writer: DataSource; reader: DataSource }): Promise<void> {
  if (reader !== writer) {
    await reader.destroy();
    // So that after a clean stop the one file is the whole database, whoever copies it. Another process may still use the log.
    await writer.query('PRAGMA wal_checkpoint(TRUNCATE)').catch(() => undefined);
  }
  await writer.destroy();
}
