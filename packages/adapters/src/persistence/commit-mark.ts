import { type NewId, Unavailable } from '@ticket/domain';
import type { EntityManager } from 'typeorm';
import type { Dialect } from './dialects/dialect.ts';
import type { Statement } from './statement.ts';
import { deletesOf, runTogether } from './writing.ts';

/** A mark is deleted after a day, by the database's clock. It is no longer needed long before that. */
const SWEPT_AFTER_MS = 24 * 60 * 60 * 1000;
/** A transaction older than this is not tried again: its mark might be swept before the try reaches the database. */
const DOUBT_MAX_MS = 60 * 60 * 1000;

/**
 * The mark that every try of one transaction writes. It shows whether a lost COMMIT was stored, so that nothing is inferred.
 *
 * The first try writes it last, just before COMMIT. A try after a lost COMMIT writes it first, as a fence. If the row is there already,
 * the transaction is stored. If not, the earlier try can never commit, since two transactions cannot both hold the key. On one server the
 * lock on the key decides at once; between nodes of a cluster certification decides at COMMIT.
 */
export class CommitMark<Result> {
  readonly #id: string;
  readonly #dialect: Dialect;
  readonly #wallMs = Date.now();
  readonly #monotonicMs = performance.now();
  /** The outcome of each try that sent COMMIT. Between nodes of a cluster an earlier try than the last may be the stored one. */
  readonly #sent = new Map<number, Result>();
  #tries = 0;

  constructor(newId: NewId, dialect: Dialect) {
    this.#id = newId();
    this.#dialect = dialect;
  }

  /** Whether a COMMIT was sent and its answer never came. */
  get isInDoubt(): boolean {
    return this.#sent.size > 0;
  }

  /** The clock may have been set back and the machine may have slept: each alone hides time that has passed, not both. */
  get #isTooOld(): boolean {
    return Math.max(Date.now() - this.#wallMs, performance.now() - this.#monotonicMs) > DOUBT_MAX_MS;
  }

  /** From now on this try may be the one that is stored. */
  sendsCommit(result: Result): void {
    this.#sent.set(this.#tries, result);
  }

  /** COMMIT is known to have stored nothing. */
  isRolledBack(): void {
    this.#sent.delete(this.#tries);
  }

  /** Writes the mark of the next try. */
  next(): Statement {
    this.#tries += 1;
    return { sql: `INSERT INTO commits (id, attempt, at) VALUES (?, ?, ${this.#dialect.now})`, parameters: [this.#id, this.#tries] };
  }

  /** Writes the mark as the fence of a try after a lost COMMIT; or returns the outcome of the stored try. */
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
 * Deletes at most `limit` marks that are a day old, and says how many they were. Ids begin with the time at which they were made, so the
 * range ends where younger ones begin. The database's clock has the last word, since servers' clocks differ.
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

/** Every UUID of version 7 that was made earlier sorts before it (RFC 9562, 5.7: its first 48 bits are milliseconds). */
function firstIdAt(milliseconds: number): string {
  const time = milliseconds.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}`;
}
