import { KEPT_MS } from '@ticket/domain/spi';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engines, secondsAgo } from '../../../../tests/engines.ts';
import { openContainer } from '../../../../tests/open-store.ts';
import { TOKENS } from '../container.ts';
import { TypeOrmIdempotencyRecords } from './idempotency-records.ts';

const HOUR_MS = 60 * 60 * 1000;

describe.each(engines)('what is kept under idempotency keys, on %s', (engine) => {
  let opened: Awaited<ReturnType<typeof openContainer>>;
  beforeAll(async () => {
    opened = await openContainer(engine);
  });
  afterAll(() => opened.close());

  /** Stored so long ago by the database's clock. */
  const store = (key: string, ageMs: number) =>
    opened.container.get(TOKENS.database).transaction((manager) => {
      const seconds = ageMs / 1000;
      const at = secondsAgo(engine, seconds);
      return manager.query(`INSERT INTO idempotency_keys (owner, idempotency_key, fingerprint, answer, kept_at) VALUES ('o', ?, 'f', '{}', ${at})`, [
        key,
      ]);
    });
  const kept = async () => {
    const rows = await opened.container.get(TOKENS.database).query<{ idempotency_key: string }>('SELECT idempotency_key FROM idempotency_keys', []);
    return rows.map(({ idempotency_key }) => idempotency_key).toSorted();
  };

  it('stays for 24 hours by the database’s clock', async () => {
    const answers = new TypeOrmIdempotencyRecords(opened.container.get(TOKENS.database));
    await store('old', KEPT_MS + HOUR_MS);
    await store('young', KEPT_MS - HOUR_MS);
    expect(await answers.forget(KEPT_MS, 100)).toBe(1);
    expect(await kept()).toEqual(['young']);
  });

  it('has the version of a new row, also if a program without versions stored it', async () => {
    const answers = new TypeOrmIdempotencyRecords(opened.container.get(TOKENS.database));
    await store('without a version', 0);
    expect(await answers.find('o', 'without a version')).toMatchObject({ answer: { version: 1 } });
    await opened.container.get(TOKENS.database).transaction((manager) => manager.query('DELETE FROM idempotency_keys'));
  });

  it('stays for 24 hours though the database’s clock is set forward meanwhile', async () => {
    // The database's clock runs; this process's stands where it was a day ago, which is the same to one who compares them.
    let uptimeMs = 10 * KEPT_MS;
    const answers = new TypeOrmIdempotencyRecords(opened.container.get(TOKENS.database), () => uptimeMs);
    expect(await answers.forget(KEPT_MS, 100)).toBe(0);
    uptimeMs -= KEPT_MS;
    await store('made before it was set', KEPT_MS + HOUR_MS);
    expect(await answers.forget(KEPT_MS, 100)).toBe(0);
    uptimeMs += KEPT_MS - HOUR_MS;
    expect(await answers.forget(KEPT_MS, 100)).toBe(0);
    uptimeMs += HOUR_MS + 1000;
    expect(await answers.forget(KEPT_MS, 100)).toBe(1);
  });
});
