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
const far = (query: string) => `mysql://u:${OWN}@db.example/shop?${query}`;
const tlsOf = (env: Record<string, string>) => {
  const { database } = load(env);
  return database.engine === 'mysql' ? (database.tls?.mode ?? 'none') : database.engine;
};

describe('the database', () => {
  it('is MySQL as soon as DB_HOST is set, with the specified names and defaults', () => {
    expect(load({ DB_HOST: 'localhost' }).database).toEqual({
      engine: 'mysql',
      host: 'localhost',
      port: 3306,
      user: 'fullstack',
      password: '',
      database: 'gdgoc',
      poolSize: 10,
    });
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

  it.each(['postgres://u:p@h/d', 'mysql://h', 'nonsense', 'mysql://u:%zz@h/d', 'mysql://u:p@h/d#x', 'mysql://u:p#w@h/d', '"mysql://u:p@h/d"'])(
    'refuses the address %s without repeating it',
    (url) => {
      expect(refusal({ DATABASE_URL: url })).toContain('DATABASE_URL: must look like');
      expect(refusal({ DATABASE_URL: url })).not.toContain(url);
    },
  );

  it.each(['DB_PORT=3307', 'DB_NAME=shop', 'DB_USER=shop', 'DB_PASSWORD=secret', 'DB_POOL_SIZE=5', 'DB_SSL_MODE=required', 'DB_SSL_CA=/ca.pem'])(
    'is not the embedded one without a word where %s names another',
    (given) => {
      const [name = '', value = ''] = given.split('=');
      expect(refusal({ [name]: value })).toContain(`- ${name}: no effect without DB_HOST, DB_SOCKET or DATABASE_URL`);
      expect(refusal({ [name]: value, DB_HOST: ' ' })).toContain(`- ${name}: no effect`);
    },
  );

  it.each([
    ['MYSQLHOST', 'DB_HOST'],
    ['MYSQL_HOST', 'DB_HOST'],
    ['MYSQLUSER', 'DB_USER'],
    ['MYSQL_DATABASE', 'DB_NAME'],
    ['MYSQL_ADDON_HOST', 'DB_HOST'],
    ['DATABASE_HOST', 'DB_HOST'],
    ['JAWSDB_MARIA_URL', 'DATABASE_URL'],
  ])('under the name %s is a fault that says %s, unless a name of ours is there', (name, ours) => {
    expect(refusal({ [name]: 'x' })).toContain(`- ${name}: is not read by this program; set ${ours} instead`);
    expect(refusal({ [name]: 'x', DB_HOST: 'localhost' })).toBe('accepted');
    expect(refusal({ [name]: 'x', DATABASE_URL: 'mysql://u@localhost/d' })).toBe('accepted');
  });

  it('has no details under other names: DB_DATABASE and its like are faults, what nobody knows is told', () => {
    expect(refusal({ DB_HOST: 'localhost', DB_DATABASE: 'shop' })).toContain('- DB_DATABASE: is not read by this program; set DB_NAME instead');
    expect(refusal({ DB_HOST: 'localhost', DB_USERNAME: 'me' })).toContain('set DB_USER instead');
    expect(load({ DB_HOST: 'localhost', DB_ROOT_PASSWORD: 'x' }).ignored).toEqual([expect.stringContaining('DB_ROOT_PASSWORD is not a variable')]);
    expect(load({ DB_HOST: 'localhost', DB_HSOT: 'x' }).ignored).toEqual([expect.stringContaining('Is DB_HOST meant?')]);
  });

  it('is said once: DB_* beside an address have to say the same', () => {
    const DATABASE_URL = 'mysql://me:secret@localhost:3307/shop';
    const same = { DB_HOST: 'localhost', DB_PORT: '3307', DB_NAME: 'shop', DB_USER: 'me', DB_PASSWORD: 'secret', DB_POOL_SIZE: '7' };
    expect(load({ DATABASE_URL, ...same }).database).toMatchObject({ host: 'localhost', poolSize: 7 });
    for (const name of ['DB_HOST', 'DB_PORT', 'DB_NAME', 'DB_USER', 'DB_PASSWORD'])
      expect(refusal({ DATABASE_URL, ...same, [name]: '33' }), name).toContain(`- ${name}: not the same as in DATABASE_URL`);
    expect(refusal({ DATABASE_URL, DB_PASSWORD: 'hidden' })).not.toContain('hidden');
    const two = load({ DATABASE_URL, MYSQL_URL: 'mysql://me@localhost/other', JAWSDB_URL: DATABASE_URL });
    expect([two.database, two.ignored]).toMatchObject([{ database: 'shop' }, ['MYSQL_URL has no effect: DATABASE_URL is set, and wins.']]);
  });
});

describe('the name of the database', () => {
  it.each(['shop', 'my shop', 'my-shop_2', 'shop.v2', 'toko$', 'カフェ', 'cafe\u0301', '1'])('may be %s', (name) => {
    expect(load({ DB_HOST: 'localhost', DB_NAME: name }).database).toMatchObject({ database: name });
    expect(load({ DATABASE_URL: `mysql://u@localhost/${encodeURIComponent(name)}` }).database).toMatchObject({ database: name });
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
    const said = refusal({ DATABASE_URL: `mysql://u:${OWN}@db.example/${path}` });
    expect(said).toContain(`- DATABASE_URL: ${signs} cannot be in the name of a database`);
    expect(said).toContain('parameters of an address begin with ?');
    for (const secret of [OWN, 'rest-of-it']) expect(said).not.toContain(secret);
  });

  it.each(['g1&ssl-mode=REQUIRED', 'a/b', 'a\u0000b'])('in DB_NAME has no other signs either: %s', (DB_NAME) => {
    expect(refusal({ DB_HOST: 'localhost', DB_NAME })).toMatch(/- DB_NAME: .* cannot be in the name of a database, .*between them\n/);
  });
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

  it('connection_limit is DB_POOL_SIZE, and says the same where both are there', () => {
    expect(load({ DATABASE_URL: far('connection_limit=5') }).database).toMatchObject({ poolSize: 5 });
    expect(load({ DATABASE_URL: far('connection_limit=5'), DB_POOL_SIZE: '5' }).database).toMatchObject({ poolSize: 5 });
    expect(refusal({ DATABASE_URL: far('connection_limit=5'), DB_POOL_SIZE: '6' })).toContain('DB_POOL_SIZE: not the same as connection_limit');
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

  it.each(['disabled', 'preferred', 'required', 'VERIFY_IDENTITY'])('is what DB_SSL_MODE says: %s', (DB_SSL_MODE) => {
    const mode = DB_SSL_MODE === 'disabled' ? 'none' : DB_SSL_MODE.toLowerCase().replace('_', '-');
    expect(tlsOf({ DB_HOST: 'db.example', DB_SSL_MODE })).toBe(mode);
    expect(tlsOf({ DATABASE_URL: far(''), DB_SSL_MODE })).toBe(mode);
    expect(tlsOf({ DB_HOST: 'localhost', DB_SSL_MODE })).toBe(mode);
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
    [
      'an authority and nothing that checks it',
      { DB_SSL_MODE: 'required', DB_SSL_CA: PEM },
      'DB_SSL_CA: nothing is checked against it with required',
    ],
    ['an authority alone', { DB_SSL_CA: PEM }, 'DB_SSL_CA: nothing is checked against it with preferred'],
    ['an address in place of a name', { DB_HOST: '10.1.2.3', DB_SSL_MODE: 'verify-identity' }, 'DB_HOST: verify-identity compares a name'],
    ['a mode that nobody knows', { DB_SSL_MODE: 'on' }, 'DB_SSL_MODE: must be disabled, preferred, required, verify-ca or verify-identity'],
    ['a mode for a socket', { DB_HOST: '', DB_SOCKET: '/s', DB_SSL_MODE: 'required' }, 'DB_SSL_MODE: a socket does not leave the machine'],
  ])('that cannot be had is a fault: %s', (_, env, words) => {
    expect(refusal({ DB_HOST: 'db.example', ...env })).toContain(words);
  });

  it.each([
    ['ssl-mode=DISABLED', 'required'],
    ['ssl-mode=REQUIRED', 'disabled'],
    ['ssl-mode=REQUIRED', 'preferred'],
    ['ssl-mode=REQUIRED&ssl=false', ''],
    ['sslmode=disable&sslaccept=strict', ''],
  ])('that is said twice and differently is a fault: %s and %s', (query, DB_SSL_MODE) => {
    expect(refusal({ DATABASE_URL: far(query), DB_SSL_MODE })).toContain('these contradict each other');
  });

  it('is the stricter one of two that both want it', () => {
    expect(tlsOf({ DATABASE_URL: far('ssl-mode=REQUIRED'), DB_SSL_MODE: 'verify-identity' })).toBe('verify-identity');
    expect(tlsOf({ DATABASE_URL: far('ssl-mode=VERIFY_IDENTITY'), DB_SSL_MODE: 'required' })).toBe('verify-identity');
    expect(tlsOf({ DATABASE_URL: far('ssl=true&ssl-mode=VERIFY_IDENTITY') })).toBe('verify-identity');
  });

  it('in the locked profile is needed to another machine, or refused aloud', () => {
    const remote = { ...LOCKED, DB_HOST: 'db.example', DB_PASSWORD: OWN };
    for (const env of [remote, { ...remote, DB_SSL_MODE: 'preferred' }, { ...LOCKED, DATABASE_URL: far('') }])
      expect(refusal(env)).toContain('- DB_SSL_MODE: the line to a database on another machine (db.example) must be encrypted');
    expect(refusal({ ...LOCKED, DATABASE_URL: far('ssl-mode=DISABLED') })).toContain('- DB_SSL_MODE: ');
    expect(tlsOf({ ...remote, DB_SSL_MODE: 'required' })).toBe('required');
    expect(tlsOf({ ...LOCKED, DATABASE_URL: far('ssl-mode=REQUIRED') })).toBe('required');
    for (const env of [remote, { ...LOCKED, DATABASE_URL: far('ssl-mode=DISABLED') }]) {
      const { database, notices } = load({ ...env, DB_SSL_MODE: 'disabled' });
      expect(database).not.toHaveProperty('tls');
      expect(notices.join()).toContain('go to db.example in the clear');
    }
  });

  it('in the locked profile is not asked for on this machine', () => {
    for (const place of [{ DB_HOST: 'localhost' }, { DB_HOST: '127.0.0.5' }, { DB_HOST: '::1' }, { DB_SOCKET: '/run/s' }])
      expect([tlsOf({ ...LOCKED, ...place }), load({ ...LOCKED, MAX_TICKETS_PER_USER: '10', ...place }).notices]).toEqual(['none', []]);
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

  it.each([
    [{ DB_SOCKET: 'mysqld.sock' }, 'DB_SOCKET: must be the whole path'],
    [{ DB_SOCKET: '/s', DB_HOST: 'db.example' }, 'DB_SOCKET: DB_HOST or DB_PORT says another place'],
    [{ DB_SOCKET: '/s', DB_PORT: '3306' }, 'DB_SOCKET: DB_HOST or DB_PORT says another place'],
    [{ DATABASE_URL: 'mysql://me@db.example/shop?socket=/s' }, 'DATABASE_URL: with a socket the address must say localhost'],
    [{ DATABASE_URL: 'mysql://me@localhost:3306/shop?socket=/s' }, 'DATABASE_URL: with a socket the address must say localhost'],
    [{ DATABASE_URL: 'mysql://me@localhost/shop?socket=s' }, 'DATABASE_URL: its socket must be the whole path'],
    [{ DATABASE_URL: 'mysql://me@localhost/shop?socket=/s', DB_SOCKET: '/t' }, 'DB_SOCKET: not the same as in DATABASE_URL'],
  ])('is one place: %j is refused', (env, words) => {
    expect(refusal(env)).toContain(words);
  });
});

it('locked does not start with an empty password for a database on another machine', () => {
  expect(refusal({ ...LOCKED, DB_HOST: 'db.example', DB_SSL_MODE: 'required' })).toContain('DB_PASSWORD: an empty password');
  expect(refusal({ ...LOCKED, DB_HOST: '127.0.0.1' })).toBe('accepted');
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

  it('is told of in the locked profile alone, and not where MySQL is used', () => {
    const noticesOf = (env: Record<string, string>) => loadConfig({ DATA_DIR: nowhere, DYNO: 'web.1', ...env }, { signsTokens: true }).notices.join();
    expect(noticesOf(LOCKED)).toContain('thrown away');
    expect(noticesOf({ ...LOCKED, DB_HOST: 'localhost' })).not.toContain('thrown away');
    expect(noticesOf({ JWT_SECRET: 'x' })).not.toContain('thrown away');
  });
});
