import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { SERVER_LAWS } from '../packages/kit/src/http/prove-server.ts';
import { LAWS } from '../packages/kit/src/laws/index.ts';
import { conformancePage } from '../tools/conformance-page.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const reports = readdirSync(`${root}/conformance`).map((name) => JSON.parse(readFileSync(`${root}/conformance/${name}`, 'utf8')));

it('docs/conformance.md says what the reports say', () => {
  expect(readFileSync(`${root}/docs/conformance.md`, 'utf8')).toBe(conformancePage(reports));
});

/** The machine's own version, and the others since the oldest that is supported. */
const POSTGRES = ['postgres', 'postgres-14', 'postgres-16', 'postgres-17', 'postgres-18'];
const [servers, stores] = [reports.filter(({ level }) => level === 'http'), reports.filter(({ level }) => level !== 'http')];

it.each([
  ['all stores', stores, ['mariadb', 'memory', ...POSTGRES, 'sqlite'], LAWS],
  ['servers on each engine', servers, ['http-mariadb', ...POSTGRES.map((name) => `http-${name}`), 'http-sqlite'], SERVER_LAWS],
])('the reports of %s are of all laws that there are, and none is broken', (_which, some, names, all) => {
  expect(some.map(({ store }) => store).toSorted()).toEqual(names);
  for (const { laws } of some) {
    expect(laws.map(({ id }: { id: string }) => id)).toEqual(all.map(({ id }) => id));
    expect(laws.filter(({ outcome }: { outcome: string }) => outcome === 'broken')).toEqual([]);
  }
});
