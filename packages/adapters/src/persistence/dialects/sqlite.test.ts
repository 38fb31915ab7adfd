import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Libsql from 'libsql';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSqlite, SQLITE_FILE } from './sqlite-open.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ticket-sqlite-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Opens it, writes, and gives the rights of each file while it is open. */
async function modesIn(data: string): Promise<Record<string, string>> {
  const { writer, reader } = await openSqlite(data);
  await writer.query('CREATE TABLE IF NOT EXISTS t (n INT)');
  const modes = readdirSync(data).map((name) => [name, (statSync(join(data, name)).mode & 0o777).toString(8)]);
  await Promise.all([writer.destroy(), reader.destroy()]);
  return Object.fromEntries(modes);
}

// Windows knows no such rights.
describe.skipIf(process.platform === 'win32')('the files of the embedded database', () => {
  const all = (mode: string) => ({ 'tickets.sqlite': mode, 'tickets.sqlite-wal': mode, 'tickets.sqlite-shm': mode, 'tickets.sqlite-lock': mode });

  it('are made for their owner alone, also in a folder that others may look into', async () => {
    const data = join(folder, 'shared');
    mkdirSync(data);
    chmodSync(data, 0o755);
    expect(await modesIn(data)).toEqual(all('600'));
    expect(await modesIn(data)).toEqual(all('600'));
  });

  it('keep the rights that the file has', async () => {
    const file = join(folder, 'tickets.sqlite');
    writeFileSync(file, '');
    chmodSync(file, 0o640);
    expect(await modesIn(folder)).toEqual(all('640'));
  });
});

it('a transaction that could not begin leaves no old snapshot: the next read sees what was stored since, and the next transaction begins', async () => {
  const { writer, close } = await openSqlite(folder);
  const other = new Libsql(join(folder, SQLITE_FILE));
  await writer.query('CREATE TABLE t (n INT)');
  other.exec('BEGIN IMMEDIATE');
  other.exec('INSERT INTO t VALUES (1)');
  await expect(writer.query('BEGIN IMMEDIATE')).rejects.toMatchObject({ code: 'SQLITE_BUSY' });
  expect(await writer.query('SELECT n FROM t')).toEqual([]);
  other.exec('COMMIT');
  other.close();
  expect(await writer.query('SELECT n FROM t')).toEqual([{ n: 1 }]);
  await writer.query('BEGIN IMMEDIATE');
  await writer.query('INSERT INTO t VALUES (2)');
  await writer.query('COMMIT');
  expect(await writer.query('SELECT n FROM t')).toHaveLength(2);
  await close();
});
