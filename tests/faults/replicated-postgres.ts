import { PrivatePostgres } from './private-postgres.ts';
import { until } from './programs.ts';
import type { ReplicatedServer } from './replicated-server.ts';

const RELOAD = 'SELECT pg_reload_conf()';

/** A primary and its hot standby, with PostgreSQL's streaming replication. */
export class ReplicatedPostgres implements ReplicatedServer {
  readonly engine = 'postgres';
  readonly env = {};
  readonly primary: PrivatePostgres;
  readonly replica: PrivatePostgres;

  private constructor(primary: PrivatePostgres, replica: PrivatePostgres) {
    this.primary = primary;
    this.replica = replica;
  }

  static async start(): Promise<ReplicatedPostgres> {
    const primary = await PrivatePostgres.start();
    const pair = new ReplicatedPostgres(primary, await primary.standby());
    await pair.caughtUp();
    return pair;
  }

  async caughtUp(): Promise<void> {
    const [position] = await this.primary.query('SELECT pg_current_wal_lsn() AS at');
    await until('the standby has caught up', async () => {
      const [row] = await this.replica.query(`SELECT pg_last_wal_replay_lsn() >= '${position?.['at']}' AS is_there`);
      return row?.['is_there'] === true ? true : undefined;
    });
  }

  async holdBack(): Promise<void> {
    await this.replica.query('SELECT pg_wal_replay_pause()');
    await until('the standby stands still', async () => {
      const [row] = await this.replica.query('SELECT pg_get_wal_replay_pause_state() AS state');
      return row?.['state'] === 'paused' ? true : undefined;
    });
  }

  async catchUp(): Promise<void> {
    await this.lag(0);
    await this.caughtUp();
  }

  async lag(seconds: number): Promise<void> {
    await this.replica.query(`ALTER SYSTEM SET recovery_min_apply_delay = '${seconds}s'`);
    await this.replica.query(RELOAD);
    await this.replica.query('SELECT pg_wal_replay_resume()');
  }

  async readOnly(isOn: boolean): Promise<void> {
    await this.primary.query(isOn ? 'ALTER SYSTEM SET default_transaction_read_only = on' : 'ALTER SYSTEM RESET default_transaction_read_only');
    await this.primary.query(RELOAD);
    await until('new connections know it', async () => {
      const [row] = await this.primary.query("SELECT current_setting('default_transaction_read_only') AS value");
      return row?.['value'] === (isOn ? 'on' : 'off') ? true : undefined;
    });
  }

  async demote(): Promise<void> {
    await this.readOnly(true);
    await this.primary.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()",
    );
  }

  async promote(): Promise<void> {
    await this.caughtUp();
    await this.replica.query('SELECT pg_promote()');
  }
}
