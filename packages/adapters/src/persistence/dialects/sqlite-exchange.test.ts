import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StartFault } from '../../start-fault.ts';
import { backUp, restore } from '../copies.ts';
import { Database } from '../database.ts';
import type { SqliteConfig } from './config.ts';
import { readyName } from './sqlite-exchange.ts';
import { lockFolder } from './sqlite-lock.ts';

let folder: string;
let config: SqliteConfig;
let backup: string;
const file = (end = '') => join(folder, `tickets.sqlite${end}`);
const STAMP = '2026-01-01T00-00-00-000Z';
const AWAY = { look: async () => undefined, beforeExchange: () => undefined };

/** Opens, asks, and closes. */
async function version(where = folder): Promise<number> {
  const database = new Database({ engine: 'sqlite', folder: where });
  await database.connect();
  const [row] = await database.query<{ version: number }>('SELECT version FROM guards');
  await database.close();
  return Number(row?.version);
}

/** The backup has 0, the database 1; its last transaction is in the log. */
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ticket-exchange-'));
  config = { engine: 'sqlite', folder };
  await version();
  backup = join(folder, 'backup');
  expect(await backUp(config, backup)).toBe('done');
  const database = new Database(config);
  await database.connect();
  await database.transaction((manager) => manager.query('UPDATE guards SET version = version + 1'));
  const ends = ['', '-wal'];
  for (const end of ends) copyFileSync(file(end), file(`${end}-crashed`));
  await database.close();
  for (const end of ends) renameSync(file(`${end}-crashed`), file(end));
  rmSync(file('-shm'), { force: true });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a database that takes the place of another', () => {
  it('what was there is kept together and can be put back', async () => {
    const restored = await restore(config, backup, AWAY);
    const kept = 'kept' in restored ? (restored.kept ?? '') : '';
    expect(await version()).toBe(0);
    const elsewhere = join(folder, 'elsewhere');
    mkdirSync(elsewhere);
    for (const end of ['', '-wal']) copyFileSync(kept + end, join(elsewhere, `tickets.sqlite${end}`));
    expect(await version(elsewhere)).toBe(1);
  });

  it('of a file that was missing, the log is kept and named: it has what was sold last', async () => {
    rmSync(file());
    const restored = await restore(config, backup, AWAY);
    const kept = 'kept' in restored ? (restored.kept ?? '') : '';
    expect(kept).toMatch(/tickets\.sqlite-before-.*-wal$/);
    expect(existsSync(kept)).toBe(true);
  });

  it.each([
    ['nothing', []],
    ['the log', ['-wal']],
    ['the log and the file', ['-wal', '']],
  ])('when it was killed after it had moved %s, who comes next finishes it', async (_, moved) => {
    copyFileSync(backup, join(folder, readyName(STAMP)));
    for (const end of moved) renameSync(file(end), join(folder, `tickets.sqlite-before-${STAMP}${end}`));
    expect(await version()).toBe(0);
    for (const end of ['', '-wal']) expect(existsSync(join(folder, `tickets.sqlite-before-${STAMP}${end}`))).toBe(true);
    expect(readdirSync(folder).filter((name) => name.includes('ready'))).toEqual([]);
  });

  it('waits for nobody: while the database is used it is refused, and while it takes its place nobody uses it', async () => {
    const database = new Database(config);
    await database.connect();
    await expect(restore(config, backup, AWAY)).rejects.toThrow(/is in use/);
    await database.close();
    const release = lockFolder(folder, 'exchange');
    await expect(version()).rejects.toThrow(/the transaction did not succeed/);
    release();
    expect(await version()).toBe(1);
  });

  it('changes nothing where the look at it fails', async () => {
    await expect(restore(config, backup, { ...AWAY, look: () => Promise.reject(new StartFault('no')) })).rejects.toThrow('no');
    expect(await version()).toBe(1);
    expect(readdirSync(folder).filter((name) => /ready|before|restoring/.test(name))).toEqual([]);
  });
});
