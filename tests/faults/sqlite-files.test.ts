import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import {
  copyFileSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ask, BoxOffice } from './box-office.ts';
import { audit, launch, launchTickets, runServer, type Server, startServer, temporaryFolder, tickets, until } from './programs.ts';
import { CALM, query, reckon } from './reckoning.ts';
import { storm } from './storm.ts';

const FILE = 'tickets.sqlite';
/** How many restores are killed, each at another moment. FAULT_ROUNDS=100 tries more. */
const ROUNDS = Number(process.env['FAULT_ROUNDS'] ?? 2);
const storeIn = (folder: string) => ({ engine: 'sqlite', folder }) as const;

/** A database with sales, after a clean stop. It is made once. */
let template: Promise<{ readonly folder: string; readonly office: BoxOffice }> | undefined;
async function makeTemplate() {
  const folder = temporaryFolder();
  const server = await startServer(storeIn(folder));
  const office = await BoxOffice.open(server.url, [50]);
  expect((await office.order()).status).toBe(201);
  await server.stop();
  return { folder, office };
}

/** A server that made sales after a copy of its database was taken. */
async function sellingServer(data = temporaryFolder()) {
  template ??= makeTemplate();
  const { folder, office: before } = await template;
  for (const name of readdirSync(folder)) copyFileSync(join(folder, name), join(data, name));
  const backup = join(temporaryFolder(), 'backup.sqlite');
  copyFileSync(join(folder, FILE), backup);
  const server = await startServer(storeIn(data));
  const office = before.at(server.url);
  for (let sold = 0; sold < 2; sold++) expect((await office.order()).status).toBe(201);
  return { data, backup, office, server };
}

/** Another process uses the file for a moment. In this process libsql would close the file at a time of its own. */
const byAnother = (data: string, sql: string) => onFile(join(data, FILE), sql);
function onFile(file: string, sql: string): void {
  const program = 'new (require(process.argv[1]))(process.argv[2]).exec(process.argv[3])';
  const libsql = createRequire(import.meta.url).resolve('libsql');
  const { status, stderr } = spawnSync(process.execPath, ['-e', program, libsql, file, sql], { encoding: 'utf8' });
  expect(status, stderr).toBe(0);
}

/** No change is acknowledged as stored, and every client gets the reason. */
async function expectLost(office: BoxOffice, server: Server, words: RegExp) {
  expect((await office.order()).status).toBe(503);
  expect((await ask(office.url, 'GET', '/api/events')).status).toBe(503);
  expect((await ask(office.url, 'GET', '/health/ready')).status).toBe(503);
  expect((await ask(office.url, 'GET', '/health/live')).status).toBe(200);
  await until('the operator is told', () => (words.test(server.output()) ? true : undefined), { output: server.output });
  const told = server
    .output()
    .split('\n')
    .filter((line) => line.includes('"level":"error"'));
  expect(told).toHaveLength(1);
  expect(told[0]).toMatch(words);
  expect(told[0]).toContain('ticketctl restore FILE');
}

const SWAPS: readonly [what: string, words: RegExp, swap: (data: string, backup: string) => void][] = [
  ['the file is replaced', /tickets\.sqlite was replaced/, (data, backup) => renameSync(backup, join(data, FILE))],
  ['the file is deleted', /tickets\.sqlite was moved or deleted/, (data) => rmSync(join(data, FILE))],
  ['the file is overwritten in place', /tickets\.sqlite was (overwritten|cut off)/, (data, backup) => copyFileSync(backup, join(data, FILE))],
  ['the file is cut off', /tickets\.sqlite was cut off/, (data) => truncateSync(join(data, FILE), 8192)],
  ['the log is deleted', /sqlite-wal was moved or deleted/, (data) => rmSync(join(data, `${FILE}-wal`))],
  ['the log is replaced', /sqlite-wal was replaced/, (data, backup) => renameSync(backup, join(data, `${FILE}-wal`))],
  ['the log is emptied', /sqlite-wal was cut off/, (data) => truncateSync(join(data, `${FILE}-wal`))],
  ['the index of the log is deleted', /sqlite-shm was moved, deleted or replaced/, (data) => rmSync(join(data, `${FILE}-shm`))],
  ['the folder is renamed', /tickets\.sqlite was moved or deleted/, (data) => renameSync(data, `${data}-old`)],
  [
    'another folder has its name',
    /tickets\.sqlite was replaced/,
    (data) => {
      renameSync(data, `${data}-old`);
      cpSync(`${data}-old`, data, { recursive: true });
    },
  ],
];

describe('what was opened is not at its path any more', () => {
  it.each(SWAPS)('%s: 503 at once, not ready, one line says what to do', async (_, words, swap) => {
    const { data, backup, office, server } = await sellingServer();
    swap(data, backup);
    // The server checks the file ten times a second. Sales in between are in the log, where a restart finds them.
    if (words.source.includes('shm')) await server.says(words);
    await expectLost(office, server, words);
    expect(await server.stop()).toBe(0);
  });

  it('a link that DATA_DIR is leads elsewhere: the same', async () => {
    const [here, there, link] = [temporaryFolder(), temporaryFolder(), join(temporaryFolder(), 'link')];
    symlinkSync(here, link);
    const { office, server } = await sellingServer(link);
    rmSync(link);
    symlinkSync(there, link);
    await expectLost(office, server, /tickets\.sqlite was moved or deleted/);
  });

  it('where only the log was deleted, what was sold is in the file at the restart, also after kill -9', async () => {
    const { data, office, server } = await sellingServer();
    rmSync(join(data, `${FILE}-wal`));
    await server.says(/sqlite-wal was moved or deleted/);
    await server.kill();
    const again = await startServer(storeIn(data));
    office.url = again.url;
    await reckon(office, again);
  });

  it('is noticed without any request, and stays so when the file is put back', async () => {
    const { data, office, server } = await sellingServer();
    renameSync(join(data, FILE), join(data, 'old'));
    await server.says(/tickets\.sqlite was moved or deleted/);
    renameSync(join(data, 'old'), join(data, FILE));
    await expectLost(office, server, /tickets\.sqlite was moved or deleted/);
    expect(await server.stop()).toBe(0);
    const again = await startServer(storeIn(data));
    office.url = again.url;
    await reckon(office, again, { heard: [...CALM, '503'] });
  });

  it('nothing of it: a second name, a backup taken, other programs that read, and VACUUM by hand', async () => {
    const { data, office, server } = await sellingServer();
    linkSync(join(data, FILE), join(data, 'second-name'));
    for (const statement of [`VACUUM INTO '${join(temporaryFolder(), 'copy')}'`, 'PRAGMA wal_checkpoint(TRUNCATE)', 'VACUUM']) {
      byAnother(data, statement);
      expect((await office.order()).status).toBe(201);
    }
    expect((await audit(server.store)).code).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect((await office.order()).status).toBe(201);
    expect((await ask(office.url, 'GET', '/health/ready')).status).toBe(200);
    await reckon(office, server);
  });
});

/** The content of each file in the folder. */
const contents = (folder: string) =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name)).toString('latin1')]));

/** A server killed during a sale: the last bookings are in the log. It is made once. Each test gets a copy of the folder after the crash. */
let crash: ReturnType<typeof makeCrash> | undefined;
async function makeCrash() {
  const { server, ...rest } = await sellingServer();
  const byHand = join(temporaryFolder(), 'by-hand.sqlite');
  byAnother(rest.data, `VACUUM INTO '${byHand}'`);
  expect((await rest.office.order()).status).toBe(201);
  await server.kill();
  return { ...rest, byHand };
}
async function crashed() {
  crash ??= makeCrash();
  const made = await crash;
  const [data, files] = [join(temporaryFolder(), 'data'), temporaryFolder()];
  cpSync(made.data, data, { recursive: true });
  const [backup, byHand] = [join(files, 'backup.sqlite'), join(files, 'by-hand.sqlite')];
  copyFileSync(made.backup, backup);
  copyFileSync(made.byHand, byHand);
  return { data, backup, byHand, office: made.office.at('') };
}

async function expectRefused(data: string, words: RegExp) {
  const before = contents(data);
  const { exited, output } = await runServer('http', storeIn(data));
  expect(await exited, output()).toBe(1);
  expect(output()).toMatch(words);
  const lines = output().trim().split('\n');
  expect(lines.filter((line) => !line.includes('Open profile'))).toHaveLength(1);
  const after = contents(data);
  for (const name of [FILE, `${FILE}-wal`]) expect(after[name] === before[name], `${name} is as it was`).toBe(true);
}

const OF_ANOTHER = /sqlite-wal is the log of another file.*ticketctl restore FILE/;

describe('at the start, a log beside a file that is not its own', () => {
  it.each([
    ['a copy from before, over the file', 'backup', copyFileSync],
    ['a copy from before, in its place', 'backup', renameSync],
    ['a copy that VACUUM INTO made of the same run, over the file', 'byHand', copyFileSync],
    ['a copy that VACUUM INTO made of the same run, in its place', 'byHand', renameSync],
  ] as const)('is refused in one line, and nothing is touched: %s', async (_, which, put) => {
    const { data, ...files } = await crashed();
    put(files[which], join(data, FILE));
    await expectRefused(data, OF_ANOTHER);
  });

  it('is refused by every command, and each of the two ways out that are named is one', async () => {
    const { data, backup, office } = await crashed();
    const own = join(data, 'own');
    copyFileSync(join(data, FILE), own);
    copyFileSync(backup, join(data, FILE));
    const looked = await audit(storeIn(data));
    expect([looked.code, looked.output]).toEqual([3, expect.stringMatching(OF_ANOTHER)]);
    const elsewhere = join(temporaryFolder(), 'elsewhere');
    cpSync(data, elsewhere, { recursive: true });
    for (const end of ['-wal', '-shm']) rmSync(join(elsewhere, FILE + end));
    expect((await audit(storeIn(elsewhere))).output).toContain(' 0 differences');
    copyFileSync(own, join(data, FILE));
    const again = await startServer(storeIn(data));
    office.url = again.url;
    await reckon(office, again);
  });

  it('is refused where the file is missing, or empty', async () => {
    const { data } = await crashed();
    const own = join(temporaryFolder(), 'own');
    renameSync(join(data, FILE), own);
    await expectRefused(data, /missing or empty|no database/);
    writeFileSync(join(data, FILE), '');
    await expectRefused(data, /missing or empty/);
  });

  it('is its own after a crash: also in a folder that was moved or copied, and file by file', async () => {
    const { data, office } = await crashed();
    const [moved, byFile] = [join(temporaryFolder(), 'moved'), join(temporaryFolder(), 'by-file')];
    mkdirSync(byFile);
    for (const end of ['', '-wal']) copyFileSync(join(data, FILE + end), join(byFile, FILE + end));
    renameSync(data, moved);
    for (const folder of [byFile, moved]) {
      const again = await startServer(storeIn(folder));
      office.url = again.url;
      await reckon(office, again);
      await again.kill();
    }
  });

  it('is its own through crash after crash, whatever else uses the file beside the server', async () => {
    const { data, office } = await crashed();
    for (let round = 0; round < 2; round++) {
      const [one, other] = await Promise.all([startServer(storeIn(data)), startServer(storeIn(data))]);
      for (const { url } of [one, other, one]) expect((await office.order({ at: url })).status).toBe(201);
      if (round > 0) byAnother(data, 'PRAGMA wal_checkpoint(TRUNCATE)');
      for (const { url } of [one, other]) expect((await office.order({ at: url })).status).toBe(201);
      await Promise.all([one.kill(), other.kill()]);
    }
    const last = await startServer(storeIn(data));
    office.url = last.url;
    await reckon(office, last);
  });

  it('is its own, but the file is damaged: refused in one line', async () => {
    const { data } = await crashed();
    const file = openSync(join(data, FILE), 'r+');
    for (let page = 1; page < 20; page++) writeSync(file, Buffer.alloc(200, 0x5a), 0, 200, page * 4096);
    expect(existsSync(join(data, `${FILE}-wal`))).toBe(true);
    await expectRefused(data, /tickets\.sqlite is damaged.*ticketctl restore FILE/);
  });
});

describe('ticketctl backup', () => {
  it('copies a database during sales: whole, for its owner alone, and no sale waits for it', async () => {
    const { data, office, server } = await sellingServer();
    const target = join(temporaryFolder(), 'made.sqlite');
    const { stop } = storm(office, { crowd: 8 });
    for (const made of [target, join(temporaryFolder(), 'again.sqlite')]) {
      const { code, output } = await tickets(storeIn(data), ['backup', made]);
      expect([code, output]).toEqual([0, expect.stringContaining('the copy was checked')]);
      expect(statSync(made).mode & 0o777).toBe(0o600);
    }
    await stop();
    expect(readdirSync(dirname(target))).toEqual(['made.sqlite']);
    const elsewhere = temporaryFolder();
    copyFileSync(target, join(elsewhere, FILE));
    expect((await audit(storeIn(elsewhere))).output).toMatch(/^1 events audited .* 0 differences/);
    await reckon(office, server);
  });
});

describe('ticketctl restore', () => {
  it('is refused while anybody has the database, and nothing is changed', async () => {
    const { data, backup, office, server } = await sellingServer();
    const before = contents(data);
    const refused = async () => {
      const { code, output } = await tickets(storeIn(data), ['restore', backup]);
      expect([code, output]).toEqual([3, expect.stringContaining('is in use')]);
    };
    await refused();
    expect(contents(data)[FILE] === before[FILE]).toBe(true);
    expect((await office.order()).status).toBe(201);
    await server.stop();
    // A program of another vendor.
    const program =
      'const db = new (require(process.argv[1]))(process.argv[2]); db.exec("SELECT 1 FROM events"); console.log("has it"); setInterval(() => db, 1000);';
    const other = launch(process.execPath, ['-e', program, createRequire(import.meta.url).resolve('libsql'), join(data, FILE)]);
    await until('it is open', () => (other.output().includes('has it') ? true : undefined), other);
    await refused();
    other.child.kill('SIGKILL');
    await other.exited;
    expect((await tickets(storeIn(data), ['restore', backup])).code).toBe(0);
  });

  it('after a crash: the backup is sold from, what was there is kept whole, and no token of before opens anything', async () => {
    // The server generates this secret itself.
    const own = { JWT_SECRET: '' };
    const data = temporaryFolder();
    const first = await startServer(storeIn(data), { env: own });
    const office = await BoxOffice.open(first.url, [50]);
    const key = 'asked-before-the-backup';
    const booked = await office.order({ key });
    const backup = join(temporaryFolder(), 'backup.sqlite');
    expect((await tickets(storeIn(data), ['backup', backup], own)).code).toBe(0);
    expect((await office.order()).status).toBe(201);
    await first.kill();
    copyFileSync(backup, join(data, FILE)); // people restore a backup in this way
    const { code, output } = await tickets(storeIn(data), ['restore', backup], own);
    expect([code, output]).toEqual([0, expect.stringMatching(/1 events audited .* 0 differences\nA new secret was made/)]);
    const [, kept = ''] = /is kept in (\S+)/.exec(output) ?? [];
    expect(existsSync(`${kept}-wal`)).toBe(true);
    const server = await startServer(storeIn(data), { env: own });
    const [buyer] = office.buyers;
    const asked = { key, body: { event_id: office.sales[0]?.id, quantity: 1 } };
    expect((await ask(server.url, 'POST', '/api/bookings', { ...asked, as: buyer })).status).toBe(401);
    const token = await logIn(server.url, data, buyer?.id ?? '');
    const again = await ask(server.url, 'POST', '/api/bookings', { ...asked, as: { id: buyer?.id ?? '', token } });
    expect([again.status, again.headers.get('idempotency-replayed'), again.body]).toEqual([201, 'true', booked.body]);
    const bookings = await ask(server.url, 'GET', '/api/bookings', { as: { id: buyer?.id ?? '', token } });
    expect(bookings.body.data).toHaveLength(1);
    expect((await audit(server.store)).output).toContain(' 0 differences');
  });

  it('killed at any moment leaves the one database or the other', async () => {
    const { data, backup, office } = await crashed();
    const sold = office.orders.length;
    for (let round = 0; round < ROUNDS; round++) {
      const delay = randomInt(200, 1400);
      const killed = launchTickets(storeIn(data), ['restore', backup]);
      setTimeout(() => killed.child.kill('SIGKILL'), delay);
      await killed.exited;
      const copy = temporaryFolder();
      cpSync(data, copy, { recursive: true });
      const audited = await audit(storeIn(copy));
      expect([audited.code, audited.output]).toEqual([0, expect.stringContaining(' 0 differences')]);
      const [bookings] = await query<{ total: number }>(storeIn(copy), 'SELECT COUNT(*) AS total FROM bookings');
      expect([1, sold]).toContain(Number(bookings?.total));
    }
    const done = await tickets(storeIn(data), ['restore', backup]);
    expect([done.code, done.output]).toEqual([0, expect.stringContaining('JWT_SECRET_PREVIOUS')]);
  });
});

/** The password of all test people. */
async function logIn(url: string, data: string, id: string): Promise<string> {
  const [row] = await query<{ email: string }>(storeIn(data), `SELECT email FROM users WHERE id = '${id}'`);
  const { body } = await ask(url, 'POST', '/api/auth/login', { body: { email: row?.email, password: 'correct horse' } });
  return String(body.data.token);
}
