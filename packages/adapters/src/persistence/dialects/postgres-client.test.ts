import { describe, expect, it } from 'vitest';
import { translated } from './postgres-client.ts';

describe('a statement as PostgreSQL reads it', () => {
  it.each([
    ['SELECT 1 FROM events WHERE id = ? AND name = ?', 'SELECT 1 FROM events WHERE id = $1 AND name = $2'],
    ['SELECT events.createdAt, updatedAt FROM events', 'SELECT events."createdAt", "updatedAt" FROM events'],
    [`SELECT '?' AS a, 'it''s createdAt?' AS b WHERE c = ?`, `SELECT '?' AS a, 'it''s createdAt?' AS b WHERE c = $1`],
    ['SELECT "locked"."createdAt" AS createdAt WHERE x = $1', 'SELECT "locked"."createdAt" AS "createdAt" WHERE x = $1'],
    ['INSERT INTO t SELECT * FROM unnest(?::varchar[], ?::timestamptz[])', 'INSERT INTO t SELECT * FROM unnest($1::varchar[], $2::timestamptz[])'],
    ['COMMIT', 'COMMIT'],
  ])('%s', (text, sql) => {
    expect(translated(text).sql).toBe(sql);
    expect(translated(text)).toBe(translated(text));
  });

  it('has a name of its own, while there are few', () => {
    const [one, other] = [translated('SELECT ?'), translated('SELECT ?, ?')];
    expect([one.name, other.name]).toEqual([expect.any(String), expect.any(String)]);
    expect(one.name).not.toBe(other.name);
    const many = Array.from({ length: 300 }, (_, n) => translated(`SELECT ${n}, ?`));
    expect(many.at(-1)).toEqual({ sql: 'SELECT 299, $1', name: undefined });
    expect(new Set(many.map(({ name }) => name).filter((name) => name !== undefined)).size).toBeLessThan(200);
  });
});
