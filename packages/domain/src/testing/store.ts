import type { AccountPorts } from '../accounts/ports.ts';
import type { User } from '../accounts/user.ts';
import type { TokenHolder } from '../requests/actor.ts';
import type { RequestContext } from '../requests/context.ts';
import type { Answer } from '../requests/idempotency.ts';
import { Refusal, refuse } from '../requests/refusal.ts';
import type { Ports } from '../selling/ports.ts';
import { type Booking, type BookingStatus, newBooking, withStatus } from '../stock/booking.ts';
import { changedEvent, type Event, heldTickets } from '../stock/event.ts';
import type { StockMovement } from '../stock/ledger.ts';
import { anEvent, anId, aUser, NOW } from './builders.ts';

/** The ports that use the database. */
export type StorePorts = Pick<
  Ports,
  'events' | 'bookings' | 'eventQueries' | 'bookingQueries' | 'stockQueries' | 'idempotencyRecords' | 'rateLimitStore'
> &
  Pick<AccountPorts, 'users' | 'userQueries'>;

/** What a contract suite needs: an empty store of the engine under test, and the ledger, which no port shows. */
export interface Store {
  readonly ports: StorePorts;
  /** Ports on the same rows whose reads never lag. If the plain reads of `ports` do not lag, `fresh` is `ports`. */
  readonly fresh: StorePorts;
  /** The ledger lines of an event, also of a deleted one, by version. */
  movements(eventId: string): Promise<readonly StockMovement[]>;
  close(): Promise<void>;
}

/** A context without a key, which both use cases and repositories accept. */
type Unkeyed = Pick<RequestContext, 'actor'>;

export const OPERATOR: Unkeyed = { actor: 'operator' };

/** The actor who holds a token of this user, issued at this token version. */
export const refOf = ({ id, tokenVersion }: User): TokenHolder => ({ userId: id, tokenVersion });
export const as = (user: User): Unkeyed => ({ actor: refOf(user) });

/** The result of a call as a word: `done`, the code of its refusal, or the message of another error. */
export const answerOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'done',
    (error: unknown) => (error instanceof Refusal ? error.code : String(error instanceof Error ? error.message : error)),
  );
export const answersOf = (calls: readonly Promise<unknown>[]): Promise<string[]> => Promise.all(calls.map(answerOf));

/** The value of an answer, whether it was created now or replayed. */
export const unwrapped = async <Value>(answer: Promise<Answer<Value>>): Promise<Value> => (await answer).value;

/** Calls that come at the same time, in this order. */
export const times = <Value>(count: number, make: (index: number) => Value): Value[] => Array.from({ length: count }, (_, index) => make(index));

/** A text in the form of a bcrypt hash. No password has it. */
const SOME_HASH = `$2b$04$${'abcdefghijklmnopqrstuv.'.repeat(3).slice(0, 53)}`;

/** Creates, changes and reads rows only through the ports, so that a suite runs on every engine, with its foreign keys. */
export function rowsOf(ports: StorePorts, fresh: StorePorts = ports) {
  const { events, bookings, users } = ports;
  const { eventQueries, bookingQueries } = fresh;
  async function user(overrides: Partial<User> = {}): Promise<User> {
    const made = aUser(overrides);
    await users.change(made.id, OPERATOR, () => ({ user: made, passwordHash: SOME_HASH }));
    return made;
  }
  async function event(overrides: Partial<Event> = {}): Promise<Event> {
    const organizerId = overrides.organizerId ?? (await user({ role: 'admin' })).id;
    const plan = anEvent({ ...overrides, organizerId });
    return unwrapped(events.change(plan.id, OPERATOR, () => plan));
  }
  return {
    user,
    event,
    /** Books at the event's current price. Refuses if the event is deleted or has too few tickets. */
    book: (
      { id: eventId }: { readonly id: string },
      { userId, quantity = 1, id = anId(), now = NOW }: { userId: string; quantity?: number; id?: string; now?: Date },
    ): Promise<Booking> =>
      unwrapped(
        events.reserveTickets(eventId, OPERATOR, ({ event: sold }) =>
          newBooking(sold ?? refuse('not_found', { entity: 'event', id: eventId }), { id, userId, quantity, now }),
        ),
      ),
    setStatus: ({ id }: { readonly id: string }, status: BookingStatus): Promise<Booking> =>
      bookings.change(id, OPERATOR, ({ booking }) => withStatus(booking ?? refuse('not_found', { entity: 'booking', id }), status)),
    deleteBooking: ({ id }: { readonly id: string }): Promise<undefined> =>
      bookings.change(id, OPERATOR, ({ booking }) => (booking === undefined ? refuse('not_found', { entity: 'booking', id }) : undefined)),
    edit: ({ id }: { readonly id: string }, changes: Parameters<typeof changedEvent>[1], now = NOW): Promise<Event> =>
      unwrapped(
        events.change(id, OPERATOR, ({ event: before }) => changedEvent(before ?? refuse('not_found', { entity: 'event', id }), changes, now)),
      ),
    deleteEvent: ({ id }: { readonly id: string }): Promise<undefined> =>
      unwrapped(
        events.change(id, OPERATOR, ({ event: before }) => {
          if (before === undefined) refuse('not_found', { entity: 'event', id });
          if (heldTickets(before) > 0) refuse('event_has_active_bookings', {});
          return undefined;
        }),
      ),
    deleteUser: ({ id }: { readonly id: string }): Promise<undefined> =>
      unwrapped(users.change(id, OPERATOR, ({ user: before }) => (before === undefined ? refuse('not_found', { entity: 'user', id }) : undefined))),
    demote: ({ id }: { readonly id: string }): Promise<unknown> =>
      users.change(id, OPERATOR, ({ user: before, hasOtherAdmins }) => {
        if (before === undefined) refuse('not_found', { entity: 'user', id });
        if (before.role === 'admin' && !hasOtherAdmins) refuse('last_admin', {});
        return { user: { ...before, role: 'user' } };
      }),
    /** The event's row, without its organizer; undefined if it is deleted. */
    eventRow: async ({ id }: { readonly id: string }): Promise<Event | undefined> => {
      const view = await eventQueries.find(id);
      if (view === undefined) return undefined;
      const { organizer: _, ...row } = view;
      return row;
    },
    /** The tickets in stock; undefined if the event is deleted. */
    available: async ({ id }: { readonly id: string }): Promise<number | undefined> => (await eventQueries.find(id))?.availableTickets,
    /** A user's bookings without what is nested in them, newest first. */
    bookingRows: async (userId: string): Promise<readonly Booking[]> => {
      const { rows } = await bookingQueries.list({ userId, offset: 0, limit: 1000 });
      return rows.map(({ user: _user, event: _event, ...row }) => row);
    },
  };
}
export type Rows = ReturnType<typeof rowsOf>;
