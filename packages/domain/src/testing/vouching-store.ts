import { inMemoryPorts, inMemoryPortsWithoutAccounts } from '../memory/index.ts';
import { type ActorRef, actorNow, rowNeededBy } from '../requests/actor.ts';
import type { Ports } from '../selling/ports.ts';
import type { Store, StorePorts } from './store.ts';

/** The ports of a store without accounts. */
export type StorePortsWithoutAccounts = Omit<StorePorts, 'users' | 'userQueries'>;

/**
 * A store without accounts, behind an app that has accounts of its own, in memory: it finds the holder of a token there, and vouches for them. So
 * the suites that make users and hand over their tokens run on it, except for what only keys between tables and rows under a lock keep.
 */
export function vouchingStore({ ports, ...store }: Omit<Store, 'ports' | 'fresh'> & { readonly ports: StorePortsWithoutAccounts }): Store {
  const { users, userQueries } = inMemoryPorts();
  const { events, bookings } = ports;
  async function vouched<Context extends { readonly actor: ActorRef }>(context: Context): Promise<Context> {
    const { actor: ref } = context;
    // Looked up for everybody, so that calls stay in the order they came.
    const actor = actorNow(ref, await users.find(rowNeededBy(ref) ?? ''));
    if (typeof actor === 'string') return { ...context, actor: actor === 'stale' ? 'anonymous' : actor };
    return { ...context, actor: { userId: actor.id, role: actor.role } };
  }
  const all: StorePorts = {
    ...ports,
    users,
    userQueries,
    events: {
      reserveTickets: async (id, context, decide) => events.reserveTickets(id, await vouched(context), decide),
      change: async (id, context, decide) => events.change(id, await vouched(context), decide),
    },
    bookings: { change: async (id, context, decide) => bookings.change(id, await vouched(context), decide) },
  };
  return { ...store, ports: all, fresh: all };
}

/** The same on memory. */
export async function inMemoryStoreWithoutAccounts(overrides: Partial<Omit<Ports, 'users'>> = {}): Promise<Store> {
  const { movements, ...ports } = inMemoryPortsWithoutAccounts(overrides);
  return vouchingStore({ ports, movements, close: async () => {} });
}
