import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** The commands that a new user tries first have to work as they are written. */
const root = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const blocks = (markdown: string, language: string): string[] =>
  [...markdown.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(([, text = '']) => text);
const readme = read('README.md');
const fromSource = ['--import', import.meta.resolve('tsx'), '--conditions=@ticket/source'];
const ticketctl = [...fromSource, join(root, 'apps/cli/src/main.ts')];

let folder: string;
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'ticket-first-screen-')));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const plainEnvironment = { PATH: process.env['PATH'] ?? '' };
const run = (program: string, args: readonly string[], cwd = folder) => spawnSync(program, args, { cwd, env: plainEnvironment, encoding: 'utf8' });

describe('the README', () => {
  it('has at most 900 words', () => {
    expect(readme.split(/\s+/).filter((word) => word !== '').length).toBeLessThanOrEqual(900);
  });

  it('shows a sale with its audit, as the command there prints them, except for what is measured', () => {
    const [command = ''] = blocks(readme, 'bash');
    expect(command).toBe('npm ci && npm run build && npx ticketctl rush\n');
    const { status, stdout, stderr } = run(process.execPath, [...ticketctl, 'rush']);
    const unmeasured = (text: string) => text.replace(/[\d.,]+ ms/g, '… ms').replace(/^ .*│.*\n/gm, '');
    expect([status, unmeasured(stdout), stderr]).toEqual([0, ...blocks(readme, 'text').map(unmeasured), '']);
  });

  describe('with the server started by nothing but npm start', () => {
    let server: ChildProcess;
    let url: string;
    beforeAll(async () => {
      server = spawn(process.execPath, [...fromSource, join(root, 'apps/http/src/main.ts')], {
        cwd: folder,
        env: { ...plainEnvironment, PORT: '0' },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      for await (const line of createInterface({ input: server.stdout ?? process.stdin })) {
        url = /listens on (http:\/\/[^\s,]+)/.exec(line)?.[1] ?? '';
        if (url !== '') break;
      }
      server.stdout?.resume();
    });
    afterAll(async () => {
      server.kill('SIGKILL');
      await once(server, 'exit');
    });

    it('docs/try-the-api.md: sells the last ticket once and audits it, with the commands and the output that stand there', () => {
      const [commands = ''] = blocks(read('docs/try-the-api.md'), 'bash');
      expect(commands).toBe('node docs/sell-the-last-ticket.mjs\nnpx ticketctl audit\n');
      const sold = run(process.execPath, [join(root, 'docs/sell-the-last-ticket.mjs'), url]);
      const audited = run(process.execPath, [...ticketctl, 'audit']);
      expect([sold.stdout + audited.stdout.replace(folder, '…'), sold.stderr + audited.stderr]).toEqual([
        ...blocks(read('docs/try-the-api.md'), 'text'),
        '',
      ]);
    });

    it('docs/try-the-api.md: every step succeeds, and the cancelled tickets are available again', () => {
      const [, steps = ''] = blocks(read('docs/try-the-api.md'), 'bash');
      const walked = run('bash', ['--norc', '-ec', steps.replace('http://localhost:3000', url)]);
      expect(walked.stderr).toBe('');
      expect(walked.stdout.match(/"success":false/g)).toBeNull();
      expect(walked.stdout).toMatch(/"available_tickets":100\D[^{]*(\{[^{]*)?$/);
    });
  });
});

describe('a server that cannot start', () => {
  it.each([
    ['apps/http/bin/server.js', 'The server is not built yet. Run: npm ci && npm run build\n'],
    ['apps/cli/bin/ticketctl.js', 'The command line is not built yet. Run: npm run build\n'],
  ])('%s says in one line that nothing is built', (path, words) => {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    cpSync(join(root, path), join(folder, path));
    cpSync(join(root, 'package.json'), join(folder, 'package.json'));
    const { status, stdout, stderr } = run(process.execPath, [path]);
    expect({ status, stdout, stderr }).toEqual({ status: 1, stdout: '', stderr: words });
  });
});

it('npm pack of the repository is refused: it would ship every test and no build', () => {
  const { status, stderr } = spawnSync('npm', ['pack', '--dry-run'], { cwd: root, encoding: 'utf8' });
  expect(status).not.toBe(0);
  expect(stderr).toContain('The repository is no package');
});
