// Compares this build with another checkout's: npx tsx bench/against.ts <folder> [--engine mysql] [--rounds 10]. Both have to be built. Both
// servers run and are warm. Each round loads one, then the other. The ratio is this build over the other one, so 0.97 is three per cent less.
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

/** V8 needs some ten thousand requests of a kind before it runs them at full speed. An earlier measurement compares compilers. */
const WARM_UP_MS = 12_000;
const MEASURED_MS = 2500;
const EVENT = { name: 'Jazz', location: 'Palembang', event_date: '2030-02-15T14:00:00.000Z', ticket_price: 1, total_tickets: 900_000 };
const SCENARIOS = {
  'hot event, 64 clients': { clients: 64, event: () => 0 },
  '100 events, 64 clients': { clients: 64, event: (n: number) => 1 + ((n * 7) % 100) },
  'a lone booking after the other': { clients: 1, event: () => 0 },
} as const;
type Scenario = keyof typeof SCENARIOS;
const NAMES = Object.keys(SCENARIOS) as Scenario[];

const mariaDb = options.engine === 'mysql' ? await MariaDb.start({ binaryLog: false }) : undefined;
const before = await start(resolve(other));
const after = await start(fileURLToPath(new URL('..', import.meta.url)));
for (const server of [before, after]) for (const name of NAMES) await load(server, name, WARM_UP_MS);

const ratios = new Map<Scenario, number[]>(NAMES.map((name) => [name, []]));
for (let round = 1; round <= rounds; round++)
  for (const name of NAMES) {
    const perSecond = new Map<Server, number>();
    for (const server of round % 2 === 0 ? [after, before] : [before, after]) perSecond.set(server, await load(server, name, MEASURED_MS));
    const [one, two] = [perSecond.get(before) ?? Number.NaN, perSecond.get(after) ?? Number.NaN];
    ratios.get(name)?.push(two / one);
    console.log(`round ${round}  ${name}: ${one.toFixed(0)} /s before, ${two.toFixed(0)} /s after, ${(two / one).toFixed(3)}`);
  }
for (const [name, all] of ratios)
  console.log(`${name}, ${options.engine}: median ${median(all).toFixed(3)} (${Math.min(...all).toFixed(2)} to ${Math.max(...all).toFixed(2)})`);
await before.stop();
await after.stop();
mariaDb?.stop();

interface Server {
  readonly url: string;
  readonly token: string;
  /** Bodies of bookings: one for the hot event, then those for a hundred others. */
  readonly orders: readonly string[];
  readonly stop: () => Promise<void>;
}

async function start(root: string): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), 'ticket-against-'));
  const database = await mariaDb?.create();
  const env = {
    PATH: process.env['PATH'] ?? '',
    PORT: '0',
    JWT_SECRET: SECRET,
    DATA_DIR: folder,
    UV_THREADPOOL_SIZE: '8',
    AUDIT_MINUTES: '0',
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
  const stop = async () => {
    server.kill('SIGTERM');
    await new Promise((ended) => server.once('exit', ended));
    if (database !== undefined) await mariaDb?.drop(database);
    rmSync(folder, { recursive: true, force: true });
  };
  return { url, token, orders, stop };
}

/** Bookings a second. Each client sends one request after the other. */
async function load({ url, token, orders }: Server, name: Scenario, milliseconds: number): Promise<number> {
  const { clients, event } = SCENARIOS[name];
  const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` };
  const until = performance.now() + milliseconds;
  let booked = 0;
  await Promise.all(
    Array.from({ length: clients }, async (_, first) => {
      const client = new Client(url);
      for (let n = first; performance.now() < until; n++) {
        const { statusCode, body } = await client.request({ path: '/api/bookings', method: 'POST', headers, body: orders[event(n)] ?? '' });
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
