import type { Credentials } from '@ticket/domain/accounts';
import { inMemoryPorts, type Memory } from '@ticket/domain/memory';
import type { RepositoryContext } from '@ticket/domain/spi';
import type { FullStore } from '../store.ts';

export type Replaced = Partial<Pick<FullStore, 'events' | 'bookings' | 'eventQueries' | 'users' | 'userQueries' | 'rateLimitStore'>>;
/** What a flaw puts in place of the sound ports on the same rows. */
export type Plant = (sound: FullStore, memory: Memory) => Replaced;

export const asleep = () => new Promise((resolve) => setImmediate(resolve));

/** The sound repositories, with another context for each call. */
export const withContext = ({ events, bookings }: FullStore, change: (context: RepositoryContext) => RepositoryContext): Replaced => ({
  events: {
    reserveTickets: (id, context, decide) => events.reserveTickets(id, change(context), decide),
    change: (id, context, decide) => events.change(id, change(context), decide),
  },
  bookings: { change: (id, context, decide) => bookings.change(id, change(context), decide) },
});

/** Repositories of events and bookings that see other rows of users than the rest. */
export const withAccounts = (memory: Memory, accounts: Memory['accounts']): Replaced => {
  const { events, bookings } = inMemoryPorts({}, { ...memory, accounts });
  return { events, bookings };
};

/** Rows that are looked up once and kept, for ever or for a while. */
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
