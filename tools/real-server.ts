import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../apps/http/src/main.ts', import.meta.url));

export interface RealServer {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** Starts the program from its sources, as a process of its own. Without variables it has the open profile and an empty SQLite database. */
export async function startServer(env: Readonly<Record<string, string>> = {}): Promise<RealServer> {
  const folder = mkdtempSync(join(tmpdir(), 'ticket-server-'));
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), '--conditions=@ticket/source', main], {
    cwd: folder, // the program would read a .env from here
    env: { PATH: process.env['PATH'] ?? '', DATA_DIR: join(folder, 'data'), PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.kill('SIGKILL')) await once(child, 'exit');
    rmSync(folder, { recursive: true, force: true });
  };
  const printed: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    printed.push(line);
    const [, url] = /listens on (http:\/\/[^\s,"]+)/.exec(line) ?? [];
    if (url === undefined) continue;
    child.stdout.resume();
    return { url, stop };
  }
  await stop();
  throw new Error(`the server ended before it listened:\n${printed.join('\n')}`);
}
