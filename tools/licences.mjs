// Whose work ships: writes docs/licences.md from the lock; with --check only says whether it is as the lock has it (exit 1 if
// not). Either way a licence that is not on the list below is a failure. What ships is what `npm ci --omit=dev` installs on some
// platform, so the programs of the other platforms are in it.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** They let anybody use, change and pass on the work in a closed program too, for a notice in return. */
const ALLOWED = ['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', '0BSD', 'BlueOak-1.0.0', 'CC0-1.0', 'Unlicense', 'Python-2.0'];

const arguments_ = process.argv.slice(2);
const folder = arguments_.find((argument) => !argument.startsWith('--')) ?? fileURLToPath(new URL('..', import.meta.url));
const { packages } = JSON.parse(readFileSync(`${folder}/package-lock.json`, 'utf8'));
const shipped = Object.entries(packages)
  .filter(([path, { dev, link }]) => path.includes('node_modules/') && !dev && !link)
  .map(([path, { version, license = 'none' }]) => ({ name: path.replace(/^.*node_modules\//, ''), version, license }))
  .sort((one, other) => one.name.localeCompare(other.name, 'en') || one.version.localeCompare(other.version, 'en'));
const lines = [...new Set(shipped.map(({ name, version, license }) => `| ${name} | ${version} | ${license} |`))];

const page = `# Licences

What ships beside our own code, with the licence that its package states: ${lines.length} packages. Made from \`package-lock.json\` by
\`npm run licences\`; CI fails when this page is another, or when a licence is none of these: ${ALLOWED.slice(0, 4).join(', ')},
${ALLOWED.slice(4).join(', ')}.

| Package | Version | Licence |
|---|---|---|
${lines.join('\n')}
`;

for (const { name, version, license } of shipped) {
  if (!isAllowed(license)) complain(`${name}@${version} has the licence ${license}, which is not on the list in tools/licences.mjs; do without it`);
}
const path = `${folder}/docs/licences.md`;
if (!arguments_.includes('--check')) writeFileSync(path, page);
else if (readFileSync(path, 'utf8') !== page) complain('docs/licences.md is not what the lock says; write it anew: npm run licences');

/** Of a choice one is enough, of a combination all are needed. */
function isAllowed(license) {
  const choices = license.replace(/[()]/g, '').split(' OR ');
  return choices.some((choice) => choice.split(' AND ').every((one) => ALLOWED.includes(one)));
}

function complain(line) {
  console.error(line);
  process.exitCode = 1;
}
