import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { closeSync, constants, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ask } from './box-office.ts';
import { privateServer, privateServers } from './private-server.ts';
import { atTheEnd, freePort, PATIENCE_MS, runServer, type Store, startServer, temporaryFolder, until } from './programs.ts';

/** The server ends itself at most 9.5 s after a signal. The rest is a margin for a busy machine. */
const WAY_OUT_MS = 15_000;

async function exitOf(server: { readonly exited: Promise<number | null>; readonly output: () => string }) {
  const began = performance.now();
  const code = await Promise.race([server.exited, sleep(PATIENCE_MS, 'still running' as const, { ref: false })]);
  return { code, ms: performance.now() - began };
}

/** A pipe that the test reads only when it wants to. */
function namedPipe() {
  const path = join(temporaryFolder(), 'log');
  expect(spawnSync('mkfifo', [path]).status).toBe(0);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writer = openSync(path, 'w');
  let isOpen = true;
  const leave = () => {
    if (isOpen) closeSync(reader);
    isOpen = false;
  };
  atTheEnd(leave);
  return { writer, leave };
}

/** A server whose log goes into the pipe. */
async function serverWithLog(pipe: { readonly writer: number }, store: Store, env: Record<string, string> = {}) {
  const port = await freePort();
  const server = await runServer('http', store, { port, env: { LOG_LEVEL: 'debug', ...env }, stdout: pipe.writer });
  closeSync(pipe.writer);
  const url = `http://127.0.0.1:${port}`;
  await until('it is there', async () => ((await ask(url, 'GET', '/health/live')).status === 200 ? true : undefined), {
    while: () => server.child.exitCode === null,
  });
  return { ...server, url };
}

/** More lines than a pipe holds. */
async function fillLog(url: string): Promise<void> {
  for (let batch = 0; batch < 12; batch++) await Promise.all(Array.from({ length: 50 }, () => ask(url, 'GET', '/api/nowhere')));
}

/** A collector that accepts everything and never answers. */
async function silentCollector(): Promise<string> {
  const server = createServer((socket) => void socket.on('error', () => undefined).resume());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  atTheEnd(() => server.close());
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}

describe('SIGTERM ends the process, whatever', () => {
  it('the reader of its log stops reading', { timeout: 120_000 }, async () => {
    const server = await serverWithLog(namedPipe(), { engine: 'sqlite', folder: temporaryFolder() });
    await fillLog(server.url);
    server.child.kill('SIGTERM');
    const { code, ms } = await exitOf(server);
    expect(code).toBe(0);
    expect(ms).toBeLessThan(WAY_OUT_MS);
  });

  it('the reader of its log is gone', { timeout: 120_000 }, async () => {
    const pipe = namedPipe();
    const server = await serverWithLog(pipe, { engine: 'sqlite', folder: temporaryFolder() });
    await fillLog(server.url);
    pipe.leave();
    await fillLog(server.url);
    server.child.kill('SIGTERM');
    expect((await exitOf(server)).code).toBe(0);
  });

  it('a second signal comes while the log is full and a request hangs: at once', { timeout: 120_000 }, async () => {
    const server = await serverWithLog(namedPipe(), { engine: 'sqlite', folder: temporaryFolder() });
    await fillLog(server.url);
    const client = connect(Number(new URL(server.url).port), '127.0.0.1').on('error', () => undefined);
    client.write('POST /api/auth/login HTTP/1.1\r\nHost: here\r\nContent-Length: 9\r\n\r\n{');
    await sleep(300);
    server.child.kill('SIGTERM');
    await sleep(300);
    server.child.kill('SIGINT');
    const { code, ms } = await exitOf(server);
    expect(code).toBe(1);
    expect(ms).toBeLessThan(5000);
  });

  it.each(privateServers)('the log, the collector, the database (%s) and a client hang together', { timeout: 120_000 }, async (engine) => {
    const database = await privateServer(engine);
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: await silentCollector() };
    const server = await serverWithLog(namedPipe(), database.store(), env);
    await fillLog(server.url);
    database.freeze();
    const client = connect(Number(new URL(server.url).port), '127.0.0.1').on('error', () => undefined);
    client.write('POST /api/auth/login HTTP/1.1\r\nHost: here\r\nContent-Length: 9\r\n\r\n{');
    const asked = ask(server.url, 'GET', '/api/events');
    await sleep(300);
    server.child.kill('SIGTERM');
    const { code, ms } = await exitOf(server);
    database.thaw();
    expect([0, 1]).toContain(code);
    expect(ms).toBeLessThan(WAY_OUT_MS);
    expect([503, undefined]).toContain((await asked).status);
  });

  it('the collector never answers', { timeout: 120_000 }, async () => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: await silentCollector() };
    const server = await startServer({ engine: 'sqlite', folder: temporaryFolder() }, { env });
    expect((await ask(server.url, 'GET', '/api/events')).status).toBe(200);
    server.child.kill('SIGTERM');
    expect((await exitOf(server)).code).toBe(0);
  });
});

const mayMount = spawnSync('unshare', ['--mount', '--', 'true']).status === 0 && existsSync('/etc/resolv.conf');
if (!mayMount) console.warn('THE RESOLVER OF NAMES DOES NOT HANG: this user may mount nothing.');

it.runIf(mayMount)('SIGTERM ends the process, though the name of its database is being looked up', { timeout: 120_000 }, async () => {
  const folder = temporaryFolder();
  const resolver = createSocket('udp4'); // it receives every question and answers none
  await new Promise<void>((resolve, reject) => resolver.once('error', reject).bind(53, '127.1.2.3', resolve));
  atTheEnd(() => resolver.close());
  writeFileSync(join(folder, 'resolv.conf'), 'nameserver 127.1.2.3\noptions timeout:30 attempts:3\n');
  const before = ['unshare', '--mount', '--', 'sh', '-c', `mount --bind ${folder}/resolv.conf /etc/resolv.conf && exec "$0" "$@"`];
  const isAsked = new Promise<void>((resolve) => resolver.once('message', () => resolve()));
  const server = await runServer('http', { engine: 'sqlite', folder }, { before, env: { DB_HOST: 'db.tickets.example' } });
  await isAsked;
  server.child.kill('SIGTERM');
  const { code, ms } = await exitOf(server);
  expect([code, server.child.signalCode]).toEqual([null, 'SIGTERM']);
  expect(ms).toBeLessThan(WAY_OUT_MS);
});

const namespace = ['unshare', '--pid', '--fork', '--kill-child', '--'];
const mayUnshare = spawnSync('unshare', ['--pid', '--fork', '--kill-child', '--', 'true']).status === 0;
if (!mayUnshare) console.warn('THE SERVER IS NOT STARTED AS PID 1: this user may make no PID namespace. It is told to stop as any other process.');

/** The process that unshare has forked, or else the started process itself. */
function pidOf(child: number): number {
  if (!mayUnshare) return child;
  const children = `/proc/${child}/task/${child}/children`;
  return existsSync(children) ? Number(readFileSync(children, 'utf8').trim().split(' ')[0]) : 0;
}

describe('a signal while the program is loaded ends it', () => {
  // It reports when code registers a listener for the signal. Node's own code registers none.
  const preload = `const { on } = process;
    process.on = function (name, ...rest) {
      const done = on.call(this, name, ...rest);
      if (name === 'SIGINT') process.stderr.write('it hears signals\\n');
      return done;
    };`;

  it.each(['http', 'cli'] as const)('as the first process of a container: %s', async (app) => {
    const store = { engine: 'sqlite', folder: temporaryFolder() } as const;
    const server = await runServer(app, store, { port: 0, preload, before: mayUnshare ? namespace : [] });
    await server.says(/it hears signals/);
    process.kill(pidOf(server.child.pid ?? 0), 'SIGTERM');
    expect((await exitOf(server)).code).toBe(0);
    expect(server.output()).not.toContain('listens on');
  });
});

describe('without hard links', () => {
  const preload = `import fs from 'node:fs';
    import { syncBuiltinESMExports } from 'node:module';
    fs.linkSync = () => { throw Object.assign(new Error('not here'), { code: 'EPERM' }); };
    syncBuiltinESMExports();`;

  it.each(privateServers)('two servers that start at once open each other’s tokens, %s', { timeout: 120_000 }, async (engine) => {
    const store = (await privateServer(engine)).store();
    const options = { preload, env: { DATA_DIR: temporaryFolder(), JWT_SECRET: '' } };
    const [one, other] = await Promise.all([startServer(store, options), startServer(store, options)]);
    const account = { name: 'Jane', email: 'jane@example.com', password: 'correct horse' };
    const made = await ask(one.url, 'POST', '/api/auth/register', { body: account });
    const as = { id: made.body.data.user.id, token: made.body.data.token };
    expect((await ask(other.url, 'GET', '/api/auth/me', { as })).status).toBe(200);
  });
});
