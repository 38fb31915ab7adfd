// Writes docs/licences.md, the licences of the shipped packages, from the lock. With --check it only compares the two, and exits 1 if they
// differ. In both cases a licence that is not on the list below is a failure. The shipped packages are those that `npm ci --omit=dev` installs
// on any platform, so programs for other platforms are included.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** These allow everybody to use, change and pass on the work, in a closed program too, if the notice stays with it. */
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

These ${lines.length} packages ship together with our own code. The table has the licence that each package states.

\`npm run licences\` makes this page from \`package-lock.json\`. CI fails if the page does not match the lock file. It also fails if a
package has another licence than these: ${ALLOWED.slice(0, 4).join(', ')},
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
else if (readFileSync(path, 'utf8') !== page) complain('docs/licences.md does not match package-lock.json. Write it again: npm run licences');

/** Of alternatives (OR) one has to be allowed, of a combination (AND) all. */
function isAllowed(license) {
  const choices = license.replace(/[()]/g, '').split(' OR ');
  return choices.some((choice) => choice.split(' AND ').every((one) => ALLOWED.includes(one)));
}

function complain(line) {
  console.error(line);
  process.exitCode = 1;
}
