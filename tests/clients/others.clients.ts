import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RealServer, startServer } from '../../tools/real-server.ts';
import { sayMissing } from '../machine.ts';

/** Generators and clients of other people, on the document of a real server. The programs in `programs/` check what they get. */
const here = import.meta.dirname;
const run = promisify(execFile);
const bin = (name: string): string => join(here, 'node_modules/.bin', name);
/** Generators tell their makers that they ran, unless these are set. */
const env = { ...process.env, DO_NOT_TRACK: '1', SCARF_ANALYTICS: 'false' };
const from = (command: string, ...args: string[]) => run(command, args, { cwd: here, env });

// The folder has every pinned version already, or it is installed from its lock.
const npm = (...args: string[]) => spawnSync('npm', args, { cwd: here, encoding: 'utf8' });
const isThere = npm('ls', '--depth=0').status === 0;
const installed = isThere ? undefined : npm('ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline');
const isMissing = !isThere && installed?.status !== 0;
if (isMissing) sayMissing(`THE CLIENTS OF OTHERS DO NOT RUN: npm ci failed in tests/clients.\n${installed?.stderr.slice(-500)}`);

describe.skipIf(isMissing)('a client of other people', () => {
  let server: RealServer;
  let document: string;
  beforeAll(async () => {
    rmSync(join(here, 'generated'), { recursive: true, force: true });
    mkdirSync(join(here, 'generated'));
    server = await startServer();
    document = await (await fetch(`${server.url}/openapi.json`)).text();
    writeFileSync(join(here, 'generated/openapi.json'), document);
    await Promise.all([
      from(bin('openapi-typescript'), 'generated/openapi.json', '-o', 'generated/openapi-typescript.ts'),
      from(bin('openapi-ts'), '-i', './generated/openapi.json', '-o', 'generated/hey-api', '-c', '@hey-api/client-fetch'),
      from(bin('orval'), '--input', './generated/openapi.json', '--output', './generated/orval.ts', '--client', 'fetch'),
    ]);
  });
  afterAll(() => server?.stop());

  const program = (name: string, url: string) =>
    run(process.execPath, ['--import', import.meta.resolve('tsx'), `programs/${name}.ts`], { cwd: here, env: { ...env, API_URL: url } });

  it('compiles under strict TypeScript, with what was generated', async () => {
    await from(bin('tsc'), '-p', '.');
  });

  it.each(['openapi-fetch', 'hey-api', 'orval'])(
    'registers, logs in, creates an event, books, is refused, reads, lists and cancels: %s',
    async (name) => {
      await program(name, server.url);
    },
  );

  it('walks every row once while rows are made, and caches what the server says is unchanged: got', async () => {
    await program('got', server.url);
  });

  /** Prism between a client and the server. What breaks the document is a 500 of Prism. */
  async function throughPrism(text: string): Promise<void> {
    writeFileSync(join(here, 'generated/proxied.json'), text);
    const args = ['proxy', 'generated/proxied.json', server.url, '--errors', '--host', '127.0.0.1', '--port', '0'];
    const prism: ChildProcess = spawn(process.execPath, [join(here, 'node_modules/@stoplight/prism-cli/dist/index.js'), ...args], { cwd: here, env });
    try {
      if (prism.stdout === null) throw new Error('Prism has no output');
      let url: string | undefined;
      for await (const line of createInterface({ input: prism.stdout })) {
        url = /listening on (http:\/\/\S+)/.exec(line)?.[1];
        if (url !== undefined) break;
      }
      if (url === undefined) throw new Error('Prism did not start');
      prism.stdout.resume();
      await program('openapi-fetch', url);
    } finally {
      prism.kill('SIGKILL');
    }
  }

  it('finds no request and no answer that breaks the document: Prism as a validating proxy', async () => {
    await throughPrism(document);
  });

  it('finds a planted violation: Prism', async () => {
    const planted = document.replaceAll('"available_tickets":{"type":"integer"', '"available_tickets":{"type":"string"');
    expect(planted).not.toBe(document);
    await expect(throughPrism(planted)).rejects.toThrow('AssertionError');
  });
});
