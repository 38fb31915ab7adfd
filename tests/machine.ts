import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname } from 'node:path';

export function find(program: string): string | undefined {
  const env = { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin:/usr/local/sbin:/opt/homebrew/bin` };
  return spawnSync('sh', ['-c', `command -v ${program}`], { env, encoding: 'utf8' }).stdout.trim() || undefined;
}

/** Installs the program if the user is root on Debian or Ubuntu. No service of the package starts. `files` exist during the installation only. */
export function install(program: string, debianPackage: string, files: Readonly<Record<string, string>> = {}): string | undefined {
  if (process.getuid?.() !== 0 || find('apt-get') === undefined) return undefined;
  console.warn(`No ${program} here: installing Debian’s ${debianPackage} (the program alone, no service) for the tests.`);
  const quiet = { stdio: 'ignore', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } } as const;
  // A package runs policy-rc.d before it starts its service. If the file already exists, it belongs to the machine.
  const ours = Object.entries({ '/usr/sbin/policy-rc.d': '#!/bin/sh\nexit 101\n', ...files }).filter(([path]) => !existsSync(path));
  try {
    for (const [path, text] of ours) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text, { mode: 0o755 });
    }
    spawnSync('apt-get', ['update', '-qq'], quiet);
    spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', debianPackage], quiet);
  } finally {
    for (const [path] of ours) rmSync(path, { force: true });
  }
  return find(program);
}

/** Suites that cannot run here print a message. In CI that is a failure. */
export function sayMissing(missing: string): void {
  if (process.env['CI'] === 'true') throw new Error(missing);
  console.warn(`\n${missing}\n`);
}

const leash = find('setpriv');

/** A command that gets the signal when its parent process ends, even if that is killed. */
export const leashed = (command: string, args: readonly string[], signal: NodeJS.Signals = 'SIGKILL'): readonly [string, readonly string[]] =>
  leash === undefined ? [command, args] : [leash, ['--pdeathsig', signal.slice('SIG'.length), '--', command, ...args]];

export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/**
 * Waits until every thread of these processes stands still. SIGSTOP returns before that: a thread on another core may still answer a query.
 * Systems without /proc do not say.
 */
export function awaitStandstill(pids: readonly number[]): void {
  const deadline = Date.now() + STANDSTILL_MS;
  while (!pids.every(standsStill)) {
    if (Date.now() > deadline) throw new Error(`processes ${pids.join(', ')} go on after SIGSTOP`);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
  }
}
const STANDSTILL_MS = 10_000;

function standsStill(pid: number): boolean {
  const threads = `/proc/${pid}/task`;
  if (!existsSync(threads)) return true;
  return readdirSync(threads).every((thread) => {
    try {
      // The name of a program, in brackets, may have spaces.
      return /^[TtZX]/.test(readFileSync(`${threads}/${thread}/stat`, 'utf8').replace(/^.*\) /s, ''));
    } catch {
      return true; // the thread is gone
    }
  });
}
