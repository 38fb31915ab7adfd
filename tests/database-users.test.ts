import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askedEngines, type ServedEngine } from './engine-names.ts';
import { find, sayMissing } from './machine.ts';
import { startMariaDb } from './mariadb.ts';
import { CONCERT, openApi } from './open-api.ts';
import { clientOf, findPostgres, serverFolder, startPostgres } from './postgres.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const CLI = ['--import', import.meta.resolve('tsx'), '--conditions=@ticket/source', join(root, 'apps/cli/src/main.ts')];
const [, chapter = ''] = /^## Two database users$(.*?)(?=^## |(?!.))/ms.exec(readFileSync(join(root, 'docs/configuration.md'), 'utf8')) ?? [];
/** The statements that the chapter has for the engine. */
const statementsOf = (engine: string): string => new RegExp(`^On ${engine}.*?\`\`\`sql\n(.*?)\`\`\``, 'ms').exec(chapter)?.[1] ?? '';
/** The server refuses a password that stands in the document. */
const OWN = randomBytes(12).toString('base64url');
const passwordOf = (user: string) => `${OWN}-${user}`;
const withOwnPasswords = (sql: string) => sql.replace(/'(\w+)-password'/g, `'${OWN}-$1'`);

/** For each engine: how to create the document's users, how to run a statement as one of them, and the error for a missing right. */
const OF = {
  mysql: {
    canRun: () => find('mariadbd') !== undefined && find('mariadb-install-db') !== undefined,
    start: () => startMariaDb(find('mariadbd') ?? '', { knowsUsers: true }),
    async makeUsers(url: string) {
      const reader = `CREATE USER 'tickets_auditor'@'%' IDENTIFIED BY 'auditor-password'; GRANT SELECT ON gdgoc.* TO 'tickets_auditor'@'%';`;
      const connection = await createConnection({ uri: url, multipleStatements: true });
      await connection.query(withOwnPasswords(`${statementsOf('MySQL')}\n${reader}`));
      await connection.end();
    },
    async refusal(url: string, sql: string): Promise<unknown> {
      const connection = await createConnection(url);
      const said = await connection.query(sql).then(String, (error) => error.errno);
      await connection.end();
      return said;
    },
    withPassword: (command: string, password: string) =>
      `MYSQL_PWD='${password}'; export MYSQL_PWD; ${command
        .replace(' --password', '')
        .replace('mysqldump', find('mariadb-dump') ?? 'mysqldump')
        .replace(/^mysql/, find('mariadb') ?? 'mysql')}`,
    cannotMakeTables: /could not be brought up to date: CREATE command denied/,
    denied: [1044, 1142, 1045, 1370],
    forbidden: [
      'DROP TABLE bookings',
      'ALTER TABLE users DROP COLUMN role',
      'CREATE TABLE mine (id int)',
      'TRUNCATE TABLE stock_movements',
      'SELECT * FROM mysql.user',
      `GRANT ALL ON gdgoc.* TO 'tickets_app'@'%'`,
    ],
  },
  postgres: {
    canRun: () => findPostgres() !== undefined,
    start: () => startPostgres(findPostgres() ?? ''),
    async makeUsers(url: string) {
      const reader = `CREATE ROLE tickets_auditor LOGIN PASSWORD 'auditor-password';
        GRANT CONNECT ON DATABASE gdgoc TO tickets_auditor; GRANT USAGE ON SCHEMA public TO tickets_auditor;
        ALTER DEFAULT PRIVILEGES FOR ROLE tickets_owner IN SCHEMA public GRANT SELECT ON TABLES TO tickets_auditor`;
      // Each statement runs alone, as in psql, since a database cannot be created in a transaction.
      const [onServer = '', inDatabase = ''] = `${statementsOf('PostgreSQL')}${reader}`.split('\\connect gdgoc\n');
      const inGdgoc = Object.assign(new URL(url), { pathname: '/gdgoc' }).href;
      for (const [place, sql] of [
        [url, onServer],
        [inGdgoc, inDatabase],
      ] as const) {
        const client = await clientOf(place);
        for (const statement of withOwnPasswords(sql).split(/;\s*/)) await client.query(statement);
        await client.end();
      }
    },
    async refusal(url: string, sql: string): Promise<unknown> {
      const client = await clientOf(url);
      const said = await client.query(sql).then(String, (error) => error.code);
      await client.end();
      return said;
    },
    withPassword: (command: string, password: string) =>
      `PATH='${findPostgres()}':$PATH PGPASSWORD='${password}'; export PATH PGPASSWORD; ${command.replace(' --password', '')}`,
    cannotMakeTables: /could not be brought up to date.*permission denied for schema public/,
    denied: ['42501'],
    forbidden: [
      'DROP TABLE bookings',
      'ALTER TABLE users DROP COLUMN role',
      'CREATE TABLE mine (id int)',
      'CREATE TEMPORARY TABLE mine (id int)',
      'CREATE SCHEMA mine',
      'CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$',
      'CREATE TRIGGER mine BEFORE DELETE ON bookings FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()',
      'TRUNCATE TABLE stock_movements',
      'SELECT * FROM pg_authid',
      "SELECT pg_read_file('postgresql.conf')",
      "COPY bookings TO PROGRAM 'cat'",
      'SET session_replication_role = replica',
      'GRANT tickets_owner TO tickets_app',
      'ALTER ROLE tickets_app SUPERUSER',
      'ALTER DATABASE gdgoc OWNER TO tickets_app',
    ],
  },
} as const;

const canTry = (engine: ServedEngine) => askedEngines().includes(engine) && OF[engine].canRun();
for (const engine of ['mysql', 'postgres'] as const)
  if (askedEngines().includes(engine) && !OF[engine].canRun())
    sayMissing(`THE RIGHTS OF DATABASE USERS ARE NOT TRIED ON ${engine}: its server is not here, or nothing to teach it users.`);

describe.each((['mysql', 'postgres'] as const).filter(canTry))('the database users of docs/configuration.md on %s', (engine) => {
  const { start, makeUsers, refusal, cannotMakeTables, denied, forbidden } = OF[engine];
  let url: URL;
  let stop: () => void;
  beforeAll(async () => {
    const server = await start();
    stop = server.stop;
    url = new URL(server.url);
    await makeUsers(server.url);
  });
  afterAll(() => stop?.());

  const place = (user: string) => ({ host: url.hostname, port: Number(url.port), user: `tickets_${user}`, password: passwordOf(user) });
  /** The command line in the locked profile, with this database user. */
  function tickets(user: string, ...args: string[]) {
    const { host, port, password, user: name } = place(user);
    const env = {
      PATH: process.env['PATH'],
      NODE_ENV: 'production',
      JWT_SECRET: randomBytes(32).toString('base64url'),
      PORT: '0',
      HOST: '127.0.0.1',
    };
    const database = { DB_TYPE: engine, DB_HOST: host, DB_PORT: String(port), DB_NAME: 'gdgoc', DB_USER: name, DB_PASSWORD: password };
    const { status, stdout, stderr } = spawnSync(process.execPath, [...CLI, ...args], {
      env: { ...env, ...database },
      encoding: 'utf8',
      cwd: '/',
      timeout: 30_000,
    });
    return { status, said: stdout + stderr };
  }

  it('the one of the server may not make tables: it stops and says so', () => {
    expect(tickets('app', 'serve')).toEqual({ status: 3, said: expect.stringMatching(cannotMakeTables) });
  });

  it('the owner makes them', () => {
    expect(tickets('owner', 'migrate')).toMatchObject({ status: 0 });
  });

  it('with no more than SELECT, INSERT, UPDATE and DELETE the server does all that it does', async () => {
    const database = { engine, database: 'gdgoc', poolSize: 5, ...place('app') };
    const api = await openApi(engine, 'locked', {}, { database });
    const admin = await api.account({ role: 'admin' });
    const ann = { name: 'Ann', email: 'ann@example.com', password: 'correct horse' };
    const keyed = { 'Idempotency-Key': 'k', 'X-Forwarded-For': '203.0.113.7' };
    const { user, token } = (await api.send('POST', '/api/auth/register', { body: ann, headers: keyed })).body.data;
    const as = { id: user.id, token };
    const event = (await api.send('POST', '/api/events', { as: admin, body: CONCERT })).body.data.id;
    const order = { event_id: event, quantity: 2 };
    const booking = (await api.send('POST', '/api/bookings', { as, body: order, headers: keyed })).body.data.id;
    const statuses = [
      await api.send('POST', '/api/auth/login', { body: { ...ann, password: 'wrong horse' }, headers: keyed }),
      await api.send('POST', '/api/auth/login', { body: ann, headers: keyed }),
      await api.send('POST', '/api/bookings', { as, body: order, headers: keyed }),
      await api.send('PUT', `/api/events/${event}`, { as: admin, body: { total_tickets: 5 } }),
      await api.send('PATCH', `/api/bookings/${booking}/status`, { as, body: { status: 'cancelled' } }),
      await api.send('PUT', `/api/users/${as.id}`, { as, body: { name: 'Anna' } }),
      await api.send('GET', '/api/bookings', { as }),
      await api.send('DELETE', `/api/bookings/${booking}`, { as }),
      await api.send('DELETE', `/api/events/${event}`, { as: admin }),
      await api.send('DELETE', `/api/users/${as.id}`, { as: admin }),
    ].map(({ status }) => status);
    await api.close();
    expect(statuses).toEqual([401, 200, 201, 200, 200, 200, 200, 200, 200, 200]);
    expect(api.logged).toEqual([]);
  });

  it.each(forbidden)('who has stolen its password may not: %s', async (sql) => {
    const { user, password } = place('app');
    const asApp = Object.assign(new URL(url), { username: user, password, pathname: '/gdgoc' }).href;
    expect(denied).toContain(await refusal(asApp, sql));
  });

  it('what the owner restores, the one of the server may use', async () => {
    const folder = serverFolder();
    const file = join(folder, 'dump');
    const printed = tickets('owner', 'backup', file).said.split('\n');
    const command = (words: RegExp) => printed.flatMap((line) => words.exec(line)?.[1] ?? [])[0] ?? '';
    for (const one of [command(/^(\(umask.*)$/), command(/^To restore it, .*?: (.*)$/)]) {
      const { status, stderr } = spawnSync('sh', ['-c', OF[engine].withPassword(one, passwordOf('owner'))], { encoding: 'utf8' });
      expect([status, stderr]).toEqual([0, '']);
    }
    rmSync(folder, { recursive: true });
    expect(tickets('app', 'audit')).toEqual({ status: 0, said: expect.stringContaining('0 differences') });
    const { user, password } = place('app');
    const asApp = Object.assign(new URL(url), { username: user, password, pathname: '/gdgoc' }).href;
    expect(denied).not.toContain(await refusal(asApp, 'DELETE FROM bookings'));
  });

  it('one who may only SELECT audits', () => {
    const { status, said } = tickets('auditor', 'audit');
    expect([status, said]).toEqual([0, expect.stringContaining('0 differences')]);
  });
});
