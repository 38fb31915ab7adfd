import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../../packages/domain/src/testing/random.ts';
import type { ServedEngine } from '../engine-names.ts';
import type { PrivateServer } from '../faults/private-server.ts';
import { freePort, type Server, type Store, startServer } from '../faults/programs.ts';

/** The names that HISTORY_FAULTS accepts. Slow clients are not among them, since they are always there. */
const OF_CLIENTS = ['slow_requests'] as const;
const OF_SERVERS = ['stop', 'kill'] as const;
/** They need a database that is a server of its own. */
const OF_DATABASES = ['connections', 'queries', 'read_only', 'database_stop', 'database_kill', 'settings'] as const;
export type Fault = (typeof OF_CLIENTS)[number] | (typeof OF_SERVERS)[number] | (typeof OF_DATABASES)[number];
const FAULTS: readonly Fault[] = [...OF_CLIENTS, ...OF_SERVERS, ...OF_DATABASES];

/** `all`, `none`, or names with commas between them. Unknown names are refused. */
export function faultsOf(text: string): readonly Fault[] {
  if (text === 'all') return FAULTS;
  if (text === 'none') return [];
  return text.split(',').map((name) => FAULTS.find((fault) => fault === name.trim()) ?? unknownFault(name));
}

function unknownFault(name: string): never {
  throw new Error(`HISTORY_FAULTS: "${name}" is unknown; give all, none, or some of ${FAULTS.join(',')}`);
}

/** Servers that restart on the same ports. */
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

interface Words {
  /** Settings that are changed for all new connections. */
  readonly settings: readonly (readonly [name: string, value: string])[];
  readonly set: (name: string, value: string) => readonly string[];
  readonly reset: (name: string) => readonly string[];
  readonly readOnly: (isOn: boolean) => readonly string[];
  /** Gives a neighbour's own connection the usual settings again. */
  readonly asUsual: string;
  /** The ids of connections to end: only the busy ones, or the busy ones first. An idle connection shows no fault when it ends. */
  readonly connections: (which: 'busy' | 'all', limit: number) => string;
  readonly end: (id: unknown, what: 'statement' | 'connection') => string;
}
const RELOAD = 'SELECT pg_reload_conf()';
const OF: Readonly<Record<ServedEngine, Words>> = {
  mysql: {
    settings: [
      ...(['READ-UNCOMMITTED', 'REPEATABLE-READ', 'SERIALIZABLE'] as const).map((level) => ['tx_isolation', `'${level}'`] as const),
      ...['ANSI_QUOTES', 'PAD_CHAR_TO_FULL_LENGTH', 'NO_BACKSLASH_ESCAPES', 'PIPES_AS_CONCAT', 'TRADITIONAL', ''].map(
        (mode) => ['sql_mode', `'${mode}'`] as const,
      ),
      ...['+07:00', '-11:00'].map((zone) => ['time_zone', `'${zone}'`] as const),
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
    ],
    set: (name, value) => [`SET GLOBAL ${name} = ${value}`],
    reset: (name) => [`SET GLOBAL ${name} = DEFAULT`],
    readOnly: (isOn) => [`SET GLOBAL read_only = ${isOn ? 1 : 0}`],
    asUsual: 'SET SESSION sql_big_selects = 1, sql_select_limit = 18446744073709551615',
    connections: (which, limit) =>
      `SELECT id FROM information_schema.processlist WHERE id <> CONNECTION_ID() AND user NOT LIKE 'system%' ${which === 'busy' ? "AND command = 'Query'" : ''}
        ORDER BY command = 'Sleep', RAND() LIMIT ${limit}`,
    end: (id, what) => `KILL ${what === 'statement' ? 'QUERY' : 'CONNECTION'} ${id}`,
  },
  postgres: {
    settings: [
      ...['read uncommitted', 'repeatable read', 'serializable'].map((level) => ['default_transaction_isolation', `'${level}'`] as const),
      ...['Asia/Jakarta', 'Pacific/Pago_Pago'].map((zone) => ['TimeZone', `'${zone}'`] as const),
      ['DateStyle', "'German, DMY'"],
      ['standard_conforming_strings', 'off'],
      ['array_nulls', 'off'],
      ['client_encoding', "'LATIN1'"],
      ['lock_timeout', '5'],
      ['statement_timeout', '20'],
      ['idle_in_transaction_session_timeout', '1'],
      ['plan_cache_mode', "'force_generic_plan'"],
      ['enable_indexscan', 'off'],
      ['session_replication_role', "'replica'"],
    ],
    set: (name, value) => [`ALTER SYSTEM SET ${name} = ${value}`, RELOAD],
    reset: (name) => [`ALTER SYSTEM RESET ${name}`, RELOAD],
    readOnly: (isOn) => [`ALTER SYSTEM ${isOn ? 'SET default_transaction_read_only = on' : 'RESET default_transaction_read_only'}`, RELOAD],
    asUsual: 'SET statement_timeout = 0',
    connections: (which, limit) =>
      `SELECT pid AS id FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend' ${which === 'busy' ? "AND state = 'active'" : ''}
        ORDER BY state = 'idle', random() LIMIT ${limit}`,
    end: (id, what) => `SELECT ${what === 'statement' ? 'pg_cancel_backend' : 'pg_terminate_backend'}(${id})`,
  },
};

const PAUSE_MS_MAX = 1000;
/** Shorter and longer than a server waits for its database (5 s), and for the head of a request (10 s). */
const STOP_MS = [300, 2000, 5500, 6500, 11_500];
const READ_ONLY_MS = [300, 2000];
const KILLED_AT_ONCE_MAX = 3;

/**
 * Disturbs servers and their database until the signal comes. The seed selects the disturbances. At the end both work again. Consecutive
 * seeds go through all settings. Returns a description of what it did.
 */
export async function disturb(
  faults: readonly Fault[],
  seed: number,
  servers: Servers,
  database: PrivateServer | undefined,
  stopped: AbortSignal,
): Promise<string> {
  const random = new Random(seed);
  const ofDatabases = database === undefined ? [] : OF_DATABASES.filter((fault) => fault !== 'settings');
  const possible = [...OF_SERVERS, ...ofDatabases].filter((fault) => faults.includes(fault));
  const done = new Map<string, number>();
  const settings = database === undefined ? [] : OF[database.engine].settings;
  const [name, value] = (faults.includes('settings') && settings[seed % settings.length]) || [];
  if (database && name && value) {
    await change(database, OF[database.engine].set(name, value));
    done.set(`${name} = ${value}`, 1);
  }
  while (possible.length > 0 && !stopped.aborted) {
    await sleep(random.below(PAUSE_MS_MAX), undefined, { signal: stopped }).catch(() => undefined);
    const fault = random.pick(possible);
    if (fault === undefined || stopped.aborted) break;
    if (fault === 'stop' || fault === 'kill') await disturbServer(fault, random, servers);
    else if (database !== undefined) await disturbDatabase(fault, random, database);
    done.set(fault, (done.get(fault) ?? 0) + 1);
  }
  if (!stopped.aborted) await once(stopped, 'abort');
  if (database && name) await change(database, OF[database.engine].reset(name));
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

async function disturbDatabase(fault: Fault, random: Random, database: PrivateServer): Promise<void> {
  const { readOnly } = OF[database.engine];
  if (fault === 'database_stop') {
    database.freeze();
    await sleep(random.pick(STOP_MS));
    database.thaw();
  } else if (fault === 'database_kill') {
    await database.kill();
    await database.start();
  } else if (fault === 'read_only') {
    await tell(database, readOnly(true));
    await sleep(random.pick(READ_ONLY_MS));
    await tell(database, readOnly(false));
  } else {
    const what = fault === 'queries' ? 'statement' : 'connection';
    await end(database, fault === 'queries' ? 'busy' : 'all', what, 1 + random.below(KILLED_AT_ONCE_MAX));
  }
}

/** Runs the statements on a neighbour's connection that has the usual settings. */
async function tell(database: PrivateServer, statements: readonly string[]): Promise<void> {
  const neighbour = await database.neighbour();
  try {
    await neighbour.query(OF[database.engine].asUsual);
    for (const statement of statements) await neighbour.query(statement);
  } finally {
    await neighbour.end().catch(() => undefined);
  }
}

async function end(database: PrivateServer, which: 'busy' | 'all', what: 'statement' | 'connection', limit: number): Promise<void> {
  const words = OF[database.engine];
  for (const { id } of await database.query(words.connections(which, limit))) await tell(database, [words.end(id, what)]).catch(() => undefined); // it may have ended already
}

/** Changes a setting for all, and ends the connections that have another value. */
async function change(database: PrivateServer, statements: readonly string[]): Promise<void> {
  await tell(database, statements);
  await end(database, 'all', 'connection', 1000);
}
