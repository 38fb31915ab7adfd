import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import {
  isEmail,
  isPasswordLongEnough,
  isPasswordStorable,
  isPasswordUncommon,
  normalEmail,
  POLICIES,
  type Policy,
  type Profile,
  TOTAL_TICKETS_MAX,
} from '@ticket/domain';
import * as v from 'valibot';
import { keptSecret, previousSecrets } from './kept-secret.ts';
import type { DatabaseConfig } from './persistence/database.ts';
import { StartFault } from './start-fault.ts';
import { type TrustedProxies, trustedProxiesOf } from './trusted-proxies.ts';

/** What the environment decides. Made once at start; nothing else reads the environment. */
export interface Config {
  readonly port: number;
  /** Addresses to listen on. `::` is every address of the machine, of IPv4 too. */
  readonly hosts: readonly string[];
  readonly database: DatabaseConfig;
  readonly jwt: {
    readonly secret: string;
    readonly ttlSeconds: number;
    /** The folder that keeps the secret; undefined where the environment gives it. */
    readonly keptIn?: string | undefined;
    /** They open nothing any more, but what was asked under an idempotency key is known by them for its day. */
    readonly previousSecrets?: readonly string[];
  };
  /** Each one more doubles the work that a password takes, of who guesses at it and of the server. */
  readonly bcryptCost: number;
  readonly policy: Policy;
  /** Proxies of the operator's own in front of the server. */
  readonly trustedProxies: TrustedProxies;
  /** How long a connection stays open between two requests. A proxy that closes its idle connections sooner never meets a closed one. */
  readonly keepAliveSeconds: number;
  /** Whether browsers are to reach the subdomains over TLS alone, too. */
  readonly hstsIncludeSubdomains: boolean;
  /** Other origins whose pages may read answers in a browser. */
  readonly corsOrigins: readonly string[];
  /** Lines of the log below it are left out. */
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
  /** What `GET /metrics` asks for as a bearer token; without one the open profile shows them to anyone, the locked to nobody. */
  readonly metricsToken: string | undefined;
  /** Whether OpenTelemetry's own variables ask for traces; what else they say its SDK reads itself. */
  readonly tracing: boolean;
  /** Between two audits of the stock; 0 for none. */
  readonly auditMinutes: number;
  /** How long new connections are still taken, and told that the server is not ready, once it is to stop. */
  readonly drainSeconds: number;
  readonly firstAdmin: { readonly name: string; readonly email: string; readonly password: string } | undefined;
  /** What the person who starts it should know, one line each. */
  readonly notices: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The sample of the specification and of .env.example, long enough to pass a check of length. */
const SAMPLE_SECRETS = ['your_super_secret_key_min_32_characters', 'your_secret_key'];
const SECRET_BYTES_MIN = 32;
/** As a bearer token may be written (RFC 9110, 11.2), and too long to be guessed. */
const METRICS_TOKEN_FORM = /^[\w.~+/-]{16,1024}=*$/;
const METRICS_TOKEN_MESSAGE =
  "needs 16 characters or more of letters, digits, - . _ ~ + and /; make one with: node -p \"require('crypto').randomBytes(24).toString('base64url')\"";
const LOOPBACK = ['127.0.0.1', '::1'];

/** The environment of this process, with what `.env` in the working folder adds to it. */
export function readEnvironment(): Environment {
  const text = existsSync('.env') ? readFileSync('.env', 'utf8') : '';
  // An editor may have put a byte order mark in front, which would be taken for a part of the first name.
  for (const [name, value] of Object.entries(parseEnv(text.replace(/^\uFEFF/, '')))) process.env[name] ??= value;
  return process.env;
}

/**
 * Makes the configuration, or throws one StartFault that names everything wrong with it. Who signs no tokens needs no secret
 * and makes none: an auditor is not to be given the key to every account.
 */
export function loadConfig(environment: Environment, { signsTokens = true } = {}): Config {
  const faults: string[] = [];
  const notices: string[] = [];
  const env: Environment = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined && value.trim() !== ''));
  const read = <Schema extends v.GenericSchema<string, unknown>>(
    name: string,
    schema: Schema,
    fallback: string,
  ): v.InferOutput<Schema> | undefined => {
    const parsed = v.safeParse(schema, (env[name] ?? fallback).trim());
    if (parsed.success) return parsed.output;
    faults.push(`${name}: ${parsed.issues[0].message}`);
    return undefined;
  };

  const port = read('PORT', Port, '3000');
  const nodeEnv = env['NODE_ENV'] ?? 'development';
  const profile =
    read(
      'SECURITY_PROFILE',
      v.picklist(['open', 'locked'], 'must be open or locked'),
      ['development', 'test'].includes(nodeEnv) ? 'open' : 'locked',
    ) ?? 'locked';
  const dataDir = resolve(env['DATA_DIR'] ?? 'data');
  const database = databaseOf(env, dataDir, read, faults);
  const ttlSeconds = read('JWT_EXPIRES_IN', Duration, '7d');
  const bcryptCost = read('BCRYPT_COST', wholeNumber(10, 14), '10') ?? 10;
  const policy = policyOf(env, profile, read);
  const hosts = hostsOf(env, profile, nodeEnv, read, faults);
  const trustedProxies = trustedProxiesOf(env['TRUSTED_PROXIES'] ?? '', faults, notices);
  const keepAliveSeconds = read('KEEP_ALIVE_SECONDS', wholeNumber(1, 3600), trustedProxies === 0 ? '5' : '75') ?? 5;
  const hstsIncludeSubdomains = read('HSTS_INCLUDE_SUBDOMAINS', Switch, 'no') ?? false;
  const corsOrigins = originsOf(env, faults);
  const logLevel = read('LOG_LEVEL', v.picklist(['debug', 'info', 'warn', 'error'], 'must be debug, info, warn or error'), 'info') ?? 'info';
  const metricsToken = env['METRICS_TOKEN']?.trim();
  if (metricsToken !== undefined && !METRICS_TOKEN_FORM.test(metricsToken)) faults.push(`METRICS_TOKEN: ${METRICS_TOKEN_MESSAGE}`);
  const tracing = tracingOf(env, faults);
  const drainSeconds = read('DRAIN_SECONDS', wholeNumber(0, 5), '0') ?? 0;
  const auditMinutes = read('AUDIT_MINUTES', Minutes, '60') ?? 0;
  const firstAdmin = firstAdminOf(env, policy, faults);
  if (profile === 'locked' && database?.engine === 'mysql' && database.password === '' && !isLoopback(database.host)) {
    faults.push(`DB_PASSWORD: an empty password is refused in the locked profile for a database on another machine (${database.host})`);
  }
  const secret = signsTokens ? secretOf(env, profile, faults) : randomBytes(48).toString('base64url');

  if (faults.length > 0 || port === undefined || database === undefined || ttlSeconds === undefined || policy === undefined || hosts === undefined) {
    throw new StartFault(
      `The configuration cannot be used:\n${faults.map((fault) => `  - ${fault}`).join('\n')}\nSee .env.example for what each variable means.`,
    );
  }
  if (profile === 'open') notices.push(openNotice(hosts));
  const previous = env['JWT_SECRET_PREVIOUS'];
  const jwt = {
    ...{ secret: secret ?? secretIn(dataDir, notices), ttlSeconds, keptIn: env['JWT_SECRET'] === undefined ? dataDir : undefined },
    previousSecrets: signsTokens ? [...(previous === undefined ? [] : [previous]), ...previousSecrets(dataDir)] : [],
  };
  if (secret !== undefined)
    notices.push(...weaknesses(secret).map((weakness) => `JWT_SECRET ${weakness}: fine on a laptop, refused in the locked profile.`));
  return {
    ...{ port, hosts, database, jwt, bcryptCost, policy, trustedProxies, keepAliveSeconds, hstsIncludeSubdomains, corsOrigins },
    ...{ logLevel, metricsToken, tracing, auditMinutes, drainSeconds, firstAdmin, notices },
  };
}

type Read = <Schema extends v.GenericSchema<string, unknown>>(name: string, schema: Schema, fallback: string) => v.InferOutput<Schema> | undefined;

const wholeNumber = (min: number, max: number) =>
  v.pipe(
    v.string(),
    v.regex(/^\d{1,9}$/, `must be a whole number from ${min} to ${max}`),
    v.transform(Number),
    v.check((number) => number >= min && number <= max, `must be a whole number from ${min} to ${max}`),
  );
const Port = wholeNumber(0, 65_535);
const TicketLimit = wholeNumber(1, TOTAL_TICKETS_MAX);
const Switch = v.pipe(
  v.picklist(['yes', 'no', 'true', 'false'], 'must be yes or no'),
  v.transform((word) => word === 'yes' || word === 'true'),
);

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };
const TTL_SECONDS_MAX = 366 * 86_400;
const DURATION_MESSAGE = 'must be a time such as 15m, 12h or 7d (a bare number counts seconds), more than 0 and at most 366d';
const Duration = v.pipe(
  v.string(),
  v.regex(/^\d{1,9}[smhdw]?$/, DURATION_MESSAGE),
  v.transform((text) => Number.parseInt(text, 10) * (UNIT_SECONDS[text.at(-1) ?? ''] ?? 1)),
  v.check((seconds) => seconds > 0 && seconds <= TTL_SECONDS_MAX, DURATION_MESSAGE),
);

const MINUTES_MESSAGE = 'must be a number of minutes from 0.01 to 10080, or 0 for never';
const Minutes = v.pipe(
  v.string(),
  v.regex(/^\d{1,5}(\.\d{1,2})?$/, MINUTES_MESSAGE),
  v.transform(Number),
  v.check((minutes) => minutes <= 10_080, MINUTES_MESSAGE),
);

/** The two variables that name a collector; OTEL_SDK_DISABLED is the standard's own switch. */
function tracingOf(env: Environment, faults: string[]): boolean {
  const names = ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'].filter((name) => env[name] !== undefined);
  for (const name of names)
    if (!/^https?:/.test(urlOf(env[name])?.protocol ?? '')) faults.push(`${name}: must be an address such as http://localhost:4318`);
  return names.length > 0 && env['OTEL_SDK_DISABLED']?.trim().toLowerCase() !== 'true';
}

const urlOf = (text = ''): URL | undefined => (URL.canParse(text) ? new URL(text) : undefined);

/** Origins as browsers spell them. A star would let every page on the web read what its visitor may. */
function originsOf(env: Environment, faults: string[]): readonly string[] {
  const origins = (env['CORS_ORIGINS'] ?? '').split(',').flatMap((origin) => origin.trim() || []);
  const isOrigin = (text: string) => /^https?:[^*]+$/.test(text) && URL.canParse(text) && new URL(text).origin === text;
  for (const origin of origins.filter((text) => !isOrigin(text))) {
    faults.push(`CORS_ORIGINS: ${origin} is no origin; give each as a browser sends it, such as https://tickets.example, separated by commas`);
  }
  return origins;
}

function databaseOf(env: Environment, dataDir: string, read: Read, faults: string[]): DatabaseConfig | undefined {
  const urlName = ['DATABASE_URL', 'CLEARDB_DATABASE_URL', 'JAWSDB_URL', 'MYSQL_URL'].find((name) => env[name] !== undefined);
  if (urlName === undefined && env['DB_HOST'] === undefined) return { engine: 'sqlite', folder: dataDir };
  const poolSize = read('DB_POOL_SIZE', wholeNumber(3, 1000), '10');
  if (urlName !== undefined) {
    const url = mysqlUrl(env[urlName] ?? '');
    if (url === undefined) faults.push(`${urlName}: must look like mysql://user:password@host:3306/database`);
    return url === undefined || poolSize === undefined ? undefined : { ...url, poolSize };
  }
  const port = read('DB_PORT', wholeNumber(1, 65_535), '3306');
  if (port === undefined || poolSize === undefined) return undefined;
  const host = env['DB_HOST'] ?? 'localhost';
  return {
    engine: 'mysql',
    host,
    port,
    user: env['DB_USER'] ?? 'fullstack',
    password: env['DB_PASSWORD'] ?? '',
    database: env['DB_NAME'] ?? 'gdgoc',
    poolSize,
  };
}

function mysqlUrl(text: string) {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const database = decode(url.pathname.slice(1));
  const user = decode(url.username);
  const password = decode(url.password);
  if (!/^(mysql|mariadb):$/.test(url.protocol) || url.hostname === '' || !database || user === undefined || password === undefined) return undefined;
  const host = decode(url.hostname)?.replace(/^\[|\]$/g, '') ?? '';
  return { engine: 'mysql', host, port: Number(url.port || 3306), user, password, database } as const;
}

function decode(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

function policyOf(env: Environment, profile: Profile, read: Read): Policy | undefined {
  const base = POLICIES[profile];
  const pastEvents = read('ALLOW_PAST_EVENTS', Switch, base.pastEvents ? 'yes' : 'no');
  const organizerEmail = read('PUBLIC_ORGANIZER_EMAIL', Switch, base.organizerEmail ? 'yes' : 'no');
  const charactersMin = read('PASSWORD_MIN_LENGTH', wholeNumber(6, 72), String(base.passwords.charactersMin));
  const ticketsPerBookingMax = read('MAX_TICKETS_PER_BOOKING', TicketLimit, String(base.ticketsPerBookingMax));
  const ticketsPerUserMax = env['MAX_TICKETS_PER_USER'] === undefined ? base.ticketsPerUserMax : read('MAX_TICKETS_PER_USER', TicketLimit, '');
  if (pastEvents === undefined || organizerEmail === undefined || charactersMin === undefined || ticketsPerBookingMax === undefined) return undefined;
  return { ...base, pastEvents, organizerEmail, ticketsPerBookingMax, ticketsPerUserMax, passwords: { ...base.passwords, charactersMin } };
}

const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));

function hostsOf(env: Environment, profile: Profile, nodeEnv: string, read: Read, faults: string[]): readonly string[] | undefined {
  const host = env['HOST']?.trim();
  const openRemote = read('ALLOW_OPEN_REMOTE', Switch, 'no');
  if (openRemote === undefined) return undefined;
  if (profile === 'locked') return [host ?? '::'];
  if (!openRemote && nodeEnv === 'production') {
    faults.push('SECURITY_PROFILE: open with NODE_ENV=production lets strangers register as admin; use locked, or say ALLOW_OPEN_REMOTE=yes');
  }
  if (!openRemote && host !== undefined && !isLoopback(host)) {
    faults.push(
      `HOST: ${host} can be reached from other machines, and in the open profile anyone may register as admin; use SECURITY_PROFILE=locked, or say ALLOW_OPEN_REMOTE=yes`,
    );
  }
  return host === undefined || host === 'localhost' ? LOOPBACK : [host];
}

const openNotice = (hosts: readonly string[]): string =>
  hosts.every(isLoopback)
    ? 'Open profile: anyone may register as admin, and the users endpoints need no token. Only this machine can reach it. For a server: SECURITY_PROFILE=locked.'
    : 'OPEN PROFILE, REACHABLE FROM OTHER MACHINES: anyone may register as admin, and the users endpoints need no token.';

function firstAdminOf(env: Environment, policy: Policy | undefined, faults: string[]): Config['firstAdmin'] {
  const [email, password] = [env['ADMIN_EMAIL'], env['ADMIN_PASSWORD']];
  if (email === undefined && password === undefined) return undefined;
  if (email === undefined || password === undefined) {
    faults.push(`${email === undefined ? 'ADMIN_EMAIL' : 'ADMIN_PASSWORD'}: give both ADMIN_EMAIL and ADMIN_PASSWORD, or neither`);
    return undefined;
  }
  if (!isEmail(normalEmail(email))) faults.push('ADMIN_EMAIL: is not an e-mail address');
  if (
    policy !== undefined &&
    !(isPasswordStorable(password) && isPasswordLongEnough(password, policy.passwords) && isPasswordUncommon(password, policy.passwords))
  ) {
    faults.push(
      `ADMIN_PASSWORD: needs at least ${policy.passwords.charactersMin} characters, at most 72 bytes${policy.passwords.refuseCommon ? ', and not one of the most common passwords' : ''}`,
    );
  }
  return { name: 'Admin', email, password };
}

function weaknesses(given: string): string[] {
  const secret = given.trim(); // spaces around it make a guess no harder
  if (SAMPLE_SECRETS.includes(secret)) return ['is the published sample'];
  return Buffer.byteLength(secret) < SECRET_BYTES_MIN ? [`is shorter than ${SECRET_BYTES_MIN} bytes`] : [];
}

/** The secret of the environment; undefined where the open profile may make one. */
function secretOf(env: Environment, profile: Profile, faults: string[]): string | undefined {
  const secret = env['JWT_SECRET'];
  if (profile === 'open') return secret;
  const advice = "make one with: node -p \"require('crypto').randomBytes(48).toString('base64url')\"";
  if (secret === undefined) faults.push(`JWT_SECRET: is missing; ${advice}`);
  else faults.push(...weaknesses(secret).map((weakness) => `JWT_SECRET: ${weakness}; ${advice}`));
  return secret;
}

/** A secret made once and kept, so that tokens outlive a restart. */
function secretIn(dataDir: string, notices: string[]): string {
  let kept: ReturnType<typeof keptSecret>;
  try {
    kept = keptSecret(dataDir);
  } catch (error) {
    throw new StartFault(
      `DATA_DIR ${dataDir} cannot be written (${error instanceof Error && 'code' in error ? error.code : error}). Choose a folder that this user may write, or set JWT_SECRET.`,
    );
  }
  if (Buffer.byteLength(kept.secret) < SECRET_BYTES_MIN) {
    throw new StartFault(`${kept.file} holds no usable secret. Delete it, and a new one is made (everybody logs in again), or set JWT_SECRET.`);
  }
  if (kept.isNew) notices.push(`JWT_SECRET is not set: one was made and is kept in ${kept.file}.`);
  return kept.secret;
}
