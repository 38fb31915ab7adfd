import type { Booking, Event, StockMovement } from '@ticket/domain';
import type { IdempotencyRecord, Writes } from '@ticket/domain/spi';
import type { Fault } from '../store.ts';

/** The connection was lost. The client does not know whether the COMMIT was stored. */
export class ConnectionLost extends Error {}
/** The database refused the COMMIT, and stored nothing. */
export class CommitRefused extends Error {}
/** The transaction and another one waited for each other, and this one was rolled back. */
export class Deadlock extends Error {}

/** A database in memory whose statements take a turn of the event loop each, so that transactions interleave as on a real one. */
export class Tables {
  readonly events = new Map<string, Event>();
  readonly bookings = new Map<string, Booking>();
  readonly ledger: StockMovement[] = [];
  readonly records = new Map<string, IdempotencyRecord & { readonly at: number }>();
  /** The ids of the stored transactions. With them a client finds out whether a lost COMMIT was stored. */
  readonly marks = new Set<number>();
  readonly locks = new Locks();

  statement(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }
}

/** Locks by name. Each goes to its callers in the order of their calls. */
export class Locks {
  readonly #waiting = new Map<string, (() => void)[]>();

  /** Waits for the lock, and returns the function that releases it. */
  async take(name: string): Promise<() => void> {
    const waiting = this.#waiting.get(name);
    if (waiting === undefined) this.#waiting.set(name, []);
    else await new Promise<void>((resolve) => waiting.push(resolve));
    return () => {
      const next = this.#waiting.get(name)?.shift();
      if (next === undefined) this.#waiting.delete(name);
      else next();
    };
  }
}

/** Lets calls that come at the same time run in the opposite order: the last one first. */
export class Backwards {
  readonly #waiting: (() => void)[] = [];

  turn(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      if (this.#waiting.length === 1)
        setImmediate(() => {
          for (const next of this.#waiting.splice(0).reverse()) next();
        });
    });
  }
}

export const recordName = (owner: string, key: string): string => `${owner} ${key}`;

/** What a successful COMMIT does to the rows. */
export interface Stored {
  readonly mark: number;
  readonly writes: Writes;
  /** True: rows with the same id are overwritten, and the key of the ledger is not checked. */
  readonly isUnguarded: boolean;
}

/** Stores everything, or nothing if a key is taken. */
export function storeIn(tables: Tables, { mark, writes, isUnguarded }: Stored): void {
  const { events, bookings, ledger, records, marks } = tables;
  if (!isUnguarded) {
    for (const { id } of writes.insertedEvents) if (events.has(id)) throw new Error(`duplicate key: event ${id}`);
    for (const { id } of writes.insertedBookings) if (bookings.has(id)) throw new Error(`duplicate key: booking ${id}`);
    for (const { eventId, stockVersion } of writes.movements)
      if (ledger.some((line) => line.eventId === eventId && line.stockVersion === stockVersion))
        throw new Error(`duplicate key: version ${stockVersion}`);
  }
  for (const event of [...writes.insertedEvents, ...writes.changedEvents.map(({ after }) => after)]) events.set(event.id, event);
  for (const { id } of writes.deletedEvents) events.delete(id);
  for (const booking of [...writes.insertedBookings, ...writes.changedBookings]) bookings.set(booking.id, booking);
  for (const { id } of writes.deletedBookings) bookings.delete(id);
  ledger.push(...writes.movements);
  for (const record of writes.idempotencyRecords) records.set(recordName(record.owner, record.key), { ...record, at: Date.now() });
  marks.add(mark);
}

/** The COMMIT of a connection, with the fault if one is given. */
export async function commit(tables: Tables, stored: Stored, fault: Fault | undefined): Promise<void> {
  await tables.statement();
  if (fault === 'deadlock') throw new Deadlock('deadlock');
  if (fault === 'in_transaction') throw new ConnectionLost('connection lost while rows were written');
  if (fault === 'before_commit') throw new ConnectionLost('connection lost before COMMIT');
  if (fault === 'refused') throw new CommitRefused('COMMIT refused');
  storeIn(tables, stored);
  if (fault === 'at_commit') throw new ConnectionLost('connection lost at COMMIT');
}
