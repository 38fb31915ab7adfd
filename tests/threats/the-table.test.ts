import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

/** What is tested elsewhere, because it belongs to a larger table there. It is said in the output of every run. */
const NOT_TESTED_HERE = new Map([['T10', 'the token of a deleted user: on every route, in tests/api/access.test.ts']]);
const ROWS = Array.from({ length: 41 }, (_, index) => `T${index + 1}`);

it('every row of the threat table has its test here, or is said to have none', () => {
  for (const [row, why] of NOT_TESTED_HERE) console.warn(`${row} IS NOT TESTED HERE: ${why}.`);
  const folder = fileURLToPath(new URL('.', import.meta.url));
  const tests = readdirSync(folder).filter((file) => file.endsWith('.test.ts') && file !== 'the-table.test.ts');
  const named = new Set(tests.flatMap((file) => readFileSync(folder + file, 'utf8').match(/(?<=['"`])T\d+(?=: )/g) ?? []));
  expect(ROWS.filter((row) => !named.has(row) && !NOT_TESTED_HERE.has(row))).toEqual([]);
});
