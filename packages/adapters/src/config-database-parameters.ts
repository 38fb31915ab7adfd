import { isAbsolute } from 'node:path';
import * as v from 'valibot';
import type { DatabaseConfig, TlsMode } from './persistence/dialects/config.ts';

/** The engines that are servers. MariaDB speaks MySQL's protocol, so both are one. */
export type ServerEngine = Exclude<DatabaseConfig['engine'], 'sqlite'>;

const YES = {
  true: 'required',
  '1': 'required',
  yes: 'required',
  on: 'required',
  false: 'disabled',
  '0': 'disabled',
  no: 'disabled',
  off: 'disabled',
} as const;
const MODES: Readonly<Record<string, TlsMode | 'disabled'>> = {
  disabled: 'disabled',
  preferred: 'preferred',
  required: 'required',
  'verify-ca': 'verify-ca',
  'verify-identity': 'verify-identity',
  // MariaDB's words, libpq's and node-postgres's. libpq's `allow` protects as little as its `prefer`.
  disable: 'disabled',
  allow: 'preferred',
  prefer: 'preferred',
  require: 'required',
  trust: 'required',
  'no-verify': 'required',
  'verify-full': 'verify-identity',
};
export const RANKS = ['disabled', 'preferred', 'required', 'verify-ca', 'verify-identity'] as const;
export const isMode = (said: string | undefined): said is TlsMode | 'disabled' => RANKS.some((mode) => mode === said);
const modeNamed = (text: string) => MODES[text.toLowerCase().replaceAll('_', '-')];
const yes = (text: string) => YES[text.toLowerCase() as keyof typeof YES];
const only =
  (...values: readonly string[]) =>
  (text: string) =>
    values.includes(text.toLowerCase()) ? 'harmless' : undefined;

type Parameters = Readonly<Record<string, (text: string) => string | undefined>>;
const COMMON: Parameters = {
  sslmode: modeNamed,
  ssl: (text) => yes(text) ?? modeNamed(text),
  sslaccept: (text) => ({ strict: 'verify-identity', accept_invalid_certs: 'required' })[text.toLowerCase()],
  // libpq's `system` is every well-known authority. With those anybody has a certificate, so the name counts.
  sslrootcert: (text) => (text === 'system' ? 'verify-identity' : text),
  connectionlimit: (text) => text,
};
/** An address's parameters, by their names without - _ and capitals. Each gives what it says, or undefined where that cannot be done. */
const PARAMETERS: Readonly<Record<ServerEngine, Parameters>> = {
  mysql: {
    ...COMMON,
    tls: yes,
    usessl: yes,
    requiressl: yes,
    verifyservercertificate: (text) => ({ true: 'verify-identity', false: 'required' })[text.toLowerCase()],
    sslca: (text) => text,
    serversslcert: (text) => text,
    socket: (text) => text,
    socketpath: (text) => text,
    unixsocket: (text) => text,
    // The connection is as they say anyway.
    reconnect: only('true', 'false', '1', '0'),
    autoreconnect: only('true', 'false', '1', '0'),
    charset: only('utf8', 'utf8mb3', 'utf8mb4', 'utf8mb4_unicode_ci'),
    characterencoding: only('utf8', 'utf-8', 'utf8mb4'),
    encoding: only('utf8', 'utf-8', 'utf8mb4'),
    collation: only('utf8mb4_unicode_ci'),
    useunicode: only('true', '1'),
    timezone: only('z', 'utc', '+00:00'),
    servertimezone: only('utc', '+00:00'),
  },
  postgres: {
    ...COMMON,
    // The folder of a socket. Another machine's name here would win over the one in front of the database.
    host: (text) => (isAbsolute(text) && !text.includes(',') ? text : undefined),
    // The connection is as they say anyway.
    clientencoding: only('utf8', 'utf-8', 'unicode'),
    uselibpqcompat: only('true'),
    gssencmode: only('disable'),
    sslnegotiation: only('postgres'),
    targetsessionattrs: only('any'),
  },
};
/** Parameters that mean one thing. Every other one is known by what it says: a mode of TLS, or nothing. */
const SAME: Readonly<Record<string, string>> = {
  sslca: 'ca',
  sslrootcert: 'ca',
  serversslcert: 'ca',
  socket: 'socket',
  socketpath: 'socket',
  unixsocket: 'socket',
  host: 'host',
  connectionlimit: 'connection_limit',
};

export function parametersOf(urlName: string, engine: ServerEngine, { searchParams }: URL, faults: string[]): Map<string, string> {
  const parameters = PARAMETERS[engine];
  const found = new Map<string, string>();
  for (const [name, text] of searchParams) {
    const plain = name.toLowerCase().replace(/[-_]/g, '');
    const isOptions = engine === 'mysql' && plain === 'ssl' && text.startsWith('{');
    const said = isOptions ? driversOptions(text) : { [plain]: parameters[plain]?.(text.trim()) };
    if (!Object.hasOwn(parameters, plain)) faults.push(`${urlName}: the parameter ${name} is not known here and would have no effect; take it out`);
    else if (Object.values(said).some((one) => one === undefined || one === ''))
      faults.push(`${urlName}: the parameter ${name} has a value that is not known here`);
    else
      for (const [key, value = ''] of Object.entries(said)) {
        const at = (isMode(value) ? undefined : SAME[key]) ?? name;
        if ((found.get(at) ?? value) !== value) faults.push(`${urlName}: the parameter ${name} is there twice, and says different things`);
        found.set(at, value);
      }
  }
  return found;
}

/** mysql2's own options as JSON, which hosting services print: ssl={"rejectUnauthorized":true}. An undefined value cannot be used. */
function driversOptions(text: string): Readonly<Record<string, string | undefined>> {
  const Options = v.strictObject({
    rejectUnauthorized: v.optional(v.boolean()),
    verifyIdentity: v.optional(v.boolean()),
    ca: v.optional(v.string()),
  });
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return { ssl: undefined };
  }
  const options = v.safeParse(Options, parsed);
  if (!options.success) return { ssl: undefined };
  const { rejectUnauthorized = true, verifyIdentity, ca } = options.output;
  // Without a CA of one's own any certificate of any public one would do, so the name counts.
  const verified = verifyIdentity === true || ca === undefined ? 'verify-identity' : 'verify-ca';
  return { ssl: rejectUnauthorized ? verified : 'required', ...(ca === undefined ? {} : { sslca: ca }) };
}

/** Letters of any script. With & ; ? = and / the name would swallow the parameters of an address, such as the one that asks for TLS. */
const DATABASE_NAME = /^[\p{L}\p{M}\p{N}_$.-]+(?: +[\p{L}\p{M}\p{N}_$.-]+)*$/u;
const WITH_PARAMETERS = {
  mysql: 'mysql://user:password@host:3306/database?ssl-mode=REQUIRED',
  postgres: 'postgres://user:password@host:5432/database?sslmode=require',
} as const;
/** PostgreSQL cuts a longer name off without an error, so two names could be one database. */
const POSTGRES_NAME_BYTES_MAX = 63;
/** The signs alone: what stands between them may be a part of a password. */
export function faultsOfName(variable: string, engine: ServerEngine, database: string): string[] {
  if (engine === 'postgres' && Buffer.byteLength(database) > POSTGRES_NAME_BYTES_MAX)
    return [`${variable}: the name of the database is longer than ${POSTGRES_NAME_BYTES_MAX} bytes, which is all that PostgreSQL keeps of a name`];
  if (DATABASE_NAME.test(database)) return [];
  const signs = [...new Set(database.match(/[^\p{L}\p{M}\p{N}_$.-]/gu))].map((sign) => (/[\p{Z}\p{C}]/u.test(sign) ? JSON.stringify(sign) : sign));
  const hint = variable === 'DB_NAME' ? '' : `; parameters of an address begin with ? and have & between them: ${WITH_PARAMETERS[engine]}`;
  return [`${variable}: ${signs.join(' ')} cannot be in the name of a database, which has letters, digits, _ - $ . and spaces between them${hint}`];
}
