import type { AccountPorts } from '../accounts/ports.ts';
import { emptyMemory, inMemoryPorts } from '../memory/index.ts';
import type { Ports } from '../selling/ports.ts';
import type { Store, StorePorts } from './store.ts';

/** An empty store in memory, for the contract suites. */
export async function inMemoryStore(overrides: Partial<Ports & AccountPorts> = {}): Promise<Store> {
  const { movements, ...ports } = inMemoryPorts(overrides);
  return { ports, fresh: ports, movements, close: async () => {} };
}

/** The time by which plain reads lag behind commits. */
export const READ_LAG_MS = 100;

/**
 * An empty store in memory whose plain reads come from a replica that lags by READ_LAG_MS, as behind a read/write splitter. All suites pass
 * on it, except read-your-writes.
 */
export async function laggingInMemoryStore(overrides: Partial<Ports & AccountPorts> = {}): Promise<Store> {
  const { ports, fresh, movements } = laggingPorts(overrides);
  return { ports, fresh, movements, close: async () => {} };
}

/** Ports whose plain reads lag, and ports on the same rows whose reads do not. */
export function laggingPorts(overrides: Partial<Ports & AccountPorts> = {}) {
  const memory = emptyMemory();
  const replica = emptyMemory();
  const fresh = inMemoryPorts(overrides, memory);
  const behind = inMemoryPorts(overrides, replica);

  /** Copies each commit to the replica after the lag, in the order of commits. */
  const replicating = <Arguments extends readonly unknown[], Value>(write: (...args: Arguments) => Promise<Value>) => {
    return async (...args: Arguments): Promise<Value> => {
      try {
        return await write(...args);
      } finally {
        const { events, bookings, accounts } = memory;
        const now = { events: [...events], bookings: [...bookings], accounts: [...accounts] };
        setTimeout(() => {
          renew(replica.events, now.events);
          renew(replica.bookings, now.bookings);
          renew(replica.accounts, now.accounts);
        }, READ_LAG_MS);
      }
    };
  };

  const ports: Ports & AccountPorts = {
    ...fresh,
    events: { reserveTickets: replicating(fresh.events.reserveTickets), change: replicating(fresh.events.change) as StorePorts['events']['change'] },
    bookings: { change: replicating(fresh.bookings.change) as StorePorts['bookings']['change'] },
    users: {
      find: async (id, freshness = 'plain') => (freshness === 'plain' ? await behind.users.find(id) : undefined) ?? fresh.users.find(id),
      findByEmail: (email, freshness = 'plain') => (freshness === 'plain' ? behind : fresh).users.findByEmail(email),
      findFacts: (id, freshness = 'plain') => (freshness === 'plain' ? behind : fresh).users.findFacts(id),
      findCredentials: fresh.users.findCredentials,
      change: replicating(fresh.users.change) as StorePorts['users']['change'],
    },
    eventQueries: {
      ...behind.eventQueries,
      find: async (id, freshness = 'plain') =>
        (freshness === 'plain' ? await behind.eventQueries.find(id) : undefined) ?? fresh.eventQueries.find(id),
    },
    bookingQueries: { ...behind.bookingQueries, find: async (id) => (await behind.bookingQueries.find(id)) ?? fresh.bookingQueries.find(id) },
    userQueries: behind.userQueries,
  };
  return { ports, fresh, movements: fresh.movements };
}

function renew<Row>(rows: Map<string, Row>, now: readonly (readonly [string, Row])[]): void {
  rows.clear();
  for (const [id, row] of now) rows.set(id, row);
}
