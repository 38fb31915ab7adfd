import { readFileSync } from 'node:fs';
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise';
import { find } from '../tests/machine.ts';
import { startMariaDb } from '../tests/mariadb.ts';

/** The throwaway MariaDB that all servers under test share, one after another. */
export class MariaDb {
  readonly port: number;
  readonly pid: number;
  readonly version: string;
  readonly #admin: Connection;
  readonly #stop: () => void;
  #made = 0;

  private constructor(admin: Connection, stop: () => void, { port, pid, version }: { port: number; pid: number; version: string }) {
    this.#admin = admin;
    this.#stop = stop;
    this.port = port;
    this.pid = pid;
    this.version = version;
  }

  /** Durable commits, as the server's own default is; memory for the biggest table, so that the disk is no lottery. */
  static async start(): Promise<MariaDb> {
    const program = find('mariadbd');
    if (program === undefined)
      throw new Error('The benchmark needs MariaDB: no mariadbd here (Debian: apt-get install mariadb-server-core; macOS: brew install mariadb).');
    const { url, stop } = await startMariaDb(program);
    const admin = await createConnection(url);
    for (const setting of [
      'innodb_flush_log_at_trx_commit = 1',
      `innodb_buffer_pool_size = ${1024 ** 3}`,
      `innodb_log_file_size = ${512 * 1024 ** 2}`,
    ]) {
      await admin.query(`SET GLOBAL ${setting}`);
    }
    const [rows] = await admin.query<RowDataPacket[]>('SELECT @@pid_file AS pid, @@version AS version, @@innodb_flush_log_at_trx_commit AS durable');
    if (rows[0]?.['durable'] !== 1) throw new Error('MariaDB did not accept durable commits');
    const pid = Number(readFileSync(String(rows[0]['pid']), 'utf8'));
    return new MariaDb(admin, stop, { port: Number(new URL(url).port), pid, version: String(rows[0]['version']) });
  }

  /** A new, empty database. */
  async create(): Promise<string> {
    const name = `bench_${++this.#made}`;
    await this.#admin.query(`CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`);
    return name;
  }

  async drop(name: string): Promise<void> {
    await this.#admin.query(`DROP DATABASE ${name}`);
  }

  /** How many transactions were committed and statements run so far. */
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
