import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, openSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

/** What only a process of its own can show: exit codes of pipes and signals, and how soon it starts. */
const root = fileURLToPath(new URL('..', import.meta.url));
const fromSource = ['--import', import.meta.resolve('tsx'), '--conditions=@ticket/source', join(root, 'apps/cli/src/main.ts')];

let folder: string;
let running: ChildProcess | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ticketctl-process-'));
});
afterEach(() => {
  running?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});
const environment = () => ({ PATH: process.env['PATH'] ?? '', DATA_DIR: join(folder, 'data'), TMPDIR: folder });

function start(args: readonly string[], { env = {}, stdout = 'pipe' as 'pipe' | number } = {}) {
  const child = spawn(process.execPath, [...fromSource, ...args], {
    cwd: folder,
    env: { ...environment(), ...env },
    stdio: ['ignore', stdout, 'pipe'],
  });
  running = child;
  let told = '';
  child.stderr?.on('data', (chunk) => (told += chunk));
  const exited = once(child, 'exit').then(([code]) => ({ code, told: () => told }));
  return { child, exited, told: () => told };
}
const finished = async (args: readonly string[], options = {}) => {
  const { child, exited } = start(args, options);
  child.stdout?.resume();
  const { code, told } = await exited;
  return { code, told: told() };
};

describe('ticketctl as a process', () => {
  it.each([
    ['audit', ['audit', '--json']],
    ['a list', ['event', 'list', '--csv']],
    ['help', ['--help']],
  ])('%s ends like other programs, without a word, when the reader of its output has gone', async (_, args) => {
    expect((await finished(['migrate'])).code).toBe(0);
    const { child, exited } = start(args);
    child.stdout?.destroy();
    const { code, told } = await exited;
    expect([code, told()]).toEqual([141, '']);
  });

  const full = '/dev/full';
  it.skipIf(!existsSync(full)).each([
    ['audit', ['audit']],
    ['audit --json', ['audit', '--json']],
    ['a list', ['user', 'list', '--json']],
    ['version', ['--version']],
  ])('%s exits 3 and says why where the output has no room', async (_, args) => {
    expect((await finished(['migrate'])).code).toBe(0);
    const { code, told } = await finished(args, { stdout: openSync(full, 'w') });
    expect([code, told]).toEqual([3, expect.stringMatching(/^The output cannot be written: ENOSPC.*\n$/)]);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('rush deletes its folder when %s ends it', async (signal, expected) => {
    const { child, exited, told } = start(['rush', '--curve', 'flat']);
    for await (const chunk of child.stdout ?? []) if (String(chunk).includes('500 buyers')) break;
    await sleep(300);
    expect(readdirSync(folder).some((name) => name.startsWith('ticketctl-rush-'))).toBe(true);
    child.kill(signal);
    expect([(await exited).code, told()]).toEqual([expected, `Stopped by ${signal}.\n`]);
    expect(readdirSync(folder).filter((name) => name.startsWith('ticketctl-rush-'))).toEqual([]);
  });

  it('its help starts within three times the time of an empty program', () => {
    const built = spawnSync(process.execPath, [join(root, 'tools/build-when-needed.mjs')], { cwd: root, encoding: 'utf8' });
    expect([built.status, built.stderr]).toEqual([0, built.stderr]);
    const time = (args: readonly string[]) => {
      const began = performance.now();
      expect(spawnSync(process.execPath, args, { cwd: folder, env: environment() }).status).toBe(0);
      return performance.now() - began;
    };
    const help = [join(root, 'apps/cli/bin/ticketctl.js'), '--help'];
    const ratios = Array.from({ length: 9 }, () => time(help) / time(['-e', '0'])).sort((one, other) => one - other);
    expect(ratios[4]).toBeLessThan(3);
  });
});
