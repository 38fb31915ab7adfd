import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { GaleraNode } from './cluster.ts';
import { eventually } from './waiting.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const FROM_SOURCE = ['--import', import.meta.resolve('tsx'), '--conditions=@ticket/source'];

/** One of our HTTP servers. It has its own process and its own node. */
export interface HttpServer {
  readonly node: GaleraNode;
  readonly url: string;
  output(): string;
  stop(): Promise<number | null>;
}

/** Processes that still run end with this one. */
const running = new Set<ChildProcess>();
process.once('exit', () => running.forEach((child) => void child.kill('SIGKILL')));

const environment = (node: GaleraNode, database: string, folder: string, port = node.port) => ({
  PATH: process.env['PATH'] ?? '',
  SECURITY_PROFILE: 'open',
  JWT_SECRET: 'one secret for all three servers of the cluster',
  DATA_DIR: folder,
  PORT: '0',
  DB_HOST: '127.0.0.1',
  DB_PORT: String(port),
  DB_USER: 'root',
  DB_NAME: database,
});

/** Starts the server and waits until it listens. It may reach its node through another port. */
export async function startServer(node: GaleraNode, database: string, folder: string, port?: number): Promise<HttpServer> {
  const { child, output, exited } = run(['apps/http/src/main.ts'], environment(node, database, folder, port));
  const address = () => output().match(/listens on (http:\/\/[^\s,]+)/)?.[1];
  await eventually(
    'the server listens',
    60_000,
    async () => address() !== undefined,
    () => child.exitCode === null,
  ).catch((error: unknown) => {
    child.kill('SIGKILL');
    throw new Error(`the server on ${node.name} did not start:\n${output()}`, { cause: error });
  });
  const stop = () => {
    child.kill('SIGTERM');
    setTimeout(() => child.kill('SIGKILL'), 15_000).unref();
    return exited;
  };
  return { node, url: address() ?? '', output, stop };
}

/** `ticketctl audit` on one node: the exit code and the output. */
export async function audit(node: GaleraNode, database: string, folder: string): Promise<{ code: number | null; output: string }> {
  const { exited, output } = run(['apps/cli/src/main.ts', 'audit'], environment(node, database, folder));
  return { code: await exited, output: output() };
}

function run(
  [program = '', ...options]: readonly string[],
  env: Record<string, string>,
): { child: ChildProcess; exited: Promise<number | null>; output: () => string } {
  const child = spawn(process.execPath, [...FROM_SOURCE, `${root}${program}`, ...options], {
    cwd: env['DATA_DIR'],
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  return { child, exited: new Promise((resolve) => child.once('close', resolve)), output: () => output };
}
