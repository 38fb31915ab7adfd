import { Unavailable } from '@ticket/domain';
import type { Flaw } from './flaws.ts';
import { ConnectionLost, type Deadlock, type Stored, storeIn, type Tables } from './tables.ts';

type Has = (flaw: Flaw) => boolean;

/** Throws the error of a call that gets no connection. */
export function refuseConnection(has: Has): never {
  const cause = new ConnectionLost('nothing listens there');
  throw has('an error of connecting is thrown as it is') ? cause : new Unavailable('no connection', { outcome: 'not_done', cause });
}

/** Ends a transaction that a deadlock has rolled back. With the flaw, it stores all writes except the change of the event's row. */
export function endDeadlock(tables: Tables, stored: Stored, error: Deadlock, has: Has): void {
  if (has('a deadlock is thrown as it is')) throw error;
  if (!has('a transaction goes on after a deadlock has rolled it back'))
    throw new Unavailable('rolled back for another transaction', { outcome: 'not_done', cause: error });
  storeIn(tables, { ...stored, writes: { ...stored.writes, changedEvents: [] } });
}

/** With the flaw, a decision whose COMMIT was lost runs once more, on rows that may contain its own writes. */
export function decideAgain<Value>(error: unknown, has: Has, decide: () => Promise<Value>): Promise<Value> {
  const isLost = error instanceof Unavailable && error.cause instanceof ConnectionLost;
  return has('a lost COMMIT is decided again') && isLost ? decide() : Promise.reject(error);
}
