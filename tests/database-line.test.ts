import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer, type Server as Door } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../packages/adapters/src/config.ts';
import { backUp } from '../packages/adapters/src/persistence/copies.ts';
import { Database } from '../packages/adapters/src/persistence/database.ts';
import { certificates, hasOpenSsl } from './certificates.ts';
import { askedEngines } from './engine-names.ts';
import { find, sayMissing } from './machine.ts';
import { startMariaDb } from './mariadb.ts';

/** The connection to the database, on servers with TLS and without. The messages about it are true. */
const program = find('mariadbd');
const isAsked = askedEngines().includes('mysql');
const canTry = isAsked && program !== undefined && find('mariadb-install-db') !== undefined && hasOpenSsl;
if (isAsked && !canTry) sayMissing('THE LINE TO THE DATABASE IS NOT TRIED: it needs mariadbd, mariadb-install-db and openssl.');

const doors: Door[] = [];

describe.skipIf(!canTry)('the line to the database', () => {
  type Server = Awaited<ReturnType<typeof startMariaDb>>;
  let own: ReturnType<typeof certificates>;
  let old: ReturnType<typeof certificates>;
  let others: ReturnType<typeof certificates>;
  let secure: Server;
  let otherName: Server;
  let expired: Server;
  let plain: Server;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ticket-line-'));
    [own, others, old] = [certificates('localhost'), certificates('another.example'), certificates('localhost', { days: -1 })];
    const start = (options: readonly string[], knowsUsers = false) => startMariaDb(program ?? '', { knowsUsers, options });
    [secure, otherName, plain, expired] = await Promise.all([
      start(own.serverOptions.mysql, true),
      start(others.serverOptions.mysql),
      start(['--skip-ssl']),
      start(old.serverOptions.mysql),
    ]);
  });
  afterAll(() => {
    for (const server of [secure, otherName, plain, expired]) server?.stop();
    for (const door of doors) door.close();
    for (const made of [own, others, old]) made?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  const addressOn = ({ url }: Server, query = '', user = 'root') => `mysql://${user}@localhost:${new URL(url).port}/line?${query}`;

  /** The cipher of the pool's connections ('' for none), or the message of the failed start. */
  async function cipherOf(env: Record<string, string>): Promise<string> {
    const database = new Database(loadConfig({ DATA_DIR: folder, ...env }).database);
    try {
      await database.connect();
      const rows = await Promise.all([1, 2, 3].map(() => database.query<{ Value: string }>("SHOW STATUS LIKE 'Ssl_cipher'")));
      return [...new Set(rows.flat().map(({ Value }) => Value))].join();
    } catch (error) {
      return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    } finally {
      await database.close();
    }
  }
  const CIPHER = /^(?:TLS_|ECDHE-)[\w-]+$/;

  it.each(['ssl-mode=REQUIRED', 'sslmode=PREFERRED', 'ssl=true', 'useSSL=true&verifyServerCertificate=false', 'ssl={"rejectUnauthorized":false}'])(
    'is encrypted where the address says %s',
    async (query) => {
      expect(await cipherOf({ DATABASE_URL: addressOn(secure, query) })).toMatch(CIPHER);
    },
  );

  it('is plain where nothing is said, on this machine', async () => {
    expect(await cipherOf({ DATABASE_URL: addressOn(secure) })).toBe('');
  });

  it('is encrypted and checked where DB_SSL_CA is the authority, as a file or as text', async () => {
    for (const DB_SSL_MODE of ['verify-ca', 'verify-identity'])
      for (const DB_SSL_CA of [own.ca, readFileSync(own.ca, 'utf8')])
        expect(await cipherOf({ DATABASE_URL: addressOn(secure), DB_SSL_MODE, DB_SSL_CA }), DB_SSL_MODE).toMatch(CIPHER);
    expect(await cipherOf({ DATABASE_URL: addressOn(secure, `ssl-mode=VERIFY_IDENTITY&ssl-ca=${own.ca}`) })).toMatch(CIPHER);
  });

  it('is refused where the certificate comes from another authority', async () => {
    const said = /^StartFault: The database at localhost:\d+ cannot be reached over TLS \(verify-(?:ca|identity)\): .*Is DB_SSL_CA the authority/;
    for (const DB_SSL_MODE of ['verify-ca', 'verify-identity'])
      expect(await cipherOf({ DATABASE_URL: addressOn(secure), DB_SSL_MODE, DB_SSL_CA: others.ca })).toMatch(said);
    // No well-known authority issued the certificate.
    expect(await cipherOf({ DATABASE_URL: addressOn(secure), DB_SSL_MODE: 'verify-identity' })).toMatch(said);
    expect(await cipherOf({ DATABASE_URL: addressOn(secure, 'sslaccept=strict') })).toMatch(said);
  });

  it('is refused where the certificate has another name, if the name counts', async () => {
    const env = { DATABASE_URL: addressOn(otherName), DB_SSL_CA: others.ca };
    expect(await cipherOf({ ...env, DB_SSL_MODE: 'verify-ca' })).toMatch(CIPHER);
    expect(await cipherOf({ ...env, DB_SSL_MODE: 'verify-identity' })).toMatch(/^StartFault: .*altnames.*is DB_HOST a name in the certificate/);
  });

  it('is refused where the certificate has expired, if it is looked at', async () => {
    const env = { DATABASE_URL: addressOn(expired), DB_SSL_CA: old.ca };
    for (const DB_SSL_MODE of ['verify-ca', 'verify-identity'])
      expect(await cipherOf({ ...env, DB_SSL_MODE })).toMatch(
        /^StartFault: .*: certificate has expired\. Renew the database's certificate, or set this /,
      );
    expect(await cipherOf({ DATABASE_URL: addressOn(expired), DB_SSL_MODE: 'required' })).toMatch(CIPHER);
  });

  it('to a server without TLS: refused where it is needed, plain where it is preferred', async () => {
    const env = { DATABASE_URL: addressOn(plain) };
    for (const DB_SSL_MODE of ['required', 'verify-identity'])
      expect(await cipherOf({ ...env, DB_SSL_MODE })).toMatch(/^StartFault: The database at localhost:\d+ has no TLS, and DB_SSL_MODE .* asks for/);
    expect(await cipherOf({ ...env, DB_SSL_MODE: 'preferred' })).toBe('');
  });

  it('is told of at the start where TLS was preferred, the server is another machine and has none', async () => {
    const toldOf = async (server: Server, host: string) => {
      const config = loadConfig({ DATA_DIR: folder, DB_SSL_MODE: 'preferred', DATABASE_URL: addressOn(server).replace('localhost', host) });
      const database = new Database(config.database);
      try {
        await database.connect();
        return (await database.weaknesses()).filter((line) => line.includes('TLS'));
      } finally {
        await database.close();
      }
    };
    // This address leads to this machine, but does not look like a loopback address.
    expect(await toldOf(plain, '0.0.0.0')).toEqual([
      expect.stringMatching(
        /^The database at 0\.0\.0\.0:\d+ has no TLS, .*passwords.* in the clear\. .*DB_SSL_MODE to required.*DB_SSL_MODE=disabled/,
      ),
    ]);
    expect(await toldOf(secure, '0.0.0.0')).toEqual([]);
    expect(await toldOf(plain, 'localhost')).toEqual([]);
  });

  it('has a row in the runbook for whatever is wrong with its TLS', async () => {
    const runbook = readFileSync(new URL('../docs/runbook.md', import.meta.url), 'utf8');
    const section = runbook.split(/^## /m).find((one) => one.startsWith('TLS to the database')) ?? '';
    const rows = [...section.matchAll(/^\| `([^`]+)` \|/gm)].map(([, line = '']) => line);
    const asWritten = (row: string) =>
      new RegExp(
        row
          .split('…')
          .map((part) => part.replace(/[.()?]/g, '\\$&'))
          .join('.+'),
      );
    const lines = [
      await cipherOf({ DATABASE_URL: addressOn(secure), DB_SSL_MODE: 'verify-ca', DB_SSL_CA: others.ca }),
      await cipherOf({ DATABASE_URL: addressOn(otherName), DB_SSL_MODE: 'verify-identity', DB_SSL_CA: others.ca }),
      await cipherOf({ DATABASE_URL: addressOn(expired), DB_SSL_MODE: 'verify-ca', DB_SSL_CA: old.ca }),
      await cipherOf({ DATABASE_URL: addressOn(plain), DB_SSL_MODE: 'required' }),
      await overTlsAlone(() => cipherOf({ DATABASE_URL: addressOn(secure) })),
    ];
    expect(lines.map((line) => rows.filter((row) => asWritten(row).test(line)).length)).toEqual(lines.map(() => 1));
  });

  async function overTlsAlone<Result>(work: () => Promise<Result>): Promise<Result> {
    const connection = await createConnection({ uri: secure.url, ssl: { rejectUnauthorized: false } });
    await connection.query('SET GLOBAL require_secure_transport = ON');
    try {
      return await work();
    } finally {
      await connection.query('SET GLOBAL require_secure_transport = OFF');
      await connection.end();
    }
  }

  it('is a Unix socket where one is said', async () => {
    for (const env of [{ DB_SOCKET: secure.socket, DB_USER: 'root' }, { DATABASE_URL: `mysql://root@localhost/line?socket=${secure.socket}` }]) {
      const database = new Database(loadConfig({ DATA_DIR: folder, ...env }).database);
      await database.connect();
      const [row] = await database.query<{ at: string }>('SELECT USER() AS at');
      const [line] = await database.query<{ host: string }>('SELECT host FROM information_schema.processlist WHERE id = CONNECTION_ID()');
      expect([row?.at, line?.host, database.address.startsWith(`${secure.socket}/`)]).toEqual(['root@localhost', 'localhost', true]);
      await database.close();
    }
    expect(await cipherOf({ DB_SOCKET: join(folder, 'none'), DB_USER: 'root' })).toBe(`Unavailable: connect ENOENT ${join(folder, 'none')}`);
  });

  it('is the one of the command that backup prints', async () => {
    await cipherOf({ DATABASE_URL: addressOn(secure) }); // creates the database
    const printed = async (env: Record<string, string>) => {
      const done = await backUp(loadConfig({ DATA_DIR: folder, ...env }).database, join(folder, 'dump.sql'));
      return done === 'done' ? done : done.backUp;
    };
    expect(await printed({ DATABASE_URL: addressOn(secure, 'ssl-mode=REQUIRED') })).toContain('--protocol=tcp --user=root --ssl-mode=REQUIRED ');
    expect(await printed({ DATABASE_URL: addressOn(secure, `ssl-mode=VERIFY_CA&ssl-ca=${own.ca}`) })).toContain(
      `--ssl-mode=VERIFY_CA --ssl-ca=${own.ca} `,
    );
    const dumpWith = await backUp(
      loadConfig({ DATA_DIR: folder, DATABASE_URL: addressOn(secure, 'ssl-mode=REQUIRED') }).database,
      join(folder, 'dump.sql'),
    );
    expect(dumpWith).toMatchObject({ onMariaDb: 'Its tools take --ssl in place of --ssl-mode=REQUIRED.' });
    const atSocket = await printed({ DB_SOCKET: secure.socket, DB_USER: 'root', DB_NAME: 'line' });
    expect(atSocket).toContain(`--protocol=socket --socket=${secure.socket} --user=root `);
    const dump = find('mariadb-dump');
    if (dump !== undefined)
      expect(spawnSync('sh', ['-c', atSocket.replace('mysqldump', dump)], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
  });

  it('that a user may not take is told in one line with what to do', async () => {
    const connection = await createConnection({ uri: secure.url, multipleStatements: true });
    await connection.query(`
      CREATE USER locked ACCOUNT LOCK; CREATE USER bystander;
      CREATE USER encrypted REQUIRE SSL; GRANT ALL ON line.* TO encrypted; CREATE USER expired PASSWORD EXPIRE; GRANT ALL ON line.* TO expired`);
    await connection.end();
    const saidTo = (user: string, query = '') => cipherOf({ DATABASE_URL: addressOn(secure, query, user) });
    expect(await saidTo('locked')).toMatch(/^StartFault: The account of user "locked" .* ACCOUNT UNLOCK/);
    expect(await saidTo('nobody')).toMatch(/^StartFault: .* refuses user "nobody"/);
    expect(await saidTo('bystander')).toMatch(/^StartFault: The database "line" .* is missing or closed to user "bystander"/);
    expect(await saidTo('expired')).toMatch(/^StartFault: The password of user "expired" .* has expired/);
    expect(await saidTo('encrypted')).toMatch(/^StartFault: .* refuses user "encrypted": .*over TLS/);
    expect(await saidTo('encrypted', 'ssl-mode=REQUIRED')).toMatch(CIPHER);
    expect(await saidTo('encrypted', 'ssl-mode=REQUIRED').then((said) => said.split('\n'))).toHaveLength(1);
  });

  it('of a user who logs in by a method that the driver does not know is told in one line with what to do', async () => {
    const port = await asksForEd25519(new URL(plain.url));
    const said = await cipherOf({ DATABASE_URL: `mysql://modern:x@localhost:${port}/line` });
    expect(said).toMatch(/^StartFault: User "modern" .* method that this program does not know: client_ed25519\. .*ALTER USER/);
    expect(said.split('\n')).toHaveLength(1);
  });

  it.each([
    [
      'accepts only encrypted connections',
      'SET GLOBAL require_secure_transport = ON',
      'SET GLOBAL require_secure_transport = OFF',
      /only over TLS \(DB_SSL_MODE\)/,
    ],
    [
      'refuses large statements, which ours are not',
      'SET GLOBAL max_join_size = 1, GLOBAL sql_big_selects = 0',
      'SET GLOBAL max_join_size = DEFAULT, GLOBAL sql_big_selects = 1',
      /^$/,
    ],
  ])('on a server that %s', async (_, before, after, words) => {
    const connection = await createConnection({ uri: secure.url, ssl: { rejectUnauthorized: false } });
    await connection.query(before);
    const said = await cipherOf({ DATABASE_URL: addressOn(secure) });
    await connection.query(after);
    await connection.end();
    expect(said).toMatch(words);
  });
});

/**
 * A real server's greeting, and then the answer of its ed25519 plugin to any user: it asks for that method. Not every package of the server
 * has the plugin. Debian's mariadb-server-core does not.
 */
function asksForEd25519({ hostname, port }: URL): Promise<number> {
  const door = createServer((near) => {
    const far = connect(Number(port), hostname);
    for (const socket of [near, far]) socket.on('error', () => socket.destroy());
    far.once('data', (greeting: Buffer) => {
      near.write(greeting);
      near.once('data', () => {
        const change = Buffer.concat([Buffer.from('\xfeclient_ed25519\0', 'latin1'), randomBytes(32), Buffer.of(0)]);
        near.write(Buffer.concat([Buffer.of(change.length, 0, 0, 2), change]));
        far.destroy();
      });
    });
    near.on('close', () => far.destroy());
  });
  doors.push(door);
  return new Promise((resolve) => {
    door.listen(0, '127.0.0.1', () => {
      const address = door.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}
