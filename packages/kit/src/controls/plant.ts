import type { Credentials } from '@ticket/domain/accounts';
import { inMemoryPorts, type Memory } from '@ticket/domain/memory';
import type { RepositoryContext } from '@ticket/domain/spi';
import type { FullStore } from '../store.ts';

export type Replaced = Partial<Pick<FullStore, 'events' | 'bookings' | 'eventQueries' | 'users' | 'userQueries' | 'rateLimitStore'>>;
/** Makes the flawed ports that replace the correct ones. They use the same rows. */
export type Plant = (sound: FullStore, memory: Memory) => Replaced;

export const asleep = () => new Promise((resolve) => setImmediate(resolve));

/** The correct repositories, but `change` replaces the context of each call. */
export const withContext = ({ events, bookings }: FullStore, change: (context: RepositoryContext) => RepositoryContext): Replaced => ({
  events: {
    reserveTickets: (id, context, decide) => events.reserveTickets(id, change(context), decide),
    change: (id, context, decide) => events.change(id, change(context), decide),
  },
  bookings: { change: (id, context, decide) => bookings.change(id, change(context), decide) },
});

/** Repositories of events and bookings that read users from `accounts`, while other ports read them from `memory`. */
export const withAccounts = (memory: Memory, accounts: Memory['accounts']): Replaced => {
  const { events, bookings } = inMemoryPorts({}, { ...memory, accounts });
  return { events, bookings };
};

/** A cache of users' rows. A row that was read once is not read again for `forMs`. */
export class Remembering extends Map<string, Credentials> {
  readonly #rows: Memory['accounts'];
  readonly #forMs: number;
  readonly #known = new Map<string, { readonly row: Credentials; readonly until: number }>();
  constructor(rows: Memory['accounts'], forMs: number) {
    super();
    this.#rows = rows;
    this.#forMs = forMs;
  }
  override has(id: string): boolean {
    return this.#rows.has(id);
  }
  override get(id: string): Credentials | undefined {
    const known = this.#known.get(id);
    if (known !== undefined && known.until > performance.now()) return known.row;
    const row = this.#rows.get(id);
    if (row !== undefined) this.#known.set(id, { row, until: performance.now() + this.#forMs });
    return row;
  }
}
