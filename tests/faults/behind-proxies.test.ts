import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { find, install } from '../machine.ts';
import { freePort, launch, type Server, startServer, temporaryFolder, until } from './programs.ts';

/** A real nginx and a real HAProxy stand in front of the real server. They use the samples of docs/deployment. Only ports and times differ. */
const samples = fileURLToPath(new URL('../../docs/deployment/', import.meta.url));
const nginx = find('nginx') ?? install('nginx', 'nginx');
const haproxy = find('haproxy') ?? install('haproxy', 'haproxy');
const missing = [nginx === undefined ? 'nginx' : [], haproxy === undefined ? 'haproxy' : []].flat();
if (missing.length > 0) {
  const words = `NO TEST RUNS BEHIND ${missing.join(' AND ').toUpperCase()}: not here. Install it (Debian: apt-get install ${missing.join(' ')}).`;
  if (process.env['CI'] === 'true') throw new Error(words);
  console.warn(words);
}

/** Replaces words of the sample. Each word has to occur. */
function sampleOf(name: string, changes: Readonly<Record<string, string>>): string {
  let text = readFileSync(join(samples, name), 'utf8');
  for (const [from, to] of Object.entries(changes)) {
    if (!text.includes(from)) throw new Error(`${name} has no "${from}"`);
    text = text.replaceAll(from, to);
  }
  return text;
}

const portOf = ({ url }: Server): string => new URL(url).port;
async function start(env: Record<string, string> = {}): Promise<Server> {
  const server = await startServer(
    { engine: 'sqlite', folder: temporaryFolder() },
    { env: { HOST: '127.0.0.1', TRUSTED_PROXIES: '127.0.0.1', ...env } },
  );
  ofOneTest.push(server.child);
  return server;
}

/** This server is for the tests that only send requests. The other processes belong to one test each. */
let server: Server;
const ofOneTest: ChildProcess[] = [];
beforeAll(async () => {
  server = await start();
  ofOneTest.length = 0;
});
afterEach(() => {
  for (const child of ofOneTest.splice(0)) child.kill('SIGKILL');
});

const isOpen = (port: number): Promise<true | undefined> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    }).on('error', () => resolve(undefined));
  });

/** nginx on a free port before the servers. */
async function startNginx([one, two = one]: readonly Server[], changes: Readonly<Record<string, string>> = {}): Promise<number> {
  if (one === undefined || two === undefined) throw new Error('no server');
  const [folder, port] = [temporaryFolder(), await freePort()];
  const folders = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${folder}/${kind};`).join(' ');
  const ports = {
    'listen 80;': `listen 127.0.0.1:${port};`,
    '127.0.0.1:3000': `127.0.0.1:${portOf(one)}`,
    '127.0.0.1:3001': `127.0.0.1:${portOf(two)}`,
  };
  writeFileSync(join(folder, 'nginx.conf'), sampleOf('nginx.conf', { 'http {': `http { ${folders}`, ...ports, ...changes }));
  const own = `daemon off; pid ${folder}/pid; error_log stderr warn;${process.getuid?.() === 0 ? ' user root;' : ''}`;
  const { child, output } = launch(nginx ?? '', ['-p', folder, '-c', join(folder, 'nginx.conf'), '-g', own]);
  ofOneTest.push(child);
  await until('nginx listens', () => isOpen(port), { output, while: () => child.exitCode === null });
  return port;
}

/** HAProxy on a free port, and the state that it reports for each server: UP, DOWN, or the number of checks until it changes. */
async function startHaproxy([one, two = one]: readonly Server[], changes: Readonly<Record<string, string>> = {}) {
  if (one === undefined || two === undefined) throw new Error('no server');
  const [folder, port] = [temporaryFolder(), await freePort()];
  const ports = { 'bind :80': `bind 127.0.0.1:${port}`, '127.0.0.1:3000': `127.0.0.1:${portOf(one)}`, '127.0.0.1:3001': `127.0.0.1:${portOf(two)}` };
  writeFileSync(
    join(folder, 'haproxy.cfg'),
    sampleOf('haproxy.cfg', { 'maxconn 10000': 'maxconn 200', 'inter 1s': 'inter 100ms', ...ports, ...changes }),
  );
  writeFileSync(join(folder, 'stats.cfg'), `global\n  stats socket ${folder}/stats level user\n`);
  const { child, output } = launch(haproxy ?? '', ['-db', '-f', join(folder, 'haproxy.cfg'), '-f', join(folder, 'stats.cfg')]);
  ofOneTest.push(child);
  await until('HAProxy listens', () => isOpen(port), { output, while: () => child.exitCode === null });
  await until('HAProxy has its socket', async () => existsSync(join(folder, 'stats')) || undefined, { output, while: () => child.exitCode === null });
  const states = () =>
    new Promise<readonly (string | undefined)[]>((resolve, reject) => {
      let told = '';
      const socket = connect(join(folder, 'stats')).on('error', reject);
      socket
        .on('data', (chunk) => (told += chunk))
        .on('end', () => {
          const [names = '', ...rows] = told.replace('# ', '').trim().split('\n');
          const column = (row: string, name: string) => row.split(',')[names.split(',').indexOf(name)];
          resolve(
            rows
              .filter((row) => ['one', 'two'].includes(column(row, 'svname') ?? ''))
              .map((row) => `${column(row, 'status')} ${column(row, 'check_status')}`),
          );
        });
      socket.write('show stat\n');
    });
  return { port, states };
}

interface Asking {
  /** One of the many loopback addresses of this machine. */
  readonly from?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

/** The status of the answer on a new connection; 0 if there is none. */
function statusOf(port: number, method: string, path: string, { from = '127.0.0.1', body, headers = {} }: Asking = {}): Promise<number> {
  const text = body === undefined ? '' : JSON.stringify(body);
  const sent = { ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), 'Content-Length': Buffer.byteLength(text), ...headers };
  return new Promise((resolve) => {
    const asked = request({ host: '127.0.0.1', port, localAddress: from, method, path, headers: sent, agent: false }, (response) => {
      response.resume().on('close', () => resolve(response.complete ? (response.statusCode ?? 0) : 0));
    });
    asked.on('error', () => resolve(0));
    asked.end(text);
  });
}

const count = (statuses: readonly number[]) =>
  Object.fromEntries([...new Set(statuses)].map((status) => [status, statuses.filter((one) => one === status).length]));
const GUESS = { email: 'ani@example.com', password: 'wrong' };
/** Sends more guesses than one address may make. Each has another invented address in front. */
const guesses = async (port: number, from: string): Promise<object> =>
  count(
    await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        statusOf(port, 'POST', '/api/auth/login', {
          from,
          body: GUESS,
          headers: { 'X-Forwarded-For': `203.0.113.${n}`, Forwarded: `for=203.0.113.${n}` },
        }),
      ),
    ),
  );
const LIMITED = { 401: 10, 429: 2 };

describe.runIf(nginx !== undefined)('behind nginx', () => {
  it('the client is the one that nginx sees, whatever it says of itself, and also past nginx', async () => {
    const port = await startNginx([server]);
    expect(await guesses(port, '127.0.0.2')).toEqual(LIMITED);
    expect(await guesses(port, '127.0.0.3')).toEqual(LIMITED);
    expect(await guesses(Number(portOf(server)), '127.0.0.4')).toEqual(LIMITED);
  });

  it('no POST is lost on a connection that is being closed', async () => {
    const short = await start({ KEEP_ALIVE_SECONDS: '1' });
    const before = await startNginx([short], { 'keepalive_timeout 60s;': 'keepalive_timeout 500ms;' });
    const dozen = () => Promise.all(Array.from({ length: 12 }, () => statusOf(before, 'POST', '/api/bookings', { body: {} })));
    const heard: number[] = [];
    // The requests arrive around the idle limits of nginx and the server (Node adds a second). The busy server runs its timers before it reads.
    for (const pause of [400, 450, 500, 550, 900, 950, 1850, 1900, 1950]) {
      heard.push(...(heard.length === 0 ? await dozen() : []));
      await sleep(pause);
      short.child.kill('SIGSTOP');
      const late = dozen();
      await sleep(200);
      short.child.kill('SIGCONT');
      heard.push(...(await late));
    }
    expect(count(heard)).toEqual({ 401: 120 });
  });

  it('what was begun is finished at the end, and the next server has the rest', async () => {
    const [one, two] = await Promise.all([start({ DRAIN_SECONDS: '1' }), start()]);
    const front = await startNginx([one, two]);
    const account = (n: number) => ({ name: 'Ani', email: `ani-${n}@example.com`, password: 'correct horse' });
    const begun = Promise.all(Array.from({ length: 8 }, (_, n) => statusOf(front, 'POST', '/api/auth/register', { body: account(n) })));
    await sleep(30);
    const exit = one.stop();
    const heard: number[] = [];
    for (let isOver = false; !isOver; isOver = one.child.exitCode !== null) {
      heard.push(await statusOf(front, 'GET', '/api/events'));
      await sleep(20);
    }
    heard.push(await statusOf(front, 'GET', '/api/events'));
    expect([count(await begun), Object.keys(count(heard)), await exit]).toEqual([{ 201: 8 }, ['200'], 0]);
  });
});

describe.runIf(nginx !== undefined)('behind nginx with a cache', () => {
  /** Asks for the events in a coding, and says what nginx did: MISS, HIT, EXPIRED or REVALIDATED. */
  const events = (port: number, coding: string) =>
    new Promise<{ cache: unknown; coding: unknown; text: string }>((resolve, reject) => {
      const asked = request({ host: '127.0.0.1', port, path: '/api/events', headers: { 'Accept-Encoding': coding }, agent: false }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const [bytes, told] = [Buffer.concat(chunks), response.headers];
          const text = (coding === 'br' ? brotliDecompressSync(bytes) : coding === 'gzip' ? gunzipSync(bytes) : bytes).toString();
          resolve({ cache: told['x-cache'], coding: told['content-encoding'], text });
        });
      });
      asked.on('error', reject).end();
    });

  it('each coding is revalidated by its ETag and served to those who accept it', async () => {
    const { url } = server;
    const post = async (path: string, body: object, headers = {}) => {
      const sent = { method: 'POST', headers: { 'Content-Type': 'application/json', ...headers }, body: JSON.stringify(body) };
      return (await (await fetch(`${url}${path}`, sent)).json()) as { data: { token: string } };
    };
    const { data } = await post('/api/auth/register', { name: 'Ani', email: 'cache@example.com', password: 'correct horse', role: 'admin' });
    const show = { name: 'Konser', location: 'Palembang', event_date: '2030-02-15T14:00:00.000Z', ticket_price: 1, total_tickets: 1 };
    for (const _ of Array(10)) await post('/api/events', show, { Authorization: `Bearer ${data.token}` });
    const cache = 'proxy_cache events; proxy_cache_valid 200 1s; proxy_cache_revalidate on; proxy_ignore_headers Cache-Control;';
    const port = await startNginx([server], {
      'access_log off;': `access_log off; proxy_cache_path ${temporaryFolder()} keys_zone=events:1m;`,
      'proxy_connect_timeout 2s;': `${cache} add_header X-Cache $upstream_cache_status; proxy_connect_timeout 2s;`,
    });
    const codings = ['identity', 'gzip', 'br'];
    const first: Awaited<ReturnType<typeof events>>[] = [];
    for (const coding of codings) first.push(await events(port, coding));
    expect(first.map((answer) => [answer.cache, answer.coding])).toEqual([
      ['MISS', undefined],
      ['MISS', 'gzip'],
      ['MISS', 'br'],
    ]);
    expect(new Set(first.map(({ text }) => text)).size).toBe(1);
    await sleep(2100);
    for (const [index, coding] of codings.entries()) expect(await events(port, coding)).toEqual({ ...first[index], cache: 'REVALIDATED' });
  });
});

describe.runIf(haproxy !== undefined)('behind HAProxy', () => {
  it.each([
    ['the sample’s, GET /health/ready in HTTP/1.0 without a host', {}, 'UP L7OK'],
    ['its ordinary one, OPTIONS / in HTTP/1.0 without a host', { 'option httpchk GET /health/ready': 'option httpchk' }, 'UP L7OK'],
    [
      'one in HTTP/1.1 without a host, which is no HTTP',
      { 'option httpchk GET /health/ready': 'option httpchk\n  http-check send meth GET uri /health/ready ver HTTP/1.1' },
      'DOWN L7STS',
    ],
  ])('a server is seen as it is by %s', async (_, changes, state) => {
    const { states } = await startHaproxy([server], changes);
    let seen: readonly (string | undefined)[] = [];
    const isSeen = async () => {
      seen = await states();
      return seen.length === 2 && seen.every((one) => one === state) ? true : undefined;
    };
    await until(`HAProxy finds ${state}`, isSeen, { output: () => seen.join() });
  });

  it('the client is the one that HAProxy sees, whatever it says of itself', async () => {
    const { port } = await startHaproxy([server]);
    expect(await guesses(port, '127.0.0.5')).toEqual(LIMITED);
    expect(await guesses(port, '127.0.0.6')).toEqual(LIMITED);
  });

  it('nothing fails while one of two servers ends', async () => {
    const [one, two] = await Promise.all([start({ DRAIN_SECONDS: '1' }), start()]);
    const { port, states } = await startHaproxy([one, two]);
    await until('both are up', async () => ((await states()).every((state) => state === 'UP L7OK') ? true : undefined));
    let isOver = false;
    const lane = async () => {
      const heard: number[] = [];
      while (!isOver) {
        heard.push(await statusOf(port, 'GET', '/api/events'), await statusOf(port, 'POST', '/api/bookings', { body: {} }));
        await sleep(10);
      }
      return heard;
    };
    const lanes = Promise.all([lane(), lane(), lane()]);
    await sleep(200);
    const exit = one.stop();
    await until('HAProxy hears that it ends', async () => ((await states())[0]?.startsWith('DOWN') ? true : undefined));
    expect(one.child.exitCode).toBeNull(); // the answer arrived before the process ended
    expect(await exit).toBe(0);
    await sleep(200);
    isOver = true;
    expect(Object.keys(count((await lanes).flat())).toSorted()).toEqual(['200', '401']);
  });
});
