import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from './config.ts';
import { lossOf } from './config-database.ts';

const [PEM = ''] = rootCertificates;
const LOCKED = { SECURITY_PROFILE: 'locked', JWT_SECRET: randomBytes(32).toString('base64url') };
const OWN = randomBytes(9).toString('base64url');

let folder: string;
let caFile: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ticket-config-database-'));
  caFile = join(folder, 'ca.pem');
  writeFileSync(caFile, PEM);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const load = (env: Record<string, string>) => loadConfig({ DATA_DIR: folder, ...env });
const refusal = (env: Record<string, string>): string => {
  try {
    load(env);
  } catch (error) {
    return error instanceof Error && error.name === 'StartFault' ? error.message : `not a StartFault: ${error}`;
  }
  return 'accepted';
};
const far = (query: string, scheme = 'mysql') => `${scheme}://u:${OWN}@db.example/shop?${query}`;
const tlsOf = (env: Record<string, string>) => {
  const { database } = load(env);
  return database.engine === 'sqlite' ? database.engine : (database.tls?.mode ?? 'none');
};
/** The two engines that are servers, each as its variables choose it. */
const ENGINES = [
  { engine: 'mysql', port: 3306, chosen: {}, socket: '/run/mysqld/mysqld.sock' },
  { engine: 'postgres', port: 5432, chosen: { DB_TYPE: 'postgres' }, socket: '/run/postgresql/.s.PGSQL.5432' },
];

describe('the database', () => {
  it.each([
    [{}, 'mysql', 3306],
    [{ DB_TYPE: 'mysql' }, 'mysql', 3306],
    [{ DB_TYPE: 'MariaDB' }, 'mysql', 3306],
    [{ DB_TYPE: 'postgres' }, 'postgres', 5432],
    [{ DB_TYPE: 'PostgreSQL' }, 'postgres', 5432],
    [{ DB_TYPE: 'postgres', DB_PORT: '6432' }, 'postgres', 6432],
  ])('is a server as soon as DB_HOST is set, with the specified names and defaults; %j is %s at port %i', (chosen, engine, port) => {
    expect(load({ DB_HOST: 'localhost', ...chosen }).database).toEqual({
      engine,
      host: 'localhost',
      port,
      user: 'fullstack',
      password: '',
      database: 'gdgoc',
      poolSize: 10,
    });
  });

  it('is the embedded one with DB_TYPE=sqlite, whatever other programs’ names are there', () => {
    expect(load({ DB_TYPE: 'sqlite' }).database).toEqual({ engine: 'sqlite', folder });
    expect(load({ DB_TYPE: 'sqlite', MYSQLHOST: 'h', PGHOST: 'h' }).database).toMatchObject({ engine: 'sqlite' });
    expect(refusal({ DB_TYPE: 'sqlite', DB_NAME: 'shop' })).toContain('- DB_NAME: no effect without DB_HOST');
  });

  it.each(['sqlserver', 'pg', 'constructor'])('has no DB_TYPE=%s', (DB_TYPE) => {
    expect(refusal({ DB_HOST: 'localhost', DB_TYPE })).toContain('- DB_TYPE: must be mysql, mariadb, postgres or sqlite');
  });

  it.each([
    ['sqlite', { DB_HOST: 'localhost' }, 'DB_TYPE: sqlite is the embedded database, and DB_HOST says another'],
    ['sqlite', { DATABASE_URL: 'postgres://u@localhost/d' }, 'DB_TYPE: sqlite is the embedded database, and DATABASE_URL says another'],
    ['mysql', { DATABASE_URL: 'postgres://u@localhost/d' }, 'DB_TYPE: mysql is another database than postgres:// in DATABASE_URL'],
    ['postgres', { DATABASE_URL: 'mysql://u@localhost/d' }, 'DB_TYPE: postgres is another database than mysql:// in DATABASE_URL'],
    ['postgres', { MYSQL_URL: 'mariadb://u@localhost/d' }, 'DB_TYPE: postgres is another database than mariadb:// in MYSQL_URL'],
  ])('is one: DB_TYPE=%s beside %j is refused', (DB_TYPE, env, words) => {
    expect(refusal({ DB_TYPE, ...env })).toContain(`- ${words}`);
  });

  it.each([
    ['mariadb', 'mysql'],
    ['mysql', 'mariadb'],
    ['postgres', 'postgresql'],
    ['postgresql', 'postgres'],
  ])('may be said twice: DB_TYPE=%s beside %s://', (DB_TYPE, scheme) => {
    expect(refusal({ DB_TYPE, DATABASE_URL: `${scheme}://u@localhost/d` })).toBe('accepted');
  });

  it.each([
    ['mysql', 'mysql', 3306],
    ['mariadb', 'mysql', 3306],
    ['postgres', 'postgres', 5432],
    ['postgresql', 'postgres', 5432],
  ])('%s:// is %s, at port %i unless the address has another', (scheme, engine, port) => {
    const whole = { engine, host: 'localhost', port, user: 'us@er', password: 'p:w', database: 'shop', poolSize: 10 };
    expect(load({ DATABASE_URL: `${scheme}://us%40er:p%3Aw@localhost/shop` }).database).toEqual(whole);
    expect(load({ DATABASE_URL: `${scheme}://us%40er:p%3Aw@[::1]:3307/shop` }).database).toEqual({ ...whole, host: '::1', port: 3307 });
  });

  it.each(['DATABASE_URL', 'CLEARDB_DATABASE_URL', 'JAWSDB_URL', 'MYSQL_URL'])('is read from %s as a host hands it out', (name) => {
    expect(load({ [name]: 'mysql://us%40er:p%3Aw@localhost:3307/shop?reconnect=true' }).database).toEqual({
      engine: 'mysql',
      host: 'localhost',
      port: 3307,
      user: 'us@er',
      password: 'p:w',
      database: 'shop',
      poolSize: 10,
    });
  });

  it.each([
    ...['mysql://h', 'nonsense', 'mysql://u:%zz@h/d', 'mysql://u:p@h/d#x', 'mysql://u:p#w@h/d', '"mysql://u:p@h/d"', 'u:p@h/d', 'mysql:u:p@h/d'],
    ...['postgres://h', 'postgres://u:p@h', 'postgres://u:%zz@h/d', 'postgres://u:p#w@h/d', 'postgres://u:p@h1,h2/d', 'postgres://u:p@h1:1,h2:2/d'],
    ...['postgres://h/d', 'postgres://:p@h/d', 'postgres:///d', 'postgres://u:p@/d', 'mysql://u:p@%2Frun%2Fmysqld/d', 'mysql://u:p@h1,h2/d'],
    'jdbc:postgresql://h/d',
  ])('refuses the address %s without repeating it', (url) => {
    const said = refusal({ DATABASE_URL: url });
    expect(said).toContain('DATABASE_URL: must look like');
    expect(said).not.toContain(url);
    const engine = url.match(/^(mysql|postgres):\/\//)?.[1];
    for (const one of ['mysql', 'postgres']) expect(said.includes(`${one}://user:password@`), one).toBe(engine === undefined || engine === one);
  });

  it.each(['mongodb', 'mongodb+srv', 'sqlserver', 'sqlite', 'postgis', 'postgresql+asyncpg', 'prisma+postgres'])(
    'refuses %s:// with what is supported',
    (scheme) => {
      const said = refusal({ DATABASE_URL: `${scheme}://u:${OWN}@h/d` });
      expect(said).toContain(
        `- DATABASE_URL: ${scheme}:// is no database of this program, which has mysql://, mariadb://, postgres:// and postgresql://`,
      );
      expect(said).not.toContain(OWN);
    },
  );

  it.each(ENGINES)('of $engine is one machine: DB_HOST has no path and no list', ({ chosen }) => {
    for (const DB_HOST of ['/run/postgresql', 'one,two', 'one two', 'db.example/shop'])
      expect(refusal({ ...chosen, DB_HOST })).toContain('- DB_HOST: must be the name or the address of one machine; DB_SOCKET names a socket');
  });

  it.each([
    'DB_TYPE=postgres',
    'DB_PORT=3307',
    'DB_NAME=shop',
    'DB_USER=shop',
    'DB_PASSWORD=secret',
    'DB_POOL_SIZE=5',
    'DB_SSL_MODE=required',
    'DB_SSL_CA=/ca.pem',
  ])('is not the embedded one without a word where %s names another', (given) => {
    const [name = '', value = ''] = given.split('=');
    expect(refusal({ [name]: value })).toContain(`- ${name}: no effect without DB_HOST, DB_SOCKET or DATABASE_URL`);
    expect(refusal({ [name]: value, DB_HOST: ' ' })).toContain(`- ${name}: no effect`);
  });

  it.each([
    ['MYSQLHOST', 'DB_HOST'],
    ['MYSQL_HOST', 'DB_HOST'],
    ['MYSQLUSER', 'DB_USER'],
    ['MYSQL_DATABASE', 'DB_NAME'],
    ['MYSQL_ADDON_HOST', 'DB_HOST'],
    ['DATABASE_HOST', 'DB_HOST'],
    ['JAWSDB_MARIA_URL', 'DATABASE_URL'],
    ['POSTGRES_URL', 'DATABASE_URL'],
    ['PGHOST', 'DB_HOST and DB_TYPE=postgres'],
    ['POSTGRES_DB', 'DB_NAME and DB_TYPE=postgres'],
    ['DATABASE_ENGINE', 'DB_TYPE'],
  ])('under the name %s is a fault that says %s, unless a name of ours is there', (name, ours) => {
    expect(refusal({ [name]: 'x' })).toContain(`- ${name}: is not read by this program; set ${ours} instead`);
    expect(refusal({ [name]: 'x', DB_HOST: 'localhost' })).toBe('accepted');
    expect(refusal({ [name]: 'x', DATABASE_URL: 'mysql://u@localhost/d' })).toBe('accepted');
  });

  it('has no details under other names: DB_DATABASE and its like are faults, what nobody knows is told', () => {
    expect(refusal({ DB_HOST: 'localhost', DB_DATABASE: 'shop' })).toContain('- DB_DATABASE: is not read by this program; set DB_NAME instead');
    expect(refusal({ DB_HOST: 'localhost', DB_USERNAME: 'me' })).toContain('set DB_USER instead');
    for (const name of ['DB_ENGINE', 'DB_DIALECT', 'DB_CONNECTION'])
      expect(refusal({ DB_HOST: 'localhost', [name]: 'postgres' })).toContain(`- ${name}: is not read by this program; set DB_TYPE instead`);
    expect(load({ DB_HOST: 'localhost', DB_ROOT_PASSWORD: 'x' }).ignored).toEqual([expect.stringContaining('DB_ROOT_PASSWORD is not a variable')]);
    expect(load({ DB_HOST: 'localhost', DB_HSOT: 'x' }).ignored).toEqual([expect.stringContaining('Is DB_HOST meant?')]);
  });

  it.each(ENGINES)('$engine is said once: DB_* beside an address have to say the same', ({ engine }) => {
    const DATABASE_URL = `${engine}://me:secret@localhost:3307/shop`;
    const same = { DB_TYPE: engine, DB_HOST: 'localhost', DB_PORT: '3307', DB_NAME: 'shop', DB_USER: 'me', DB_PASSWORD: 'secret', DB_POOL_SIZE: '7' };
    expect(load({ DATABASE_URL, ...same }).database).toMatchObject({ host: 'localhost', poolSize: 7 });
    for (const name of ['DB_HOST', 'DB_PORT', 'DB_NAME', 'DB_USER', 'DB_PASSWORD'])
      expect(refusal({ DATABASE_URL, ...same, [name]: '33' }), name).toContain(`- ${name}: not the same as in DATABASE_URL`);
    expect(refusal({ DATABASE_URL, DB_PASSWORD: 'hidden' })).not.toContain('hidden');
    const two = load({ DATABASE_URL, MYSQL_URL: 'mysql://me@localhost/other', JAWSDB_URL: DATABASE_URL });
    expect([two.database, two.ignored]).toMatchObject([{ database: 'shop' }, ['MYSQL_URL has no effect: DATABASE_URL is set, and wins.']]);
  });
});

describe.each(ENGINES)('the name of the database in $engine', ({ engine, chosen }) => {
  it.each(['shop', 'my shop', 'my-shop_2', 'shop.v2', 'toko$', 'カフェ', 'cafe\u0301', '1'])('may be %s', (name) => {
    expect(load({ ...chosen, DB_HOST: 'localhost', DB_NAME: name }).database).toMatchObject({ database: name });
    expect(load({ DATABASE_URL: `${engine}://u@localhost/${encodeURIComponent(name)}` }).database).toMatchObject({ database: name });
  });

  it.each([
    ['g1&ssl-mode=REQUIRED', '& ='],
    ['g1%3Fssl-mode=REQUIRED', '? ='],
    ['g1/extra', '/'],
    ['g1/', '/'],
    ['/g1', '/'],
    ['g1;ssl-mode=REQUIRED', '; ='],
    ['g1,ssl=true', ', ='],
    ['g1%26ssl=true?ssl=true', '& ='],
    ['g1%23x', '#'],
    ['rest-of-it@db.example/g1', '@ /'],
    ['g1%00', '"\\u0000"'],
    ['g1%0A', '"\\n"'],
    ['g1%20', '" "'],
    ['`g1`', '`'],
  ])('is no place for parameters and other signs: %s names %s', (path, signs) => {
    const said = refusal({ DATABASE_URL: `${engine}://u:${OWN}@db.example/${path}` });
    expect(said).toContain(`- DATABASE_URL: ${signs} cannot be in the name of a database`);
    expect(said).toContain(`parameters of an address begin with ? and have & between them: ${engine}://`);
    for (const secret of [OWN, 'rest-of-it']) expect(said).not.toContain(secret);
  });

  it.each(['g1&ssl-mode=REQUIRED', 'a/b', 'a\u0000b'])('in DB_NAME has no other signs either: %s', (DB_NAME) => {
    expect(refusal({ ...chosen, DB_HOST: 'localhost', DB_NAME })).toMatch(/- DB_NAME: .* cannot be in the name of a database, .*between them\n/);
  });
});

it('PostgreSQL takes no name of more than 63 bytes, which it would cut off without a word', () => {
  for (const name of ['a'.repeat(64), 'é'.repeat(32)]) {
    expect(refusal({ DB_TYPE: 'postgres', DB_HOST: 'localhost', DB_NAME: name })).toContain(
      '- DB_NAME: the name of the database is longer than 63 bytes',
    );
    expect(refusal({ DATABASE_URL: `postgres://u@localhost/${name}` })).toContain('- DATABASE_URL: the name of the database is longer');
    expect(refusal({ DB_HOST: 'localhost', DB_NAME: name })).toBe('accepted');
  }
  expect(refusal({ DB_TYPE: 'postgres', DB_HOST: 'localhost', DB_NAME: `${'é'.repeat(31)}e` })).toBe('accepted');
});

describe('an address’s parameters', () => {
  it.each([
    'reconnect=true',
    'autoReconnect=true',
    'charset=utf8mb4',
    'charset=utf8',
    'characterEncoding=UTF-8&useUnicode=true',
    'timezone=Z',
    'serverTimezone=UTC',
    '',
  ])('are accepted where the connection is so anyway: %s', (query) => {
    expect(refusal({ DATABASE_URL: far(query) })).toBe('accepted');
  });

  it.each([
    ...[
      'sslcert=/x',
      'ssl-key=/x',
      'ssl-cipher=x',
      'nonsense=1',
      'multipleStatements=true',
      'pool_timeout=3',
      'host=/cloudsql/x',
      '__proto__=1',
      'constructor=x',
    ],
    ...[
      'charset=latin1',
      'timezone=local',
      'ssl-mode=',
      'ssl-mode=maybe',
      'ssl=maybe',
      'ssl={',
      'ssl={"cert":"x"}',
      'ssl=Amazon%20RDS',
      'sslaccept=x',
      'socket=',
    ],
    ...['connection_limit=2', 'connection_limit=x', 'connection_limit=5&connectionLimit=6'],
  ])('are faults that name them where nothing would come of them: %s', (query) => {
    const name = decodeURIComponent(query.split('=')[0] ?? '');
    expect(refusal({ DATABASE_URL: far(query) })).toMatch(new RegExp(`DATABASE_URL: (the parameter )?${name}|the parameter connectionLimit`));
  });

  it.each([
    ...['client_encoding=UTF8', 'uselibpqcompat=true', 'gssencmode=disable', 'sslnegotiation=postgres', 'target_session_attrs=any', 'sslmode=allow'],
    '',
  ])('of PostgreSQL are accepted where the connection is so anyway: %s', (query) => {
    expect(refusal({ DATABASE_URL: far(query, 'postgres') })).toBe('accepted');
  });

  it.each([
    ...['sslcert=/x', 'sslkey=/x', 'sslcrl=/x', 'sslpassword=x', 'channel_binding=require', 'pgbouncer=true', 'options=-c%20search_path%3Dx'],
    ...['application_name=x', 'connect_timeout=15', 'schema=shop', 'search_path=x', 'pool_timeout=3', 'statement_timeout=0', 'hostaddr=10.0.0.1'],
    ...['user=x', 'password=x', 'port=1', 'dbname=x', 'service=x', 'passfile=/x', 'charset=utf8mb4', 'socket=/s', 'ssl-ca=/x', 'timezone=Z'],
    ...['client_encoding=latin1', 'uselibpqcompat=false', 'gssencmode=require', 'sslnegotiation=direct', 'target_session_attrs=read-write'],
    ...['sslmode=', 'sslmode=maybe', 'ssl={"rejectUnauthorized":true}', 'host=', 'host=elsewhere.example', 'host=/a,/b', 'nonsense=1', '__proto__=1'],
    ...['connection_limit=2', 'connection_limit=x', 'connection_limit=5&connectionLimit=6'],
  ])('of PostgreSQL are faults that name them where nothing would come of them: %s', (query) => {
    const name = query.split('=')[0] ?? '';
    const said = refusal({ DATABASE_URL: far(query, 'postgres') });
    expect(said).toMatch(new RegExp(`- DATABASE_URL: (the parameter )?${name}|- DATABASE_URL: the parameter connectionLimit`));
    expect(said).not.toContain(OWN);
  });

  it.each([
    ['sslmode=verify_everything', 'disabled, preferred, required, verify-ca, verify-identity, disable, allow, prefer, require'],
    ['target_session_attrs=read-write', 'known are any'],
    ['ssl-accept=maybe', 'known are strict, accept_invalid_certs'],
    ['ssl=perhaps', 'true, yes, on, false, no, off, disabled, preferred'],
  ])('with an unknown value list the values that are known, and do not repeat what was said: %s', (query, known) => {
    const said = refusal({ DATABASE_URL: far(query, 'postgres') });
    expect(said).toContain(known);
    expect(said).not.toContain(query.split('=')[1]);
  });

  it.each(ENGINES)('of $engine: connection_limit is DB_POOL_SIZE, and says the same where both are there', ({ engine }) => {
    expect(load({ DATABASE_URL: far('connection_limit=5', engine) }).database).toMatchObject({ poolSize: 5 });
    expect(load({ DATABASE_URL: far('connection_limit=5', engine), DB_POOL_SIZE: '5' }).database).toMatchObject({ poolSize: 5 });
    expect(refusal({ DATABASE_URL: far('connection_limit=5', engine), DB_POOL_SIZE: '6' })).toContain(
      'DB_POOL_SIZE: not the same as connection_limit',
    );
    expect(refusal({ MYSQL_URL: far('connection_limit=2', engine) })).toContain(
      '- MYSQL_URL: connection_limit must be a whole number from 3 to 1000',
    );
  });
});

describe('TLS to the database', () => {
  it.each([
    ['ssl-mode=DISABLED', 'none'],
    ['ssl-mode=PREFERRED', 'preferred'],
    ['ssl-mode=REQUIRED', 'required'],
    ['ssl-mode=VERIFY_IDENTITY', 'verify-identity'],
    ['sslmode=require', 'required'],
    ['sslMode=verify-full', 'verify-identity'],
    ['sslMode=trust', 'required'],
    ['ssl_mode=REQUIRED', 'required'],
    ['ssl=true', 'required'],
    ['ssl=1', 'required'],
    ['ssl=false', 'none'],
    ['ssl={"rejectUnauthorized":true}', 'verify-identity'],
    ['ssl={"rejectUnauthorized":false}', 'required'],
    ['ssl={}', 'verify-identity'],
    ['sslaccept=strict', 'verify-identity'],
    ['sslaccept=accept_invalid_certs', 'required'],
    ['useSSL=true&verifyServerCertificate=false', 'required'],
    ['useSSL=true&requireSSL=true&verifyServerCertificate=true', 'verify-identity'],
    ['reconnect=true', 'preferred'],
  ])('is what the address says: %s is %s', (query, mode) => {
    expect(tlsOf({ DATABASE_URL: far(query) })).toBe(mode);
  });

  it.each([
    ['sslmode=disable', 'none'],
    ['sslmode=allow', 'preferred'],
    ['sslmode=prefer', 'preferred'],
    ['sslmode=require', 'required'],
    ['sslmode=no-verify', 'required'],
    ['sslmode=verify-full', 'verify-identity'],
    ['sslmode=verify-full&sslrootcert=system', 'verify-identity'],
    ['sslrootcert=system', 'verify-identity'],
    ['sslmode=require&sslrootcert=system', 'verify-identity'],
    ['ssl=true', 'required'],
    ['ssl=false', 'none'],
    ['sslaccept=strict', 'verify-identity'],
    ['', 'preferred'],
  ])('is what an address of PostgreSQL says, in libpq’s words: %s is %s', (query, mode) => {
    expect(tlsOf({ DATABASE_URL: far(query, 'postgres') })).toBe(mode);
  });

  it('of PostgreSQL is checked against the file that sslrootcert names', () => {
    const { database } = load({ DATABASE_URL: far(`sslmode=verify-ca&sslrootcert=${caFile}`, 'postgres') });
    expect(database).toMatchObject({ engine: 'postgres', tls: { mode: 'verify-ca', ca: PEM, caFile } });
    expect(load({ DATABASE_URL: far('sslmode=verify-full&sslrootcert=system', 'postgres') }).database).not.toHaveProperty('tls.ca');
  });

  it.each(
    ['disabled', 'preferred', 'required', 'VERIFY_IDENTITY'].flatMap((mode) => ENGINES.map(({ engine, chosen }) => [mode, engine, chosen] as const)),
  )('is what DB_SSL_MODE says: %s, to %s', (DB_SSL_MODE, engine, chosen) => {
    const mode = DB_SSL_MODE === 'disabled' ? 'none' : DB_SSL_MODE.toLowerCase().replace('_', '-');
    expect(tlsOf({ ...chosen, DB_HOST: 'db.example', DB_SSL_MODE })).toBe(mode);
    expect(tlsOf({ DATABASE_URL: far('', engine), DB_SSL_MODE })).toBe(mode);
    expect(tlsOf({ ...chosen, DB_HOST: 'localhost', DB_SSL_MODE })).toBe(mode);
  });

  it('is of the authority in DB_SSL_CA, a file or PEM itself, or of the address', () => {
    const verify = { DB_HOST: 'db.example', DB_SSL_MODE: 'verify-ca' };
    expect(load({ ...verify, DB_SSL_CA: caFile }).database).toMatchObject({ tls: { mode: 'verify-ca', ca: PEM, caFile } });
    for (const DB_SSL_CA of [PEM, PEM.replaceAll('\n', '\\n')])
      expect(load({ ...verify, DB_SSL_CA }).database).toMatchObject({ tls: { ca: PEM.trim() } });
    for (const name of ['ssl-ca', 'sslca', 'ssl_ca', 'sslrootcert'])
      expect(load({ DATABASE_URL: far(`sslmode=verify-ca&${name}=${caFile}`) }).database).toMatchObject({ tls: { ca: PEM } });
    const ssl = encodeURIComponent(JSON.stringify({ ca: PEM, rejectUnauthorized: true }));
    expect(load({ DATABASE_URL: far(`ssl=${ssl}`) }).database).toMatchObject({ tls: { mode: 'verify-ca', ca: PEM.trim() } });
  });

  it.each([
    ['a file that is not there', { DB_SSL_MODE: 'verify-ca', DB_SSL_CA: '/nowhere/ca.pem' }, 'DB_SSL_CA: /nowhere/ca.pem cannot be read (ENOENT)'],
    ['a folder', { DB_SSL_MODE: 'verify-ca', DB_SSL_CA: '/' }, 'DB_SSL_CA: / cannot be read (EISDIR)'],
    ['no certificate', { DB_SSL_MODE: 'verify-ca', DB_SSL_CA: '-----BEGIN CERTIFICATE-----' }, 'DB_SSL_CA: holds no certificate'],
    ['no authority', { DB_SSL_MODE: 'verify-ca' }, 'DB_SSL_CA: verify-ca needs it'],
    ['an authority and nothing that checks it', { DB_SSL_MODE: 'required', DB_SSL_CA: PEM }, 'DB_SSL_CA: has no effect with required'],
    ['an authority alone', { DB_SSL_CA: PEM }, 'DB_SSL_CA: has no effect with preferred'],
    ['an address in place of a name', { DB_HOST: '10.1.2.3', DB_SSL_MODE: 'verify-identity' }, 'DB_HOST: verify-identity compares a name'],
    ['a mode that nobody knows', { DB_SSL_MODE: 'on' }, 'DB_SSL_MODE: must be disabled, preferred, required, verify-ca or verify-identity'],
  ])('that cannot be had is a fault: %s', (_, env, words) => {
    for (const { chosen } of ENGINES) expect(refusal({ ...chosen, DB_HOST: 'db.example', ...env })).toContain(words);
  });

  it.each(ENGINES)('is not for a socket of $engine', ({ chosen, socket }) => {
    expect(refusal({ ...chosen, DB_SOCKET: socket, DB_SSL_MODE: 'required' })).toContain('DB_SSL_MODE: a socket does not leave the machine');
  });

  it.each([
    ['ssl-mode=DISABLED', 'required'],
    ['ssl-mode=REQUIRED', 'disabled'],
    ['ssl-mode=REQUIRED', 'preferred'],
    ['ssl-mode=REQUIRED&ssl=false', ''],
    ['sslmode=disable&sslaccept=strict', ''],
    ['sslmode=require&ssl=false', '', 'postgres'],
    ['sslmode=disable', 'required', 'postgres'],
    ['sslmode=prefer', 'verify-identity', 'postgres'],
  ])('that is said twice and differently is a fault: %s and %s', (query, DB_SSL_MODE, scheme = 'mysql') => {
    expect(refusal({ DATABASE_URL: far(query, scheme), DB_SSL_MODE })).toContain('these contradict each other');
  });

  it('is the stricter one of two that both want it', () => {
    expect(tlsOf({ DATABASE_URL: far('ssl-mode=REQUIRED'), DB_SSL_MODE: 'verify-identity' })).toBe('verify-identity');
    expect(tlsOf({ DATABASE_URL: far('ssl-mode=VERIFY_IDENTITY'), DB_SSL_MODE: 'required' })).toBe('verify-identity');
    expect(tlsOf({ DATABASE_URL: far('ssl=true&ssl-mode=VERIFY_IDENTITY') })).toBe('verify-identity');
  });

  it.each(ENGINES)('in the locked profile is needed to another machine, or refused aloud: $engine', ({ engine, chosen }) => {
    const remote = { ...LOCKED, ...chosen, DB_HOST: 'db.example', DB_PASSWORD: OWN };
    const disabled = { ...LOCKED, DATABASE_URL: far('sslmode=disable', engine) };
    for (const env of [remote, { ...remote, DB_SSL_MODE: 'preferred' }, { ...LOCKED, DATABASE_URL: far('', engine) }])
      expect(refusal(env)).toContain('- DB_SSL_MODE: the connection to a database on another machine (db.example) must be encrypted');
    expect(refusal(disabled)).toContain('- DB_SSL_MODE: DATABASE_URL: sslmode = disabled: in the locked profile, an unencrypted connection');
    expect(tlsOf({ ...remote, DB_SSL_MODE: 'required' })).toBe('required');
    expect(tlsOf({ ...LOCKED, DATABASE_URL: far('sslmode=require', engine) })).toBe('required');
    for (const env of [remote, disabled]) {
      const { database, notices } = load({ ...env, DB_SSL_MODE: 'disabled' });
      expect(database).not.toHaveProperty('tls');
      expect(notices.join()).toContain('go to db.example in the clear');
    }
  });

  it.each(ENGINES)('in the locked profile is not asked for on this machine: $engine', ({ chosen, socket }) => {
    for (const place of [{ DB_HOST: 'localhost' }, { DB_HOST: '127.0.0.5' }, { DB_HOST: '::1' }, { DB_SOCKET: socket }]) {
      const env = { ...LOCKED, ...chosen, ...place };
      expect([tlsOf(env), load({ ...env, MAX_TICKETS_PER_USER: '10' }).notices]).toEqual(['none', []]);
    }
  });
});

describe('a Unix socket', () => {
  it('comes from DB_SOCKET or from the address', () => {
    const socket = '/run/mysqld/mysqld.sock';
    expect(load({ DB_SOCKET: socket, DB_USER: 'me' }).database).toMatchObject({ engine: 'mysql', socket, user: 'me', database: 'gdgoc' });
    for (const name of ['socket', 'socketPath', 'unix_socket'])
      expect(load({ DATABASE_URL: `mysql://me@localhost/shop?${name}=${socket}` }).database).toMatchObject({ socket, user: 'me', database: 'shop' });
    expect(load({ DATABASE_URL: 'mysql://me@localhost/shop', DB_SOCKET: socket }).database).toMatchObject({ socket });
  });

  it('of PostgreSQL comes from DB_SOCKET, or from the folder in the address, as libpq writes it', () => {
    const socket = '/run/postgresql/.s.PGSQL.5432';
    expect(load({ DB_TYPE: 'postgres', DB_SOCKET: socket }).database).toMatchObject({ engine: 'postgres', socket, database: 'gdgoc' });
    expect(load({ DATABASE_URL: 'postgres://me@localhost/shop', DB_SOCKET: socket }).database).toMatchObject({ socket });
    for (const [address, port = '5432'] of [
      ['postgres://me:pw@localhost/shop?host=/run/postgresql'],
      ['postgresql://me:pw@/shop?host=/run/postgresql'],
      ['postgres://me:pw@localhost/shop?HOST=/run/postgresql'],
      ['postgres://me:pw@/shop?host=%2Frun%2Fpostgresql%2F'],
      ['postgres://me:pw@%2Frun%2Fpostgresql/shop'],
      ['postgres://me:pw@localhost:5433/shop?host=/run/postgresql', '5433'],
      ['postgres://me:pw@:5433/shop?host=/run/postgresql', '5433'],
      ['postgres://me:pw@%2Frun%2Fpostgresql:5433/shop', '5433'],
    ]) {
      const { database } = load({ ...LOCKED, DATABASE_URL: address ?? '' });
      const place = { host: 'localhost', port: Number(port), socket: `/run/postgresql/.s.PGSQL.${port}` };
      expect(database, address).toEqual({ engine: 'postgres', ...place, user: 'me', password: 'pw', database: 'shop', poolSize: 10 });
    }
  });

  it.each([
    [{ DB_SOCKET: 'mysqld.sock' }, 'DB_SOCKET: must be the whole path'],
    [{ DB_SOCKET: '/s', DB_HOST: 'db.example' }, 'DB_SOCKET: DB_HOST or DB_PORT says another place'],
    [{ DB_SOCKET: '/s', DB_PORT: '3306' }, 'DB_SOCKET: DB_HOST or DB_PORT says another place'],
    [{ DATABASE_URL: 'mysql://me@db.example/shop?socket=/s' }, 'DATABASE_URL: with a socket the address must say localhost'],
    [{ DATABASE_URL: 'mysql://me@localhost:3306/shop?socket=/s' }, 'DATABASE_URL: with a socket the address must say localhost'],
    [{ DATABASE_URL: 'mysql://me@localhost/shop?socket=s' }, 'DATABASE_URL: its socket must be the whole path'],
    [{ DATABASE_URL: 'mysql://me@localhost/shop?socket=/s', DB_SOCKET: '/t' }, 'DB_SOCKET: not the same as in DATABASE_URL'],
    [{ DB_TYPE: 'postgres', DB_SOCKET: '/run/postgresql' }, 'DB_SOCKET: must be the whole path of a socket, such as /run/postgresql/.s.PGSQL.5432'],
    [{ DB_TYPE: 'postgres', DB_SOCKET: '.s.PGSQL.5432' }, 'DB_SOCKET: must be the whole path of a socket, such as /run/postgresql/.s.PGSQL.5432'],
    [{ DB_TYPE: 'postgres', DB_SOCKET: '/run/mysqld/mysqld.sock' }, 'DB_SOCKET: must be the whole path'],
    [{ DB_TYPE: 'postgres', DB_SOCKET: '/s/.s.PGSQL.5432', DB_PORT: '5432' }, 'DB_SOCKET: DB_HOST or DB_PORT says another place'],
    [{ DATABASE_URL: 'postgres://me@db.example/shop?host=/s' }, 'DATABASE_URL: with a socket the address must say localhost'],
    [
      { DATABASE_URL: 'postgres://me@localhost:5432/shop', DB_SOCKET: '/s/.s.PGSQL.5432' },
      'DATABASE_URL: with a socket the address must say localhost',
    ],
    [{ DATABASE_URL: 'postgres://me@localhost/shop', DB_SOCKET: '/s' }, 'DATABASE_URL: its socket must be the whole path'],
    [{ DATABASE_URL: 'postgres://me@localhost/shop?host=/s', DB_SOCKET: '/t/.s.PGSQL.5432' }, 'DB_SOCKET: not the same as in DATABASE_URL'],
  ])('is one place: %j is refused', (env, words) => {
    expect(refusal(env)).toContain(words);
  });
});

it.each(ENGINES)('locked does not start with an empty password for a database on another machine: $engine', ({ engine, chosen, socket }) => {
  expect(refusal({ ...LOCKED, ...chosen, DB_HOST: 'db.example', DB_SSL_MODE: 'required' })).toContain('DB_PASSWORD: an empty password');
  expect(refusal({ ...LOCKED, DATABASE_URL: `${engine}://u@db.example/d?sslmode=require` })).toContain('DB_PASSWORD: an empty password');
  expect(refusal({ ...LOCKED, ...chosen, DB_HOST: '127.0.0.1' })).toBe('accepted');
  expect(refusal({ ...LOCKED, ...chosen, DB_SOCKET: socket })).toBe('accepted');
});

describe('the embedded database in a container', () => {
  const nowhere = '/ticket-folder-that-is-not-there/data';
  const noFile = () => false;

  it.each(['DYNO', 'RAILWAY_ENVIRONMENT', 'RENDER', 'FLY_APP_NAME', 'KUBERNETES_SERVICE_HOST', 'K_SERVICE', 'container'])(
    'is told of where %s is set',
    (mark) => {
      expect(lossOf({ [mark]: 'x' }, nowhere, noFile)).toEqual([
        expect.stringMatching(new RegExp(`\\(${mark}\\).*all accounts, events and bookings`)),
      ]);
    },
  );

  it('is told of where the files of a container are, and nowhere else', () => {
    expect(lossOf({}, nowhere, (file) => file === '/.dockerenv')).toEqual([expect.stringContaining('(/.dockerenv)')]);
    expect(lossOf({}, nowhere, (file) => file === '/run/.containerenv')).toHaveLength(1);
    expect(lossOf({ HOSTNAME: 'x' }, nowhere, noFile)).toEqual([]);
  });

  it.runIf(process.platform === 'linux')('is not told of on a volume: a disk of its own', () => {
    expect(lossOf({ DYNO: 'web.1' }, '/dev/shm/data', noFile)).toEqual([]);
  });

  it('is told of in the locked profile alone, and not where a server is used', () => {
    const noticesOf = (env: Record<string, string>) => loadConfig({ DATA_DIR: nowhere, DYNO: 'web.1', ...env }, { signsTokens: true }).notices.join();
    expect(noticesOf(LOCKED)).toContain('thrown away');
    for (const { chosen } of ENGINES) expect(noticesOf({ ...LOCKED, ...chosen, DB_HOST: 'localhost' })).not.toContain('thrown away');
    expect(noticesOf({ JWT_SECRET: 'x' })).not.toContain('thrown away');
  });
});
