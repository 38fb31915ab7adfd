import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../packages/adapters/src/config.ts';
import { createContainer, TOKENS } from '../packages/adapters/src/container.ts';
import { find } from './machine.ts';

/** The command line on a terminal from util-linux's `script`. BSD's `script` has other options. */
const script = process.platform === 'linux' ? find('script') : undefined;
if (script === undefined) {
  const missing = 'THE PASSWORD PROMPT IS NOT TRIED: no `script` of util-linux here to make a terminal (Debian: bsdutils).';
  if (process.env['CI'] === 'true') throw new Error(missing);
  console.warn(`\n${missing}\n`);
}
const root = fileURLToPath(new URL('..', import.meta.url));
const command = [process.execPath, '--import', import.meta.resolve('tsx'), '--conditions=@ticket/source', join(root, 'apps/cli/src/main.ts')];
const EMAIL = 'root@example.com';

let folder: string;
let running: ChildProcess | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ticket-prompt-'));
});
afterEach(() => {
  running?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** Types the keys after the prompt. Returns the terminal's output and the exit code. */
async function type(...keys: string[]): Promise<{ shown: string; code: number | null }> {
  const line = [...command, 'user', 'create', '--name', 'Root', '--email', EMAIL].map((word) => `'${word}'`).join(' ');
  const child = spawn(script ?? '', ['--quiet', '--return', '--command', line, '/dev/null'], {
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', DATA_DIR: join(folder, 'data'), TERM: 'xterm' },
  });
  running = child;
  let shown = '';
  child.stdout.on('data', (chunk) => (shown += chunk));
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  for (let tries = 0; tries < 400 && !shown.includes('Password'); tries++) await sleep(50);
  for (const key of keys) {
    child.stdin.write(key);
    await sleep(30);
  }
  return { code: await exited, shown };
}

async function opens(password: string): Promise<boolean> {
  const container = createContainer(loadConfig({ DATA_DIR: join(folder, 'data') }));
  await container.get(TOKENS.database).connect();
  const answer = await container
    .get(TOKENS.useCases)
    .logIn({ email: EMAIL, password })
    .catch(() => undefined);
  await container.unbindAllAsync();
  return answer !== undefined;
}

describe.skipIf(script === undefined)('the command line asks for a password on a terminal', () => {
  it('and shows nothing of it, whatever is typed, taken back or pasted', async () => {
    const { code, shown } = await type(
      't',
      'y',
      'p',
      'x',
      '\u007f',
      'ed ',
      '\u001b[D\u001b[C',
      'kata-sandi é🎫',
      'z\u0008',
      ' pasted\nsecond line\n',
    );
    expect([code, await opens('typed kata-sandi é🎫 pasted')]).toEqual([0, true]);
    // The terminal shows only the prompt and the final output of the command.
    expect(shown).toMatch(/^Password \(not shown\): \r\n[\da-f-]{36} user root@example\.com\r\n$/);
  });

  it.each([
    ['Ctrl-C', 'half\u0003'],
    ['Ctrl-D', '\u0004'],
  ])('and makes nobody after %s', async (_, keys) => {
    const { code, shown } = await type(keys);
    expect([code, shown.includes('half'), await opens('half')]).toEqual([1, false, false]);
  });
});
