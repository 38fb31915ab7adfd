import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

/** Threats that are tested elsewhere, because they belong to a larger table there. Every run prints them. */
const NOT_TESTED_HERE = new Map([
  ['T10', 'the token of a deleted user: on every route, in tests/api/access.test.ts'],
  ['T42', 'another’s booking: with everybody’s rights to everything, in tests/api/access.test.ts'],
  ['T43', 'the order of checks: apps/http/src/app.test.ts, and rows that are not there in tests/api/access.test.ts'],
  ['T47', 'an event resized while it is booked: tests/api/races.test.ts'],
  ['T61', 'a booking cancelled and deleted by many at once: tests/api/races.test.ts'],
  ['T66', 'an event deleted while it is booked: tests/api/races.test.ts'],
  ['T70', 'asking twice: tests/api/idempotency.test.ts'],
  ['T71', 'the key of another user: tests/api/idempotency.test.ts'],
  ['T72', 'a list without a limit: apps/http/src/app.test.ts, and part by part in apps/http/src/lists.test.ts'],
  ['T88', 'undefined in a where: no statement is made of an object that a client sent; what a PUT leaves out is in tests/api/specification.test.ts'],
  ['T89', 'unknown routes and methods: apps/http/src/app.test.ts'],
  ['T93', 'security headers: apps/http/src/app.test.ts'],
  ['T99', 'forged lines of the log: tests/log.test.ts'],
]);
const ROWS = Array.from({ length: 99 }, (_, index) => `T${index + 1}`);
const root = fileURLToPath(new URL('../..', import.meta.url));

it('every row of the threat table has its test here, or is said to have none', () => {
  for (const [row, why] of NOT_TESTED_HERE) console.warn(`${row} IS NOT TESTED HERE: ${why}.`);
  const folder = fileURLToPath(new URL('.', import.meta.url));
  const tests = readdirSync(folder).filter((file) => file.endsWith('.test.ts') && file !== 'the-table.test.ts');
  // Titles begin with their rows: 'T49, T50: …'
  const titles = tests.flatMap((file) => readFileSync(folder + file, 'utf8').match(/(?<=['"`])T\d+(?:, T\d+)*(?=: )/g) ?? []);
  const named = new Set(titles.flatMap((rows) => rows.split(', ')));
  expect(ROWS.filter((row) => !named.has(row) && !NOT_TESTED_HERE.has(row))).toEqual([]);
  expect(ROWS.filter((row) => named.has(row) && NOT_TESTED_HERE.has(row))).toEqual([]);
  const files = [...NOT_TESTED_HERE.values()].flatMap((why) => why.match(/[\w/-]+\.test\.ts/g) ?? ['']);
  expect(files.filter((file) => file === '' || !existsSync(root + file))).toEqual([]);
});
