// Compares this build with another checkout's, round by round in turn: npx tsx bench/against.ts <folder> [--engine mysql] [--rounds 10]
// Both have to be built. The ratio is this build over the other one, so 0.97 is three per cent less.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Client } from 'undici';
import { MariaDb } from './database.ts';
import { SECRET } from './servers.ts';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { engine: { type: 'string', default: 'mysql' }, rounds: { type: 'string', default: '10' } },
});
const [other] = positionals;
const rounds = Number(options.rounds);
if (other === undefined || !['mysql', 'sqlite'].includes(options.engine) || !Number.isInteger(rounds) || rounds < 1) {
  console.error('npx tsx bench/against.ts <folder of the other checkout> [--engine mysql|sqlite] [--rounds 10]');
  process.exit(2);
}

const WARM_UP_MS = 3500;
const MEASURED_MS = 2500;
const EVENT = { name: 'Jazz', location: 'Palembang', event_date: '2030-02-15T14:00:00.000Z', ticket_price: 1, total_tickets: 900_000 };
const SCENARIOS = ['hot event, 64 clients', '100 events, 64 clients', 'a lone booking after the other'] as const;
type Figures = Readonly<Record<(typeof SCENARIOS)[number], number>>;

const mariaDb = options.engine === 'mysql' ? await MariaDb.start() : undefined;
const builds = { before: resolve(other), after: fileURLToPath(new URL('..', import.meta.url)) };
const ratios = new Map<string, number[]>(SCENARIOS.map((name) => [name, []]));
for (let round = 1; round <= rounds; round++) {
  const figures: Partial<Record<keyof typeof builds, Figures>> = {};
  for (const build of round % 2 === 0 ? (['after', 'before'] as const) : (['before', 'after'] as const))
    figures[build] = await measure(builds[build]);
  for (const name of SCENARIOS) {
    const [before, after] = [figures.before?.[name] ?? Number.NaN, figures.after?.[name] ?? Number.NaN];
    ratios.get(name)?.push(after / before);
    console.log(`round ${round}  ${name}: ${before.toFixed(0)} /s before, ${after.toFixed(0)} /s after, ${(after / before).toFixed(3)}`);
  }
}
for (const [name, all] of ratios)
  console.log(`${name}, ${options.engine}: median ${median(all).toFixed(3)} (${Math.min(...all).toFixed(2)} to ${Math.max(...all).toFixed(2)})`);
mariaDb?.stop();

async function measure(root: string): Promise<Figures> {
  const folder = mkdtempSync(join(tmpdir(), 'ticket-against-'));
  const database = await mariaDb?.create();
  const env = {
    ...{ PATH: process.env['PATH'] ?? '', PORT: '0', JWT_SECRET: SECRET, DATA_DIR: folder, UV_THREADPOOL_SIZE: '8', AUDIT_MINUTES: '0' },
    ...(mariaDb && database ? { DB_HOST: '127.0.0.1', DB_PORT: String(mariaDb.port), DB_USER: 'root', DB_NAME: database } : {}),
  };
  const v8Options = ['--max-semi-space-size=32', '--max-old-space-size=1024'];
  const server = spawn(process.execPath, [...v8Options, join(root, 'apps/http/dist/main.js')], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  process.once('exit', () => server.kill('SIGKILL'));
  let said = '';
  server.stdout.on('data', (chunk) => {
    if (said.length < 10_000) said += chunk;
  });
  const listening = () => /listens on (http:\/\/[^\s,]+)/.exec(said)?.[1]?.replace('localhost', '127.0.0.1');
  for (let tries = 0; listening() === undefined && tries < 400; tries++) await sleep(25);
  const url = listening();
  if (url === undefined) throw new Error(`the server of ${root} does not listen\n${said}`);

  const made = async (path: string, body: object, token?: string): Promise<{ id: string; token: string }> => {
    const headers = { 'Content-Type': 'application/json', ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }) };
    const answer = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
    const { data }: { data: { id: string; token: string } } = JSON.parse(await answer.text());
    return data;
  };
  const { token } = await made('/api/auth/register', { name: 'Ani', email: 'ani@example.com', password: 'a password', role: 'admin' });
  const orders: string[] = [];
  for (let n = 0; n < 101; n++) orders.push(JSON.stringify({ event_id: (await made('/api/events', EVENT, token)).id, quantity: 1 }));
  const hot = () => orders[0] ?? '';
  await load(url, token, hot, 64, WARM_UP_MS);
  const figures: Figures = {
    'hot event, 64 clients': await load(url, token, hot, 64, MEASURED_MS),
    '100 events, 64 clients': await load(url, token, (n) => orders[1 + ((n * 7) % 100)] ?? '', 64, MEASURED_MS),
    'a lone booking after the other': await load(url, token, hot, 1, MEASURED_MS),
  };
  server.kill('SIGTERM');
  await new Promise((ended) => server.once('exit', ended));
  if (database !== undefined) await mariaDb?.drop(database);
  rmSync(folder, { recursive: true, force: true });
  return figures;
}

/** Bookings a second, each client one after the other. */
async function load(url: string, token: string, order: (n: number) => string, clients: number, milliseconds: number): Promise<number> {
  const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` };
  const until = performance.now() + milliseconds;
  let booked = 0;
  await Promise.all(
    Array.from({ length: clients }, async (_, first) => {
      const client = new Client(url);
      for (let n = first; performance.now() < until; n++) {
        const { statusCode, body } = await client.request({ path: '/api/bookings', method: 'POST', headers, body: order(n) });
        await body.dump();
        if (statusCode !== 201) throw new Error(`a booking was answered ${statusCode}`);
        booked += 1;
      }
      await client.close();
    }),
  );
  return booked / (milliseconds / 1000);
}

function median(all: readonly number[]): number {
  const sorted = [...all].sort((one, two) => one - two);
  return ((sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN) + (sorted[Math.ceil((sorted.length - 1) / 2)] ?? Number.NaN)) / 2;
}
