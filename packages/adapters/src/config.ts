import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { TOTAL_TICKETS_MAX } from '@ticket/domain';
import * as v from 'valibot';
import { databaseOf } from './config-database.ts';
import { type FirstAdmin, firstAdminOf } from './config-first-admin.ts';
import { readable, secretIn, secretOf } from './config-jwt.ts';
import { type Environment, misspelt, type RawEnvironment, trimmed } from './config-names.ts';
import { originsOf } from './config-origins.ts';
import { isPublished, METRICS_TOKEN_ADVICE, weaknesses, weaknessesOfMetricsToken } from './config-secrets.ts';
import { type Read, reader, Switch, wholeNumber } from './config-values.ts';
import { previousSecrets } from './kept-secret.ts';
import { type Languages, languagesOf } from './languages.ts';
import { isLoopback } from './loopback.ts';
import type { DatabaseConfig } from './persistence/dialects/config.ts';
import { type Policies, PROFILES, type Profile } from './profiles.ts';
import { COMMON_PASSWORDS } from './security/common-passwords.ts';
import { StartFault } from './start-fault.ts';
import { type TrustedProxies, trustedProxiesOf } from './trusted-proxies.ts';

/** Everything that the environment decides. It is made once at the start. No other code reads the environment. */
export interface Config {
  readonly port: number;
  /** Addresses to listen on. `::` means every address of the machine, IPv4 included. */
  readonly hosts: readonly string[];
  readonly database: DatabaseConfig;
  readonly jwt: {
    readonly secret: string;
    readonly ttlSeconds: number;
    /** The folder that stores the secret; undefined if the environment has it. */
    readonly keptIn?: string | undefined;
    /** Earlier secrets, which no longer verify tokens. Only fingerprints of the last day's idempotency keys are checked with them. */
    readonly previousSecrets?: readonly string[];
  };
  /** Each step doubles the work of a hash, for attackers and for the server. */
  readonly bcryptCost: number;
  readonly policies: Policies;
  /** The operator's own proxies in front of the server. */
  readonly trustedProxies: TrustedProxies;
  /** How long a connection stays open between two requests. It must be longer than a proxy's own limit, so that the proxy closes first. */
  readonly keepAliveSeconds: number;
  /** Whether browsers must use TLS for the subdomains too. */
  readonly hstsIncludeSubdomains: boolean;
  /** Other origins whose pages may read answers in a browser. */
  readonly corsOrigins: readonly string[];
  /** The languages of messages to clients. */
  readonly languages: Languages;
  /** Log lines below this level are not written. */
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
  /** The bearer token for `GET /metrics`. Without one, the open profile shows metrics to anyone, and the locked profile to nobody. */
  readonly metricsToken: string | undefined;
  /** Whether OpenTelemetry's variables turn traces on. Its SDK reads their other values itself. */
  readonly tracing: boolean;
  /** The time between two audits of the stock. 0 means no audits. */
  readonly auditMinutes: number;
  /** How long a stopping server still accepts connections and answers that it is not ready. */
  readonly drainSeconds: number;
  readonly firstAdmin: FirstAdmin | undefined;
  /** Notes for the person who starts the server, one line each. */
  readonly notices: readonly string[];
  /** Settings without effect, one line each. */
  readonly ignored: readonly string[];
}

const LOOPBACK = ['127.0.0.1', '::1'];

/**
 * Makes the configuration, or throws one StartFault with all its faults. With `signsTokens: false` no secret is needed or created, so an
 * auditor does not get the key to every account.
 */
export function loadConfig(environment: RawEnvironment, { signsTokens = true } = {}): Config {
  const faults: string[] = [];
  const notices: string[] = [];
  const env = trimmed(environment);
  const ignored = misspelt(env);
  const read = reader(env, faults);

  const port = read('PORT', Port, '3000');
  const nodeEnv = env['NODE_ENV'] ?? 'development';
  const profile =
    read(
      'SECURITY_PROFILE',
      v.picklist(['open', 'locked'], 'must be open or locked'),
      ['development', 'test'].includes(nodeEnv) ? 'open' : 'locked',
    ) ?? 'locked';
  const whyLocked = env['SECURITY_PROFILE'] === undefined ? profileNotice(nodeEnv) : [];
  const dataDir = resolve(env['DATA_DIR'] ?? 'data');
  const database = databaseOf(env, { profile, dataDir }, { read, faults, notices, ignored });
  const ttlSeconds = read('JWT_EXPIRES_IN', Duration, '7d');
  const bcryptCost = read('BCRYPT_COST', wholeNumber(10, 14), '10') ?? 10;
  const policies = policiesOf(env, profile, read, faults);
  const { ticketsPerUserMax } = policies.selling;
  const hosts = hostsOf(env, profile, nodeEnv, read, faults);
  const trustedProxies = trustedProxiesOf(env['TRUSTED_PROXIES'] ?? '', faults, notices);
  const keepAliveSeconds = read('KEEP_ALIVE_SECONDS', wholeNumber(1, 3600), trustedProxies === 0 ? '5' : '75') ?? 5;
  const hstsIncludeSubdomains = read('HSTS_INCLUDE_SUBDOMAINS', Switch, 'no') ?? false;
  const corsOrigins = originsOf(env, faults);
  const languages = languagesOf(env, faults);
  const logLevel = read('LOG_LEVEL', v.picklist(['debug', 'info', 'warn', 'error'], 'must be debug, info, warn or error'), 'info') ?? 'info';
  const metricsToken = env['METRICS_TOKEN'];
  const ofToken = metricsToken === undefined ? [] : weaknessesOfMetricsToken(metricsToken);
  if (profile === 'locked' || ofToken.some((weakness) => weakness.startsWith('needs')))
    faults.push(...ofToken.map((weakness) => `METRICS_TOKEN: ${weakness}; ${METRICS_TOKEN_ADVICE}`));
  const tracing = tracingOf(env, faults);
  const drainSeconds = read('DRAIN_SECONDS', wholeNumber(0, 5), '0') ?? 0;
  const auditMinutes = read('AUDIT_MINUTES', Minutes, '60') ?? 0;
  const firstAdmin = firstAdminOf(env, policies, faults);
  const secret = signsTokens ? secretOf(env, profile, faults) : randomBytes(48).toString('base64url');

  if (faults.length > 0 || port === undefined || database === undefined || ttlSeconds === undefined || hosts === undefined) {
    const lines = ['The configuration cannot be used:', ...faults.map((fault) => `  - ${fault}`), ...whyLocked];
    throw new StartFault([...lines, 'Nothing was started or changed. See .env.example for what each variable means.'].join('\n'));
  }
  notices.push(...whyLocked);
  if (profile === 'open') notices.push(openNotice(hosts));
  if (ticketsPerUserMax !== 'unlimited' && env['MAX_TICKETS_PER_USER'] === undefined) notices.push(userLimitNotice(ticketsPerUserMax));
  const previous = env['JWT_SECRET_PREVIOUS'];
  const jwt = {
    secret: secret ?? secretIn(dataDir, database, notices),
    ttlSeconds,
    keptIn: env['JWT_SECRET'] === undefined ? dataDir : undefined,
    previousSecrets: signsTokens ? [...(previous === undefined ? [] : [previous]), ...readable(dataDir, database, previousSecrets)] : [],
  };
  if (secret !== undefined)
    notices.push(...weaknesses(secret).map((weakness) => `JWT_SECRET ${weakness}: fine on a laptop, refused in the locked profile.`));
  if (previous !== undefined && previous === jwt.secret) ignored.push('JWT_SECRET_PREVIOUS has no effect: it is JWT_SECRET.');
  return {
    port,
    hosts,
    database,
    jwt,
    bcryptCost,
    policies,
    trustedProxies,
    keepAliveSeconds,
    hstsIncludeSubdomains,
    corsOrigins,
    languages,
    logLevel,
    metricsToken,
    tracing,
    auditMinutes,
    drainSeconds,
    firstAdmin,
    notices,
    ignored,
  };
}

const Port = wholeNumber(0, 65_535);
const TicketLimit = wholeNumber(1, TOTAL_TICKETS_MAX);

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

/** Two variables can name a collector. OTEL_SDK_DISABLED turns traces off, as the standard says. */
function tracingOf(env: Environment, faults: string[]): boolean {
  const names = (['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] as const).filter((name) => env[name] !== undefined);
  for (const name of names)
    if (!/^https?:/.test(urlOf(env[name])?.protocol ?? '')) faults.push(`${name}: must be an address such as http://localhost:4318`);
  return names.length > 0 && env['OTEL_SDK_DISABLED']?.toLowerCase() !== 'true';
}

const urlOf = (text = ''): URL | undefined => (URL.canParse(text) ? new URL(text) : undefined);

function policiesOf(env: Environment, profile: Profile, read: Read, faults: string[]): Policies {
  const base = PROFILES[profile];
  const { selling, accounts } = base;
  // An invalid value is already a fault. The profile's value then replaces it, so that the other settings are checked too.
  const pastEvents = read('ALLOW_PAST_EVENTS', Switch, selling.pastEvents ? 'yes' : 'no') ?? selling.pastEvents;
  const organizerEmail = read('PUBLIC_ORGANIZER_EMAIL', Switch, base.organizerEmail ? 'yes' : 'no') ?? base.organizerEmail;
  const referencePage = read('REFERENCE_PAGE', Switch, base.referencePage ? 'yes' : 'no') ?? base.referencePage;
  const { charactersMin: fewest } = accounts.passwords;
  const charactersMin = read('PASSWORD_MIN_LENGTH', wholeNumber(6, 72), String(fewest)) ?? fewest;
  const askedPerBooking = read('MAX_TICKETS_PER_BOOKING', TicketLimit, String(selling.ticketsPerBookingMax));
  const ticketsPerBookingMax = askedPerBooking ?? selling.ticketsPerBookingMax;
  const ticketsPerUserMax = read('MAX_TICKETS_PER_USER', wholeNumber(0, TOTAL_TICKETS_MAX), orZero(selling.ticketsPerUserMax)) || 'unlimited';
  const changesMax = read('MAX_BOOKING_CHANGES_PER_HOUR', wholeNumber(0, 10_000), orZero(selling.bookingChangesPerHourMax));
  if (
    env['MAX_TICKETS_PER_BOOKING'] !== undefined &&
    askedPerBooking !== undefined &&
    ticketsPerUserMax !== 'unlimited' &&
    askedPerBooking > ticketsPerUserMax
  ) {
    faults.push(
      `MAX_TICKETS_PER_BOOKING: ${ticketsPerBookingMax} is more than one user may hold of an event (${ticketsPerUserMax}); lower it, or set MAX_TICKETS_PER_USER to ${ticketsPerBookingMax} or more, or to 0 for no limit`,
    );
  }
  const guessable = { has: (password: string) => COMMON_PASSWORDS.has(password) || isPublished(password, charactersMin) };
  const common = accounts.passwords.refuseGuessable ? guessable : accounts.passwords.common;
  return {
    profile,
    selling: { ...selling, pastEvents, ticketsPerBookingMax, ticketsPerUserMax, bookingChangesPerHourMax: changesMax || 'unlimited' },
    accounts: { ...accounts, passwords: { ...accounts.passwords, charactersMin, common } },
    organizerEmail,
    referencePage,
  };
}

/** In a variable, 0 means no limit. */
const orZero = (limit: number | 'unlimited'): string => (limit === 'unlimited' ? '0' : String(limit));

function hostsOf(env: Environment, profile: Profile, nodeEnv: string, read: Read, faults: string[]): readonly string[] | undefined {
  const host = env['HOST'];
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

const userLimitNotice = (maximum: number): string =>
  `A user may hold at most ${maximum} tickets of one event. MAX_TICKETS_PER_USER changes that; 0 is no limit.`;

/** Any other NODE_ENV chooses the locked profile, and may be a misspelling of one of these three. */
const profileNotice = (nodeEnv: string): string[] =>
  ['development', 'test', 'production'].includes(nodeEnv)
    ? []
    : [`The profile is locked, because NODE_ENV=${nodeEnv} is not development or test. SECURITY_PROFILE=locked or SECURITY_PROFILE=open chooses it.`];

const openNotice = (hosts: readonly string[]): string =>
  hosts.every(isLoopback)
    ? 'Open profile: anyone may register as admin, and the users endpoints need no token. Only this machine can reach it. For a server: SECURITY_PROFILE=locked.'
    : 'OPEN PROFILE, REACHABLE FROM OTHER MACHINES: anyone may register as admin, and the users endpoints need no token.';
