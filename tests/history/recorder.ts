import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { ask, BoxOffice } from '../faults/box-office.ts';
import { launch, type Server, type Store, temporaryFolder, until } from '../faults/programs.ts';
import { query } from '../faults/reckoning.ts';
import { CONCERT } from '../open-api.ts';
import { type BookingRow, type Ending, type EventRow, type History, now, type Operation, type Status, writeHistory } from './history.ts';
import { type ClientPlan, type Person, type ServerAddress, Session } from './session.ts';
import { countAnswers, countsInWords, judge, type Verdict } from './verdict.ts';

/** The workload is the same each time, so that a change does not fail by chance. The seed does not decide how operations interleave. */
export const SEED = wholeNumber('HISTORY_SEED', 1);

/** Reads an environment variable. It refuses everything that is not a whole number. */
export function wholeNumber(name: string, fallback: number): number {
  const text = process.env[name] ?? String(fallback);
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new Error(`${name}: must be a whole number from 1 to 999999999, not "${text}"`);
  return Number(text);
}

const CLIENT = fileURLToPath(new URL('client.ts', import.meta.url));

/** Servers on one store, and people with accounts there. */
export interface Stage {
  readonly store: Store;
  readonly servers: readonly ServerAddress[];
  readonly admin: Person;
  readonly users: readonly Person[];
}

export async function setStage(servers: readonly Server[], slowUrlOf?: (url: string) => Promise<string>): Promise<Stage> {
  const [first] = servers;
  if (first === undefined) throw new Error('there is no server');
  const { admin, buyers } = await BoxOffice.open(first.url, []);
  const addresses = servers.map(async ({ url }, index): Promise<ServerAddress> => {
    return { name: `server ${index + 1}`, url, ...(slowUrlOf === undefined ? {} : { slowUrl: await slowUrlOf(url) }) };
  });
  return { store: first.store, servers: await Promise.all(addresses), admin, users: buyers };
}

export interface Workload {
  readonly seed: number;
  readonly clients: number;
  readonly sessions: number;
  readonly operationsPerSession: number;
  readonly seconds: number;
}

/** Few tickets, so that they sell out and come back. The last event may be deleted. */
const TOTALS = [20, 60, 40, 90, 3];

/** Creates events for this history alone. */
export const openEvents = ({ servers, admin }: Stage): Promise<readonly EventRow[]> =>
  Promise.all(TOTALS.map((total) => makeEvent(servers[0]?.url ?? '', admin, total)));

/** Lets client processes use the servers. Returns their records and the final content of the tables. */
export async function recordHistory(
  { store, servers, admin, users }: Stage,
  events: readonly EventRow[],
  { clients, ...rest }: Workload,
  /** Disturbs the servers and their database until the clients have stopped. At its end both work again. */
  meanwhile: (stopped: AbortSignal) => Promise<void> = async () => undefined,
): Promise<History> {
  const folder = temporaryFolder();
  const plans = Array.from({ length: clients + 1 }, (_, client): ClientPlan => {
    return { ...rest, client, servers, admin, users, events, file: join(folder, `${client}.jsonl`) };
  });
  const finalPlan = plans.pop();
  const stopped = new AbortController();
  await Promise.all([Promise.all(plans.map((plan) => runClient(plan, folder))).finally(() => stopped.abort()), meanwhile(stopped.signal)]);
  const operations = plans.flatMap(({ file }) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line): Operation => JSON.parse(line)),
  );
  if (finalPlan !== undefined) await new Session(finalPlan, 0, (operation) => operations.push(operation)).lookAtAll();
  const beginning = { admin: admin.id, events };
  return { seed: rest.seed, beginning, operations, ending: await endingOf(store, events) };
}

/** The servers may need some time after a disturbance. */
async function makeEvent(url: string, admin: Person, total: number): Promise<EventRow> {
  const id = await until('an event is made', async (): Promise<string | undefined> => {
    const { status, body } = await ask(url, 'POST', '/api/events', { as: admin, body: { ...CONCERT, total_tickets: total } });
    return status === 201 ? body.data.id : undefined;
  });
  return { id, name: CONCERT.name, priceCents: CONCERT.ticket_price * 100, total, available: total };
}

/** One process for each client of a test file, since its start takes longer than a short history. */
const clients: ReturnType<typeof launch>[] = [];
async function runClient(plan: ClientPlan, folder: string): Promise<void> {
  const file = join(folder, `${plan.client}.plan.json`);
  writeFileSync(file, JSON.stringify(plan));
  clients[plan.client] ??= launch(process.execPath, ['--import', import.meta.resolve('tsx'), CLIENT], { cwd: tmpdir(), stdin: 'pipe' });
  const { child, exited, output } = clients[plan.client] as ReturnType<typeof launch>; // made above
  let look = () => {};
  const done = new Promise<void>((resolve) => {
    look = () => void (output().includes(`done with ${file}\n`) && resolve());
  });
  child.stdout?.on('data', look);
  child.stdin?.write(`${file}\n`);
  const code = await Promise.race([done, exited.then((ended) => ended ?? 'a signal')]);
  child.stdout?.off('data', look);
  if (code !== undefined) throw new Error(`client ${plan.client} ended with ${code}\n${output()}`);
}

interface Joined {
  readonly [column: string]: string | number | null;
}

async function endingOf(store: Store, events: readonly EventRow[]): Promise<Ending> {
  const ids = new Set(events.map(({ id }) => id));
  const askedAt = now();
  // One statement, so that all rows show the same moment.
  const rows = await query<Joined>(
    store,
    `SELECT events.id AS event, name, ticket_price_cents, total_tickets, available_tickets, bookings.id AS booking, user_id, quantity, total_price_cents, status
       FROM events LEFT JOIN bookings ON bookings.event_id = events.id`,
  );
  const answeredAt = now();
  const kept = await query<{ owner: string; idempotency_key: string; answer: string }>(
    store,
    'SELECT owner, idempotency_key, answer FROM idempotency_keys',
  );
  const mine = rows.filter((row) => ids.has(String(row['event'])));
  return {
    askedAt,
    answeredAt,
    events: [...new Map(mine.map((row) => [row['event'], eventRow(row)])).values()],
    bookings: mine.filter((row) => row['booking'] !== null).map(bookingRow),
    keys: kept.flatMap(({ owner, idempotency_key: key, answer }) => {
      const { id, eventId } = JSON.parse(answer);
      return ids.has(eventId) ? [{ owner, key, booking: id }] : [];
    }),
  };
}

const eventRow = (row: Joined): EventRow => ({
  id: String(row['event']),
  name: String(row['name']),
  priceCents: Number(row['ticket_price_cents']),
  total: Number(row['total_tickets']),
  available: Number(row['available_tickets']),
});

const bookingRow = (row: Joined): BookingRow => ({
  id: String(row['booking']),
  owner: String(row['user_id']),
  event: String(row['event']),
  quantity: Number(row['quantity']),
  priceCents: Number(row['total_price_cents']),
  status: row['status'] as Status, // the table allows no other
});

/** The number of requests and the result, in one line. */
export function summary(history: History, { steps, milliseconds, broken }: Verdict): string {
  const times = history.operations.flatMap(({ invokedAt, completedAt }) => [invokedAt, completedAt]);
  const seconds = times.length === 0 ? 0 : (times.reduce((a, b) => Math.max(a, b)) - times.reduce((a, b) => Math.min(a, b))) / 1e6;
  const verdict = broken.length === 0 ? 'every answer is true' : `${broken.length} PROMISES BROKEN`;
  return (
    `HISTORY_SEED=${history.seed}: ${history.operations.length} operations in ${seconds.toFixed(1)} s (${countsInWords(countAnswers(history))}); ` +
    `${steps} steps in ${(milliseconds / 1000).toFixed(1)} s: ${verdict}`
  );
}

const BROKEN_SHOWN = 6;

/** Judges the history. A history that breaks a promise is stored in a file, and the failure names the file. */
export function expectTrue(history: History, place: string): void {
  const verdict = judge(history);
  console.log(`${place}, ${summary(history, verdict)}`);
  const failure = failureOf(history, verdict, place);
  if (failure !== undefined) expect.fail(failure);
}

export function failureOf(history: History, verdict: Verdict, place: string): string | undefined {
  if (verdict.broken.length === 0) return undefined;
  const file = join(mkdtempSync(join(tmpdir(), 'ticket-history-')), `${place.replaceAll(/\W+/g, '-')}.jsonl`);
  writeHistory(file, history);
  const more = verdict.broken.length - BROKEN_SHOWN;
  // The search's own words come last, and are always shown.
  const shown = [...new Set([...verdict.broken.slice(0, BROKEN_SHOWN), ...verdict.unexplained.slice(0, 2)])];
  return `${place}, ${summary(history, verdict)}\nthe history is in ${file}\n${shown.join('\n')}${more > 0 ? `\nand ${more} more` : ''}`;
}
