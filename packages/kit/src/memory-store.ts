import { emptyMemory, inMemoryPorts, type Memory } from '@ticket/domain/memory';
import type { Store } from './store.ts';

/** The domain's ports in memory. Their decisions are atomic, so `beside` needs no locks, and there is no `fault`: no COMMIT can go wrong. */
export function memoryStore(memory: Memory = emptyMemory()): Store {
  const { users, userQueries, movements, ...ports } = inMemoryPorts({}, memory);
  const store: Store = {
    about: '@ticket/domain in memory',
    ...ports,
    stored: {
      event: async (id) => memory.events.get(id),
      bookings: async (eventId) => memory.bookings.ofEvent(eventId),
      movements,
    },
    beside: async () => memoryStore(memory),
    close: async () => {},
  };
  return memory.hasAccounts ? { ...store, users, userQueries } : store;
}
