import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from './persistence/database.ts';
import type { Dialect, Pool } from './persistence/dialects/dialect.ts';

/** `store.ts` of the kit explains each. */
export type ScratchFault = 'no_connection' | 'deadlock' | 'in_transaction' | 'before_commit' | 'at_commit' | 'refused';
/** The faults that were asked for and have not happened yet. */
type Armed = Set<ScratchFault>;

/** Longer than a transaction tries to connect (tries.ts), so that the transaction gives up. */
const NO_CONNECTION_MS = 700;
/** Long enough for a statement to reach the server and wait for its lock. */
const WAITING_MS = 200;
/** InnoDB rolls back the transaction that has written less. The rival writes this many rows, so ours is rolled back. */
const RIVAL_ROWS = 30;
/** MySQL uses the number, and PostgreSQL the code. */
const DISK_FULL = { errno: 1021, code: '53100' };
const SYNC_FAILED = { code: 'SQLITE_IOERR_FSYNC' };
const made = (properties: { readonly code: string }) => Object.assign(new Error('a fault that was asked for'), properties);

/** Makes the next transaction go wrong where the product sends it, so that it meets the driver's own error. */
export function faultsOf({ dialect }: Database): (fault: ScratchFault) => () => boolean {
  const armed: Armed = new Set();
  if (dialect.pool === undefined) armFile(dialect, armed);
  else armServer(dialect, dialect.pool, armed);
  return (fault) => {
    armed.add(fault);
    return () => !armed.has(fault);
  };
}

function armServer(dialect: Dialect, pool: Pool, armed: Armed): void {
  const { commit, send } = dialect;
  const { ready } = pool;
  let isBackMs = Number.NEGATIVE_INFINITY;
  const armedReady: Pool['ready'] = (connection) => {
    if (armed.delete('no_connection')) isBackMs = performance.now() + NO_CONNECTION_MS;
    return performance.now() < isBackMs ? connectNowhere() : ready(connection);
  };
  const armedSend: Dialect['send'] = async (manager, statements) => {
    if (armed.delete('deadlock')) await meetDeadlock(dialect, manager);
    if (armed.delete('in_transaction')) pool.giveUp(await manager.queryRunner?.connect());
    return send(manager, statements); // the connection may be gone
  };
  const armedCommit: Dialect['commit'] = async (runner, connection) => {
    if (armed.delete('refused')) {
      await runner.query('ROLLBACK');
      throw made(DISK_FULL);
    }
    if (armed.delete('at_commit')) await commit(runner, connection);
    else if (!armed.delete('before_commit')) return commit(runner, connection);
    pool.giveUp(connection);
    return runner.query('COMMIT'); // the connection is gone
  };
  Object.assign(pool, { ready: armedReady });
  Object.assign(dialect, { send: armedSend, commit: armedCommit });
}

/** SQLite has no connections to lose and no deadlocks. So this throws SQLite's own errors in the same steps. */
function armFile(dialect: Dialect, armed: Armed): void {
  const { commit, send } = dialect;
  const armedSend: Dialect['send'] = async (manager, statements) => {
    if (armed.delete('no_connection')) throw made({ code: 'SQLITE_CANTOPEN' });
    if (armed.delete('deadlock')) throw made({ code: 'SQLITE_BUSY' });
    if (armed.delete('in_transaction')) throw made(SYNC_FAILED);
    return send(manager, statements);
  };
  const armedCommit: Dialect['commit'] = async (runner, connection) => {
    const isStored = armed.delete('at_commit');
    if (!isStored && !armed.delete('before_commit') && !armed.delete('refused')) return commit(runner, connection);
    if (isStored) await commit(runner, connection);
    else await runner.query('ROLLBACK');
    throw made(SYNC_FAILED);
  };
  Object.assign(dialect, { send: armedSend, commit: armedCommit });
}

/** Connects to a port on which nothing listens any longer, and rejects with Node's own error. */
async function connectNowhere(): Promise<never> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  await new Promise((resolve) => server.close(resolve));
  return new Promise((_, reject) => connect(address.port, '127.0.0.1').on('error', reject));
}

/**
 * A real deadlock: the transaction has locked its event, and waits for a row of a rival. The rival then waits for the event. PostgreSQL rolls
 * back the one that began to wait first, and InnoDB the one that has written less. On both it is our transaction.
 */
async function meetDeadlock({ begin, now }: Dialect, manager: Parameters<Dialect['send']>[0]): Promise<never> {
  const rival = manager.dataSource.createQueryRunner();
  const row = (number: number) => `('rival ${number}', 0, ${now})`;
  try {
    await rival.query(begin);
    await rival.query(`INSERT INTO commits (id, attempt, at) VALUES ${Array.from({ length: RIVAL_ROWS }, (_, index) => row(index)).join(', ')}`);
    const waiting: Promise<unknown> = manager.query(`INSERT INTO commits (id, attempt, at) VALUES ${row(0)}`);
    waiting.catch(() => undefined); // it is awaited below
    await sleep(WAITING_MS);
    await rival.query('SELECT id FROM events FOR UPDATE');
    await rival.query('ROLLBACK');
    await waiting;
    throw new Error('the transaction had locked no event, so there was no deadlock');
  } finally {
    await rival.query('ROLLBACK').catch(() => undefined); // after an error
    await rival.release();
  }
}
