import { randomBytes } from 'node:crypto';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Unavailable } from '@ticket/domain';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { StartFault } from '../../start-fault.ts';
import { Database } from '../database.ts';
import { checkSqlite } from './sqlite-check.ts';

let folder: string;
let file: string;
let database: Database;
const opened: Database[] = [];
async function open(where = folder): Promise<Database> {
  const one = new Database({ engine: 'sqlite', folder: where });
  opened.push(one);
  await one.connect();
  return one;
}
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ticket-sqlite-'));
  file = join(folder, 'tickets.sqlite');
  database = await open();
});
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Writes a row; `meanwhile` happens before COMMIT. */
const write = (to: Database, meanwhile: () => void = () => undefined) =>
  to.markedTransaction(async (manager) => {
    await manager.query(`UPDATE guards SET version = version + 1`);
    meanwhile();
    return { result: undefined, hasWritten: true };
  });
const outcomeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: unknown) => (error instanceof Unavailable ? error.outcome : error),
  );
const versionIn = async (where: Database) => Number((await where.query<{ version: number }>('SELECT version FROM guards'))[0]?.version);

describe('a file that is not where it was opened', () => {
  it('a COMMIT into it is told as unknown, what comes after as not done, and reads are refused', async () => {
    expect(await outcomeOf(write(database, () => renameSync(file, join(folder, 'away'))))).toBe('unknown');
    expect(await outcomeOf(write(database))).toBe('not_done');
    expect(await outcomeOf(database.query('SELECT 1'))).toBe('not_done');
    expect(await database.isReachable()).toBe(false);
    expect(await database.whenLost).toMatch(/tickets\.sqlite was moved or deleted while it was open/);
  });

  it('is found before a transaction begins, without a word having been written', async () => {
    await new Promise((resolve) => setTimeout(resolve, 50));
    renameSync(file, join(folder, 'away'));
    expect(await outcomeOf(write(database))).toBe('not_done');
  });

  it('a log that is emptied inside a transaction is found at its COMMIT, though it grew again', async () => {
    await write(database);
    expect(await outcomeOf(write(database, () => truncateSync(`${file}-wal`)))).toBe('unknown');
    expect(await database.whenLost).toMatch(/tickets\.sqlite-wal was cut off/);
  });

  it('is not closed: the log beside it may be another’s by now, and SQLite deletes it', async () => {
    await write(database);
    const copy = join(folder, 'copy');
    copyFileSync(file, copy);
    renameSync(file, join(folder, 'away'));
    expect(await outcomeOf(write(database))).not.toBe('done');
    const log = readFileSync(`${file}-wal`);
    await database.close();
    expect(readFileSync(`${file}-wal`).equals(log)).toBe(true);
  });
});

describe('a file that has been open for a while', () => {
  const WAYS: Readonly<Record<string, (path: string) => void>> = {
    'the file is moved away': (path) => renameSync(path, `${path}.away`),
    'another file is put in its place': (path) => {
      copyFileSync(path, `${path}.copy`);
      renameSync(`${path}.copy`, path);
    },
    'it is overwritten': (path) => writeFileSync(path, Buffer.alloc(4096, 1)),
    'its log is deleted': (path) => rmSync(`${path}-wal`),
    'its log is replaced': (path) => {
      copyFileSync(`${path}-wal`, `${path}.log`);
      renameSync(`${path}.log`, `${path}-wal`);
    },
    'its log is emptied': (path) => truncateSync(`${path}-wal`),
    'its folder is moved away': (path) => renameSync(dirname(path), `${dirname(path)}-away`),
    'its folder is replaced by a copy': (path) => {
      cpSync(dirname(path), `${dirname(path)}-copy`, { recursive: true });
      renameSync(dirname(path), `${dirname(path)}-away`);
      renameSync(`${dirname(path)}-copy`, dirname(path));
    },
  };
  it('is found wherever it was not, by the COMMIT that it happened in', async () => {
    const all = await Promise.all(
      Object.entries(WAYS).map(async ([way, meddle], index) => {
        const where = join(folder, String(index));
        const one = await open(where);
        await write(one);
        return { way, meddle: () => meddle(join(where, 'tickets.sqlite')), one };
      }),
    );
    // Long enough that a COMMIT soon after another looks at the folder and not at each file.
    await new Promise((resolve) => setTimeout(resolve, 4000));
    // Time stands still, so that each COMMIT is soon after the one before on a slow disk too.
    const clock = vi.spyOn(performance, 'now').mockReturnValue(performance.now());
    const told: (readonly [string, unknown])[] = [];
    for (const { way, meddle, one } of all) {
      for (let times = 0; times < 2; times++) await write(one);
      told.push([way, await outcomeOf(write(one, meddle))]);
    }
    clock.mockRestore();
    expect(told).toEqual(Object.keys(WAYS).map((way) => [way, 'unknown']));
  });

  it('is there though other files come and go beside it', async () => {
    await write(database);
    await new Promise((resolve) => setTimeout(resolve, 4000));
    for (let times = 0; times < 20; times++) {
      await write(database, () => writeFileSync(join(folder, `note ${times}`), 'a note'));
      await write(database, () => rmSync(join(folder, `note ${times}`)));
    }
    expect(await versionIn(database)).toBe(41);
  });
});

describe('a log beside a file', () => {
  /** What a crash would leave now. */
  function crashTo(name: string): string {
    const where = join(folder, name);
    mkdirSync(where);
    for (const end of ['', '-wal']) copyFileSync(file + end, join(where, `tickets.sqlite${end}`));
    return where;
  }
  const checkpoint = async () => {
    const other = await open();
    await other.close(); // which copies the log into the file
  };

  it('that is its own is used', async () => {
    await write(database);
    const where = crashTo('crashed');
    expect(await versionIn(await open(where))).toBe(await versionIn(database));
  });

  it('that goes on where the file was copied before its last checkpoint is refused', async () => {
    await write(database);
    const early = join(folder, 'early');
    copyFileSync(file, early);
    for (let round = 0; round < 2; round++) {
      await checkpoint();
      await write(database);
    }
    const where = crashTo('crashed');
    copyFileSync(early, join(where, 'tickets.sqlite'));
    const starting = open(where);
    await expect(starting).rejects.toBeInstanceOf(StartFault);
    await expect(starting).rejects.toThrow('is the log of another file');
    // And with the file that is its own, after all that.
    copyFileSync(file, join(where, 'tickets.sqlite'));
    expect(await versionIn(await open(where))).toBe(await versionIn(database));
  });

  it('that has no whole transaction is nothing to anybody', async () => {
    const where = crashTo('crashed');
    writeFileSync(join(where, 'tickets.sqlite-wal'), readFileSync(`${file}-wal`).subarray(0, 1000));
    expect(await versionIn(await open(where))).toBe(0);
  });

  it.each([
    ['random bytes', () => randomBytes(50_000)],
    ['another file', () => Buffer.from('a letter to somebody\n'.repeat(20))],
    ['a few letters', () => Buffer.from('letters')],
    ['its own, with a beginning that is damaged', (log: Buffer) => Buffer.concat([log.subarray(0, 20), Buffer.alloc(12, 7), log.subarray(32)])],
    ['its own, with a beginning of zeros', (log: Buffer) => Buffer.concat([Buffer.alloc(32), log.subarray(32)])],
  ])('that is none is refused, and nothing is touched: %s', async (_, bytesFrom) => {
    await write(database);
    const where = crashTo('crashed');
    const main = join(where, 'tickets.sqlite');
    const before = [readFileSync(main), bytesFrom(readFileSync(`${main}-wal`))] as const;
    writeFileSync(`${main}-wal`, before[1]);
    const starting = open(where);
    await expect(starting).rejects.toBeInstanceOf(StartFault);
    await expect(starting).rejects.toThrow(/sqlite-wal is no log of SQLite's.*Nothing was opened or changed.*ticketctl restore FILE.*move it away/);
    expect([readFileSync(main), readFileSync(`${main}-wal`)].map((bytes, index) => before[index]?.equals(bytes))).toEqual([true, true]);
  });

  it.each([
    ['a folder', (log: string) => mkdirSync(log)],
    ['a link to a log', (log: string) => symlinkSync(`${file}-wal`, log)],
    ['a link to nothing', (log: string) => symlinkSync(join(folder, 'nowhere'), log)],
  ])('that is no file is refused: %s', async (_, put) => {
    const where = crashTo('crashed');
    const log = join(where, 'tickets.sqlite-wal');
    rmSync(log);
    put(log);
    const starting = open(where);
    await expect(starting).rejects.toBeInstanceOf(StartFault);
    await expect(starting).rejects.toThrow(/sqlite-wal is a folder or a link.*Nothing was opened or changed.*move the folder or link away/);
    expect(existsSync(join(folder, 'nowhere'))).toBe(false);
  });

  it('whose file is a link to it is refused: SQLite looks for the log where the link leads', async () => {
    const where = crashTo('crashed');
    const main = join(where, 'tickets.sqlite');
    renameSync(main, join(folder, 'real.sqlite'));
    symlinkSync(join(folder, 'real.sqlite'), main);
    await expect(open(where)).rejects.toThrow(/tickets\.sqlite is a folder or a link.*Nothing was opened or changed/);
  });

  it.each([
    ['nothing', () => Buffer.alloc(0)],
    ['zeros, which a power cut may leave', () => Buffer.alloc(40_000)],
    ['a beginning that was not written whole', (log: Buffer) => log.subarray(0, 20)],
    ['a beginning alone', (log: Buffer) => log.subarray(0, 32)],
    // Begun anew after a checkpoint: what lies behind the beginning is of its life before.
    ['frames under another salt', (log: Buffer) => Buffer.concat([beginAnew(log.subarray(0, 32)), log.subarray(32)])],
  ])('that holds no transaction is used: %s', async (_, bytesFrom) => {
    await checkpoint();
    const where = crashTo('crashed');
    await write(database);
    writeFileSync(join(where, 'tickets.sqlite-wal'), bytesFrom(readFileSync(`${file}-wal`)));
    expect(await versionIn(await open(where))).toBe(0);
  });

  /** With other salts, and the sum that belongs to them. */
  function beginAnew(start: Buffer): Buffer {
    const made = Buffer.from(start);
    made.writeUInt32BE((made.readUInt32BE(16) + 1) >>> 0, 16);
    let [one, other] = [0, 0];
    const read = (at: number) => ((made.readUInt32BE(0) & 1) === 1 ? made.readUInt32BE(at) : made.readUInt32LE(at));
    for (let at = 0; at < 24; at += 8) {
      one = (one + read(at) + other) >>> 0;
      other = (other + read(at + 4) + one) >>> 0;
    }
    made.writeUInt32BE(one, 24);
    made.writeUInt32BE(other, 28);
    return made;
  }

  it('whose file is damaged stops the start, but not where the time is up', async () => {
    await write(database);
    const where = crashTo('crashed');
    const damaged = join(where, 'tickets.sqlite');
    expect(await checkSqlite(damaged)).toBe('sound');
    const descriptor = openSync(damaged, 'r+');
    for (let page = 1; page < 12; page++) writeSync(descriptor, Buffer.alloc(100, 0x5a), 0, 100, page * 4096);
    expect(await checkSqlite(damaged, 1)).toBe('not_known');
    expect(await checkSqlite(damaged)).toHaveProperty('damage');
    await expect(open(where)).rejects.toThrow(/is damaged.*ticketctl restore FILE/);
  });
});
