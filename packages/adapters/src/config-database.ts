import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import * as v from 'valibot';
import { placeOfNames, placeOfUrl, Type, URLS } from './config-database-place.ts';
import { tlsOf } from './config-database-tls.ts';
import { type Environment, foreignDatabaseNames, type RawEnvironment, VARIABLES } from './config-names.ts';
import { isPublished } from './config-secrets.ts';
import { type Telling, wholeNumber } from './config-values.ts';
import { isLoopback } from './loopback.ts';
import type { DatabaseConfig } from './persistence/dialects/config.ts';
import type { Profile } from './profiles.ts';

/** Variables that describe a server without saying where it is. */
const DETAILS = ['DB_PORT', 'DB_NAME', 'DB_USER', 'DB_PASSWORD', 'DB_POOL_SIZE', 'DB_SSL_MODE', 'DB_SSL_CA'] as const;
const PoolSize = wholeNumber(3, 1000);
/** Variables that container hosts set, and files that exist in containers. They show that this process runs in a container. */
const CONTAINER_VARIABLES =
  /^(?:DYNO|RAILWAY_.+|RENDER|FLY_.+|KUBERNETES_SERVICE_HOST|K_SERVICE|ECS_CONTAINER_METADATA_URI.*|WEBSITE_INSTANCE_ID|container)$/;
const CONTAINER_FILES = ['/.dockerenv', '/run/.containerenv'];

/** A password that contains a published one is accepted if it has at least this many other bytes. */
const OWN_BYTES_MIN = 8;

/** Reads which database to use from our own variables. A setting that would have no effect is a fault, so that no data goes to the wrong place. */
export function databaseOf(
  env: Environment & RawEnvironment,
  { profile, dataDir }: { readonly profile: Profile; readonly dataDir: string },
  telling: Telling,
): DatabaseConfig | undefined {
  const { faults, ignored } = telling;
  const [urlName, ...otherUrls] = URLS.filter((name) => env[name] !== undefined);
  const places = [...(urlName === undefined ? [] : [urlName]), ...(['DB_HOST', 'DB_SOCKET'] as const).filter((name) => env[name] !== undefined)];
  const type = env.DB_TYPE === undefined ? undefined : telling.read('DB_TYPE', Type, '');
  for (const { name, ours, isPostgres } of foreignDatabaseNames(env)) {
    // If our own variables are set, foreign ones may belong to another program.
    if (name.startsWith('DB_') || (places.length === 0 && type !== 'sqlite'))
      faults.push(`${name}: is not read by this program; set ${ours}${isPostgres && ours !== 'DATABASE_URL' ? ' and DB_TYPE=postgres' : ''} instead`);
  }
  const known: readonly string[] = [...VARIABLES, ...foreignDatabaseNames(env).map(({ name }) => name)];
  for (const name of Object.keys(env))
    if (name.startsWith('DB_') && !known.includes(name) && !ignored.some((line) => line.startsWith(`${name} `)))
      ignored.push(`${name} is not a variable of this program and has no effect.`);
  if (places.length === 0) {
    const useless = [...(type === 'sqlite' ? [] : (['DB_TYPE'] as const)), ...DETAILS].filter((name) => env[name] !== undefined);
    if (useless.length > 0)
      faults.push(`${useless.join(', ')}: no effect without DB_HOST, DB_SOCKET or DATABASE_URL, which say where the database is`);
    if (profile === 'locked') telling.notices.push(...lossOf(env, dataDir));
    return { engine: 'sqlite', folder: dataDir };
  }
  for (const name of otherUrls) if (env[name] !== env[urlName ?? name]) ignored.push(`${name} has no effect: ${urlName} is set, and wins.`);

  const before = faults.length;
  if (type === 'sqlite')
    faults.push(`DB_TYPE: sqlite is the embedded database, and ${places.join(', ')} says another; leave the one or the other out`);
  const wanted = type === 'sqlite' ? undefined : type;
  const place = urlName === undefined ? placeOfNames(env, wanted ?? 'mysql', telling) : placeOfUrl(urlName, env, wanted, faults);
  const poolSize = poolSizeOf(env, urlName, place?.poolSize, telling);
  if (place === undefined || poolSize === undefined || faults.length > before) return undefined;
  const { server, modes, ca } = place;
  const { host, socket, password } = server;
  const tls = tlsOf(env, { host, socket, modes, ca }, profile, telling);
  if (profile === 'locked' && password === '' && socket === undefined && !isLoopback(host))
    faults.push(`DB_PASSWORD: an empty password is refused in the locked profile for a database on another machine (${host})`);
  if (profile === 'locked' && isPublished(password, OWN_BYTES_MIN))
    faults.push(`${urlName ?? 'DB_PASSWORD'}: the password is a published sample, or has little else in it; give the database's user another`);
  return { ...server, poolSize, ...(tls === undefined ? {} : { tls }) };
}

/**
 * Warns if the data may be lost. A container gets a new disk at every start, but a folder on another disk than the root folder is a volume,
 * which stays.
 */
export function lossOf(env: RawEnvironment, folder: string, isThere = existsSync): string[] {
  const mark = Object.keys(env).find((name) => CONTAINER_VARIABLES.test(name)) ?? CONTAINER_FILES.find((file) => isThere(file));
  if (mark === undefined || diskOf(folder) !== diskOf('/')) return [];
  return [
    `The embedded database is in ${folder}, and this is a container (${mark}). Its disk is thrown away at a restart or deployment, and with it all accounts, events and bookings. Set DATABASE_URL or DB_HOST, or DATA_DIR to a folder on a volume.`,
  ];
}

/** The disk of the folder, or of its nearest parent that exists. */
function diskOf(folder: string): number {
  try {
    return statSync(folder).dev;
  } catch {
    return diskOf(dirname(folder));
  }
}

function poolSizeOf(env: Environment, urlName: string | undefined, limit: string | undefined, { read, faults }: Telling): number | undefined {
  const given = read('DB_POOL_SIZE', PoolSize, '10');
  if (limit === undefined || given === undefined) return given;
  const parsed = v.safeParse(PoolSize, limit);
  if (!parsed.success) faults.push(`${urlName}: connection_limit ${parsed.issues[0].message}`);
  else if (env.DB_POOL_SIZE !== undefined && given !== parsed.output)
    faults.push('DB_POOL_SIZE: not the same as connection_limit in the address; set one of them');
  return parsed.success ? parsed.output : undefined;
}
