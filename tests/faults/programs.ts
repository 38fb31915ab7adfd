import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import { leashed } from '../machine.ts';
import { addressOf } from '../postgres.ts';

/**
 * The programs under test, each in its own process. The tests run the built programs, since they start some hundred of them. A missing build
 * is made first. When a test file ends, all its processes, connections and files are removed. The processes also end when this one is
 * killed.
 */
const root = fileURLToPath(new URL('../..', import.meta.url));

/** The machine is shared: work of a second may take many. */
export const PATIENCE_MS = 30_000;
/** Tokens are valid on every server of a test, and the tests can sign some of their own. */
export const JWT_SECRET = randomBytes(32).toString('base64url');

const endings: (() => unknown)[] = [];
/** Ended in reverse order. */
export const atTheEnd = (end: () => unknown): void => void endings.push(end);
afterAll(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ticket-faults-'));
  atTheEnd(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

interface Launching {
  readonly cwd?: string;
  readonly env?: Record<string, string>;
  /** A file for the output, in place of a pipe. */
  readonly stdout?: number | undefined;
  readonly stdin?: 'pipe';
  /** The user of the process; undefined is the user of the tests. */
  readonly user?: { readonly uid: number; readonly gid: number } | undefined;
  /** The signal that the process gets when this one ends. */
  readonly lastSignal?: NodeJS.Signals;
}

export function launch(command: string, args: readonly string[], { cwd, env = {}, stdout, stdin, user, lastSignal = 'SIGKILL' }: Launching = {}) {
  const child = spawn(...leashed(command, args, lastSignal), {
    ...user,
    cwd,
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: [stdin ?? 'ignore', stdout ?? 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk));
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const end = () => void child.kill(lastSignal);
  process.once('exit', end);
  void exited.then(() => process.off('exit', end));
  atTheEnd(end);
  return { child, exited, output: () => output };
}

const BUILD_MS_MAX = 120_000;
let built: Promise<void> | undefined;
/** Runs once for each test file, one file at a time. */
async function build(): Promise<void> {
  const turn = join(root, 'node_modules/.cache/faults-build');
  await until('no other test file builds', () => (isMade(turn) ? true : undefined));
  try {
    const { exited, output } = launch(process.execPath, [join(root, 'tools/build-when-needed.mjs')], { cwd: root });
    if ((await exited) !== 0) throw new Error(`the build failed\n${output()}`);
  } finally {
    rmdirSync(turn);
  }
}

function isMade(folder: string): boolean {
  mkdirSync(dirname(folder), { recursive: true });
  try {
    mkdirSync(folder);
    return true;
  } catch {
    const made = statSync(folder, { throwIfNoEntry: false });
    // The process that made the folder was killed before it finished.
    if (made !== undefined && Date.now() - made.mtimeMs > BUILD_MS_MAX) rmSync(folder, { recursive: true, force: true });
    return false;
  }
}

/** Where the server keeps its rows. */
export type Store =
  | { readonly engine: 'sqlite'; readonly folder: string }
  | { readonly engine: 'mysql'; readonly port: number; readonly database: string }
  | { readonly engine: 'postgres'; readonly port: number; readonly database: string; readonly password: string };

function environmentOf(store: Store): Record<string, string> {
  switch (store.engine) {
    case 'sqlite':
      return { DATA_DIR: store.folder };
    case 'mysql':
      return { DB_HOST: '127.0.0.1', DB_PORT: String(store.port), DB_USER: 'root', DB_PASSWORD: '', DB_NAME: store.database };
    case 'postgres':
      return { DATABASE_URL: addressOf(store) };
  }
}

export type Server = Awaited<ReturnType<typeof startServer>>;

interface ServerOptions {
  readonly port?: number | undefined;
  readonly env?: Record<string, string>;
  /** A module that is loaded before the server. */
  readonly preload?: string;
  /** A command in front of the server's own. */
  readonly before?: readonly string[];
  readonly stdout?: number;
}

/** The server of an app, on its way to listen. */
export async function runServer(app: 'http' | 'cli', store: Store, { port = 0, env = {}, preload, before = [], stdout }: ServerOptions = {}) {
  built ??= build();
  await built;
  const folder = temporaryFolder();
  const loaded = preload === undefined ? [] : ['--import', `data:text/javascript,${encodeURIComponent(preload)}`];
  const [command = '', ...args] = [
    ...before,
    process.execPath,
    ...loaded,
    join(root, `apps/${app}/dist/main.js`),
    ...(app === 'cli' ? ['serve'] : []),
  ];
  const { child, exited, output } = launch(command, args, {
    cwd: folder,
    env: { DATA_DIR: folder, ...environmentOf(store), JWT_SECRET, PORT: String(port), ...env },
    stdout,
  });
  const says = (words: RegExp) =>
    until(`the server says ${words}`, () => output().match(words) ?? undefined, { while: () => isAlive(child), output });
  return { child, exited, output, says };
}

/** The HTTP server on the store. It listens already. */
export async function startServer(store: Store, options: ServerOptions = {}) {
  const { child, exited, output, says } = await runServer('http', store, options);
  let read = 0;
  const url = (await says(/listens on (http:\/\/[^\s,]+)/))[1]?.replace('localhost', '127.0.0.1') ?? '';
  return {
    url,
    store,
    child,
    exited,
    output,
    says,
    /** The output since the last call. */
    unread: () => {
      const from = read;
      read = output().length;
      return output().slice(from);
    },
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
    /** Its exit code. */
    stop: () => {
      child.kill('SIGTERM');
      return exited;
    },
  };
}

/** For a start that should be refused: the exit code (undefined if the server listens) and the output. */
export async function tryToStart(store: Store): Promise<{ readonly code: number | null | undefined; readonly output: string }> {
  built ??= build();
  await built;
  const folder = temporaryFolder();
  const { child, exited, output } = launch(process.execPath, [join(root, 'apps/http/dist/main.js')], {
    cwd: folder,
    env: { DATA_DIR: folder, ...environmentOf(store), JWT_SECRET, PORT: '0' },
  });
  const listens = until('the server listens or ends', () => (/listens on/.test(output()) || !isAlive(child) ? true : undefined));
  const code = await Promise.race([exited, listens.then(() => (isAlive(child) ? undefined : exited))]);
  child.kill('SIGKILL');
  return { code, output: output() };
}

const isAlive = (child: ChildProcess): boolean => child.exitCode === null && child.signalCode === null;

/** `ticketctl audit` on the store: its exit code and what it prints. */
export const audit = (store: Store) => tickets(store, ['audit']);

/** Runs the command line on the store to its end. */
export async function tickets(
  store: Store,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<{ readonly code: number | null; readonly output: string }> {
  built ??= build();
  await built;
  const { exited, output } = launchTickets(store, args, env);
  return { code: await exited, output: output() };
}

/** Starts the command line on the store, without waiting for its end. It needs an earlier build. */
export function launchTickets(store: Store, args: readonly string[], env: Record<string, string> = {}) {
  const folder = temporaryFolder();
  return launch(process.execPath, [join(root, 'apps/cli/dist/main.js'), ...args], {
    cwd: folder,
    env: { DATA_DIR: folder, ...environmentOf(store), JWT_SECRET, ...env },
  });
}

export { freePort } from '../machine.ts';

/** Asks until there is an answer. At the limit the error names what was missing. */
export async function until<Answer>(
  what: string,
  ask: () => Answer | undefined | Promise<Answer | undefined>,
  { while: isWorthwhile = () => true, output = () => '' }: { while?: () => boolean; output?: () => string } = {},
): Promise<Answer> {
  for (const began = Date.now(); Date.now() < began + PATIENCE_MS; await sleep(20)) {
    const worthwhile = isWorthwhile();
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (!worthwhile) break;
  }
  throw new Error(`waited in vain until ${what}\n${output()}`);
}
