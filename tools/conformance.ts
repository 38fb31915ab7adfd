// Tries the laws of the kit on our stores, and keeps what was proved: `npm run conformance`. Results are in conformance/, the page in docs/.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { main } from '../packages/kit/src/cli.ts';
import { startServers } from '../tests/throwaway-servers.ts';
import { conformancePage } from './conformance-page.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, 'conformance');
mkdirSync(folder, { recursive: true });
const { mysqlUrl, postgresUrl, stop } = await startServers();
try {
  await tried('memory', 'memory');
  await tried('sqlite', 'sqlite:');
  await tried('mariadb', mysqlUrl && new URL('/information_schema', mysqlUrl).href);
  await tried('postgres', postgresUrl && new URL('/postgres', postgresUrl).href);
} finally {
  stop();
}
const reports = readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')));
writeFileSync(join(root, 'docs/conformance.md'), conformancePage(reports));

async function tried(name: string, store: string | undefined): Promise<void> {
  if (store === undefined) throw new Error(`this machine has no server for ${name}`);
  const report = join(folder, `${name}.json`);
  const args = ['prove', store, '--level', 'accounts', '--seconds', '20', '--seed', '20261128', '--timeout', '60000', '--report', report];
  if ((await main(args)) !== 0) process.exitCode = 1;
  // The address of a throwaway server says nothing to a reader.
  writeFileSync(report, readFileSync(report, 'utf8').replace(/"store": ".*"/, `"store": "${name}"`));
}
