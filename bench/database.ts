import { readdirSync, readFileSync } from 'node:fs';
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise';
import { Client } from 'pg';
import { find } from '../tests/machine.ts';
import { startMariaDb } from '../tests/mariadb.ts';
import { findPostgres, startPostgres } from '../tests/postgres.ts';
import { openMariaDbStore, openPostgresStore, type Store } from './store.ts';

/** A throwaway database server. The servers under test use it one after another. */
export interface DatabaseServer {
  /** The ids of all its processes. */
  pids(): readonly number[];
  /** A new, empty database. */
  create(): Promise<string>;
  drop(name: string): Promise<void>;
  /** The environment variables that tell a server under test where its database is. */
  environmentOf(name: string): Record<string, string>;
  openStore(name: string): Promise<Store>;
  /** The number of committed transactions and of executed statements so far. */
  counters(): Promise<{ readonly commits: number; readonly statements: number }>;
}

export class MariaDb implements DatabaseServer {
  readonly port: number;
  readonly #pid: number;
  readonly version: string;
  readonly #admin: Connection;
  readonly #stop: () => void;
  #made = 0;

  private constructor(admin: Connection, stop: () => void, { port, pid, version }: { port: number; pid: number; version: string }) {
    this.#admin = admin;
    this.#stop = stop;
    this.port = port;
    this.#pid = pid;
    this.version = version;
  }

  /**
   * Durable commits, as the server's own default is. It has memory for the biggest table, so that the disk does not affect the results. With
   * a binary log, as every replicated server has, each commit waits for the disk once more.
   */
  static async start({ binaryLog }: { readonly binaryLog: boolean }): Promise<MariaDb> {
    const program = find('mariadbd');
    if (program === undefined)
      throw new Error('The benchmark needs MariaDB: no mariadbd here (Debian: apt-get install mariadb-server-core; macOS: brew install mariadb).');
    const { url, stop } = await startMariaDb(program, { options: binaryLog ? ['--log-bin=binlog', '--sync-binlog=1'] : [] });
    const admin = await createConnection(url);
    for (const setting of [
      'innodb_flush_log_at_trx_commit = 1',
      `innodb_buffer_pool_size = ${1024 ** 3}`,
      `innodb_log_file_size = ${512 * 1024 ** 2}`,
    ]) {
      await admin.query(`SET GLOBAL ${setting}`);
    }
    const [rows] = await admin.query<RowDataPacket[]>(
      'SELECT @@pid_file AS pid, @@version AS version, @@innodb_flush_log_at_trx_commit AS durable, @@log_bin AS logged, @@sync_binlog AS synced',
    );
    if (rows[0]?.['durable'] !== 1) throw new Error('MariaDB did not accept durable commits');
    if (binaryLog && (rows[0]['logged'] !== 1 || rows[0]['synced'] !== 1)) throw new Error('MariaDB did not accept a durable binary log');
    const pid = Number(readFileSync(String(rows[0]['pid']), 'utf8'));
    return new MariaDb(admin, stop, { port: Number(new URL(url).port), pid, version: String(rows[0]['version']) });
  }

  pids(): readonly number[] {
    return [this.#pid];
  }

  async create(): Promise<string> {
    const name = `bench_${++this.#made}`;
    await this.#admin.query(`CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`);
    return name;
  }

  async drop(name: string): Promise<void> {
    await this.#admin.query(`DROP DATABASE ${name}`);
  }

  environmentOf(name: string): Record<string, string> {
    return { DB_HOST: '127.0.0.1', DB_PORT: String(this.port), DB_USER: 'root', DB_NAME: name };
  }

  openStore(name: string): Promise<Store> {
    return openMariaDbStore(this.port, name);
  }

  async counters(): Promise<{ readonly commits: number; readonly statements: number }> {
    const [rows] = await this.#admin.query<RowDataPacket[]>(`SHOW GLOBAL STATUS WHERE Variable_name IN ('Com_commit', 'Questions')`);
    const value = (name: string) => Number(rows.find((row) => row['Variable_name'] === name)?.['Value']);
    return { commits: value('Com_commit'), statements: value('Questions') };
  }

  stop(): void {
    this.#admin.destroy();
    this.#stop();
  }
}

export class Postgres implements DatabaseServer {
  readonly version: string;
  readonly #admin: Client;
  readonly #url: URL;
  readonly #pid: number;
  readonly #stop: () => void;
  #made = 0;

  private constructor(admin: Client, url: URL, { pid, version, stop }: { pid: number; version: string; stop: () => void }) {
    this.#admin = admin;
    this.#url = url;
    this.#pid = pid;
    this.version = version;
    this.#stop = stop;
  }

  /** As durable as MariaDB is here, and with the same memory. */
  static async start(): Promise<Postgres> {
    const programs = findPostgres();
    if (programs === undefined)
      throw new Error('The benchmark needs PostgreSQL: no postgres here (Debian: apt-get install postgresql; macOS: brew install postgresql).');
    const durable = ['--fsync=on', '--synchronous-commit=on', '--full-page-writes=on', '--shared-buffers=1GB', '--max-wal-size=1GB'];
    const { url, pid, stop } = await startPostgres(programs, { options: durable });
    const admin = new Client({ connectionString: url });
    await admin.connect();
    const { rows } = await admin.query<{ name: string; setting: string }>(
      "SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit', 'server_version')",
    );
    const settings = new Map(rows.map(({ name, setting }) => [name, setting]));
    if (settings.get('fsync') !== 'on' || settings.get('synchronous_commit') !== 'on') throw new Error('PostgreSQL did not accept durable commits');
    return new Postgres(admin, new URL(url), { pid, version: settings.get('server_version') ?? '', stop });
  }

  /** PostgreSQL has one process for each connection. */
  pids(): readonly number[] {
    const children = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && parentOf(name) === this.#pid);
    return [this.#pid, ...children.map(Number)];
  }

  async create(): Promise<string> {
    const name = `bench_${++this.#made}`;
    await this.#admin.query(`CREATE DATABASE ${name}`);
    return name;
  }

  async drop(name: string): Promise<void> {
    await this.#admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
  }

  environmentOf(name: string): Record<string, string> {
    return { DATABASE_URL: this.#addressOf(name) };
  }

  openStore(name: string): Promise<Store> {
    return openPostgresStore(this.#addressOf(name));
  }

  /** PostgreSQL counts no statements. */
  async counters(): Promise<{ readonly commits: number; readonly statements: number }> {
    const { rows } = await this.#admin.query<{ commits: string }>('SELECT SUM(xact_commit) AS commits FROM pg_stat_database');
    return { commits: Number(rows[0]?.commits), statements: Number.NaN };
  }

  stop(): void {
    void this.#admin.end().catch(() => undefined);
    this.#stop();
  }

  #addressOf(name: string): string {
    const url = new URL(this.#url);
    url.pathname = name;
    return url.href;
  }
}

/** undefined if the process is gone. */
function parentOf(pid: string): number | undefined {
  try {
    return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[1]);
  } catch {
    return undefined;
  }
}
