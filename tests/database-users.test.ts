import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askedEngines } from './engine-names.ts';
import { find } from './machine.ts';
import { startMariaDb } from './mariadb.ts';
import { CONCERT, openApi } from './open-api.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const CLI = ['--import', import.meta.resolve('tsx'), '--conditions=@ticket/source', join(root, 'apps/cli/src/main.ts')];
const [, statements = ''] = /## Two database users.*?```sql\n(.*?)```/s.exec(readFileSync(join(root, 'docs/configuration.md'), 'utf8')) ?? [];
/** A password that stands in the document is refused. */
const OWN = randomBytes(12).toString('base64url');
const program = find('mariadbd');
const isAsked = askedEngines().includes('mysql');
const canTry = isAsked && program !== undefined && find('mariadb-install-db') !== undefined;
if (isAsked && !canTry) console.warn('\nTHE RIGHTS OF DATABASE USERS ARE NOT TRIED: no mariadbd here, or no mariadb-install-db to teach it users.\n');

describe.skipIf(!canTry)('the database users of docs/configuration.md', () => {
  let url: URL;
  let stop: () => void;
  beforeAll(async () => {
    const server = await startMariaDb(program ?? '', { knowsUsers: true });
    stop = server.stop;
    url = new URL(server.url);
    const reader = `CREATE USER 'tickets_auditor'@'%' IDENTIFIED BY 'auditor-password'; GRANT SELECT ON gdgoc.* TO 'tickets_auditor'@'%';`;
    const connection = await createConnection({ uri: server.url, multipleStatements: true });
    await connection.query(`${statements}\n${reader}`.replace(/'(\w+)-password'/g, `'${OWN}-$1'`));
    await connection.end();
  });
  afterAll(() => stop?.());

  const place = (user: string) => ({ host: url.hostname, port: Number(url.port), user: `tickets_${user}`, password: passwordOf(user) });
  const passwordOf = (user: string) => `${OWN}-${user}`;
  /** The command line as the user, in the locked profile. */
  function tickets(user: string, ...args: string[]) {
    const { host, port, password, user: name } = place(user);
    const env = {
      PATH: process.env['PATH'],
      NODE_ENV: 'production',
      JWT_SECRET: randomBytes(32).toString('base64url'),
      PORT: '0',
      HOST: '127.0.0.1',
    };
    const database = { DB_HOST: host, DB_PORT: String(port), DB_NAME: 'gdgoc', DB_USER: name, DB_PASSWORD: password };
    const { status, stdout, stderr } = spawnSync(process.execPath, [...CLI, ...args], {
      env: { ...env, ...database },
      encoding: 'utf8',
      cwd: '/',
      timeout: 30_000,
    });
    return { status, said: stdout + stderr };
  }

  it('the one of the server may not make tables: it stops and says so', () => {
    expect(tickets('app', 'serve')).toEqual({ status: 1, said: expect.stringMatching(/could not be brought up to date: CREATE command denied/) });
  });

  it('the owner makes them', () => {
    expect(tickets('owner', 'migrate')).toMatchObject({ status: 0 });
  });

  it('with no more than SELECT, INSERT, UPDATE and DELETE the server does all that it does', async () => {
    const database = { engine: 'mysql', database: 'gdgoc', poolSize: 5, ...place('app') } as const;
    const api = await openApi('mysql', 'locked', {}, { database });
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

  it.each([
    'DROP TABLE bookings',
    'ALTER TABLE users DROP COLUMN role',
    'CREATE TABLE mine (id int)',
    'TRUNCATE TABLE stock_movements',
    'SELECT * FROM mysql.user',
    `GRANT ALL ON gdgoc.* TO 'tickets_app'@'%'`,
  ])('who has stolen its password may not: %s', async (sql) => {
    const connection = await createConnection({ ...place('app'), database: 'gdgoc' });
    const context = await connection.query(sql).then(String, (error) => error.errno);
    await connection.end();
    expect([1044, 1142, 1045, 1370]).toContain(context); // denied
  });

  it('one who may only SELECT audits', () => {
    const { status, said } = tickets('auditor', 'audit');
    expect([status, said]).toEqual([0, expect.stringContaining('0 differences')]);
  });
});
