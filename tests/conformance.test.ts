import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { LAWS } from '../packages/kit/src/laws/index.ts';
import { conformancePage } from '../tools/conformance-page.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const reports = readdirSync(`${root}/conformance`).map((name) => JSON.parse(readFileSync(`${root}/conformance/${name}`, 'utf8')));

it('docs/conformance.md says what the reports say', () => {
  expect(readFileSync(`${root}/docs/conformance.md`, 'utf8')).toBe(conformancePage(reports));
});

it('the reports are of all laws that there are, of four stores, and none is broken', () => {
  expect(reports.map(({ store }) => store)).toEqual(['mariadb', 'memory', 'postgres', 'sqlite']);
  for (const { laws } of reports) {
    expect(laws.map(({ id }: { id: string }) => id)).toEqual(LAWS.map(({ id }) => id));
    expect(laws.filter(({ outcome }: { outcome: string }) => outcome === 'broken')).toEqual([]);
  }
});
