import { isAbsolute, posix } from 'node:path';
import * as v from 'valibot';
import { faultsOfName, isMode, parametersOf, type ServerEngine } from './config-database-parameters.ts';
import type { Environment, Variable } from './config-names.ts';
import { type Telling, wholeNumber } from './config-values.ts';
import type { PostgresConfig, TlsMode } from './persistence/dialects/config.ts';

export const URLS = ['DATABASE_URL', 'CLEARDB_DATABASE_URL', 'JAWSDB_URL', 'MYSQL_URL'] as const;
type UrlName = (typeof URLS)[number];

const TYPES = { mysql: 'mysql', mariadb: 'mysql', postgres: 'postgres', postgresql: 'postgres', sqlite: 'sqlite' } as const;
export const Type = v.pipe(
  v.string(),
  v.transform((word) => word.toLowerCase()),
  v.picklist(['mysql', 'mariadb', 'postgres', 'postgresql', 'sqlite'], 'must be mysql, mariadb, postgres or sqlite'),
  v.transform((word) => TYPES[word]),
);

const ENGINES = {
  mysql: { port: 3306, address: 'mysql://user:password@host:3306/database', socket: '/run/mysqld/mysqld.sock', isSocket: isAbsolute },
  // PostgreSQL's clients name a socket by its folder and a port, so they cannot use a file with another name.
  postgres: {
    port: 5432,
    address: 'postgres://user:password@host:5432/database',
    socket: '/run/postgresql/.s.PGSQL.5432',
    isSocket: (path: string) => isAbsolute(path) && /\/\.s\.PGSQL\.\d{1,5}$/.test(path),
  },
} as const;
const SCHEMES: Readonly<Record<string, ServerEngine>> = { mysql: 'mysql', mariadb: 'mysql', postgres: 'postgres', postgresql: 'postgres' };

interface Server extends Pick<PostgresConfig, 'host' | 'port' | 'user' | 'password' | 'database' | 'socket'> {
  readonly engine: ServerEngine;
}
/** The server, and the other facts in an address. */
interface Place {
  readonly server: Server;
  readonly modes: readonly { readonly name: string; readonly mode: TlsMode | 'disabled' }[];
  readonly ca?: string | undefined;
  readonly poolSize?: string | undefined;
}

export function placeOfNames(env: Environment, engine: ServerEngine, { read, faults }: Telling): Place | undefined {
  const port = read('DB_PORT', wholeNumber(1, 65_535), String(ENGINES[engine].port));
  const host = env.DB_HOST ?? 'localhost';
  const socket = env.DB_SOCKET;
  // Some drivers treat a path as a socket, but the rules on TLS would treat it as another machine.
  if (!isOneMachine(host)) faults.push('DB_HOST: must be the name or the address of one machine; DB_SOCKET names a socket');
  if (socket !== undefined && !ENGINES[engine].isSocket(socket)) faults.push(`DB_SOCKET: ${formOfSocket(engine)}`);
  if (socket !== undefined && (host !== 'localhost' || env.DB_PORT !== undefined))
    faults.push('DB_SOCKET: DB_HOST or DB_PORT says another place; leave the one or the other out');
  if (port === undefined) return undefined;
  const [user, password, database] = [env.DB_USER ?? 'fullstack', env.DB_PASSWORD ?? '', env.DB_NAME ?? 'gdgoc'];
  faults.push(...faultsOfName('DB_NAME', engine, database));
  return { server: { engine, host, port, user, password, database, ...(socket === undefined ? {} : { socket }) }, modes: [] };
}

const isOneMachine = (host: string): boolean => !/[/,\s]/.test(host);
const formOfSocket = (engine: ServerEngine): string => `must be the whole path of a socket, such as ${ENGINES[engine].socket}`;

export function placeOfUrl(urlName: UrlName, env: Environment, type: ServerEngine | undefined, faults: string[]): Place | undefined {
  const text = env[urlName] ?? '';
  const found = addressIn(text);
  if (found === undefined) {
    faults.push(`${urlName}: ${whyUnusable(text)}`);
    return undefined;
  }
  const { address, engine, ...rest } = found;
  if (type !== undefined && type !== engine)
    faults.push(`DB_TYPE: ${env.DB_TYPE} is another database than ${address.protocol}// in ${urlName}; leave DB_TYPE out, or set it to ${engine}`);
  faults.push(...faultsOfName(urlName, engine, rest.database));
  const parameters = parametersOf(urlName, engine, address, faults);
  const folder = parameters.get('host') ?? (rest.host.startsWith('/') ? rest.host : undefined);
  const host = folder === rest.host ? 'localhost' : rest.host;
  const socket = folder === undefined ? (parameters.get('socket') ?? env.DB_SOCKET) : posix.join(folder, `.s.PGSQL.${rest.port}`);
  if (socket !== undefined && !ENGINES[engine].isSocket(socket)) faults.push(`${urlName}: its socket ${formOfSocket(engine)}`);
  // With the folder of a socket, a port is allowed, because it is part of the socket's name.
  if (socket !== undefined && (host !== 'localhost' || (folder === undefined && address.port !== '')))
    faults.push(`${urlName}: with a socket the address must say localhost, without a port`);
  const said: Partial<Record<Variable, string>> = {
    DB_HOST: host,
    DB_PORT: String(rest.port),
    DB_NAME: rest.database,
    DB_USER: rest.user,
    DB_PASSWORD: rest.password,
    ...(socket === undefined ? {} : { DB_SOCKET: socket }),
  };
  // If two settings contradict each other, data could go to the wrong database, whichever is used.
  const otherwise = (['DB_HOST', 'DB_PORT', 'DB_NAME', 'DB_USER', 'DB_PASSWORD', 'DB_SOCKET'] as const).filter(
    (name) => env[name] !== undefined && env[name] !== said[name],
  );
  if (otherwise.length > 0) faults.push(`${otherwise.join(', ')}: not the same as in ${urlName}; set the one or the other`);
  return {
    server: { engine, ...rest, host, ...(socket === undefined ? {} : { socket }) },
    modes: [...parameters].flatMap(([name, mode]) => (isMode(mode) ? [{ name: `${urlName}: ${name}`, mode }] : [])),
    ca: parameters.get('ca'),
    poolSize: parameters.get('connection_limit'),
  };
}

const schemeOf = (text: string): string | undefined => /^([a-z][a-z\d+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase();

/** Explains why an address is invalid, without a part that may be a password. */
function whyUnusable(text: string): string {
  const scheme = schemeOf(text);
  const engine = scheme === undefined ? undefined : SCHEMES[scheme];
  if (scheme !== undefined && engine === undefined)
    return `${scheme}:// is no database of this program, which has mysql://, mariadb://, postgres:// and postgresql://`;
  const forms = engine === undefined ? `${ENGINES.mysql.address} or ${ENGINES.postgres.address}` : ENGINES[engine].address;
  return `must look like ${forms}, with # and other signs of a password written as %23 and so on`;
}

function addressIn(text: string) {
  const engine = SCHEMES[schemeOf(text) ?? ''];
  const whole = engine === 'postgres' ? withHost(text) : text;
  if (engine === undefined || !URL.canParse(whole)) return undefined;
  const address = new URL(whole);
  const [database, user, password, name] = [address.pathname.slice(1), address.username, address.password, address.hostname].map(decode);
  const host = name?.replace(/^\[|\]$/g, '');
  if (!host || !database || user === undefined || password === undefined || address.hash !== '') return undefined;
  // The folder of a socket is written as %2Frun%2Fpostgresql. A user is required, because pg would otherwise take the user of this process.
  if (engine === 'postgres' ? user === '' || !isOneMachine(host.replace(/^\/[^,]*$/, '')) : !isOneMachine(host)) return undefined;
  return { engine, address, host, port: Number(address.port || ENGINES[engine].port), user, password, database };
}

/** Adds a host to `postgres://user@/database?host=/run/postgresql`. libpq writes a socket like this, but a URL with a user needs a host. */
const withHost = (text: string): string => (/[?&]host=/.test(text) ? text.replace(/^(\w+:\/\/(?:[^/?#]*@)?)(?=[/:])/, '$1localhost') : text);

function decode(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
