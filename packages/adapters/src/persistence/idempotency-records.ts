import type { ActorRef, IdempotencyKey, IdempotencyRecords } from '@ticket/domain';
import { type IdempotencyRecord, ownerOf } from '@ticket/domain/spi';
import type { EntityManager } from 'typeorm';
import type { Database } from './database.ts';
import type { Dialect } from './dialects/dialect.ts';
import { type IdempotencyRecordColumns, toDate } from './rows.ts';
import type { Statement } from './statement.ts';

/** Reads the stored answers under the keys. Without keys it sends no query. */
export async function readIdempotencyRecords(
  manager: EntityManager,
  asked: readonly { readonly actor: ActorRef; readonly key?: IdempotencyKey | undefined }[],
): Promise<IdempotencyRecord[]> {
  const keys = asked.flatMap(({ actor, key }) => (key === undefined ? [] : [ownerOf(actor), key.value]));
  if (keys.length === 0) return [];
  const either = Array.from({ length: keys.length / 2 }, () => ONE).join(' OR ');
  const rows: IdempotencyRecordColumns[] = await manager.query(`${KEPT} WHERE ${either}`, keys);
  return rows.map(toIdempotencyRecord);
}

const KEPT = 'SELECT owner, idempotency_key, kind, fingerprint, answer, kept_at FROM idempotency_keys';
const ONE = '(owner = ? AND idempotency_key = ?)';
const toIdempotencyRecord = ({ owner, idempotency_key: key, kind, fingerprint, answer }: IdempotencyRecordColumns): IdempotencyRecord => ({
  owner,
  key,
  kind: kind ?? undefined,
  fingerprint,
  answer: revived(answer),
});

export const idempotencyRecordInserts = (dialect: Dialect, answers: readonly IdempotencyRecord[]): Statement[] =>
  dialect.insertMany(
    'idempotency_keys',
    ['owner', 'idempotency_key', 'kind', 'fingerprint', 'answer'],
    answers.map(({ owner, key, kind = null, fingerprint, answer }) => [owner, key, kind, fingerprint, JSON.stringify(answer)]),
    { stamped: 'kept_at' },
  );

/** The fields of entities that are dates. */
const INSTANTS: readonly string[] = ['bookingDate', 'eventDate', 'createdAt', 'updatedAt'];
/** A program without versions stored the answer without one. It is the row as it was created, so its version was 1. */
const revived = (json: string): IdempotencyRecord['answer'] => ({
  version: 1,
  ...JSON.parse(json, (name, value: unknown) => (INSTANTS.includes(name) && typeof value === 'string' ? new Date(value) : value)),
});

export class TypeOrmIdempotencyRecords implements IdempotencyRecords {
  readonly #database: Database;
  readonly #uptimeMs: () => number;
  /** The smallest difference seen between the database's clock and this process's uptime. */
  #aheadMs = Number.POSITIVE_INFINITY;
  constructor(database: Database, uptimeMs = () => performance.now()) {
    this.#database = database;
    this.#uptimeMs = uptimeMs;
  }

  async find(owner: string, key: string): Promise<IdempotencyRecord | undefined> {
    const [row] = await this.#database.query<IdempotencyRecordColumns>(`${KEPT} WHERE ${ONE}`, [owner, key], { freshness: 'latest' });
    return row && toIdempotencyRecord(row);
  }

  /**
   * Ages are measured by the database's clock, because a server with a wrong clock must not delete records that others still need. If the
   * database's clock is set forward while this process runs, only the time that really passed counts.
   */
  forget(ageMs: number, limit: number): Promise<number> {
    return this.#database.transaction(async (manager) => {
      const [row]: { now: Date | string }[] = await manager.query(`SELECT ${this.#database.dialect.now} AS now`);
      const uptimeMs = this.#uptimeMs();
      if (row !== undefined) this.#aheadMs = Math.min(this.#aheadMs, toDate(row.now).getTime() - uptimeMs);
      const oldest = this.#database.dialect.date(new Date(this.#aheadMs + uptimeMs - ageMs));
      // The rows are found first, because not all engines support DELETE with LIMIT. Then only these rows are locked.
      const rows: Pick<IdempotencyRecordColumns, 'owner' | 'idempotency_key'>[] = await manager.query(
        'SELECT owner, idempotency_key FROM idempotency_keys WHERE kept_at < ? ORDER BY kept_at LIMIT ?',
        [oldest, limit],
      );
      if (rows.length === 0) return 0;
      const each = rows.map(() => ONE).join(' OR ');
      await manager.query(
        `DELETE FROM idempotency_keys WHERE ${each}`,
        rows.flatMap(({ owner, idempotency_key: key }) => [owner, key]),
      );
      return rows.length;
    });
  }
}
