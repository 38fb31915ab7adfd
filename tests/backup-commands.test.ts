import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TOKENS } from '../packages/adapters/src/container.ts';
import type { ServedEngine } from './engine-names.ts';
import { dropDatabase, environmentOf, servers, serverUrl } from './engines.ts';
import { find, sayMissing } from './machine.ts';
import { type Api, CONCERT, openApi } from './open-api.ts';
import { findPostgres } from './postgres.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const CLI = ['--import', import.meta.resolve('tsx'), '--conditions=@ticket/source', join(root, 'apps/cli/src/main.ts')];

/** The folder of the tools that the commands use. MariaDB's tools have their own names. */
const OF = {
  mysql: { dump: find('mysqldump') ?? find('mariadb-dump'), load: find('mysql') ?? find('mariadb') },
  postgres: toolsIn(find('pg_dump') === undefined ? findPostgres() : ''),
};
function toolsIn(folder: string | undefined) {
  const at = (name: string) => (folder === '' ? find(name) : [join(folder ?? '', name)].find(existsSync));
  return { dump: at('pg_dump'), load: at('pg_restore') };
}
const canTry = (engine: ServedEngine) => OF[engine].dump !== undefined && OF[engine].load !== undefined;
for (const engine of servers)
  if (!canTry(engine)) sayMissing(`THE BACKUP COMMANDS OF ${engine} ARE NOT TRIED: mysqldump and mysql, or pg_dump and pg_restore, are not here.`);

describe.each(servers.filter(canTry))('the commands that backup and restore print, on %s', (engine) => {
  let api: Api;
  let folder: string;
  let env: Record<string, string>;
  let dump: string;
  beforeAll(async () => {
    api = await openApi(engine, 'open');
    env = environmentOf(api.container.get(TOKENS.config).database);
    folder = mkdtempSync(join(tmpdir(), 'ticket-backups-'));
    dump = join(folder, "monday's dump");
  });
  afterAll(async () => {
    await api.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** The tool runs in a session of its own. So it finds no terminal, and reads the password from its input. */
  function run(command: string, args: readonly string[], { path = '', input = '' } = {}): Promise<{ code: number | null; out: string; err: string }> {
    const child = spawn(command, args, {
      detached: true,
      cwd: folder,
      env: { PATH: `${path}${process.env['PATH']}`, DATA_DIR: join(folder, 'data'), ...env },
      timeout: 60_000,
    });
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk) => (out += chunk));
    child.stderr.on('data', (chunk) => (err += chunk));
    child.stdin.end(input);
    return new Promise((resolve) => child.once('close', (code) => resolve({ code, out, err })));
  }
  const tickets = (...args: string[]) => run(process.execPath, [...CLI, ...args]);
  /** Runs the command as a person does, who types the password. */
  async function asPrinted(printed: string) {
    const { dump: dumps = '', load = '' } = OF[engine];
    const command = engine === 'mysql' ? printed.replace(/\bmysqldump\b/, dumps).replace(/^mysql\b/, load) : printed;
    const path = engine === 'postgres' ? `${join(dumps, '..')}${delimiter}` : '';
    return run('sh', ['-c', command], { path, input: `${decodeURIComponent(serverUrl(engine).password)}\n` });
  }
  const counts = async () => (await api.query<{ many: number }>('SELECT COUNT(*) AS many FROM bookings')).map(({ many }) => Number(many));

  it('bring back what was there, whole and alone', async () => {
    const admin = await api.account({ role: 'admin' });
    const ann = await api.account({ name: 'Änn 🎫' });
    const event = (await api.send('POST', '/api/events', { as: admin, body: CONCERT })).body.data.id;
    const book = () => api.send('POST', '/api/bookings', { as: ann, body: { event_id: event, quantity: 2 } });
    expect((await book()).status).toBe(201);

    const backup = await tickets('backup', dump);
    expect(backup.code).toBe(1);
    expect(backup.err).toMatch(
      engine === 'mysql' ? /^Nothing was backed up: MySQL and MariaDB have tools/ : /^Nothing was backed up: PostgreSQL has tools/,
    );
    const dumped = await asPrinted(backup.out.trim());
    expect({ ...dumped, err: dumped.err.replace(/^Password: ?\n?/, '') }).toEqual({ code: 0, out: '', err: '' });
    expect(statSync(dump).mode & 0o077).toBe(0);

    expect((await book()).status).toBe(201);
    await api.query('UPDATE events SET available_tickets = 7');
    expect((await tickets('audit')).code).toBe(1);

    const restore = await tickets('restore', dump);
    expect(restore.code).toBe(1);
    expect(restore.err).toMatch(/^Nothing was restored: (?:MySQL and MariaDB have|PostgreSQL has) tools/);
    // The backup command printed the same command.
    expect(backup.err).toContain(restore.out.trim());
    const restored = await asPrinted(restore.out.trim());
    expect({ ...restored, err: restored.err.replace(/^Password: ?\n?/, '') }).toEqual({ code: 0, out: '', err: '' });

    expect(await counts()).toEqual([1]);
    const audit = await tickets('audit');
    expect([audit.code, audit.out]).toEqual([0, expect.stringContaining('0 differences')]);
    const [row] = await api.query<{ name: string }>('SELECT name FROM users WHERE id = ?', [ann.id]);
    expect(row?.name).toBe('Änn 🎫');
    expect((await tickets('migrate')).code).toBe(0);
    expect((await book()).status).toBe(201);

    // The same, after the whole database is gone.
    Object.assign(env, { DB_NAME: `${env['DB_NAME']}_anew` });
    const gone = (await tickets('restore', dump)).out.trim();
    expect((await tickets('migrate')).code).toBe(0);
    expect((await asPrinted(gone)).code).toBe(0);
    expect(await tickets('audit')).toMatchObject({ code: 0, out: expect.stringMatching(/^1 events? audited/) });
    await dropDatabase(engine, env['DB_NAME'] ?? '');
  });
});
