import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Libsql from 'libsql';
import { describe, expect, it } from 'vitest';
import { openSqlite } from '../../packages/adapters/src/persistence/dialects/sqlite-open.ts';
import { ask, BoxOffice } from './box-office.ts';
import { atTheEnd, PATIENCE_MS, startServer, temporaryFolder } from './programs.ts';
import { CALM, OUTAGE, reckon } from './reckoning.ts';
import { storm, storms } from './storm.ts';

const run = (command: string, ...args: readonly string[]) => spawnSync(command, args, { encoding: 'utf8' });

/** A disk of 2 MB, which only root may mount. A test calls this function: if all tests are skipped, the end of the file cleans up nothing. */
function tinyDisk(): { readonly folder: string; grow: () => void } | undefined {
  const folder = join(temporaryFolder(), 'disk');
  mkdirSync(folder);
  const mount = (options: string) => run('mount', '-t', 'tmpfs', '-o', options, 'tmpfs', folder).status === 0;
  if (!mount('size=2m')) return undefined;
  atTheEnd(() => run('umount', '-l', folder));
  return { folder, grow: () => expect(mount('remount,size=64m')).toBe(true) };
}
const limitsFiles = run('prlimit', '--version').status === 0;
if (!limitsFiles) console.warn('F13 IS NOT RUN AT A LIMIT OF FILE SIZE: there is no prlimit here.');

describe('F13 disk full', () => {
  /** Orders until the disk is full, then a few more, then again after there is room. */
  async function sellThrough(folder: string, makeRoom: (pid: number) => void, fill: (pid: number) => void = () => undefined) {
    const server = await startServer({ engine: 'sqlite', folder });
    const office = await BoxOffice.open(server.url, [5000]);
    expect((await office.order()).status).toBe(201);
    const pid = server.child.pid ?? 0;
    fill(pid);
    const { stop } = storm(office, { pauseMs: 2 });
    for (const began = Date.now(); (office.heard.get('503') ?? 0) < 50; await sleep(50)) expect(Date.now() - began).toBeLessThan(2 * PATIENCE_MS);
    await stop();
    expect((await ask(office.url, 'GET', '/api/events')).status).toBe(200);
    makeRoom(pid);
    expect((await office.order()).status).toBe(201);
    await reckon(office, server, { heard: [...CALM, '503'] });
  }

  it('of a disk of 2 MB: 503, what was sold is there, and on sale again once there is room', { timeout: 120_000 }, async ({ skip }) => {
    const disk = tinyDisk();
    if (disk === undefined) console.warn('F13 IS NOT RUN ON A FULL DISK: only root may mount a small one, on Linux.');
    if (disk === undefined) return skip();
    await sellThrough(disk.folder, disk.grow);
  });

  it.runIf(limitsFiles)('of a file that may not grow (EFBIG, an I/O error): the same', { timeout: 120_000 }, async () => {
    const limit = (pid: number, bytes: string) => expect(run('prlimit', '--pid', String(pid), `--fsize=${bytes}:`).status).toBe(0);
    await sellThrough(
      temporaryFolder(),
      (pid) => limit(pid, 'unlimited'),
      (pid) => limit(pid, '300000'),
    );
  });
});

describe('F14 locked by another process', () => {
  it('too long: 503 in time, and the server serves others meanwhile', async () => {
    const folder = temporaryFolder();
    const server = await startServer({ engine: 'sqlite', folder });
    const office = await BoxOffice.open(server.url);
    const rude = new Libsql(join(folder, 'tickets.sqlite'));
    rude.exec('BEGIN IMMEDIATE');
    const orders = Promise.all(Array.from({ length: 12 }, () => office.order()));
    for (let reads = 0; reads < 10; reads++) {
      const list = await ask(office.url, 'GET', '/api/events');
      expect(list.status).toBe(200);
      expect(list.milliseconds).toBeLessThan(2500); // a server that waits inside SQLite would answer no client during the wait
      await sleep(100);
    }
    for (const { status, order, milliseconds } of await orders) {
      expect([status, order.certainty]).toEqual([503, 'not done']);
      expect(milliseconds).toBeLessThan(PATIENCE_MS / 2);
    }
    rude.exec('ROLLBACK');
    rude.close();
    expect((await office.order()).status).toBe(201);
    await reckon(office, server, { heard: [...CALM, '503'] });
  });

  it('for a second: invisible except by the clock', async () => {
    const folder = temporaryFolder();
    const server = await startServer({ engine: 'sqlite', folder });
    const office = await BoxOffice.open(server.url);
    const rude = new Libsql(join(folder, 'tickets.sqlite'));
    rude.exec('BEGIN IMMEDIATE');
    const asked = office.order();
    await sleep(1000);
    rude.exec('ROLLBACK');
    rude.close();
    expect((await asked).status).toBe(201);
    await reckon(office, server);
  });
});

it('F15 two servers on one file sell from one stock', async () => {
  const store = { engine: 'sqlite', folder: temporaryFolder() } as const;
  const [one, other] = await Promise.all([startServer(store), startServer(store)]);
  const office = await BoxOffice.open(one.url);
  await storms(office, 3000, { at: [one.url, other.url] });
  expect(other.output()).not.toContain('failed unexpectedly');
  await reckon(office, one, { heard: OUTAGE });
});

it('F16 power loss: not injected; what keeps bookings through it is asserted: synchronous=FULL, on a write-ahead log', async () => {
  const { writer, reader } = await openSqlite(temporaryFolder());
  try {
    expect(await writer.query('PRAGMA synchronous')).toEqual([{ synchronous: 2 }]);
    expect(await writer.query('PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }]);
  } finally {
    await reader.destroy();
    await writer.destroy();
  }
});
