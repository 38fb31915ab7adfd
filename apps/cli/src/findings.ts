import { readFileSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import {
  type Config,
  createContainer,
  isLoopback,
  loadConfig,
  PROGRAM_VERSION,
  type RawEnvironment,
  StartFault,
  TOKENS,
  wordsOf,
} from '@ticket/adapters';
import { Unavailable } from '@ticket/domain';
import { adviceOn } from './exit-code.ts';

/** One thing that was looked at. If it is not ok, `says` is what is wrong and what to do. */
export interface Finding {
  readonly about: string;
  readonly isOk: boolean;
  readonly says: string;
}

const ok = (about: string, says: string): Finding => ({ about, isOk: true, says });
const mend = (about: string, says: string): Finding => ({ about, isOk: false, says });

/** The next version of Node that gets long-term support. */
const NODE_MAJOR_ADVISED = 24;
/** Tokens and booking dates come from this machine's clock, and kept answers expire by the database's. */
const CLOCKS_DIFFER_MAX_MS = 2000;
const FREE_BYTES_MIN = 1024 ** 3;
/** Each connection is an open file, and the server takes up to 10,000. */
const OPEN_FILES_MIN = 4096;

/** Looks at everything that the server needs, and changes nothing. It goes on after a finding that is not ok, as far as it can. */
export async function* findings(environment: RawEnvironment): AsyncGenerator<Finding> {
  const major = Number(process.versions.node.split('.')[0]);
  yield ok(
    'program',
    `ticketctl ${PROGRAM_VERSION} on Node ${process.versions.node}${major < NODE_MAJOR_ADVISED ? `; ${NODE_MAJOR_ADVISED} is recommended` : ''}`,
  );
  let config: Config;
  try {
    config = usable(environment);
  } catch (error) {
    yield mend('configuration', wordsOf(error));
    return;
  }
  yield ok('configuration', `it can be used, with the ${config.policies.profile} profile`);
  for (const line of config.ignored) yield mend('configuration', line);
  yield openFiles();
  yield* ofTransport(config);
  yield* ofDatabase(config);
}

/** A server in the locked profile also needs a secret. In the open profile it would make one, so it is not asked for here. */
function usable(environment: RawEnvironment): Config {
  const config = loadConfig(environment, { signsTokens: false });
  return config.policies.profile === 'locked' ? loadConfig(environment) : config;
}

function openFiles(): Finding {
  const about = 'open files';
  try {
    const most = Number(/^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1] ?? Number.POSITIVE_INFINITY);
    if (most >= OPEN_FILES_MIN) return ok(about, most === Number.POSITIVE_INFINITY ? 'no limit' : `at most ${most}`);
    return mend(
      about,
      `at most ${most}, and each client takes one. Raise the limit: ulimit -n ${OPEN_FILES_MIN}, or LimitNOFILE=${OPEN_FILES_MIN} in systemd`,
    );
  } catch {
    return ok(about, 'this system does not say its limit');
  }
}

function* ofTransport({ database }: Config): Generator<Finding> {
  if (database.engine === 'sqlite') {
    const { bavail, bsize } = statfsOf(database.folder);
    const free = bavail * bsize;
    const gib = `${(free / 1024 ** 3).toFixed(1)} GiB are free for ${database.folder}`;
    yield free >= FREE_BYTES_MIN
      ? ok('disk', gib)
      : mend('disk', `${gib}. Without room no booking can be stored. Make room, or choose another DATA_DIR`);
    return;
  }
  const { tls, socket, host } = database;
  if (socket !== undefined) yield ok('TLS', 'not needed: the connection is a socket of this machine');
  else if (tls?.mode.startsWith('verify') === true) yield ok('TLS', `${tls.mode}: the server's certificate is checked`);
  else if (isLoopback(host)) yield ok('TLS', 'not needed: the database is on this machine');
  else
    yield mend(
      'TLS',
      `${tls?.mode ?? 'disabled'}: another machine on the way could read and change what is sent to ${host}. Set DB_SSL_MODE=verify-identity, and DB_SSL_CA if its authority is not a public one`,
    );
}

/** The folder of a new database is not there yet. It will be on the disk of its nearest parent. */
function statfsOf(folder: string): { readonly bavail: number; readonly bsize: number } {
  try {
    return statfsSync(folder);
  } catch (error) {
    if (dirname(folder) === folder) throw error;
    return statfsOf(dirname(folder));
  }
}

async function* ofDatabase(config: Config): AsyncGenerator<Finding> {
  const container = createContainer(config);
  const database = container.get(TOKENS.database);
  try {
    const asked = performance.now();
    await database.connect({ makes: false });
    const { now, version } = database.dialect;
    const [row] = await database.query<{ readonly at: string | Date; readonly version: string }>(`SELECT ${now} AS at, ${version} AS version`);
    const took = performance.now() - asked;
    yield ok(
      'database',
      `${config.database.engine} ${row?.version} at ${database.address}, with up-to-date tables, answers in ${Math.round(took)} ms`,
    );
    const differMs = Math.abs(timeOf(row?.at ?? '') - Date.now());
    const clocks = `this machine and the database differ by ${(differMs / 1000).toFixed(1)} s`;
    yield differMs <= CLOCKS_DIFFER_MAX_MS + took
      ? ok('clocks', clocks)
      : mend('clocks', `${clocks}. Let both follow a time server (chrony or systemd-timesyncd)`);
    const weaknesses = await database.weaknesses();
    if (weaknesses.length === 0) yield ok('protections', 'CHECK, isolation and durability are as promised');
    for (const line of weaknesses) yield mend('protections', `${line} docs/runbook.md says what to do`);
  } catch (error) {
    if (error instanceof StartFault) yield mend('database', error.message);
    else if (error instanceof Unavailable) yield mend('database', adviceOn(error));
    else throw error;
  } finally {
    await container.unbindAllAsync();
  }
}

/** SQLite gives a text in UTC. */
const timeOf = (at: string | Date): number =>
  (at instanceof Date ? at : new Date(/Z|[+-]\d{2}(:?\d{2})?$/.test(at) ? at : `${at.replace(' ', 'T')}Z`)).getTime();
