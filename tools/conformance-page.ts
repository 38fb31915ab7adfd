import * as v from 'valibot';
import { LEVELS } from '../packages/kit/src/index.ts';
import { LAWS } from '../packages/kit/src/laws/index.ts';

const Conformance = v.object({
  store: v.string(),
  about: v.string(),
  kit: v.string(),
  level: v.picklist(LEVELS),
  seed: v.number(),
  seconds: v.number(),
  notProved: v.array(v.string()),
  laws: v.array(v.object({ id: v.string(), outcome: v.picklist(['kept', 'broken', 'not_proved']) })),
});

/** docs/conformance.md, from the files that `ticket-kit prove --report` wrote. */
export function conformancePage(files: readonly unknown[]): string {
  const reports = files.map((file) => v.parse(Conformance, file)).toSorted((one, other) => (one.store < other.store ? -1 : 1));
  const rows = reports.map(({ about, laws, seed, seconds, notProved, kit }) => {
    const counts = LEVELS.map((level) => {
      const own = laws.filter(({ id }) => LAWS.find((law) => law.id === id)?.level === level);
      const kept = own.filter(({ outcome }) => outcome === 'kept').length;
      return own.length === 0 ? 'not tried' : `${kept} of ${own.length}`;
    });
    return `| ${about} | ${counts.join(' | ')} | ${notProved.length === 0 ? 'nothing' : notProved.join(', ')} | ${seconds} s, seed ${seed}, kit ${kit} |`;
  });
  return `# Conformance

\`ticket-kit prove\` ran the laws on each of our stores. The laws are divided into levels, from *stock* to *accounts*. A cell such as
\`63 of 63\` is the number of laws that the store kept, and the number of laws of this level. \`npm run conformance\` writes the files in
\`conformance/\`, and this page is made from them. [Check stock invariants](check-stock-invariants.md) explains laws and stores.

| Store | ${LEVELS.join(' | ')} | Not proved | Run |
|---|${LEVELS.map(() => '---:').join('|')}|---|---|
${rows.join('\n')}

A store in memory has no COMMIT, so the laws about lost COMMITs (\`fault\`) were not tried there. A Galera cluster has suites of its own:
\`npm run test:cluster\`.
`;
}
