// Two faults that `fault()` of the store makes, as they happen on a real server.
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

/** Rejects with the error of a connection that is refused: nothing listens on port 1. */
export const connectNowhere = () => new pg.Client({ host: '127.0.0.1', port: 1 }).connect();

/**
 * Rejects with the error of a deadlock. The client has locked its event, and waits for the mark of a rival. The rival then waits for the event.
 * PostgreSQL rolls back the transaction that began to wait first.
 */
export async function meetDeadlock(pool, client) {
  const rival = await pool.connect();
  await rival.query("BEGIN; INSERT INTO marks VALUES ('rival')");
  const waiting = client.query("INSERT INTO marks VALUES ('rival')");
  waiting.catch(() => {}); // it is looked at below
  await sleep(200);
  await rival.query('SELECT 1 FROM events FOR UPDATE; ROLLBACK').finally(() => rival.release(true));
  await waiting;
}
