import { createHash } from 'node:crypto';
import type { RateLimitStore } from '@ticket/domain';
import { endOfLongestWindow, endOfWindow, type RateCount } from '@ticket/domain/spi';
import type { Database } from './database.ts';
import type { Dialect } from './dialects/dialect.ts';
import { type RateCountColumns, toDate } from './rows.ts';
import { placesFor, type Statement } from './statement.ts';

/** A subject is stored as its hash, so the table has no e-mails and no addresses. */
export const hashOf = (subject: string): string => createHash('sha256').update(subject).digest('hex');

export class TypeOrmRateLimitStore implements RateLimitStore {
  readonly #database: Database;
  constructor(database: Database) {
    this.#database = database;
  }

  async read(subjects: readonly string[], now: Date): Promise<readonly RateCount[]> {
    const names = new Map(subjects.map((subject) => [hashOf(subject), subject]));
    const rows = await this.#database.query<RateCountColumns>(
      `SELECT subject_hash, counted, ends_at FROM rate_counts WHERE subject_hash IN (${placesFor(subjects)}) AND ends_at > ? AND ends_at <= ?`,
      [...names.keys(), this.#database.dialect.date(now), this.#database.dialect.date(endOfWindow(now))],
      { freshness: 'latest' }, // limits are decided on these counts
    );
    return rows.map(({ subject_hash, counted, ends_at }) => ({ subject: names.get(subject_hash) ?? '', count: counted, endsAt: toDate(ends_at) }));
  }

  add(subjects: readonly string[], now: Date): Promise<void> {
    return this.#database.transaction(async (manager) => {
      const [moment, end] = [this.#database.dialect.date(now), this.#database.dialect.date(endOfWindow(now))];
      // One statement counts, so that two simultaneous calls both count. Some engines assign from left to right, and the count depends on the old
      // end. So `counted` is set before `ends_at`.
      const { set, stored } = this.#database.dialect.onDuplicate('rate_counts', 'subject_hash');
      const [count, until] = [stored('counted'), stored('ends_at')];
      for (const hash of subjects.map(hashOf).sort()) {
        await manager.query(
          `INSERT INTO rate_counts (subject_hash, counted, ends_at) VALUES (?, 1, ?)
           ${set} counted = CASE WHEN ${until} > ? THEN ${count} + 1 ELSE 1 END, ends_at = CASE WHEN ${until} > ? AND ${until} <= ? THEN ${until} ELSE ? END`,
          [hash, end, moment, moment, end, end],
        );
      }
    });
  }

  forget(now: Date, limit: number): Promise<number> {
    const notRunning = [this.#database.dialect.date(now), this.#database.dialect.date(endOfLongestWindow(now))];
    return this.#database.transaction(async (manager) => {
      const rows: Pick<RateCountColumns, 'subject_hash'>[] = await manager.query(
        'SELECT subject_hash FROM rate_counts WHERE ends_at <= ? OR ends_at > ? ORDER BY ends_at LIMIT ?',
        [...notRunning, limit],
      );
      if (rows.length === 0) return 0;
      // Since the row was found, its window may have begun again.
      await manager.query(`DELETE FROM rate_counts WHERE subject_hash IN (${placesFor(rows)}) AND (ends_at <= ? OR ends_at > ?)`, [
        ...rows.map(({ subject_hash }) => subject_hash),
        ...notRunning,
      ]);
      return rows.length;
    });
  }
}

/** Statements that replace the stored counts of the same subjects. The caller holds the lock under which the counts were decided. */
export const countReplacements = (dialect: Dialect, counts: readonly RateCount[]): Statement[] =>
  dialect.insertMany(
    'rate_counts',
    ['subject_hash', 'counted', 'ends_at'],
    counts.map(({ subject, count, endsAt }) => [hashOf(subject), count, endsAt]),
    { replaces: true },
  );
