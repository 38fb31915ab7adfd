// What the types of the client promise to importers. `npm run types` compiles this file, and nothing runs it.
import { type Answer, type Client, createClient, type DataOf, type FailureCode, type ListId, Refusal, type Schemas } from '@ticket/client';

type Same<One, Other> = (<T>() => T extends One ? 1 : 2) extends <T>() => T extends Other ? 1 : 2 ? true : false;
/** Compiles only when the two types are the same. */
declare function same<One, Other>(proof: Same<One, Other>): void;

export async function callsAreTypedByTheDocument(client: Client, signal: AbortSignal): Promise<void> {
  const booking = await client.bookTickets({ body: { event_id: 'e', quantity: 2 }, idempotencyKey: 'k', signal, timeoutMs: 1000 });
  same<Answer<Schemas['Booking']>, typeof booking>(true);
  same<'pending' | 'confirmed' | 'cancelled', typeof booking.data.status>(true);
  // @ts-expect-error The quantity is missing.
  void client.bookTickets({ body: { event_id: 'e' } });
  // @ts-expect-error The body is missing.
  void client.bookTickets();
  // @ts-expect-error A booking has no condition.
  void client.bookTickets({ body: { event_id: 'e', quantity: 2 }, ifMatch: '"1"' });
  void client.changeEvent({ id: 'e', body: { ticket_price: '75000.00' }, ifMatch: booking.etag });
  // @ts-expect-error The id is missing.
  void client.changeEvent({ body: { ticket_price: 75_000 } });
  // @ts-expect-error A change has no key.
  void client.changeEvent({ id: 'e', body: {}, idempotencyKey: 'k' });
  // @ts-expect-error No booking has this status.
  void client.changeBookingStatus({ id: 'b', body: { status: 'paid' } });
  same<Answer<undefined>, Awaited<ReturnType<typeof client.logout>>>(true);
  void client.me();
  // @ts-expect-error No operation has this name.
  void client.buyTickets();
}

export async function whatWasReadCanBeSentBack(client: Client): Promise<void> {
  const { data, etag } = await client.readEvent({ id: 'e' });
  await client.changeEvent({ id: data.id, body: { ...data, name: 'Another' }, ifMatch: etag });
}

export async function onlyListsHavePages(client: Client): Promise<void> {
  same<'listUsers' | 'listEvents' | 'listAttendees' | 'listBookings', ListId>(true);
  for await (const event of client.listEvents.rows({ query: { q: 'jazz', sort: '-event_date' } })) same<Schemas['EventView'], typeof event>(true);
  for await (const page of client.listBookings.pages()) same<Answer<DataOf<'listBookings'>>, typeof page>(true);
  void client.listAttendees.rows({ id: 'e', query: { limit: 10 } });
  // @ts-expect-error The id is missing.
  void client.listAttendees.rows();
  // @ts-expect-error No order has this name.
  void client.listEvents({ query: { sort: 'price' } });
  // @ts-expect-error A user has no pages.
  void client.readUser.pages;
}

export function refusalsNarrowByTheirCode(error: unknown): number {
  if (!(error instanceof Refusal)) return 0;
  same<FailureCode, typeof error.code>(true);
  // @ts-expect-error Before the code is known, `errors` may be anything.
  void error.errors.available;
  switch (error.code) {
    case 'insufficient_tickets':
      return error.errors.available + error.errors.requested;
    case 'total_below_held':
      return error.errors.sold;
    case 'invalid_input':
      return error.errors.filter(({ field }) => field === 'quantity').length;
    case 'email_taken':
      same<null, typeof error.errors>(true);
      return 0;
    case 'unknown':
      same<unknown, typeof error.errors>(true);
      return error.status;
    // @ts-expect-error No refusal has this code.
    case 'sold_out':
      return 0;
    default:
      return error.retryAfterMs ?? 0;
  }
}

export function settingsAreChecked(): void {
  createClient({ baseUrl: 'http://localhost:3000', token: async () => undefined, attemptsMax: 1 });
  createClient({ baseUrl: new URL('http://localhost:3000'), token: undefined });
  // @ts-expect-error The address is missing.
  createClient({ token: 'ey' });
  // @ts-expect-error The setting is `attemptsMax`.
  createClient({ baseUrl: 'http://localhost:3000', retries: 3 });
}
