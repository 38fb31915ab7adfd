import { type NewId, Unavailable } from '@ticket/domain';
import type { EntityManager } from 'typeorm';
import type { Dialect } from './dialects/dialect.ts';
import type { Statement } from './statement.ts';
import { deletesOf, runTogether } from './writing.ts';

/** A mark is deleted after a day, by the database's clock. It is needed for at most an hour. */
const SWEPT_AFTER_MS = 24 * 60 * 60 * 1000;
/** An older transaction is not tried again, because its mark might be deleted before the try reaches the database. */
const DOUBT_MAX_MS = 60 * 60 * 1000;

/**
 * The mark is a row that every try of one transaction writes. It shows whether a lost COMMIT was stored.
 *
 * The first try writes it last, just before COMMIT. A try after a lost COMMIT writes it first. If the row already exists, the transaction
 * is stored. If not, the earlier try can never commit, because two transactions cannot insert the same key. On one server the lock on the
 * key decides at once. Between nodes of a cluster, certification at COMMIT decides.
 */
export class CommitMark<Result> {
  readonly #id: string;
  readonly #dialect: Dialect;
  readonly #wallMs = Date.now();
  readonly #monotonicMs = performance.now();
  /** The outcome of each try that sent COMMIT. In a cluster, an earlier try than the last may be the stored one. */
  readonly #sent = new Map<number, Result>();
  #tries = 0;

  constructor(newId: NewId, dialect: Dialect) {
    this.#id = newId();
    this.#dialect = dialect;
  }

  /** Whether a COMMIT was sent and its answer was lost. */
  get isInDoubt(): boolean {
    return this.#sent.size > 0;
  }

  /** Two clocks measure the age. If the wall clock was set back, or if the machine slept, one of them may be too small, but not both. */
  get #isTooOld(): boolean {
    return Math.max(Date.now() - this.#wallMs, performance.now() - this.#monotonicMs) > DOUBT_MAX_MS;
  }

  /** From now on this try may be the one that is stored. */
  sendsCommit(result: Result): void {
    this.#sent.set(this.#tries, result);
  }

  /** COMMIT failed, and it is known that nothing was stored. */
  isRolledBack(): void {
    this.#sent.delete(this.#tries);
  }

  /** The statement that writes the mark of the next try. */
  next(): Statement {
    this.#tries += 1;
    return { sql: `INSERT INTO commits (id, attempt, at) VALUES (?, ?, ${this.#dialect.now})`, parameters: [this.#id, this.#tries] };
  }

  /** Inserts the mark in a try after a lost COMMIT. If the mark exists, returns the outcome of the stored try. */
  async claim(manager: EntityManager): Promise<{ readonly stored: Result } | undefined> {
    if (this.#isTooOld) throw new Unavailable('the mark of a lost COMMIT may have been swept', { outcome: 'unknown' });
    if (await this.#dialect.insertNew(manager, this.next())) return undefined;
    const [row]: { attempt: number }[] = await manager.query('SELECT attempt FROM commits WHERE id = ?', [this.#id]);
    const attempt = Number(row?.attempt);
    if (!this.#sent.has(attempt)) throw new Error('a mark that is there and tells of no try of this transaction');
    return { stored: this.#sent.get(attempt) as Result };
  }
}

/**
 * Deletes at most `limit` marks that are a day old, and returns their number. Ids begin with their creation time, so the search reads only
 * old ids. The database's clock decides in the end, because servers' clocks differ.
 */
export async function sweepMarks(dialect: Dialect, manager: EntityManager, limit: number): Promise<number> {
  const old = dialect.ago(SWEPT_AFTER_MS);
  const rows: { id: string }[] = await manager.query(`SELECT id FROM commits WHERE id < ? AND at < ${old.sql} ORDER BY id LIMIT ?`, [
    firstIdAt(Date.now() - SWEPT_AFTER_MS),
    old.parameter,
    limit,
  ]);
  await runTogether(
    dialect,
    manager,
    deletesOf(
      'commits',
      'id',
      rows.map(({ id }) => id),
    ),
  );
  return rows.length;
}

/** A text behind which all later UUIDs of version 7 sort (RFC 9562, 5.7: the first 48 bits are milliseconds). */
function firstIdAt(milliseconds: number): string {
  const time = milliseconds.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}`;
}
