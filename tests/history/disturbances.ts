import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RowDataPacket } from 'mysql2/promise';
import { Random } from '../../packages/domain/src/testing/random.ts';
import type { PrivateMariaDb } from '../faults/private-mariadb.ts';
import { freePort, type Server, type Store, startServer } from '../faults/programs.ts';

/** What HISTORY_FAULTS may name. Clients whose requests come slowly are no event, they are there all the time. */
const OF_CLIENTS = ['slow_requests'] as const;
const OF_SERVERS = ['stop', 'kill'] as const;
/** They happen only where the database is a server of its own. */
const OF_DATABASES = ['connections', 'queries', 'read_only', 'database_stop', 'database_kill', 'settings'] as const;
export type Fault = (typeof OF_CLIENTS)[number] | (typeof OF_SERVERS)[number] | (typeof OF_DATABASES)[number];
const FAULTS: readonly Fault[] = [...OF_CLIENTS, ...OF_SERVERS, ...OF_DATABASES];

/** `all`, `none`, or names with commas between them. An unknown name is refused. */
export function faultsOf(text: string): readonly Fault[] {
  if (text === 'all') return FAULTS;
  if (text === 'none') return [];
  return text.split(',').map((name) => FAULTS.find((fault) => fault === name.trim()) ?? unknownFault(name));
}

function unknownFault(name: string): never {
  throw new Error(`HISTORY_FAULTS: "${name}" is unknown; give all, none, or some of ${FAULTS.join(',')}`);
}

/** Servers that come back on their ports. */
export class Servers {
  readonly list: Server[];
  readonly #store: Store;
  readonly #env: Readonly<Record<string, string>>;

  private constructor(list: Server[], store: Store, env: Readonly<Record<string, string>>) {
    this.list = list;
    this.#store = store;
    this.#env = env;
  }

  static async start(store: Store, count: number, env: Readonly<Record<string, string>>): Promise<Servers> {
    const list: Server[] = [];
    for (let number = 0; number < count; number++) list.push(await startServer(store, { port: await freePort(), env }));
    return new Servers(list, store, env);
  }

  async killAndStart(index: number): Promise<void> {
    const server = this.list[index];
    if (server === undefined) return;
    await server.kill();
    this.list[index] = await startServer(this.#store, { port: Number(new URL(server.url).port), env: this.#env });
  }
}

/** A database server whose variables are changed for all connections that come. */
const SETTINGS: readonly (readonly [variable: string, value: string])[] = [
  ...(['READ-UNCOMMITTED', 'REPEATABLE-READ', 'SERIALIZABLE'] as const).map((level) => ['tx_isolation', `'${level}'`] as const),
  ...['ANSI_QUOTES', 'PAD_CHAR_TO_FULL_LENGTH', 'NO_BACKSLASH_ESCAPES', 'PIPES_AS_CONCAT', 'TRADITIONAL', ''].map(
    (mode) => ['sql_mode', `'${mode}'`] as const,
  ),
  ...['+07:00', '-11:00'].map((zone) => ['time_zone', `'${zone}'`] as const),
  ...([
    ['max_allowed_packet', '16384'],
    ['innodb_snapshot_isolation', 'ON'],
    ['autocommit', '0'],
    ['tx_read_only', '1'],
    ['sql_select_limit', '2'],
    ['max_join_size', '1'],
    ['innodb_lock_wait_timeout', '1'],
    ['foreign_key_checks', '0'],
    ['check_constraint_checks', '0'],
    ['sql_safe_updates', '1'],
  ] as const),
];

const PAUSE_MS_MAX = 1000;
/** Shorter and longer than a server waits for its database (5 s), and for the head of a request (10 s). */
const STOP_MS = [300, 2000, 5500, 6500, 11_500];
const READ_ONLY_MS = [300, 2000];
const KILLED_AT_ONCE_MAX = 3;

/**
 * Disturbs servers and their database until the signal comes, as the seed draws it, and leaves both well. Seeds that follow each
 * other go through all settings. Gives what it did, in words.
 */
export async function disturb(
  faults: readonly Fault[],
  seed: number,
  servers: Servers,
  mariadb: PrivateMariaDb | undefined,
  stopped: AbortSignal,
): Promise<string> {
  const random = new Random(seed);
  const ofDatabases = mariadb === undefined ? [] : OF_DATABASES.filter((fault) => fault !== 'settings');
  const possible = [...OF_SERVERS, ...ofDatabases].filter((fault) => faults.includes(fault));
  const done = new Map<string, number>();
  const [variable, value] = (faults.includes('settings') && mariadb && SETTINGS[seed % SETTINGS.length]) || [];
  if (mariadb && variable && value) {
    await change(mariadb, variable, value);
    done.set(`${variable} = ${value}`, 1);
  }
  while (possible.length > 0 && !stopped.aborted) {
    await sleep(random.below(PAUSE_MS_MAX), undefined, { signal: stopped }).catch(() => undefined);
    const fault = random.pick(possible);
    if (fault === undefined || stopped.aborted) break;
    if (fault === 'stop' || fault === 'kill') await disturbServer(fault, random, servers);
    else if (mariadb !== undefined) await disturbDatabase(fault, random, mariadb);
    done.set(fault, (done.get(fault) ?? 0) + 1);
  }
  if (!stopped.aborted) await once(stopped, 'abort');
  if (mariadb && variable) await change(mariadb, variable, 'DEFAULT');
  return [...done].map(([what, count]) => `${count} x ${what}`).join(', ') || 'nothing';
}

async function disturbServer(fault: 'stop' | 'kill', random: Random, servers: Servers): Promise<void> {
  const index = random.below(servers.list.length);
  if (fault === 'kill') return servers.killAndStart(index);
  const { child } = servers.list[index] ?? {};
  child?.kill('SIGSTOP');
  await sleep(random.pick(STOP_MS));
  child?.kill('SIGCONT');
}

async function disturbDatabase(fault: Fault, random: Random, mariadb: PrivateMariaDb): Promise<void> {
  if (fault === 'database_stop') {
    mariadb.freeze();
    await sleep(random.pick(STOP_MS));
    mariadb.thaw();
  } else if (fault === 'database_kill') {
    await mariadb.kill();
    await mariadb.start();
  } else if (fault === 'read_only') {
    await tell(mariadb, 'SET GLOBAL read_only = 1');
    await sleep(random.pick(READ_ONLY_MS));
    await tell(mariadb, 'SET GLOBAL read_only = 0');
  } else {
    // The busy ones first: what is idle takes no harm.
    const busy = fault === 'queries' ? `AND command = 'Query'` : '';
    await kill(
      mariadb,
      `${busy} ORDER BY command = 'Sleep', RAND() LIMIT ${1 + random.below(KILLED_AT_ONCE_MAX)}`,
      fault === 'queries' ? 'QUERY' : 'CONNECTION',
    );
  }
}

/** Asks as a neighbour whose own connection has no odd settings. */
async function tell(mariadb: PrivateMariaDb, sql: string): Promise<readonly RowDataPacket[]> {
  const neighbour = await mariadb.neighbour();
  try {
    await neighbour.query('SET SESSION sql_big_selects = 1, sql_select_limit = 18446744073709551615');
    const [rows] = await neighbour.query<RowDataPacket[]>(sql);
    return rows;
  } finally {
    neighbour.destroy();
  }
}

async function kill(mariadb: PrivateMariaDb, which: string, what: 'QUERY' | 'CONNECTION'): Promise<void> {
  const rows = await tell(mariadb, `SELECT id FROM information_schema.processlist WHERE id <> CONNECTION_ID() AND user NOT LIKE 'system%' ${which}`);
  for (const row of rows) await tell(mariadb, `KILL ${what} ${row['id']}`).catch(() => undefined); // it may have gone by itself
}

/** Sets the variable for all, and ends the connections that have it otherwise. */
async function change(mariadb: PrivateMariaDb, variable: string, value: string): Promise<void> {
  await tell(mariadb, `SET GLOBAL ${variable} = ${value}`);
  await kill(mariadb, '', 'CONNECTION');
}
