import { cpSync } from 'node:fs';
import { askedEngines } from '../engine-names.ts';
import { find, sayMissing } from '../machine.ts';
import { makeGrantTables } from '../mariadb.ts';
import { PrivateMariaDb } from './private-mariadb.ts';
import { PATIENCE_MS, temporaryFolder } from './programs.ts';
import type { ReplicatedServer } from './replicated-server.ts';

const installer = find('mariadb-install-db');
const isAsked = askedEngines().includes('mysql');

/** Whether these tests have a primary and a replica. They need users: without users everybody has SUPER, and read_only does not bind SUPER. */
export const hasReplication = isAsked && find('mariadbd') !== undefined && installer !== undefined;

if (isAsked && !hasReplication)
  sayMissing('REPLICATION IS NOT TRIED: no mariadbd here, or no mariadb-install-db (Debian: apt-get install mariadb-server-core).');

/** The server's environment names a plain user, whom read_only binds. The user has no password, so a splitter can log in for them. */
const PLAIN_USER = { DB_USER: 'tickets', DB_PASSWORD: '' } as const;

/** A primary and its asynchronous replica. `root` has every right on both; the server connects as PLAIN_USER. */
export class ReplicatedMariaDb implements ReplicatedServer {
  readonly engine = 'mysql';
  readonly env = PLAIN_USER;
  readonly primary: PrivateMariaDb;
  readonly replica: PrivateMariaDb;

  private constructor(primary: PrivateMariaDb, replica: PrivateMariaDb) {
    this.primary = primary;
    this.replica = replica;
  }

  static async start(): Promise<ReplicatedMariaDb> {
    const folder = temporaryFolder();
    makeGrantTables(folder);
    const node = (number: number, ...more: readonly string[]) =>
      PrivateMariaDb.start({
        options: ['--log-bin=log', `--server-id=${number}`, '--binlog-format=ROW', '--log-slave-updates', '--gtid-strict-mode', ...more],
        fill: (data) => cpSync(folder, data, { recursive: true }),
      });
    const [primary, replica] = await Promise.all([node(1), node(2, '--read-only', '--slave-net-timeout=5')]);
    const pair = new ReplicatedMariaDb(primary, replica);
    await replica.query(
      `CHANGE MASTER TO master_host = '127.0.0.1', master_port = ${primary.port}, master_user = 'root', master_use_gtid = slave_pos`,
    );
    await replica.query('START SLAVE');
    await primary.query(`CREATE USER '${PLAIN_USER.DB_USER}'@'%'`);
    await primary.query(`GRANT ALL ON \`faults\\_%\`.* TO '${PLAIN_USER.DB_USER}'@'%'`);
    await pair.caughtUp();
    return pair;
  }

  async caughtUp(): Promise<void> {
    const [position] = await this.primary.query('SELECT @@gtid_binlog_pos AS at');
    const [waited] = await this.replica.query(`SELECT MASTER_GTID_WAIT('${position?.['at']}', ${PATIENCE_MS / 1000}) AS failed`);
    if (waited?.['failed'] !== 0) {
      throw new Error(`the replica did not catch up: ${JSON.stringify(await this.replica.query('SHOW SLAVE STATUS'))}`);
    }
  }

  async holdBack(): Promise<void> {
    await this.replica.query('STOP SLAVE SQL_THREAD');
  }

  async catchUp(): Promise<void> {
    await this.lag(0);
    await this.caughtUp();
  }

  async lag(seconds: number): Promise<void> {
    await this.replica.query('STOP SLAVE');
    await this.replica.query(`CHANGE MASTER TO master_delay = ${seconds}`);
    await this.replica.query('START SLAVE');
  }

  async readOnly(isOn: boolean): Promise<void> {
    await this.primary.query(`SET GLOBAL read_only = ${isOn ? 1 : 0}`);
  }

  /** Open transactions can no longer commit. */
  demote(): Promise<void> {
    return this.readOnly(true);
  }

  async promote(): Promise<void> {
    await this.caughtUp();
    await this.replica.query('STOP SLAVE');
    await this.replica.query('RESET SLAVE ALL');
    await this.replica.query('SET GLOBAL read_only = 0');
  }
}
