import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Connection, createConnection } from 'mysql2/promise';
import { find } from '../machine.ts';
import { GALERA_LIBRARY } from './packages.ts';
import { eventually, must } from './waiting.ts';

const NODES = 3;
/** A node that reaches no other node gives up after 30 s. A node that needs a full copy takes some seconds. */
const SYNCED_WITHIN_MS = 90_000;
const isRoot = process.getuid?.() === 0;

/** Three MariaDB nodes in a temporary folder, on free loopback ports. They replicate to each other. */
export interface Cluster {
  readonly nodes: readonly GaleraNode[];
  /** Waits until all nodes have applied the same transactions. */
  settled(): Promise<void>;
  remove(): void;
}

export async function startCluster(): Promise<Cluster> {
  const folder = mkdtempSync(join(tmpdir(), 'ticket-galera-'));
  const ports = await freePorts(NODES * 4);
  const groupPorts = ports.splice(0, NODES);
  const nodes = groupPorts.map(
    (groupPort, index) => new GaleraNode(join(folder, `n${index + 1}`), `n${index + 1}`, { groupPort, groupPorts, ports }),
  );
  const remove = () => {
    for (const node of nodes) node.kill();
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  };
  process.once('exit', remove);
  try {
    own(folder);
    // The first node gets system tables. The others receive everything from it.
    const [first, ...others] = nodes;
    must(first).makeTables();
    await must(first).start('--wsrep-new-cluster');
    for (const node of others) await node.start();
  } catch (error) {
    remove();
    throw error;
  }
  const settled = () =>
    eventually('all nodes at the same transaction', SYNCED_WITHIN_MS, async () => {
      const states = await Promise.all(nodes.map((node) => node.status('wsrep_last_committed', 'wsrep_local_state_comment', 'wsrep_cluster_size')));
      return new Set(states.map((state) => JSON.stringify(state))).size === 1 && states[0]?.[1] === 'Synced' && states[0][2] === String(NODES);
    });
  return { nodes, settled, remove };
}

export class GaleraNode {
  readonly name: string;
  readonly port: number;
  readonly #folder: string;
  #process: ChildProcess | undefined;

  constructor(folder: string, name: string, all: { groupPort: number; groupPorts: readonly number[]; ports: number[] }) {
    this.name = name;
    this.#folder = folder;
    const [port, incrementalPort, copyPort] = all.ports.splice(0, 3);
    this.port = must(port);
    for (const part of ['', 'data', 'tmp']) {
      mkdirSync(join(folder, part));
      own(join(folder, part));
    }
    writeFileSync(
      join(folder, 'my.cnf'),
      `[mysqld]
datadir=${folder}/data
tmpdir=${folder}/tmp
socket=${folder}/s
pid-file=${folder}/pid
log-error=${folder}/log.err
bind-address=127.0.0.1
port=${port}
skip-name-resolve
max_connections=300
character-set-server=utf8mb4
binlog_format=ROW
innodb_autoinc_lock_mode=2
innodb_flush_log_at_trx_commit=1
innodb_buffer_pool_size=64M
innodb_log_file_size=32M
performance_schema=OFF
wsrep_on=ON
wsrep_sync_wait=0
wsrep_provider=${GALERA_LIBRARY}
wsrep_cluster_name=tickets
wsrep_cluster_address=gcomm://${all.groupPorts.map((other) => `127.0.0.1:${other}`).join(',')}
wsrep_node_name=${name}
wsrep_node_address=127.0.0.1
wsrep_provider_options="gmcast.listen_addr=tcp://127.0.0.1:${all.groupPort};ist.recv_addr=127.0.0.1:${incrementalPort};gcache.size=16M"
wsrep_sst_method=rsync
wsrep_sst_receive_address=127.0.0.1:${copyPort}
`,
    );
  }

  makeTables(): void {
    const options = ['--no-defaults', `--datadir=${this.#folder}/data`, '--auth-root-authentication-method=normal', '--skip-test-db'];
    const { status, stderr } = spawnSync(must(find('mariadb-install-db')), [...options, ...(isRoot ? ['--user=mysql'] : [])], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`mariadb-install-db failed: ${stderr}`);
  }

  /** Starts the node and waits until it takes part. */
  async start(...options: string[]): Promise<void> {
    this.#process = this.#spawn(options);
    await this.synced();
  }

  /** Starts the node after a crash as Debian's service does. It reports its last position, so it receives only the changes that it missed. */
  async restart(): Promise<void> {
    const log = join(this.#folder, 'recovery.err');
    await new Promise((resolve) => this.#spawn(['--wsrep-recover', `--log-error=${log}`]).once('close', resolve));
    const position = readFileSync(log, 'utf8').match(/Recovered position:?\s*(\S+)/)?.[1];
    await this.start(...(position === undefined ? [] : [`--wsrep_start_position=${position}`]));
  }

  /** Starts it as a new machine, without its old data. */
  async restartEmpty(): Promise<void> {
    rmSync(join(this.#folder, 'data'), { recursive: true, maxRetries: 5 });
    mkdirSync(join(this.#folder, 'data'));
    own(join(this.#folder, 'data'));
    await this.start();
  }

  /** Runs as the user mysql, because a full copy of a node fails under root. */
  #spawn(options: readonly string[]): ChildProcess {
    const user = isRoot ? ['--reuid=mysql', '--regid=mysql', '--init-groups'] : [];
    const command = [...user, '--pdeathsig', 'KILL', '--', must(find('mariadbd')), `--defaults-file=${this.#folder}/my.cnf`, ...options];
    return spawn(must(find('setpriv')), command, { stdio: 'ignore' });
  }

  async synced(): Promise<void> {
    const isSynced = async () => (await this.status('wsrep_local_state_comment'))[0] === 'Synced' && (await this.isPrimary());
    await eventually(`${this.name} in the cluster`, SYNCED_WITHIN_MS, isSynced, () => this.#process?.exitCode === null).catch((error: unknown) => {
      const log = readFileSync(join(this.#folder, 'log.err'), 'utf8');
      throw new Error(`${this.name} did not come into the cluster; its log ends:\n${log.slice(-4000)}`, { cause: error });
    });
  }

  async isPrimary(): Promise<boolean> {
    return (await this.status('wsrep_cluster_status'))[0] === 'Primary';
  }

  /** kill -9. */
  kill(): void {
    this.#process?.kill('SIGKILL');
  }

  /** Takes a lock in a transaction of its own and holds it until `release`. */
  async lock(sql: string, parameters: readonly unknown[]): Promise<{ release(): void }> {
    const connection = await this.connect();
    await connection.beginTransaction();
    await connection.query(sql, [...parameters]);
    return { release: () => connection.destroy() };
  }

  async query<Row extends object>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    const connection = await this.connect();
    try {
      const [rows] = await connection.query(sql, [...parameters]);
      return rows as Row[]; // the statement's own columns
    } finally {
      connection.destroy();
    }
  }

  connect(): Promise<Connection> {
    return createConnection({ host: '127.0.0.1', port: this.port, user: 'root', connectTimeout: 2000 });
  }

  /** Values of status variables, in the order of their names. */
  async status(...names: string[]): Promise<string[]> {
    const rows = await this.query<{ Variable_name: string; Value: string }>('SHOW GLOBAL STATUS WHERE Variable_name IN (?)', [names]);
    return names.map((name) => rows.find((row) => row.Variable_name === name)?.Value ?? '');
  }

  /** How the node came back the last time. IST: it received the missed changes. SST: it received everything. */
  get cameBackBy(): string {
    const log = readFileSync(join(this.#folder, 'log.err'), 'utf8');
    return log.slice(log.lastIndexOf('Starting MariaDB')).match(/rsync (IST|SST) completed on joiner/)?.[1] ?? 'nothing sent';
  }
}

function own(path: string): void {
  if (isRoot) spawnSync('chown', ['mysql:mysql', path]);
}

/** Opens all ports before it closes the first, so that no port is returned twice. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<Server>(
          (resolve) =>
            void createServer().listen(0, '127.0.0.1', function (this: Server) {
              resolve(this);
            }),
        ),
    ),
  );
  return Promise.all(
    servers.map((server) => {
      const address = server.address();
      return new Promise<number>((resolve) => server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0)));
    }),
  );
}
