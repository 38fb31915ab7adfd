// Checks package locks: this folder's, the benchmark reference's and that of tests/clients, or those of the given folders. If they are good, it prints nothing and
// exits 0. The rules: every package comes from a registry, with a SHA-512 of its content. No package has an install script, unless package.json
// denies the script. The manifests ask for one version, not for a range. Every optional dependency of a locked package is locked too. npm leaves
// out what the registry does not have, and then `npm ci` refuses the lock on every machine. No download address is recorded, since it would tie
// the lock to one registry or bypass it.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const given = process.argv.slice(2);
for (const folder of given.length > 0 ? given : [root, `${root}bench/reference`, `${root}tests/clients`]) check(folder);

function check(folder) {
  const { packages } = JSON.parse(readFileSync(`${folder}/package-lock.json`, 'utf8'));
  const { allowScripts = {} } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
  const complain = (line) => {
    console.error(`${folder}: ${line}`);
    process.exitCode = 1;
  };
  const locked = new Set(Object.keys(packages).map(nameIn));
  for (const [path, { link, resolved, integrity = '', hasInstallScript, ...entry }] of Object.entries(packages)) {
    const isOurs = !path.includes('node_modules/');
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      if (!locked.has(name)) complain(`not in the lock: ${name}@${version}, which ${path} names; choose an older version`);
    }
    if (link || isOurs) {
      if (link && !(resolved in packages)) complain(`${path} leads to ${resolved}, which is no workspace`);
      for (const [name, version] of Object.entries({ ...entry.dependencies, ...entry.devDependencies })) {
        if (!/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version)) complain(`${path || 'package.json'} asks for ${name}@${version}; pin one version`);
      }
      continue;
    }
    if (resolved !== undefined) complain(`${path} records a download address; write the lock anew with this folder's .npmrc`);
    if (!integrity.startsWith('sha512-')) complain(`${path} has no SHA-512; take it from a registry`);
    if (hasInstallScript && allowScripts[nameIn(path)] !== false) {
      complain(`${path} runs a script when it is installed; do without it, or deny the script in allowScripts of package.json`);
    }
  }
}

function nameIn(path) {
  return path.replace(/^.*node_modules\//, '');
}
