import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { isIP } from 'node:net';
import { dirname, isAbsolute } from 'node:path';
import * as v from 'valibot';
import { faultsOfName, isMode, parametersOf, RANKS } from './config-database-parameters.ts';
import { type Environment, foreignDatabaseNames, type RawEnvironment, VARIABLES, type Variable } from './config-names.ts';
import { isPublished } from './config-secrets.ts';
import { type Read, wholeNumber } from './config-values.ts';
import { isLoopback } from './loopback.ts';
import type { DatabaseConfig, MySqlConfig, TlsMode } from './persistence/dialects/config.ts';
import type { Profile } from './profiles.ts';

const URLS = ['DATABASE_URL', 'CLEARDB_DATABASE_URL', 'JAWSDB_URL', 'MYSQL_URL'] as const;
/** They say something of a MySQL server, and none of them says where it is. */
const DETAILS = ['DB_PORT', 'DB_NAME', 'DB_USER', 'DB_PASSWORD', 'DB_POOL_SIZE', 'DB_SSL_MODE', 'DB_SSL_CA'] as const;
const PoolSize = wholeNumber(3, 1000);
/** What hosts of containers set, and files that containers have. */
const CONTAINER_VARIABLES =
  /^(?:DYNO|RAILWAY_.+|RENDER|FLY_.+|KUBERNETES_SERVICE_HOST|K_SERVICE|ECS_CONTAINER_METADATA_URI.*|WEBSITE_INSTANCE_ID|container)$/;
const CONTAINER_FILES = ['/.dockerenv', '/run/.containerenv'];

/** A published password with this much of one's own beside it may stay. */
const OWN_BYTES_MIN = 8;

interface Telling {
  readonly read: Read;
  readonly faults: string[];
  readonly notices: string[];
  /** What was set and has no effect. */
  readonly ignored: string[];
}

/** Which database, from the names of ours. What is said and would not be done is a fault, so that no data goes elsewhere than is meant. */
export function databaseOf(
  env: Environment & RawEnvironment,
  { profile, dataDir }: { readonly profile: Profile; readonly dataDir: string },
  telling: Telling,
): DatabaseConfig | undefined {
  const { faults, ignored } = telling;
  const [urlName, ...otherUrls] = URLS.filter((name) => env[name] !== undefined);
  const isMySql = urlName !== undefined || env.DB_HOST !== undefined || env.DB_SOCKET !== undefined;
  for (const { name, ours } of foreignDatabaseNames(env)) {
    // Beside names of ours those of others may be meant for others.
    if (!isMySql || name.startsWith('DB_')) faults.push(`${name}: is not read by this program; set ${ours} instead`);
  }
  const known: readonly string[] = [...VARIABLES, ...foreignDatabaseNames(env).map(({ name }) => name)];
  for (const name of Object.keys(env))
    if (name.startsWith('DB_') && !known.includes(name) && !ignored.some((line) => line.startsWith(`${name} `)))
      ignored.push(`${name} is not a variable of this program and has no effect.`);
  if (!isMySql) {
    const useless = DETAILS.filter((name) => env[name] !== undefined);
    if (useless.length > 0)
      faults.push(`${useless.join(', ')}: no effect without DB_HOST, DB_SOCKET or DATABASE_URL, which say where the database is`);
    if (profile === 'locked') telling.notices.push(...lossOf(env, dataDir));
    return { engine: 'sqlite', folder: dataDir };
  }
  for (const name of otherUrls) if (env[name] !== env[urlName ?? name]) ignored.push(`${name} has no effect: ${urlName} is set, and wins.`);

  const before = faults.length;
  const server = urlName === undefined ? serverOfNames(env, telling) : serverOfUrl(urlName, env, faults);
  const poolSize = poolSizeOf(env, server?.parameters.get('connection_limit'), telling);
  if (server === undefined || poolSize === undefined || faults.length > before) return undefined;
  const { parameters, ...place } = server;
  const modes = [...parameters].flatMap(([name, said]) => (isMode(said) ? [{ name: `${urlName}: ${name}`, mode: said }] : []));
  const tls = tlsOf(env, { ...place, modes, ca: parameters.get('ca') }, profile, telling);
  const { host, socket, password } = place;
  if (profile === 'locked' && password === '' && socket === undefined && !isLoopback(host))
    faults.push(`DB_PASSWORD: an empty password is refused in the locked profile for a database on another machine (${host})`);
  if (profile === 'locked' && isPublished(password, OWN_BYTES_MIN))
    faults.push(`${urlName ?? 'DB_PASSWORD'}: the password is a published sample, or has little else in it; give the database's user another`);
  return { engine: 'mysql', ...place, poolSize, ...(tls === undefined ? {} : { tls }) };
}

/** Containers have a new disk at every start. A folder on another disk than the root's is a volume, and stays. */
export function lossOf(env: RawEnvironment, folder: string, isThere = existsSync): string[] {
  const mark = Object.keys(env).find((name) => CONTAINER_VARIABLES.test(name)) ?? CONTAINER_FILES.find((file) => isThere(file));
  if (mark === undefined || diskOf(folder) !== diskOf('/')) return [];
  return [
    `The embedded database is in ${folder}, and this is a container (${mark}). Its disk is thrown away at a restart or deployment, and with it all accounts, events and bookings. Set DATABASE_URL or DB_HOST, or DATA_DIR to a folder on a volume.`,
  ];
}

/** Of what is there of the folder. */
function diskOf(folder: string): number {
  try {
    return statSync(folder).dev;
  } catch {
    return diskOf(dirname(folder));
  }
}

interface Server extends Pick<MySqlConfig, 'host' | 'port' | 'user' | 'password' | 'database'> {
  readonly socket?: string;
  /** What an address's parameters say, by one name for all their spellings. */
  readonly parameters: ReadonlyMap<string, string>;
}

function serverOfNames(env: Environment, { read, faults }: Telling): Server | undefined {
  const port = read('DB_PORT', wholeNumber(1, 65_535), '3306');
  const host = env.DB_HOST ?? 'localhost';
  const socket = env.DB_SOCKET;
  if (socket !== undefined && !isAbsolute(socket)) faults.push(`DB_SOCKET: ${SOCKET_FORM}`);
  if (socket !== undefined && (host !== 'localhost' || env.DB_PORT !== undefined))
    faults.push('DB_SOCKET: DB_HOST or DB_PORT says another place; leave the one or the other out');
  if (port === undefined) return undefined;
  const [user, password, database] = [env.DB_USER ?? 'fullstack', env.DB_PASSWORD ?? '', env.DB_NAME ?? 'gdgoc'];
  faults.push(...faultsOfName('DB_NAME', database));
  return { host, port, user, password, database, ...(socket === undefined ? {} : { socket }), parameters: new Map() };
}

const SOCKET_FORM = 'must be the whole path of a socket, such as /run/mysqld/mysqld.sock';

function serverOfUrl(urlName: (typeof URLS)[number], env: Environment, faults: string[]): Server | undefined {
  const url = mysqlUrl(env[urlName] ?? '');
  if (url === undefined) {
    faults.push(`${urlName}: must look like mysql://user:password@host:3306/database, with # and other signs of a password written as %23 and so on`);
    return undefined;
  }
  const { address, ...rest } = url;
  faults.push(...faultsOfName(urlName, rest.database));
  const parameters = parametersOf(urlName, address, faults);
  const socket = parameters.get('socket') ?? env.DB_SOCKET;
  if (socket !== undefined && !isAbsolute(socket)) faults.push(`${urlName}: its socket ${SOCKET_FORM}`);
  if (socket !== undefined && (rest.host !== 'localhost' || address.port !== ''))
    faults.push(`${urlName}: with a socket the address must say localhost, without a port`);
  const said: Partial<Record<Variable, string>> = {
    DB_HOST: rest.host,
    DB_PORT: String(rest.port),
    DB_NAME: rest.database,
    DB_USER: rest.user,
    DB_PASSWORD: rest.password,
    ...(socket === undefined ? {} : { DB_SOCKET: socket }),
  };
  // Whichever won, somebody's data would go where they do not look for it.
  const otherwise = (['DB_HOST', 'DB_PORT', 'DB_NAME', 'DB_USER', 'DB_PASSWORD', 'DB_SOCKET'] as const).filter(
    (name) => env[name] !== undefined && env[name] !== said[name],
  );
  if (otherwise.length > 0) faults.push(`${otherwise.join(', ')}: not the same as in ${urlName}; set the one or the other`);
  return { ...rest, ...(socket === undefined ? {} : { socket }), parameters };
}

function mysqlUrl(text: string) {
  if (!URL.canParse(text)) return undefined;
  const address = new URL(text);
  const database = decode(address.pathname.slice(1));
  const user = decode(address.username);
  const password = decode(address.password);
  const isWhole = /^(mysql|mariadb):$/.test(address.protocol) && address.hostname !== '' && address.hash === '';
  if (!isWhole || !database || user === undefined || password === undefined) return undefined;
  const host = decode(address.hostname)?.replace(/^\[|\]$/g, '') ?? '';
  return { address, host, port: Number(address.port || 3306), user, password, database };
}

function decode(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

function poolSizeOf(env: Environment, limit: string | undefined, { read, faults }: Telling): number | undefined {
  const given = read('DB_POOL_SIZE', PoolSize, '10');
  if (limit === undefined || given === undefined) return given;
  const parsed = v.safeParse(PoolSize, limit);
  if (!parsed.success) faults.push(`DATABASE_URL: connection_limit ${parsed.issues[0].message}`);
  else if (env.DB_POOL_SIZE !== undefined && given !== parsed.output)
    faults.push('DB_POOL_SIZE: not the same as connection_limit in the address; set one of them');
  return parsed.success ? parsed.output : undefined;
}

interface Line {
  readonly host: string;
  readonly socket?: string;
  readonly modes: readonly { readonly name: string; readonly mode: TlsMode | 'disabled' }[];
  readonly ca: string | undefined;
}

/** How the connection is encrypted; undefined for not at all. Of two who want it the stricter one is heard. */
function tlsOf(env: Environment, { host, socket, modes, ca }: Line, profile: Profile, { read, faults, notices }: Telling): MySqlConfig['tls'] {
  const given = env.DB_SSL_MODE === undefined ? undefined : read('DB_SSL_MODE', Mode, '');
  const said = [...modes, ...(given === undefined ? [] : [{ name: 'DB_SSL_MODE', mode: given }])];
  const names = said.map(({ name, mode }) => `${name} = ${mode}`).join(', ');
  const isRemote = socket === undefined && !isLoopback(host);
  const mode = said.length === 0 ? (isRemote ? 'preferred' : 'disabled') : RANKS[Math.max(...said.map((one) => RANKS.indexOf(one.mode)))];
  if (mode === undefined || faults.some((fault) => fault.startsWith('DB_SSL_MODE'))) return undefined;
  if (said.some((one) => one.mode !== mode && (one.mode === 'disabled' || one.mode === 'preferred'))) {
    faults.push(`DB_SSL_MODE: ${names}: these contradict each other`);
    return undefined;
  }
  if (socket !== undefined && mode !== 'disabled')
    faults.push(`DB_SSL_MODE: a socket does not leave the machine and has no TLS here; leave ${names} out`);
  if (profile === 'locked' && isRemote && mode === 'preferred')
    faults.push(
      `DB_SSL_MODE: the line to a database on another machine (${host}) must be encrypted in the locked profile: required, verify-ca or verify-identity; or disabled, where the network is yours alone`,
    );
  if (profile === 'locked' && isRemote && mode === 'disabled') {
    if (given === 'disabled')
      notices.push(`DB_SSL_MODE=disabled: passwords, e-mails and bookings go to ${host} in the clear. Every machine on the way can read them.`);
    else faults.push(`DB_SSL_MODE: ${names}: say disabled here too, if the line to ${host} is to stay in the clear in the locked profile`);
  }
  const authority = authorityOf(env, ca, faults);
  const verifies = mode === 'verify-ca' || mode === 'verify-identity';
  if (authority !== undefined && !verifies)
    faults.push(
      `DB_SSL_CA: nothing is checked against it with ${mode}; set DB_SSL_MODE to verify-identity, or to verify-ca where the certificate has another name`,
    );
  if (mode === 'verify-ca' && authority === undefined)
    faults.push('DB_SSL_CA: verify-ca needs it; with the well-known authorities alone anybody has a certificate, so use verify-identity for those');
  if (mode === 'verify-identity' && isIP(host) !== 0)
    faults.push(`DB_HOST: verify-identity compares a name, and ${host} is an address; use the name in the certificate, or verify-ca with DB_SSL_CA`);
  return mode === 'disabled' ? undefined : { mode, ...authority };
}

const Mode = v.pipe(
  v.string(),
  v.transform((text) => text.toLowerCase().replaceAll('_', '-')),
  v.picklist(RANKS, `must be ${RANKS.slice(0, -1).join(', ')} or ${RANKS.at(-1)}`),
);

/** Certificates that the server's has to come from: a file, or themselves in PEM, where \n may stand for the ends of lines. */
function authorityOf(env: Environment, ofUrl: string | undefined, faults: string[]): { readonly ca: string; readonly caFile?: string } | undefined {
  const given = env.DB_SSL_CA ?? ofUrl;
  if (given === undefined) return undefined;
  if (env.DB_SSL_CA !== undefined && ofUrl !== undefined && env.DB_SSL_CA !== ofUrl) {
    faults.push('DB_SSL_CA: not the same as in the address; set one of them');
    return undefined;
  }
  const isText = given.includes('-----BEGIN');
  try {
    const ca = isText ? given.replaceAll('\\n', '\n') : readFileSync(given, 'utf8');
    new X509Certificate(ca); // of several the first
    return { ca, ...(isText ? {} : { caFile: given }) };
  } catch (error) {
    const why =
      error instanceof Error && 'code' in error && String(error.code).startsWith('E') && !String(error.code).startsWith('ERR')
        ? error.code
        : undefined;
    faults.push(
      why === undefined ? 'DB_SSL_CA: holds no certificate in PEM (-----BEGIN CERTIFICATE-----)' : `DB_SSL_CA: ${given} cannot be read (${why})`,
    );
    return undefined;
  }
}
