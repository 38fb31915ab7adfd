// Says which optional dependency a locked package names without its being locked itself: npm leaves out what the
// registry does not have, and `npm ci` then refuses the lock on every machine. It also refuses download addresses,
// which would tie the lock to one registry. Prints nothing and exits 0 when the lock is good.
import { readFileSync } from 'node:fs';

const { packages } = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'));
const locked = new Set(Object.keys(packages).map((path) => path.replace(/^.*node_modules\//, '')));
for (const [path, { optionalDependencies = {}, resolved = '' }] of Object.entries(packages)) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    if (!locked.has(name)) complain(`not in the lock: ${name}@${version}, which ${path} names; choose an older version`);
  }
  if (/^https?:/.test(resolved)) complain(`${path} records a download address; write the lock anew with this folder's .npmrc`);
}

function complain(line) {
  console.error(line);
  process.exitCode = 1;
}
