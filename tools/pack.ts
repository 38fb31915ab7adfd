// Packs every package of packages/ as `npm install` gets it, and publishes nothing. Each is staged in a folder of its own, with a package.json
// that has only what is shipped, and with the files that its entry points reach. `tsx tools/pack.ts [folder]`; the default is dist/tarballs.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { faultsOf, reachableFiles, readDescription, shippedDescription } from './package-content.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const target = resolve(process.argv[2] ?? join(root, 'dist/tarballs'));
const Packed = v.tuple([v.object({ filename: v.string(), size: v.number(), files: v.array(v.object({ path: v.string() })) })]);

execFileSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
const staging = mkdtempSync(join(tmpdir(), 'ticket-pack-'));
try {
  for (const name of readdirSync(join(root, 'packages'))) pack(join(root, 'packages', name), join(staging, name));
} finally {
  rmSync(staging, { recursive: true, force: true });
}

function pack(folder: string, staged: string): void {
  for (const file of reachableFiles(folder)) {
    mkdirSync(dirname(join(staged, file)), { recursive: true });
    cpSync(join(folder, file), join(staged, file));
  }
  writeFileSync(join(staged, 'package.json'), `${JSON.stringify(shippedDescription(readDescription(folder)), null, 2)}\n`);
  const said = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', target], { cwd: staged, encoding: 'utf8' });
  const [{ filename, size, files }] = v.parse(Packed, JSON.parse(said));
  const paths = files.map(({ path }) => path);
  for (const fault of faultsOf(staged, paths)) {
    console.error(`${filename}: ${fault}`);
    process.exitCode = 1;
  }
  console.log(`${join(target, filename)}: ${paths.length} files, ${Math.ceil(size / 1024)} KiB`);
}
