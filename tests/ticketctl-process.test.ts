import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
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
    ['a sale', ['rush']],
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
    ['SIGHUP', 129],
  ] as const)('rush deletes its folder when %s ends it', async (signal, expected) => {
    const { child, exited, told } = start(['rush', '--curve', 'flat']);
    for await (const chunk of child.stdout ?? []) if (String(chunk).includes('500 buyers')) break;
    await sleep(300);
    expect(readdirSync(folder).some((name) => name.startsWith('ticketctl-rush-'))).toBe(true);
    child.kill(signal);
    expect([(await exited).code, told()]).toEqual([expected, `Stopped by ${signal}.\n`]);
    expect(readdirSync(folder).filter((name) => name.startsWith('ticketctl-rush-'))).toEqual([]);
  });

  describe('serve', () => {
    async function serving() {
      const { child, exited } = start(['serve', '--port', '0']);
      let url = '';
      for await (const line of createInterface({ input: child.stdout ?? process.stdin })) {
        url = /listens on (http:\/\/[^\s,]+)/.exec(line)?.[1] ?? '';
        if (url !== '') break;
      }
      child.stdout?.resume();
      return { child, exited, url };
    }
    const answers = (url: string) =>
      fetch(url).then(
        ({ ok }) => ok,
        () => false,
      );
    async function until(url: string, isThere: boolean) {
      for (let tries = 0; tries < 400 && (await answers(url)) !== isThere; tries += 1) await sleep(25);
      expect(await answers(url)).toBe(isThere);
    }

    it.skipIf(process.platform !== 'linux')('runs with what npm start tells V8 and libuv', async () => {
      const { child, url } = await serving();
      const [server = ''] = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim().split(' ');
      const [command, environment] = ['cmdline', 'environ'].map((name) => readFileSync(`/proc/${server}/${name}`, 'utf8').split('\0'));
      const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
      for (const [setting] of String(scripts.start).matchAll(/--max-\S+/g)) expect(command).toContain(setting);
      expect(environment).toContain(`UV_THREADPOOL_SIZE=${/UV_THREADPOOL_SIZE:-(\d+)/.exec(scripts.start)?.[1]}`);
      child.kill('SIGTERM');
      await until(url, false);
    });

    it.each(['SIGTERM', 'SIGINT'] as const)('stops cleanly on %s, and is exit code 0', async (signal) => {
      const { child, exited, url } = await serving();
      await until(url, true);
      child.kill(signal);
      expect((await exited).code).toBe(0);
      expect(await answers(url)).toBe(false);
    });

    it('leaves no server behind when it is killed', async () => {
      const { child, exited, url } = await serving();
      child.kill('SIGKILL');
      await exited;
      await until(url, false);
    });

    it('exits 3 with what is wrong with the configuration', async () => {
      const { code, told } = await finished(['serve'], { env: { AUDIT_MINUTES: 'often' } });
      expect([code, told]).toEqual([3, expect.stringContaining('AUDIT_MINUTES: ')]);
    });
  });

  it('its help starts within three times the time of an empty program', () => {
    const built = spawnSync(process.execPath, [join(root, 'tools/build-when-needed.mjs')], { cwd: root, encoding: 'utf8' });
    expect([built.status, built.stderr]).toEqual([0, built.stderr]);
    /** Seconds of processor time, which other programs disturb less than the time on the wall. */
    const time = (args: readonly string[]): number => {
      const timed = ['--norc', '-c', 'TIMEFORMAT="%U %S"; time "$@" > /dev/null', 'bash', process.execPath, ...args];
      const { status, stderr } = spawnSync('bash', timed, { cwd: folder, env: { ...environment(), LC_ALL: 'C' }, encoding: 'utf8' });
      expect([status, stderr]).toEqual([0, expect.stringMatching(/^[\d.]+ [\d.]+\n$/)]);
      return stderr.split(' ').reduce((sum, seconds) => sum + Number(seconds), 0);
    };
    const help = [join(root, 'apps/cli/bin/ticketctl.js'), '--help'];
    const pairs = Array.from({ length: 9 }, () => [time(help), time(['-e', '0'])] as const);
    const shortest = (which: 0 | 1) => Math.min(...pairs.map((pair) => pair[which]));
    expect(shortest(0) / shortest(1)).toBeLessThan(3);
  });
});
