import {
  type Booking,
  type BookingStatus,
  changedEvent,
  type Event,
  type EventChanges,
  heldTickets,
  newBooking,
  refuse,
  type StockMovement,
  withStatus,
} from '@ticket/domain';
import type { User, UserRepository } from '@ticket/domain/accounts';
import type { RepositoryContext } from '@ticket/domain/spi';
import { anEvent, anId, aUser, NOW } from './builders.ts';
import type { Store } from './store.ts';

/** The context of the operator, who may do everything. */
export const OPERATOR = { actor: 'operator' } as const satisfies RepositoryContext;

/** The context of a user whom the app vouches for. */
export const vouched = (userId: string, role: 'user' | 'admin' = 'user') => ({ actor: { userId, role } }) as const satisfies RepositoryContext;

/** The context of a user with a token that is valid for this row. */
export const holder = ({ id: userId, tokenVersion }: User) => ({ actor: { userId, tokenVersion } }) as const satisfies RepositoryContext;

/** A text in the form of a bcrypt hash. No password fits it. */
export const SOME_HASH = `$2b$04$${'abcdefghijklmnopqrstuv.'.repeat(3).slice(0, 53)}`;

/** Makes a user with a row, for stores that have accounts. */
export async function madeUser(users: UserRepository, overrides: Partial<User> = {}): Promise<User> {
  const user = aUser(overrides);
  await users.change(user.id, OPERATOR, () => ({ user, passwordHash: SOME_HASH }));
  return user;
}

type WithId = { readonly id: string };

/** Makes, changes and looks at rows through the ports of a store. `touched` collects the ids of the events, so that they can be audited. */
export function rowsOf(store: Store, touched: Set<string> = new Set()) {
  const { events, bookings, stored } = store;
  async function user(): Promise<string> {
    if (store.users === undefined) return (await store.newUserId?.()) ?? anId();
    return (await madeUser(store.users)).id;
  }
  async function event(overrides: Partial<Event> = {}): Promise<Event> {
    const plan = anEvent({ ...overrides, organizerId: overrides.organizerId ?? (await user()) });
    touched.add(plan.id);
    return (await events.change(plan.id, OPERATOR, () => plan)).value;
  }
  return {
    /** The id of a user who can have bookings and events. */
    user,
    /** An event of ten tickets unless told otherwise. */
    event,
    /** Books one ticket at the event's price of now. Refuses when the event is gone or has too few tickets. */
    book: async (
      { id: eventId }: WithId,
      { userId, quantity = 1, id = anId(), now = NOW }: { userId: string; quantity?: number; id?: string; now?: Date },
      context: RepositoryContext = OPERATOR,
    ): Promise<Booking> => {
      const { value } = await events.reserveTickets(eventId, context, ({ event: sold }) =>
        newBooking(sold ?? refuse('not_found', { entity: 'event', id: eventId }), { id, userId, quantity, now }),
      );
      return value;
    },
    setStatus: ({ id }: WithId, status: BookingStatus): Promise<Booking> =>
      bookings.change(id, OPERATOR, ({ booking }) => withStatus(booking ?? refuse('not_found', { entity: 'booking', id }), status)),
    deleteBooking: ({ id }: WithId): Promise<undefined> =>
      bookings.change(id, OPERATOR, ({ booking }) => (booking === undefined ? refuse('not_found', { entity: 'booking', id }) : undefined)),
    edit: async ({ id }: WithId, changes: EventChanges, now = NOW): Promise<Event> => {
      const { value } = await events.change(id, OPERATOR, ({ event: before }) =>
        changedEvent(before ?? refuse('not_found', { entity: 'event', id }), changes, now),
      );
      return value;
    },
    deleteEvent: async ({ id }: WithId): Promise<void> => {
      await events.change(id, OPERATOR, ({ event: before }) => {
        if (before === undefined) refuse('not_found', { entity: 'event', id });
        if (heldTickets(before) > 0) refuse('event_has_active_bookings', {});
        return undefined;
      });
    },
    /** The event's row as it is stored; undefined when it is gone. */
    stored: ({ id }: WithId): Promise<Event | undefined> => stored.event(id),
    /** Tickets in stock; undefined when the event is gone. */
    available: async ({ id }: WithId): Promise<number | undefined> => (await stored.event(id))?.availableTickets,
    /** The event's bookings as they are stored, by id. */
    bookings: async ({ id }: WithId): Promise<readonly Booking[]> =>
      (await stored.bookings(id)).toSorted((one, other) => (one.id < other.id ? -1 : 1)),
    movements: ({ id }: WithId): Promise<readonly StockMovement[]> => stored.movements(id),
    /** Each line of the event's ledger in short: version, reason, delta, available after. */
    moves: async ({ id }: WithId) =>
      (await stored.movements(id)).map(({ stockVersion, reason, delta, availableAfter }) => [stockVersion, reason, delta, availableAfter]),
  };
}
export type Rows = ReturnType<typeof rowsOf>;

/** Calls that come at the same time, in this order. */
export const times = <Value>(count: number, make: (index: number) => Value): Value[] => Array.from({ length: count }, (_, index) => make(index));
