import * as v from 'valibot';
import { LEVELS } from '../packages/kit/src/index.ts';
import { LAWS } from '../packages/kit/src/laws/index.ts';

const Conformance = v.object({
  store: v.string(),
  about: v.string(),
  kit: v.string(),
  level: v.picklist([...LEVELS, 'http']),
  seed: v.number(),
  seconds: v.number(),
  notProved: v.array(v.string()),
  laws: v.array(v.object({ id: v.string(), outcome: v.picklist(['kept', 'broken', 'not_proved']) })),
});

/** docs/conformance.md, from the files that `ticket-kit prove --report` wrote. */
export function conformancePage(files: readonly unknown[]): string {
  const reports = files.map((file) => v.parse(Conformance, file)).toSorted((one, other) => (one.store < other.store ? -1 : 1));
  const stores = reports.filter(({ level }) => level !== 'http');
  const servers = reports.filter(({ level }) => level === 'http');
  const rows = stores.map(({ about, laws, seed, seconds, notProved, kit }) => {
    const counts = LEVELS.map((level) => {
      const own = laws.filter(({ id }) => LAWS.find((law) => law.id === id)?.level === level);
      const kept = own.filter(({ outcome }) => outcome === 'kept').length;
      return own.length === 0 ? 'not tried' : `${kept} of ${own.length}`;
    });
    return `| ${about} | ${counts.join(' | ')} | ${notProved.length === 0 ? 'nothing' : notProved.join(', ')} | ${seconds} s, seed ${seed}, kit ${kit} |`;
  });
  return `# Conformance

\`ticket-kit prove\` ran the laws on each of our stores. The laws are divided into levels, from *stock* to *accounts*. A cell such as
\`${LAWS.filter(({ level }) => level === 'stock').length} of ${LAWS.filter(({ level }) => level === 'stock').length}\` counts the laws that this level adds to the levels before it. The first number is how many of them the store kept.
\`npm run conformance\` writes the files in \`conformance/\`, and this page is made from them.
\`TEST_POSTGRES_URL=… npm run conformance -- --postgres 18\` adds a version of PostgreSQL that runs elsewhere. [Check stock invariants](check-stock-invariants.md) explains laws and stores.

| Store | ${LEVELS.join(' | ')} | Not proved | Run |
|---|${LEVELS.map(() => '---:').join('|')}|---|---|
${rows.join('\n')}

A store in memory has no connection and no COMMIT, so the laws about outages (\`fault\`) were not tried there. A Galera cluster has suites of its own:
\`npm run test:cluster\`.

For each row of the next table we started two servers on one database. \`ticket-kit prove --url\` then tried the laws of the level *http* on them:

| Servers | http | Run |
|---|---:|---|
${servers.map(({ about, store, laws, seed, seconds, kit }) => `| ${about}, on ${store.replace(/^http-/, '')} | ${laws.filter(({ outcome }) => outcome === 'kept').length} of ${laws.length} | ${seconds} s, seed ${seed}, kit ${kit} |`).join('\n')}
`;
}
