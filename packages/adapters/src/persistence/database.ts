import { type Freshness, type NewId, Unavailable } from '@ticket/domain';
import pLimit, { type LimitFunction } from 'p-limit';
import type { EntityManager } from 'typeorm';
import { type Measures, NO_MEASURES, type WritesRefused } from '../measures.ts';
import { newIds } from '../new-ids.ts';
import { StartFault } from '../start-fault.ts';
import { CommitMark, sweepMarks } from './commit-mark.ts';
import type { ErrorClass } from './database-errors.ts';
import type { DatabaseConfig } from './dialects/config.ts';
import type { Dialect, Opened } from './dialects/dialect.ts';
import { dialectOf } from './dialects/index.ts';
import { faultOfTables, migrate } from './migrations/migrate.ts';
import { isUpToDate, requireProgramNewEnough } from './migrations/program-versions.ts';
import type { Accounts } from './schemas.ts';
import { StaleRow } from './statement.ts';
import { ACQUIRE_MS, foreseen, inPlace, isTransient, LostCommit, onConnection, TRY_MS, tryOnce, untilDone, type Work } from './tries.ts';
import { weaknessesOf } from './walls.ts';
import { WriteHealth } from './write-health.ts';
import { type Turn, WriterTurns } from './writer-turns.ts';

/** All access to the database: transactions that write, and queries that only read. */
export class Database {
  readonly dialect: Dialect;
  /** The place of the data, for messages to people. */
  readonly address: string;
  readonly accounts: Accounts;
  readonly #measures: Measures;
  readonly #newId: NewId;
  readonly #writes: WriteHealth;
  /** If one connection makes all writes, a second transaction at the same time would run inside the first. So they take turns. */
  readonly #turns = new WriterTurns();
  /** Limits the pool's connections for all work except sales, so that each lane of the stock queue always finds one. */
  readonly #places: LimitFunction | undefined;
  #sources: Opened | undefined;
  #tellLost: (why: string) => void = () => {};
  /** Resolves when the opened file is no longer at its path, with a message for operators. Nothing is served until a restart. */
  readonly whenLost = new Promise<string>((resolve) => {
    this.#tellLost = resolve;
  });

  constructor(config: DatabaseConfig, measures = NO_MEASURES, newId: NewId = newIds(), accounts: Accounts = 'ours') {
    this.dialect = dialectOf(config);
    this.accounts = accounts;
    this.#newId = newId;
    this.#measures = measures;
    // The probe writes only a mark. This is the smallest write, and it needs everything that a booking needs.
    this.#writes = new WriteHealth(
      () => this.#marked(async () => ({ result: undefined, hasWritten: true }), 'accounts'),
      this.dialect.errors,
      measures,
    );
    const { address, capabilities, pool } = this.dialect;
    this.address = address;
    if (pool !== undefined) {
      this.#places = pLimit(Math.max(1, pool.size - capabilities.lanes));
      const counts = () => this.#sources && pool.countsOf(this.#sources.writer);
      measures.watch('connections_in_use', () => counts()?.inUse ?? 0);
      measures.watch('connections_idle', () => counts()?.idle ?? 0);
      measures.watch('connection_queue', () => (counts()?.waiting ?? 0) + (this.#places?.pendingCount ?? 0));
    }
  }

  get connected(): boolean {
    return this.#sources !== undefined;
  }

  /**
   * Connects and brings the tables up to date. Throws `Unavailable` while the database cannot be reached; then call it again. Throws
   * `StartFault` if waiting does not help. Several processes may start at once. `makes: false` is for callers that only read: if tables are
   * missing, it throws and creates nothing.
   */
  async connect({ makes = true } = {}): Promise<void> {
    if (this.#sources !== undefined) return;
    const sources = await this.#open({ makes });
    try {
      await requireProgramNewEnough(sources.reader, this.dialect);
      if (makes)
        await this.#untilDone(
          async () => {
            await migrate(sources.writer, this.dialect, this.accounts);
            sources.whenUpToDate?.();
          },
          (error) => this.dialect.errors.isRacedMigration(error) || error instanceof StaleRow || isTransient(this.#classOf(error)),
        );
      else if (!(await isUpToDate(sources.reader, this.dialect)))
        throw new StartFault(
          `There are no tables at ${this.address}, or older ones. Nothing was changed. Is it the right database? Then: ticketctl migrate`,
        );
    } catch (error) {
      await sources.close();
      throw error instanceof Unavailable || error instanceof StartFault ? error : faultOfTables(error, this.dialect, { makes });
    }
    this.#sources = sources;
  }

  /** Why the database refuses writes, as known from the last write; undefined while it accepts them. */
  get writesRefused(): WritesRefused | undefined {
    return this.#writes.refusedBecause;
  }

  /**
   * Runs `work` in one transaction, and again from the start if the engine rolled it back. So `work` must only use its manager. It is for
   * work whose outcome no client learns: after a lost COMMIT it runs again, so it may be stored twice.
   */
  async transaction<Result>(work: (manager: EntityManager) => Promise<Result>): Promise<Result> {
    const unmarked = async (manager: EntityManager) => ({ result: await work(manager), hasWritten: true });
    return this.#run(unmarked, undefined, 'accounts');
  }

  /**
   * Runs `work` in one transaction whose outcome a client learns. Every try writes one mark, which shows whether a lost COMMIT was stored.
   * So `work` is never stored twice, whatever others did since. If the mark cannot be read in time, it throws with `outcome: 'unknown'`.
   */
  async markedTransaction<Result>(work: Work<Result>, turn: Turn = 'accounts'): Promise<Result> {
    try {
      const result = await this.#marked(work, turn);
      this.#writes.succeeded();
      return result;
    } catch (error) {
      this.#writes.failed(error);
      throw error;
    }
  }

  async #marked<Result>(work: Work<Result>, turn: Turn): Promise<Result> {
    const mark = new CommitMark<Result>(this.#newId, this.dialect);
    try {
      return await this.#run(work, mark, turn);
    } catch (error) {
      // Whatever stopped the check, the outcome stays unknown.
      if (!mark.isInDoubt) throw error;
      this.#measures.unknownOutcome();
      throw new Unavailable('the answer to COMMIT was lost', { outcome: 'unknown', cause: error });
    }
  }

  #run<Result>(work: Work<Result>, mark: CommitMark<Result> | undefined, turn: Turn): Promise<Result> {
    const { writer } = this.#connection();
    const run = () =>
      this.#untilDone(
        () => inPlace(turn === 'sales' ? undefined : this.#places, () => tryOnce(writer, this.dialect, work, mark, this.#measures)),
        (error) => error instanceof LostCommit || error instanceof StaleRow || isTransient(this.#classOf(error)),
      );
    return this.dialect.pool === undefined ? this.#turns.run(turn, run) : run();
  }

  /** Sets how to learn whether sales wait, also sales that are still being collected into a batch. Other writes then let them go first. */
  letSalesGoFirst(wait: () => boolean): void {
    this.#turns.salesGather = wait;
  }

  /** Deletes old marks in small transactions, and returns their number. */
  async sweepMarks({ stepRows = 500 } = {}): Promise<number> {
    let swept = 0;
    for (let step = stepRows; step === stepRows; swept += step)
      step = await this.transaction((manager) => sweepMarks(this.dialect, manager, stepRows));
    return swept;
  }

  /**
   * Runs one statement that only reads committed data. Behind a proxy with replicas, or on a node of a cluster, a `plain` read may miss
   * recent commits. A `latest` read is no older than the request.
   */
  async query<Row>(
    sql: string,
    parameters: readonly unknown[] = [],
    { tryMs = TRY_MS, freshness = 'plain' }: { readonly tryMs?: number; readonly freshness?: Freshness | undefined } = {},
  ): Promise<readonly Row[]> {
    // It is sent in a transaction, which proxies send to the primary.
    if (freshness === 'latest' && !this.dialect.capabilities.readsAreLatest)
      return this.transaction((manager): Promise<Row[]> => manager.query(sql, [...parameters]));
    return this.#read<Row>(sql, parameters, { tryMs, places: this.#places });
  }

  #read<Row>(
    sql: string,
    parameters: readonly unknown[],
    { tryMs, places }: { readonly tryMs: number; readonly places: LimitFunction | undefined },
  ): Promise<readonly Row[]> {
    const { reader, plainPrefix } = this.#connection();
    const read = () =>
      inPlace(places, () =>
        onConnection(
          this.dialect,
          reader.createQueryRunner(),
          tryMs,
          (runner): Promise<Row[]> => runner.query(plainPrefix + sql, [...parameters]),
          this.#measures,
        ),
      );
    let isFirst = true;
    return this.#untilDone(read, (error) => {
      const isWorthAnother = isFirst && this.#classOf(error) === 'unforeseen';
      isFirst = false;
      return isWorthAnother || isTransient(this.#classOf(error));
    });
  }

  /** Whether reads work now. It reads a table, because a node without a majority still answers statements that read none. */
  async isReachable(): Promise<boolean> {
    try {
      // It needs no place: if all places are in use, the database may still be fine.
      await this.#read('SELECT version FROM guards', [], { tryMs: ACQUIRE_MS, places: undefined });
      return true;
    } catch {
      return false;
    }
  }

  async close(): Promise<void> {
    const sources = this.#sources;
    this.#sources = undefined;
    this.#writes.stop();
    await sources?.close();
  }

  /** What weakens the promises, one line for each, for operators. */
  async weaknesses(): Promise<readonly string[]> {
    const { notice } = this.#connection();
    const found = await weaknessesOf(this.dialect, (work) => this.transaction(work));
    const walls = found.length === 0 ? [] : [`The database at ${this.address} keeps less than is promised: ${found.join('; ')}.`];
    return notice === undefined ? walls : [notice, ...walls];
  }

  #open({ makes }: { readonly makes: boolean }): Promise<Opened> {
    // These two errors already say whether waiting helps.
    const mayComeRight = (error: unknown) => !(error instanceof Unavailable || error instanceof StartFault) && isTransient(this.#classOf(error));
    return this.#untilDone(() => this.dialect.open({ makes, accounts: this.accounts, onLost: this.#tellLost }), mayComeRight);
  }

  #classOf(error: unknown): ErrorClass {
    return this.dialect.errors.classify(error);
  }

  async #untilDone<Result>(work: () => Promise<Result>, mayComeRight: (error: unknown) => boolean): Promise<Result> {
    try {
      return await untilDone(work, mayComeRight, { dialect: this.dialect, isConnected: this.connected, measures: this.#measures });
    } catch (error) {
      throw foreseen(error, this.#classOf(error));
    }
  }

  #connection(): Opened {
    if (this.#sources === undefined) throw new Unavailable(`no connection to the database at ${this.address}`);
    return this.#sources;
  }
}
