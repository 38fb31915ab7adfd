import { inMemoryPorts, inMemoryPortsWithoutAccounts } from '../memory/index.ts';
import { type ActorRef, actorNow, rowNeededBy } from '../requests/actor.ts';
import type { Ports } from '../selling/ports.ts';
import type { Store, StorePorts } from './store.ts';

/** The ports of a store without accounts. */
export type StorePortsWithoutAccounts = Omit<StorePorts, 'users' | 'userQueries'>;

/**
 * A store without accounts, together with an app that has its own accounts in memory. The app finds the holder of a token and vouches for
 * them. So suites that create users and pass their tokens run on this store. Tests that need foreign keys or locked rows of users do not.
 */
function vouchingStore({ ports, ...store }: Omit<Store, 'ports' | 'fresh'> & { readonly ports: StorePortsWithoutAccounts }): Store {
  const { users, userQueries } = inMemoryPorts();
  const { events, bookings } = ports;
  async function vouched<Context extends { readonly actor: ActorRef }>(context: Context): Promise<Context> {
    const { actor: ref } = context;
    // The app looks up every actor, so that calls keep their order.
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

/** The same store in memory. */
export async function inMemoryStoreWithoutAccounts(overrides: Partial<Omit<Ports, 'users'>> = {}): Promise<Store> {
  const { movements, ...ports } = inMemoryPortsWithoutAccounts(overrides);
  return vouchingStore({ ports, movements, close: async () => {} });
}
