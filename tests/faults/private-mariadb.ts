import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise';
import { askedEngines } from '../engine-names.ts';
import { awaitStandstill, find, freePort, sayMissing } from '../machine.ts';
import type { PrivateServer } from './private-server.ts';
import { atTheEnd, launch, type Store, temporaryFolder, until } from './programs.ts';

const program = find('mariadbd');
const isAsked = askedEngines().includes('mysql');

/** Whether this run has a MariaDB that it may kill. It may not kill the one of TEST_DATABASE_URL, which belongs to somebody. */
export const hasMariaDb = isAsked && program !== undefined;

if (isAsked && !hasMariaDb)
  sayMissing('THE FAULTS OF MYSQL/MARIADB ARE NOT INJECTED: no mariadbd here that could be killed (Debian: apt-get install mariadb-server-core).');

interface Settings {
  /** Options that are added to the usual ones of the server program. */
  readonly options?: readonly string[];
  /** Fills the data folder. In an empty folder there are no users, and everybody has every right, including SUPER. */
  readonly fill?: (data: string) => void;
}

/** A MariaDB for one test file. Tests can kill it, freeze it, and start it again on the same folder and port. */
export class PrivateMariaDb implements PrivateServer {
  readonly engine = 'mysql';
  readonly port: number;
  readonly #folder = temporaryFolder();
  readonly #options: readonly string[];
  #running: ReturnType<typeof launch> | undefined;
  #databases = 0;

  private constructor(port: number, options: readonly string[]) {
    this.port = port;
    this.#options = options;
    mkdirSync(join(this.#folder, 'data'));
  }

  static async start({ options = [], fill }: Settings = {}): Promise<PrivateMariaDb> {
    const mariadb = new PrivateMariaDb(await freePort(), [...(fill === undefined ? ['--skip-grant-tables'] : []), ...options]);
    fill?.(join(mariadb.#folder, 'data'));
    await mariadb.start();
    if (fill !== undefined) return mariadb;
    // InnoDB writes its own first pages without the log. A kill before the first clean stop would leave a broken folder.
    mariadb.#running?.child.kill('SIGTERM');
    await mariadb.#running?.exited;
    await mariadb.start();
    return mariadb;
  }

  async start(): Promise<void> {
    if (program === undefined) throw new Error('there is no mariadbd here');
    const folder = this.#folder;
    // This server is durable. The throwaway server of the other suites is not.
    const { child, exited, output } = launch(program, [
      ...['--no-defaults', `--datadir=${folder}/data`, `--socket=${folder}/s`, '--bind-address=127.0.0.1', `--port=${this.port}`],
      ...['--skip-networking=0', '--skip-name-resolve', '--skip-log-bin', '--innodb-flush-log-at-trx-commit=1'],
      ...['--innodb-buffer-pool-size=64M', '--innodb-log-file-size=16M', '--character-set-server=utf8mb4', '--max-connections=300'],
      ...(process.getuid?.() === 0 ? ['--user=root'] : []),
      ...this.#options,
    ]);
    this.#running = { child, exited, output };
    await until(
      'MariaDB answers',
      async () => {
        const connection = await createConnection(`mysql://root@127.0.0.1:${this.port}`).catch(() => undefined);
        await connection?.end();
        return connection;
      },
      { while: () => child.exitCode === null, output },
    );
  }

  async kill(): Promise<void> {
    this.#running?.child.kill('SIGKILL');
    await this.#running?.exited;
  }

  freeze(): void {
    const pid = this.#running?.child.pid;
    this.#running?.child.kill('SIGSTOP');
    if (pid !== undefined) awaitStandstill([pid]);
  }

  thaw(): void {
    this.#running?.child.kill('SIGCONT');
  }

  /** The name of a database that does not exist yet. The server under test creates it. */
  store(): Store & { engine: 'mysql' } {
    return { engine: 'mysql', port: this.port, database: `faults_${this.#databases++}` };
  }

  /** A client beside the server under test, which may disturb it. */
  async neighbour(database?: string): Promise<Connection> {
    const connection = await createConnection({ uri: `mysql://root@127.0.0.1:${this.port}`, ...(database === undefined ? {} : { database }) });
    connection.on('error', () => undefined); // a test may cut this connection
    atTheEnd(() => connection.destroy());
    return connection;
  }

  async query(sql: string): Promise<readonly RowDataPacket[]> {
    const connection = await this.neighbour();
    const [rows] = await connection.query<RowDataPacket[]>(sql);
    await connection.end();
    return rows;
  }
}
