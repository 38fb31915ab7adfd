import { resolve } from 'node:path';
import type { Config } from './config.ts';
import { URLS } from './config-database-place.ts';
import { type RawEnvironment, trimmed, VARIABLES, type Variable } from './config-names.ts';

/** One variable as it is in force. */
export interface InForce {
  readonly name: Variable;
  /** A secret is masked. undefined if there is no value. */
  readonly value: string | undefined;
  /** `given`: from this variable itself. Another name: from the variable that holds the whole address of the database. */
  readonly from: 'given' | 'default' | Variable;
}

const SECRET = '(secret)';
const yesOrNo = (is: boolean): string => (is ? 'yes' : 'no');
const orZero = (limit: number | 'unlimited'): string => (limit === 'unlimited' ? '0' : String(limit));
type Server = Exclude<Config['database'], { engine: 'sqlite' }>;
const ofServer =
  (pick: (server: Server) => string | undefined) =>
  ({ database }: Config): string | undefined =>
    database.engine === 'sqlite' ? undefined : pick(database);

/**
 * What each variable comes to. `asGiven`: the configuration keeps no other form of it, so the given text is in force, or else this default.
 * A new variable without an entry does not compile.
 */
const asGiven = (fallback?: string) => ({ fallback });
const VALUES: {
  readonly [Name in Variable]: ((config: Config) => string | undefined) | { readonly fallback: string | undefined } | 'secret' | 'address';
} = {
  PORT: ({ port }) => String(port),
  NODE_ENV: asGiven('development'),
  SECURITY_PROFILE: ({ policies }) => policies.profile,
  HOST: ({ hosts }) => hosts.join(', '),
  ALLOW_OPEN_REMOTE: asGiven('no'),
  DATA_DIR: asGiven(resolve('data')),
  DB_TYPE: ({ database }) => database.engine,
  DB_HOST: ofServer(({ host }) => host),
  DB_PORT: ofServer(({ port }) => String(port)),
  DB_NAME: ofServer(({ database }) => database),
  DB_USER: ofServer(({ user }) => user),
  DB_PASSWORD: 'secret',
  DB_SOCKET: ofServer(({ socket }) => socket),
  DB_POOL_SIZE: ofServer(({ poolSize }) => String(poolSize)),
  DB_SSL_MODE: ofServer(({ tls }) => tls?.mode ?? 'disabled'),
  DB_SSL_CA: asGiven(),
  DATABASE_URL: 'address',
  CLEARDB_DATABASE_URL: 'address',
  JAWSDB_URL: 'address',
  MYSQL_URL: 'address',
  TRUSTED_PROXIES: asGiven('0'),
  KEEP_ALIVE_SECONDS: ({ keepAliveSeconds }) => String(keepAliveSeconds),
  HSTS_INCLUDE_SUBDOMAINS: ({ hstsIncludeSubdomains }) => yesOrNo(hstsIncludeSubdomains),
  CORS_ORIGINS: ({ corsOrigins }) => corsOrigins.join(',') || undefined,
  REFERENCE_PAGE: ({ policies }) => yesOrNo(policies.referencePage),
  LOG_LEVEL: ({ logLevel }) => logLevel,
  METRICS_TOKEN: 'secret',
  AUDIT_MINUTES: ({ auditMinutes }) => String(auditMinutes),
  DRAIN_SECONDS: ({ drainSeconds }) => String(drainSeconds),
  OTEL_EXPORTER_OTLP_ENDPOINT: 'address',
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'address',
  OTEL_SDK_DISABLED: asGiven(),
  JWT_SECRET: 'secret',
  JWT_SECRET_PREVIOUS: 'secret',
  JWT_EXPIRES_IN: ({ jwt }) => `${jwt.ttlSeconds}s`,
  ADMIN_EMAIL: asGiven(),
  ADMIN_PASSWORD: 'secret',
  BCRYPT_COST: ({ bcryptCost }) => String(bcryptCost),
  PASSWORD_MIN_LENGTH: ({ policies }) => String(policies.accounts.passwords.charactersMin),
  ALLOW_PAST_EVENTS: ({ policies }) => yesOrNo(policies.selling.pastEvents),
  MAX_TICKETS_PER_BOOKING: ({ policies }) => String(policies.selling.ticketsPerBookingMax),
  MAX_TICKETS_PER_USER: ({ policies }) => orZero(policies.selling.ticketsPerUserMax),
  MAX_BOOKING_CHANGES_PER_HOUR: ({ policies }) => orZero(policies.selling.bookingChangesPerHourMax),
  PUBLIC_ORGANIZER_EMAIL: ({ policies }) => yesOrNo(policies.organizerEmail),
};

/** Every variable with the value that `config` has for it. `environment` is what `config` was made from. */
export function valuesInForce(config: Config, environment: RawEnvironment): readonly InForce[] {
  const env = trimmed(environment);
  const ofAddress = URLS.find((name) => env[name] !== undefined);
  return VARIABLES.map((name) => {
    const [given, form] = [env[name], VALUES[name]];
    const from = given !== undefined ? 'given' : name.startsWith('DB_') && ofAddress !== undefined ? ofAddress : 'default';
    if (form === 'secret') return { name, from, value: given && SECRET };
    if (form === 'address') return { name, from, value: given && withoutSecrets(given) };
    return { name, from, value: typeof form === 'function' ? form(config) : (given ?? form.fallback) };
  });
}

/** The address without its password and its parameters, which may hold one. */
function withoutSecrets(address: string): string {
  if (!URL.canParse(address)) return SECRET;
  const { protocol, username, password, host, pathname, search } = new URL(address);
  const user = username === '' && password === '' ? '' : `${username}${password === '' ? '' : ':(secret)'}@`;
  return `${protocol}//${user}${host}${pathname}${search === '' ? '' : '?(parameters)'}`;
}
