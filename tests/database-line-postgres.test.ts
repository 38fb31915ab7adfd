import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../packages/adapters/src/config.ts';
import { Database } from '../packages/adapters/src/persistence/database.ts';
import { certificates, hasOpenSsl } from './certificates.ts';
import { askedEngines } from './engine-names.ts';
import { sayMissing } from './machine.ts';
import { clientOf, findPostgres, serverFolder, startPostgres } from './postgres.ts';

/** The connection to PostgreSQL, on servers with TLS and without. The messages about it are true. */
const programs = findPostgres();
const isAsked = askedEngines().includes('postgres');
const canTry = isAsked && programs !== undefined && hasOpenSsl;
if (isAsked && !canTry) sayMissing('THE LINE TO POSTGRESQL IS NOT TRIED: it needs postgres, initdb and openssl.');

describe.skipIf(!canTry)('the line to PostgreSQL', () => {
  type Server = Awaited<ReturnType<typeof startPostgres>>;
  let own: ReturnType<typeof certificates>;
  let old: ReturnType<typeof certificates>;
  let others: ReturnType<typeof certificates>;
  let secure: Server;
  let otherName: Server;
  let expired: Server;
  let plain: Server;
  let folder: string;
  let sockets: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ticket-line-'));
    sockets = serverFolder();
    [own, others, old] = [certificates('localhost'), certificates('another.example'), certificates('localhost', { days: -1 })];
    const start = (...options: readonly string[]) => startPostgres(programs ?? '', { options });
    [secure, otherName, plain, expired] = await Promise.all([
      start(...own.serverOptions.postgres, `--unix-socket-directories=${sockets}`),
      start(...others.serverOptions.postgres),
      start(),
      start(...old.serverOptions.postgres),
    ]);
  });
  afterAll(() => {
    for (const server of [secure, otherName, plain, expired]) server?.stop();
    for (const made of [own, others, old]) made?.remove();
    for (const made of [folder, sockets]) rmSync(made, { recursive: true, force: true });
  });

  const addressOn = ({ url }: Server, query = '', { user, database = 'line' }: { user?: string; database?: string } = {}) => {
    const { port, username, password } = new URL(url);
    return `postgres://${user ?? username}:${user === undefined ? password : 'a-password'}@localhost:${port}/${database}?${query}`;
  };

  /** The cipher of the pool's connections ('' for none), or the message of the failed start. */
  async function cipherOf(env: Record<string, string>): Promise<string> {
    const database = new Database(loadConfig({ DATA_DIR: folder, ...env }).database);
    try {
      await database.connect();
      const sql = 'SELECT cipher FROM pg_stat_ssl WHERE pid = pg_backend_pid()';
      const rows = await Promise.all([1, 2, 3].map(() => database.query<{ cipher: string | null }>(sql)));
      return [...new Set(rows.flat().map(({ cipher }) => cipher ?? ''))].join();
    } catch (error) {
      return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    } finally {
      await database.close();
    }
  }
  const CIPHER = /^(?:TLS_|ECDHE-)[\w-]+$/;

  it.each(['sslmode=require', 'sslmode=prefer', 'sslmode=allow', 'sslmode=no-verify', 'ssl=true', 'sslaccept=accept_invalid_certs'])(
    'is encrypted where the address says %s',
    async (query) => {
      expect(await cipherOf({ DATABASE_URL: addressOn(secure, query) })).toMatch(CIPHER);
    },
  );

  it.each(['', 'sslmode=disable', 'ssl=false'])('is plain on this machine where the address says "%s"', async (query) => {
    expect(await cipherOf({ DATABASE_URL: addressOn(secure, query) })).toBe('');
  });

  it('is encrypted and checked where DB_SSL_CA is the authority, as a file or as text', async () => {
    for (const DB_SSL_MODE of ['verify-ca', 'verify-identity'])
      for (const DB_SSL_CA of [own.ca, readFileSync(own.ca, 'utf8')])
        expect(await cipherOf({ DATABASE_URL: addressOn(secure), DB_SSL_MODE, DB_SSL_CA }), DB_SSL_MODE).toMatch(CIPHER);
    for (const mode of ['verify-ca', 'verify-full'])
      expect(await cipherOf({ DATABASE_URL: addressOn(secure, `sslmode=${mode}&sslrootcert=${own.ca}`) }), mode).toMatch(CIPHER);
  });

  it('is refused where the certificate comes from another authority', async () => {
    const said = /^StartFault: The database at localhost:\d+ cannot be reached over TLS \(verify-(?:ca|identity)\): .*Is DB_SSL_CA the authority/;
    for (const DB_SSL_MODE of ['verify-ca', 'verify-identity'])
      expect(await cipherOf({ DATABASE_URL: addressOn(secure), DB_SSL_MODE, DB_SSL_CA: others.ca })).toMatch(said);
    // No well-known authority issued the certificate.
    for (const query of ['sslmode=verify-full', 'sslrootcert=system', 'sslaccept=strict'])
      expect(await cipherOf({ DATABASE_URL: addressOn(secure, query) }), query).toMatch(said);
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

  it('is a Unix socket where one is said', async () => {
    const { port, username, password } = new URL(secure.url);
    const socket = join(sockets, `.s.PGSQL.${port}`);
    const byNames = { DB_TYPE: 'postgres', DB_SOCKET: socket, DB_USER: username, DB_PASSWORD: password, DB_NAME: 'line' };
    const inAddress = (place: string) => ({ DATABASE_URL: `postgres://${username}:${password}@${place}` });
    const folderAsHost = inAddress(`${encodeURIComponent(sockets)}:${port}/line`);
    for (const env of [byNames, folderAsHost, inAddress(`:${port}/line?host=${sockets}`)]) {
      const database = new Database(loadConfig({ DATA_DIR: folder, ...env }).database);
      await database.connect();
      const [line] = await database.query<{ at: string | null }>('SELECT client_addr AS at FROM pg_stat_activity WHERE pid = pg_backend_pid()');
      expect([line?.at, database.address.startsWith(`${socket}/`)]).toEqual([null, true]);
      await database.close();
    }
    const none = join(sockets, '.s.PGSQL.1');
    expect(await cipherOf({ ...byNames, DB_SOCKET: none })).toBe(`Unavailable: connect ENOENT ${none}`);
  });

  /** Connects as the server's first user. */
  async function administer(work: (client: Client) => Promise<unknown>, database = 'postgres'): Promise<void> {
    const client = await clientOf(Object.assign(new URL(secure.url), { pathname: `/${database}` }).href);
    await work(client);
    await client.end();
  }

  it('that a user may not take is told in one line with what to do', async () => {
    await cipherOf({ DATABASE_URL: addressOn(secure) }); // creates the database
    await administer(async (client) => {
      await client.query(`CREATE ROLE locked PASSWORD 'a-password'; CREATE ROLE bystander LOGIN PASSWORD 'a-password';
        CREATE ROLE expired LOGIN PASSWORD 'a-password' VALID UNTIL '2001-01-01'; CREATE ROLE other LOGIN PASSWORD 'another';
        CREATE ROLE unkeyed LOGIN; CREATE ROLE crowded LOGIN PASSWORD 'a-password' CONNECTION LIMIT 0`);
      for (const name of ['closed', 'resting']) await client.query(`CREATE DATABASE ${name}`);
      await client.query('REVOKE ALL ON DATABASE closed FROM PUBLIC; ALTER DATABASE resting ALLOW_CONNECTIONS false');
    });
    const saidTo = (user: string, database = 'line') => cipherOf({ DATABASE_URL: addressOn(secure, '', { user, database }) });
    const lines: Readonly<Record<string, string>> = {
      locked: await saidTo('locked'),
      nobody: await saidTo('nobody'),
      other: await saidTo('other'),
      expired: await saidTo('expired'),
      unkeyed: await saidTo('unkeyed'),
      missing: await saidTo('bystander', 'not-there'),
      closed: await saidTo('bystander', 'closed'),
      resting: await saidTo('bystander', 'resting'),
      tables: await saidTo('bystander'),
      crowded: await saidTo('crowded'),
    };
    expect(lines).toEqual({
      locked: expect.stringMatching(/^StartFault: .* user "locked" .*As an administrator: ALTER ROLE "locked" LOGIN /),
      nobody: expect.stringMatching(/^StartFault: .* refuses user "nobody": wrong DB_USER or DB_PASSWORD/),
      other: expect.stringMatching(/^StartFault: .* refuses user "other": wrong DB_USER or DB_PASSWORD/),
      // The server does not tell clients that a password has expired.
      expired: expect.stringMatching(/^StartFault: .* refuses user "expired": wrong DB_USER or DB_PASSWORD.*VALID UNTIL/),
      unkeyed: expect.stringMatching(/^StartFault: .* refuses user "unkeyed": wrong DB_USER or DB_PASSWORD/),
      missing: expect.stringMatching(/^StartFault: The database "not-there" .* is missing, .*CREATE DATABASE "not-there" OWNER "bystander"/),
      closed: expect.stringMatching(/^StartFault: User "bystander" may not connect .*GRANT CONNECT ON DATABASE "closed" TO "bystander"\./),
      resting: expect.stringMatching(
        /^StartFault: The database "resting" .* takes no connections.*ALTER DATABASE "resting" ALLOW_CONNECTIONS true\./,
      ),
      tables: expect.stringMatching(/^StartFault: .*permission denied/),
      crowded: expect.stringMatching(/^Unavailable: connect 53300 localhost:\d+: too many connections for role "crowded"$/),
    });
    for (const [name, said] of Object.entries(lines)) expect(said.split('\n'), name).toHaveLength(1);
  });

  it('without a password where the server wants one is told in one line', async () => {
    const { port } = new URL(secure.url);
    const said = await cipherOf({ DATABASE_URL: `postgres://postgres@localhost:${port}/line` });
    expect(said).toMatch(/^StartFault: .* asks user "postgres" for a password, .*Is DB_PASSWORD/);
    expect(said.split('\n')).toHaveLength(1);
  });

  it('on a server that takes encrypted connections alone, or none of this user', async () => {
    let rules = '';
    await administer(async (client) => {
      const { rows } = await client.query('SHOW hba_file');
      rules = rows[0].hba_file;
    });
    const before = readFileSync(rules, 'utf8');
    const under = async (rule: string, env: Record<string, string>) => {
      writeFileSync(rules, `${rule}\n${before}`);
      await administer((client) => client.query('SELECT pg_reload_conf(), pg_sleep(0.2)'));
      const said = await cipherOf(env);
      writeFileSync(rules, before);
      return said;
    };
    const onlyEncrypted = 'hostnossl line all all reject';
    expect(await under(onlyEncrypted, { DATABASE_URL: addressOn(secure) })).toMatch(/^StartFault: .*pg_hba\.conf.*DB_SSL_MODE=required if/);
    expect(await under(onlyEncrypted, { DATABASE_URL: addressOn(secure, 'sslmode=require') })).toMatch(CIPHER);
    const none = await under('host line all all reject', { DATABASE_URL: addressOn(secure, 'sslmode=require') });
    expect(none).toMatch(/^StartFault: .*pg_hba\.conf/);
    expect(none.split('\n')).toHaveLength(1);
    await administer((client) => client.query('SELECT pg_reload_conf()'));
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
    ];
    expect(lines.map((line) => rows.filter((row) => asWritten(row).test(line)).length)).toEqual(lines.map(() => 1));
  });
});
