/** Every variable that the configuration reads. docs/configuration.md and .env.example list the same. */
export const VARIABLES = [
  ...(['PORT', 'NODE_ENV', 'SECURITY_PROFILE', 'HOST', 'ALLOW_OPEN_REMOTE', 'DATA_DIR'] as const),
  ...(['DB_TYPE', 'DB_HOST', 'DB_PORT', 'DB_NAME', 'DB_USER', 'DB_PASSWORD', 'DB_SOCKET', 'DB_POOL_SIZE', 'DB_SSL_MODE', 'DB_SSL_CA'] as const),
  ...(['DATABASE_URL', 'CLEARDB_DATABASE_URL', 'JAWSDB_URL', 'MYSQL_URL'] as const),
  ...([
    'TRUSTED_PROXIES',
    'KEEP_ALIVE_SECONDS',
    'HSTS_INCLUDE_SUBDOMAINS',
    'CORS_ORIGINS',
    'LANGUAGES',
    'REFERENCE_PAGE',
    'LOG_LEVEL',
    'METRICS_TOKEN',
    'AUDIT_MINUTES',
    'DRAIN_SECONDS',
  ] as const),
  ...(['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_SDK_DISABLED'] as const),
  ...(['JWT_SECRET', 'JWT_SECRET_PREVIOUS', 'JWT_EXPIRES_IN'] as const),
  ...(['ADMIN_EMAIL', 'ADMIN_PASSWORD', 'BCRYPT_COST', 'PASSWORD_MIN_LENGTH'] as const),
  ...(['ALLOW_PAST_EVENTS', 'MAX_TICKETS_PER_BOOKING', 'MAX_TICKETS_PER_USER', 'MAX_BOOKING_CHANGES_PER_HOUR', 'PUBLIC_ORGANIZER_EMAIL'] as const),
] as const;
export type Variable = (typeof VARIABLES)[number];

/** Variables that the command line, Node or the tests read. */
const READ_ELSEWHERE = ['TICKETS_PASSWORD', 'UV_THREADPOOL_SIZE', 'TEST_DATABASE_URL', 'TEST_POSTGRES_URL', 'TEST_ENGINES'] as const;

/** The variables that are set. Their values have no spaces around them. */
export type Environment = Readonly<Partial<Record<Variable, string>>>;
/** An environment as the process has it: `loadConfig` takes one. */
export type RawEnvironment = Readonly<Record<string, string | undefined>>;

/** An empty value counts as not set. */
export const trimmed = (raw: RawEnvironment): Environment & RawEnvironment =>
  Object.fromEntries(Object.entries(raw).flatMap(([name, value]) => (value?.trim() ? [[name, value.trim()]] : [])));

/**
 * Other programs may have names that are one letter away from PORT and HOST, such as POST and HOSTS. So names shorter than this count as
 * misspelt only with a doubled letter or two swapped letters.
 */
const NEAR_LETTERS_MIN = 7;
/** gettext's variable, which most desktops set. LANGUAGES is one letter away. */
const OF_GETTEXT = 'LANGUAGE';
const KNOWN: readonly string[] = [...VARIABLES, ...READ_ELSEWHERE];

/** One line for each variable whose name is close to one of ours. */
export function misspelt(env: RawEnvironment): string[] {
  return Object.keys(env).flatMap((name) => {
    if (KNOWN.includes(name) || name === OF_GETTEXT) return [];
    const meant = KNOWN.find((known) => isMeant(name.toUpperCase(), known));
    return meant === undefined ? [] : [`${name} is not a variable of this program and has no effect. Is ${meant} meant?`];
  });
}

function isMeant(name: string, known: string): boolean {
  if (lettersOf(name) === lettersOf(known)) return true;
  if (known.length >= NEAR_LETTERS_MIN) return isOneEditApart(name, known);
  return isOneEditApart(name, known) && (name.length === known.length ? sorted(name) === sorted(known) : name.replace(/(.)\1/, '$1') === known);
}

const lettersOf = (name: string): string => name.replace(/[^A-Z\d]/g, '');
const sorted = (name: string): string => [...name].toSorted().join('');

/** Whether the names are equal, or differ by one added, missing or changed letter, or by two swapped neighbours. */
function isOneEditApart(one: string, other: string): boolean {
  const [short, long] = one.length < other.length ? [one, other] : [other, one];
  let at = 0;
  while (at < short.length && short[at] === long[at]) at++;
  const rest = (text: string, from: number) => text.slice(at + from);
  if (short.length + 1 === long.length) return rest(short, 0) === rest(long, 1);
  if (short.length !== long.length) return false;
  return rest(short, 1) === rest(long, 1) || (short[at] === long[at + 1] && short[at + 1] === long[at] && rest(short, 2) === rest(long, 2));
}

/** Prefixes under which hosting services, images and frameworks name a database in variables. */
const OWNERS = [
  ...['MYSQL', 'MARIADB', 'DATABASE', 'DATABASE_PUBLIC', 'DATABASE_PRIVATE', 'RDS', 'MYSQL_ADDON', 'MYSQL_PUBLIC', 'MYSQL_PRIVATE'],
  ...['SCALINGO_MYSQL', 'STACKHERO_MYSQL', 'STACKHERO_MARIADB', 'JAWSDB_[A-Z]+', 'CLEARDB_[A-Z]+'],
  ...['PG', 'POSTGRES', 'POSTGRESQL', 'POSTGRESQL_ADDON', 'HEROKU_POSTGRESQL_[A-Z]+', 'SCALINGO_POSTGRESQL', 'STACKHERO_POSTGRESQL'],
].join('|');
const PARTS: readonly (readonly [words: string, ours: Variable])[] = [
  ['HOST|HOSTADDR|HOSTNAME|SERVER', 'DB_HOST'],
  ['PORT', 'DB_PORT'],
  ['USER|USERNAME', 'DB_USER'],
  ['PASS|PASSWORD', 'DB_PASSWORD'],
  ['NAME|DB|DB_NAME|DATABASE', 'DB_NAME'],
  ['SOCKET|UNIX_SOCKET', 'DB_SOCKET'],
  ['UR[LI]|DATABASE_URL', 'DATABASE_URL'],
  ['SSL|SSLMODE|SSL_MODE|TLS|SSL_ENABLED', 'DB_SSL_MODE'],
  ['CA|CA_CERT|SSL_CA|SSL_CA_CERT|SSLROOTCERT', 'DB_SSL_CA'],
];
/** Names that frameworks use for the engine. */
const ENGINE = { pattern: /^(?:DB|DATABASE)_(?:CLIENT|CONNECTION|DIALECT|DRIVER|ENGINE|TYPE)$/, ours: 'DB_TYPE' } as const;
const FOREIGN = [ENGINE, ...PARTS.map(([words, ours]) => ({ pattern: new RegExp(`^(?:(?:${OWNERS})_?|DB_)(?:${words})$`), ours }))];

export interface ForeignName {
  readonly name: string;
  /** The name that this program uses for it. */
  readonly ours: Variable;
  /** Whether the name itself says PostgreSQL. */
  readonly isPostgres: boolean;
}

/** The variables that name a database for other programs. */
export function foreignDatabaseNames(env: RawEnvironment): readonly ForeignName[] {
  return Object.keys(env).flatMap((name) => {
    const found = KNOWN.includes(name) ? undefined : FOREIGN.find(({ pattern }) => pattern.test(name));
    return found === undefined ? [] : [{ name, ours: found.ours, isPostgres: /^PG|POSTGRES/.test(name) }];
  });
}
