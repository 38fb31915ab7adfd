import { isAbsolute } from 'node:path';
import * as v from 'valibot';
import type { DatabaseConfig, TlsMode } from './persistence/dialects/config.ts';

/** The engines that are servers. MariaDB uses MySQL's protocol, so it counts as mysql. */
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
  // These are the words of MariaDB, libpq and node-postgres. libpq's `allow` protects no better than its `prefer`.
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
/** Reads what a parameter says. Where only some values are known, they are listed for the refusal of every other one. */
type Reader = ((text: string) => string | undefined) & { readonly values?: readonly string[] };
type Parameters = Readonly<Record<string, Reader>>;

const plainValue = (text: string) => text.toLowerCase().replaceAll('_', '-');
function oneOf(meanings: Readonly<Record<string, string>>): Reader {
  const byValue = new Map(Object.entries(meanings).map(([value, meaning]) => [plainValue(value), meaning]));
  return Object.assign((text: string) => byValue.get(plainValue(text)), { values: Object.keys(meanings) });
}
/** Values that ask for what the connection does anyway. */
const only = (...values: readonly string[]): Reader =>
  Object.assign((text: string) => (values.includes(text.toLowerCase()) ? 'harmless' : undefined), { values });

const COMMON: Parameters = {
  sslmode: oneOf(MODES),
  ssl: oneOf({ ...YES, ...MODES }),
  sslaccept: oneOf({ strict: 'verify-identity', accept_invalid_certs: 'required' }),
  // libpq's `system` means all public authorities. Anyone can get a certificate from them, so the host name must be checked.
  sslrootcert: (text) => (text === 'system' ? 'verify-identity' : text),
  connectionlimit: (text) => text,
};
/**
 * The parameters of an address, by their lower-case names without - and _. Each function returns the meaning of the value, or undefined if
 * the value is not supported.
 */
const PARAMETERS: Readonly<Record<ServerEngine, Parameters>> = {
  mysql: {
    ...COMMON,
    tls: oneOf(YES),
    usessl: oneOf(YES),
    requiressl: oneOf(YES),
    verifyservercertificate: oneOf({ true: 'verify-identity', false: 'required' }),
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
    // Only the folder of a socket is accepted. A host name here would replace the host of the address.
    host: (text) => (isAbsolute(text) && !text.includes(',') ? text : undefined),
    // The connection is as they say anyway.
    clientencoding: only('utf8', 'utf-8', 'unicode'),
    uselibpqcompat: only('true'),
    gssencmode: only('disable'),
    sslnegotiation: only('postgres'),
    targetsessionattrs: only('any'),
  },
};
/** Parameters with the same meaning. All others are either a TLS mode, which their value shows, or have no effect. */
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
      faults.push(`${urlName}: the parameter ${name} has a value that is not known here${known(isOptions ? undefined : parameters[plain]?.values)}`);
    else
      for (const [key, value = ''] of Object.entries(said)) {
        const at = (isMode(value) ? undefined : SAME[key]) ?? name;
        if ((found.get(at) ?? value) !== value) faults.push(`${urlName}: the parameter ${name} is there twice, and says different things`);
        found.set(at, value);
      }
  }
  return found;
}

const known = (values: readonly string[] | undefined) => (values === undefined ? '' : `; known are ${values.join(', ')}`);

/** mysql2's TLS options as JSON, as hosting services write them: ssl={"rejectUnauthorized":true}. A result with an undefined value is a fault. */
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
  // Without an own CA, any certificate of a public CA would be accepted, so the host name must be checked.
  const verified = verifyIdentity === true || ca === undefined ? 'verify-identity' : 'verify-ca';
  return { ssl: rejectUnauthorized ? verified : 'required', ...(ca === undefined ? {} : { sslca: ca }) };
}

/**
 * A name has letters of any script. If & ; ? = and / were allowed, parameters after a wrong character would become part of the name, such
 * as the parameter for TLS.
 */
const DATABASE_NAME = /^[\p{L}\p{M}\p{N}_$.-]+(?: +[\p{L}\p{M}\p{N}_$.-]+)*$/u;
const WITH_PARAMETERS = {
  mysql: 'mysql://user:password@host:3306/database?ssl-mode=REQUIRED',
  postgres: 'postgres://user:password@host:5432/database?sslmode=require',
} as const;
/** PostgreSQL silently shortens a longer name, so two names could mean one database. */
const POSTGRES_NAME_BYTES_MAX = 63;
/** The fault shows only the wrong characters, because the text between them may be part of a password. */
export function faultsOfName(variable: string, engine: ServerEngine, database: string): string[] {
  if (engine === 'postgres' && Buffer.byteLength(database) > POSTGRES_NAME_BYTES_MAX)
    return [`${variable}: the name of the database is longer than ${POSTGRES_NAME_BYTES_MAX} bytes, which is all that PostgreSQL keeps of a name`];
  if (DATABASE_NAME.test(database)) return [];
  const signs = [...new Set(database.match(/[^\p{L}\p{M}\p{N}_$.-]/gu))].map((sign) => (/[\p{Z}\p{C}]/u.test(sign) ? JSON.stringify(sign) : sign));
  const hint = variable === 'DB_NAME' ? '' : `; parameters of an address begin with ? and have & between them: ${WITH_PARAMETERS[engine]}`;
  return [`${variable}: ${signs.join(' ')} cannot be in the name of a database, which has letters, digits, _ - $ . and spaces between them${hint}`];
}
