import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSqlite } from './sqlite-open.ts';

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
