// What the types promise to importers. `npm run types` compiles this file, and nothing runs it: an error that is no longer one is an error.
import {
  type Answer,
  type Booking,
  type BookingRepository,
  createUseCases,
  type Event,
  type EventRepository,
  type Page,
  type Ports,
  Refusal,
  type RefusalCode,
  type RequestContext,
  refuse,
  SELLING_POLICY,
  type SellingPolicy,
} from '@ticket/domain';
import { type AccountPorts, createAccountUseCases } from '@ticket/domain/accounts';
import { inMemoryPorts, inMemoryPortsWithoutAccounts } from '@ticket/domain/memory';
import { settle } from '@ticket/domain/spi';

type Same<One, Other> = (<T>() => T extends One ? 1 : 2) extends <T>() => T extends Other ? 1 : 2 ? true : false;
/** Compiles only when the two types are the same. */
declare function same<One, Other>(proof: Same<One, Other>): void;

export function refusalsNarrowByTheirCode(error: unknown): number {
  if (!(error instanceof Refusal)) return 0;
  // @ts-expect-error Before the code is known, the details are those of any refusal.
  void error.details.available;
  switch (error.code) {
    case 'insufficient_tickets':
      return error.details.available + error.details.requested;
    case 'too_many_for_a_user':
      return error.details.held;
    case 'not_found':
      same<'user' | 'event' | 'booking', typeof error.details.entity>(true);
      // @ts-expect-error A refusal of another code has these.
      return error.details.requested;
    // @ts-expect-error No refusal has this code.
    case 'sold_out':
      return 0;
    default:
      return 0;
  }
}

export function refusingNeedsTheFacts(code: RefusalCode): void {
  if (code === 'forbidden') refuse('forbidden', { reason: 'not_owner' });
  // @ts-expect-error The number that was requested is missing.
  refuse('insufficient_tickets', { available: 1 });
}

export function portsMayLeaveAccountsOut(ports: Ports, accounts: AccountPorts): void {
  createUseCases({ ...ports, users: 'none' });
  createUseCases(inMemoryPortsWithoutAccounts());
  createUseCases({ ...ports, users: accounts.users });
  createAccountUseCases(inMemoryPorts());
  // @ts-expect-error Accounts need a store of users.
  createAccountUseCases(inMemoryPortsWithoutAccounts());
  const { clock: _, ...timeless } = ports;
  // @ts-expect-error A port is missing.
  createUseCases(timeless);
}

export function whatADecisionReturnsIsWhatTheCallerGets(events: EventRepository, bookings: BookingRepository, event: Event, booking: Booking): void {
  const context = { actor: 'operator' } as const;
  same<Promise<Answer<Event>>, ReturnType<typeof edited>>(true);
  const edited = () => events.change('e', context, () => event);
  same<Promise<Answer<undefined>>, ReturnType<typeof deleted>>(true);
  const deleted = () => events.change('e', context, () => undefined);
  same<Promise<Booking>, ReturnType<typeof kept>>(true);
  const kept = () => bookings.change('b', context, () => booking);
  // @ts-expect-error A decision is synchronous.
  void events.change('e', context, async () => event);
  // @ts-expect-error A reservation gives a booking.
  void events.reserveTickets('e', context, () => undefined);
}

export async function useCasesGiveValues(context: RequestContext): Promise<void> {
  const { bookTickets, changeBookingStatus, deleteEvent, listBookings } = createUseCases(inMemoryPorts());
  same<Answer<Booking>, Awaited<ReturnType<typeof bookTickets>>>(true);
  same<undefined, Awaited<ReturnType<typeof deleteEvent>>>(true);
  const page: Page<Booking> = await listBookings(context, {});
  same<number | undefined, typeof page.total>(true);
  // @ts-expect-error No booking has this status.
  await changeBookingStatus(context, 'b', { status: 'paid' });
  // @ts-expect-error The quantity is missing.
  await bookTickets(context, { eventId: 'e' });
}

export function anUnknownOptionIsAnError(context: RequestContext, rows: Parameters<typeof settle>[1]): void {
  const { bookTickets, listEvents } = createUseCases(inMemoryPorts());
  // @ts-expect-error An order has no seats.
  void bookTickets(context, { eventId: 'e', quantity: 1, seats: ['A1'] });
  // @ts-expect-error A list has no pages.
  void listEvents(context, { page: 2 });
  // @ts-expect-error The option is `runsTwice`.
  settle([], rows, new Date(), { runTwice: true });
  // @ts-expect-error A policy has no such limit.
  const _policy: SellingPolicy = { ...SELLING_POLICY, ticketsMax: 4 };
  // @ts-expect-error Not a role.
  const _actor: RequestContext = { actor: { userId: 'ani', role: 'owner' } };
}
