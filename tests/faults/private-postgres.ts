import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from 'pg';
import { askedEngines } from '../engine-names.ts';
import { awaitStandstill, freePort, sayMissing } from '../machine.ts';
import {
  addressOf,
  clientOf,
  copyCluster,
  findPostgres,
  makeCluster,
  newPassword,
  STOP,
  serverFolder,
  serverOptions,
  serverUser,
} from '../postgres.ts';
import type { PrivateServer } from './private-server.ts';
import { atTheEnd, launch, type Store, until } from './programs.ts';

const programs = findPostgres();
const isAsked = askedEngines().includes('postgres');

/** Whether this run has a PostgreSQL that it may kill. It may not kill the one of TEST_POSTGRES_URL, which belongs to somebody. */
export const hasPostgres = isAsked && programs !== undefined;

if (isAsked && !hasPostgres)
  sayMissing('THE FAULTS OF POSTGRESQL ARE NOT INJECTED: no postgres and initdb here that could be killed (Debian: apt-get install postgresql).');

/**
 * A PostgreSQL for one test file. Tests can kill it, freeze it, and start it again on the same folder and port. It has one process for each
 * connection and some more. All are children of the first one. Every user needs a password.
 */
export class PrivatePostgres implements PrivateServer {
  readonly engine = 'postgres';
  readonly port: number;
  readonly #folder = serverFolder();
  readonly #password: string;
  readonly #options: readonly string[];
  #running: ReturnType<typeof launch> | undefined;
  #frozen: { readonly pids: readonly number[]; readonly guard: ChildProcess } | undefined;
  #databases = 0;

  private constructor(port: number, options: readonly string[], password: string) {
    this.#password = password;
    this.port = port;
    this.#options = options;
    atTheEnd(() => rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 }));
  }

  static async start({ options = [] }: { readonly options?: readonly string[] } = {}): Promise<PrivatePostgres> {
    if (programs === undefined) throw new Error('there is no PostgreSQL here');
    const postgres = new PrivatePostgres(await freePort(), options, newPassword());
    await makeCluster(programs, postgres.#folder, postgres.#password);
    await postgres.start();
    return postgres;
  }

  /** A standby with a copy of this server's data. It follows at once, and takes no writes until it is promoted. */
  async standby(): Promise<PrivatePostgres> {
    if (programs === undefined) throw new Error('there is no PostgreSQL here');
    const standby = new PrivatePostgres(await freePort(), this.#options, this.#password);
    await copyCluster(programs, standby.#folder, this.#address());
    await standby.start();
    return standby;
  }

  /** This server is durable. The throwaway server of the other suites is not. */
  async start(): Promise<void> {
    if (programs === undefined) throw new Error('there is no PostgreSQL here');
    const running = launch(join(programs, 'postgres'), [...serverOptions(this.#folder, this.port), ...this.#options], {
      cwd: this.#folder,
      user: serverUser(),
      lastSignal: STOP,
    });
    this.#running = running;
    atTheEnd(() => this.thaw());
    const answers = async () => {
      const client = await clientOf(this.#address()).catch(() => undefined);
      await client?.end();
      return client;
    };
    await until('PostgreSQL answers', answers, { while: () => running.child.exitCode === null, output: running.output });
  }

  async kill(): Promise<void> {
    const pids = this.pids();
    // The first process comes first, since it starts new ones.
    for (const pid of pids) signal(pid, 'SIGKILL');
    this.thaw();
    await this.#running?.exited;
    await until('all processes of PostgreSQL are gone', () => (pids.every((pid) => stateOf(pid) === undefined) ? true : undefined));
  }

  freeze(): void {
    const [first, ...others] = this.pids();
    if (first === undefined || this.#frozen !== undefined) return;
    signal(first, 'SIGSTOP');
    const pids = [first, ...new Set([...others, ...childrenOf(first)])];
    for (const pid of pids) signal(pid, 'SIGSTOP');
    awaitStandstill(pids);
    // Stopped processes do not notice that their parent is gone. When this process dies, the pipe closes, and they run again.
    const guard = spawn('sh', ['-c', 'read -r end; kill -CONT "$@"', 'sh', ...pids.map(String)], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    this.#frozen = { pids, guard };
  }

  thaw(): void {
    for (const pid of this.#frozen?.pids ?? []) signal(pid, 'SIGCONT');
    this.#frozen?.guard.kill();
    this.#frozen = undefined;
  }

  /** The ids of its processes; the first process comes first. */
  pids(): readonly number[] {
    const pid = this.#running?.child.exitCode === null ? this.#running.child.pid : undefined;
    return pid === undefined ? [] : [pid, ...childrenOf(pid)];
  }

  #address(database?: string): string {
    return addressOf({ port: this.port, password: this.#password, database });
  }

  /** The name of a database that does not exist yet. The server under test creates it. */
  store(): Store & { engine: 'postgres' } {
    return { engine: 'postgres', port: this.port, password: this.#password, database: `faults_${this.#databases++}` };
  }

  /** A client beside the server under test, which may disturb it. */
  async neighbour(database?: string): Promise<Client> {
    const client = await clientOf(this.#address(database));
    atTheEnd(() => void client.end().catch(() => undefined));
    return client;
  }

  async query(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const client = await clientOf(this.#address());
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  }
}

/** Linux shows it in a file, other systems need a program. */
function childrenOf(pid: number): readonly number[] {
  const list = `/proc/${pid}/task/${pid}/children`;
  const text = existsSync(list) ? readFileSync(list, 'utf8') : spawnSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' }).stdout;
  return (text.match(/\d+/g) ?? []).map(Number);
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // the process is gone
  }
}

/** `T` is a stopped process. Undefined: the process is gone, or a zombie, or this system has no /proc. */
export function stateOf(pid: number): string | undefined {
  try {
    const state = /^State:\s*(\w)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return state === 'Z' || state === 'X' ? undefined : state;
  } catch {
    return undefined;
  }
}
