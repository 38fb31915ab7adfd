import { randomBytes } from 'node:crypto';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Libsql from 'libsql';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { run } from '../apps/cli/src/run.ts';
import { PUBLISHED } from '../packages/adapters/src/config-secrets.ts';
import { keptTerminal } from './kept-terminal.ts';

/** Every refusal of a command says what happened, what to do, and that nothing was changed. */
let folder: string;
/** A database, and a backup of it. Each test has copies of both. */
let original: { readonly data: string; readonly backup: string };
let data: string;
let backup: string;

async function tickets(...args: readonly string[]): Promise<{ readonly code: number; readonly output: string }> {
  const kept = keptTerminal();
  const code = await run(args, { terminal: kept.terminal });
  return { code, output: kept.said.trimEnd() };
}

beforeAll(async () => {
  original = { data: mkdtempSync(join(tmpdir(), 'ticket-cli-')), backup: join(mkdtempSync(join(tmpdir(), 'ticket-cli-')), 'backup') };
});
afterAll(() => {
  for (const path of [original.data, join(original.backup, '..')]) rmSync(path, { recursive: true, force: true });
});
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ticket-cli-'));
  [data, backup] = [join(folder, 'data'), join(folder, 'backup')];
  vi.stubEnv('DATA_DIR', original.data);
  if (readdirSync(original.data).length === 0) {
    expect((await tickets('migrate')).code).toBe(0);
    expect((await tickets('backup', original.backup)).code).toBe(0);
  }
  mkdirSync(data);
  copyFileSync(original.backup, join(data, 'tickets.sqlite'));
  copyFileSync(original.backup, backup);
  vi.stubEnv('DATA_DIR', data);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const isLinux = process.platform === 'linux';

describe('a command that is used wrongly names its own help, and is exit code 2', () => {
  it.each([
    ['ticketctl', ['nonsense']],
    ['ticketctl', ['--nonsense']],
    ['ticketctl serve', ['serve', '--nonsense']],
    ['ticketctl migrate', ['migrate', '--force']],
    ['ticketctl audit', ['audit', '--event', 'x']],
    ['ticketctl audit', ['audit', 'x']],
    ['ticketctl backup', ['backup']],
    ['ticketctl backup', ['backup', 'a', 'b']],
    ['ticketctl backup', ['backup', '']],
    ['ticketctl backup', ['backup', ' ']],
    ['ticketctl restore', ['restore']],
    ['ticketctl restore', ['restore', '']],
    ['ticketctl user', ['user', 'nonsense']],
    ['ticketctl user create', ['user', 'create', '--name', 'A']],
    ['ticketctl user create', ['user', 'create', '--name', 'A', '--email', 'a@b.co', '--role', 'king']],
  ])('%s: %j', async (command, args) => {
    const { code, output } = await tickets(...args);
    expect(code).toBe(2);
    expect(output.split('\n')).toEqual([expect.stringMatching(/^error: /), `See: ${command} --help`]);
  });
});

describe('ticketctl backup', () => {
  const refusals: [name: string, words: RegExp, put?: (at: string) => void][] = [
    ['there', /there is there already, and no backup is made over another\. Give a name that is free\./, (at) => writeFileSync(at, 'mine')],
    ['folder', /folder is a folder\. Name a file in it/, (at) => mkdirSync(at)],
    ['link', /link is there already.*Give a name/, (at) => symlinkSync(backup, at)],
    ['dangling', /dangling is a link that leads to nothing.*Name a file/, (at) => symlinkSync(join(folder, 'nowhere'), at)],
    ['missing/file', /There is no folder .*missing\. Make it, or name another\./],
    ['backup/file', /backup is no folder\. Name a file in a folder/],
    ['tickets.sqlite-journal', /has a name that SQLite uses.*Give another/],
    ['tickets.sqlite-wal', /has a name that SQLite uses.*Give another/],
  ];
  if (isLinux) refusals.push(['/proc/x', /No file can be made in \/proc \(ENOENT\)\. Name a folder/]);
  it.each(refusals)('to %s: says why and what to do, and makes nothing', async (name, words, put) => {
    const target = name.startsWith('/') ? name : join(folder, name);
    put?.(target);
    const before = readdirSync(folder);
    const { code, output } = await tickets('backup', target);
    expect([code, output]).toEqual([3, expect.stringMatching(words)]);
    expect(output).toMatch(/No backup was made\.$/);
    expect(output.split('\n')).toHaveLength(1);
    expect(readdirSync(folder)).toEqual(before);
  });

  it('of a damaged database is not made', async () => {
    damage(join(data, 'tickets.sqlite'));
    const { code, output } = await tickets('backup', join(folder, 'made'));
    expect([code, output]).toEqual([3, expect.stringMatching(/(No backup was made|the database was not changed|Nothing was changed)/)]);
    expect(readdirSync(folder).toSorted()).toEqual(['backup', 'data']);
  });

  it('of MySQL prints the command, without the password, and is not done; so does restore', async () => {
    const config = { DB_HOST: 'db.example', DB_USER: "o'brien", DB_PASSWORD: 'not-to-be-seen', DB_NAME: 'my db' };
    for (const [variable, value] of Object.entries(config)) vi.stubEnv(variable, value);
    const { code, output } = await tickets('backup', '/backups/a.sql');
    expect(code).toBe(1);
    expect(output).toContain('Nothing was backed up');
    expect(output).toContain("--host=db.example --port=3306 --protocol=tcp '--user=o'\\''brien' --password --single-transaction");
    expect(output).toContain("'my db' > /backups/a.sql");
    expect(output).not.toContain('not-to-be-seen');
    const restored = await tickets('restore', '/backups/a.sql');
    expect([restored.code, restored.output]).toEqual([1, expect.stringContaining("'my db' < /backups/a.sql")]);
    expect(restored.output).toContain('Nothing was restored');
    expect(restored.output).toContain('JWT_SECRET_PREVIOUS');
  });
});

describe('ticketctl restore, where the configuration names MySQL', () => {
  beforeEach(() => vi.stubEnv('DATABASE_URL', 'mysql://app:not-to-be-seen@db.example:3307/shop'));

  it('says of a SQLite database that it is one, and prints no command', async () => {
    const { code, output } = await tickets('restore', backup);
    expect([code, output.split('\n').length]).toEqual([3, 1]);
    expect(output).toMatch(/backup is a SQLite database, and the configuration names MySQL or MariaDB at db\.example:3307\. Nothing was changed\. /);
    expect(output).toMatch(/take DB_HOST, DB_SOCKET and DATABASE_URL .* out .* and restore again/);
    expect(readFileSync(backup)).toEqual(readFileSync(original.backup));
  });

  it('prints the command for a dump that is here, and for a file that it does not see', async () => {
    writeFileSync(backup, '-- MySQL dump 10.13  Distrib 8.4.3, for Linux (x86_64)\n');
    for (const file of [backup, join(folder, 'elsewhere.sql'), folder])
      expect((await tickets('restore', file)).output).toContain(
        `--port=3307 --protocol=tcp --user=app --password --default-character-set=utf8mb4 shop < ${file}`,
      );
  });
});

describe('ticketctl restore', () => {
  const refusals: [what: string, words: RegExp, make: (at: string) => void][] = [
    ['a text', /is no SQLite database\. Name a file that ticketctl backup has made/, (at) => writeFileSync(at, 'no database at all')],
    ...[
      '-- MySQL dump 10.13  Distrib 8.4.3, for Linux (x86_64)',
      '-- MariaDB dump 10.19  Distrib 10.11.6-MariaDB',
      '/*M!999999\\- enable the sandbox mode */ \n-- MariaDB dump',
      '/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;',
    ].map((begin): (typeof refusals)[number] => [
      `a dump that begins with ${begin.slice(0, 20)}`,
      /is a dump of MySQL or MariaDB, and the configuration names the embedded database in .*data\. Nothing was changed\. .*set DB_HOST or DATABASE_URL/,
      (at) => writeFileSync(at, `${begin}\nCREATE TABLE users (id int);\n`),
    ]),
    ['an empty file', /is no SQLite database\. Name a file/, (at) => writeFileSync(at, '')],
    [
      'a database of another program',
      /without the tables of this program.*Name a file/,
      (at) => {
        rmSync(at);
        onFile(at, 'CREATE TABLE recipes (name)');
      },
    ],
    [
      'a newer schema',
      /were made by a newer program.*Start the newer one.*The database is as it was/,
      (at) => onFile(at, "INSERT INTO migrations (timestamp, name) VALUES (1999999999999, 'Tomorrow1999999999999')"),
    ],
    ['a damaged file', /is damaged.*Name a file/, (at) => damage(at)],
    ['a file that was cut off', /is damaged.*Name a file/, (at) => truncateSync(at, 40_960)],
    ['nothing', /There is no file .*Name a file/, (at) => rmSync(at)],
    [
      'a folder',
      /is no file, but a folder\. Name a file/,
      (at) => {
        rmSync(at);
        mkdirSync(at);
      },
    ],
    [
      'a link to nothing',
      /is no file, but a dangling link\. Name a file/,
      (at) => {
        rmSync(at);
        symlinkSync(join(folder, 'nowhere'), at);
      },
    ],
    [
      'the database itself',
      /is the database itself\. Name a file/,
      (at) => {
        rmSync(at);
        symlinkSync(join(data, 'tickets.sqlite'), at);
      },
    ],
    ['a backup with random bytes as its log', /-wal is no log of SQLite's.*Move the log/, (at) => writeFileSync(`${at}-wal`, randomBytes(50_000))],
    ['a backup with a folder as its log', /-wal is no log of SQLite's.*Move the log/, (at) => mkdirSync(`${at}-wal`)],
  ];
  if (isLinux) refusals.push(['what cannot be read', /could not be restored: EIO.*Correct that/, (at) => linkTo('/proc/self/mem', at)]);
  it.each(refusals)('of %s: says why and what to do in one line, and changes nothing', async (_, words, make) => {
    make(backup);
    const contents = () => readdirSync(data).map((name) => [name, readFileSync(join(data, name)).toString('latin1')]);
    const before = contents().filter(([name]) => name !== 'tickets.sqlite-lock');
    const { code, output } = await tickets('restore', backup);
    expect([code, output]).toEqual([3, expect.stringMatching(words)]);
    expect(output).toMatch(/Nothing was changed/);
    expect(output.split('\n')).toHaveLength(1);
    expect(contents().filter(([name]) => name !== 'tickets.sqlite-lock')).toEqual(before);
  });

  const linkTo = (target: string, at: string) => {
    rmSync(at);
    symlinkSync(target, at);
  };
});

describe('a database that is not there', () => {
  const looking = [['audit'], ['backup', 'BACKUP']];
  const named = (args: readonly string[]) => args.map((arg) => (arg === 'BACKUP' ? join(folder, 'made') : arg));

  it.each(looking)('never was: %s %s asks whether DATA_DIR is right, and makes nothing', async (...args) => {
    rmSync(join(data, 'tickets.sqlite'));
    expect(await tickets(...named(args))).toEqual({
      code: 3,
      output: expect.stringMatching(/^There is no database in .*DATA_DIR.*Nothing was created\.$/),
    });
    expect(readdirSync(data)).toEqual([]);
  });

  it.each(looking)('was moved away under a server: %s %s says so', async (...args) => {
    writeFileSync(join(data, 'tickets.sqlite-lock'), '');
    renameSync(join(data, 'tickets.sqlite'), join(folder, 'away'));
    const { code, output } = await tickets(...named(args));
    expect([code, output]).toEqual([
      3,
      expect.stringMatching(/tickets\.sqlite is missing, but other files of the database are there.*Nothing was created.*put the file back/),
    ]);
    expect(readdirSync(data)).toEqual(['tickets.sqlite-lock']);
  });

  it.each(looking)('has no tables: %s %s says how they are made', async (...args) => {
    rmSync(join(data, 'tickets.sqlite'));
    writeFileSync(join(data, 'tickets.sqlite'), '');
    const { code, output } = await tickets(...named(args));
    expect([code, output]).toEqual([3, expect.stringMatching(/ticketctl migrate|without the tables of this program/)]);
    expect(output).toMatch(/Nothing was changed|No backup was made/);
  });
});

describe('what the domain refuses', () => {
  it('a password that stands in the repository, locked, from the environment and from an argument', async () => {
    vi.stubEnv('SECURITY_PROFILE', 'locked');
    const made = async (password: string, options: readonly string[] = []) => {
      vi.stubEnv('TICKETS_PASSWORD', password);
      return tickets('user', 'create', '--name', 'Jane', '--email', 'jane@example.com', ...options);
    };
    for (const given of [...PUBLISHED, 'Correct Horse', 'correct horse1']) {
      const refused = { code: 1, output: expect.stringMatching(/^password: .*\nNothing was changed\.$/s) };
      expect(await made(given), given).toEqual(refused);
      expect(await made('', ['--password', given]), given).toEqual(refused);
    }
    expect(await made(`correct horse ${randomBytes(6).toString('hex')}`)).toMatchObject({ code: 0 });
  });

  it('an event that is not there', async () => {
    const id = '770e8400-e29b-41d4-a716-446655440000';
    expect(await tickets('audit', '--event', id)).toEqual({
      code: 1,
      output: `There is no event ${id}. Is the id right, and the database?\nNothing was changed.`,
    });
  });

  it('an e-mail that is taken', async () => {
    vi.stubEnv('TICKETS_PASSWORD', 'correct horse');
    const jane = ['user', 'create', '--name', 'Jane', '--email', 'jane@example.com'];
    expect((await tickets(...jane)).code).toBe(0);
    expect(await tickets(...jane)).toEqual({
      code: 1,
      output: 'There is a user with this e-mail already. Give another e-mail.\nNothing was changed.',
    });
  });
});

function damage(file: string): void {
  const descriptor = openSync(file, 'r+');
  for (let page = 1; page < 20; page++) writeSync(descriptor, Buffer.alloc(200, 0x5a), 0, 200, page * 4096);
}

function onFile(file: string, sql: string): void {
  const database = new Libsql(file);
  database.exec(sql);
  database.close();
}
