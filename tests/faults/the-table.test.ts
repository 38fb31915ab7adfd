import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

/** Faults that one machine cannot inject, or that another suite injects. Every run prints them. */
const NOT_INJECTED_HERE = new Map([
  ['F16', 'power loss: nothing here can cut it. Asserted is what SQLite is told; what MariaDB does is its innodb_flush_log_at_trx_commit'],
  ['F27', 'a read-only or non-primary node: npm run test:cluster; here its errors are put on the wire'],
  ['F28', 'a paused cluster node: npm run test:cluster; here a paused database and a paused server'],
  ['F29', 'uncaughtException and unhandledRejection: tests/process.test.ts'],
]);
const ROWS = Array.from({ length: 30 }, (_, index) => `F${index + 1}`);

it('docs/reliability.md lists every row of the fault table', () => {
  const page = readFileSync(new URL('../../docs/reliability.md', import.meta.url), 'utf8');
  const listed = [...page.matchAll(/\| (F\d+) \|/g)].map(([, row = '']) => row);
  expect(listed.toSorted()).toEqual(ROWS.toSorted());
});

it('every row of the fault table has its test here, or is said to have none', () => {
  for (const [row, why] of NOT_INJECTED_HERE) console.warn(`${row} IS NOT INJECTED HERE: ${why}.`);
  const folder = fileURLToPath(new URL('.', import.meta.url));
  const tests = readdirSync(folder).filter((file) => file.endsWith('.test.ts') && file !== 'the-table.test.ts');
  const named = new Set(tests.flatMap((file) => readFileSync(folder + file, 'utf8').match(/\bF\d+\b/g) ?? []));
  expect(ROWS.filter((row) => !named.has(row) && !NOT_INJECTED_HERE.has(row))).toEqual([]);
});
