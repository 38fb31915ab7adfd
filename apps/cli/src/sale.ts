import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Booking, UseCases, VouchedUser } from '@ticket/domain';
import { Refusal, Unavailable } from '@ticket/domain';
import { pagesOf } from './walk.ts';

/** A sale under way: one event, and buyers who each order one ticket. */
export interface Sale {
  readonly eventId: string;
  readonly arrivalsMs: readonly number[];
  /** The user who presses the button as the buyer of this number. */
  readonly buyerOf: (index: number) => VouchedUser;
}

/** What has happened so far. It changes while the sale runs. */
export interface Tally {
  /** The bookings that buyers were told of. */
  readonly sold: Booking[];
  refused: number;
  /** Orders whose buyers were told that nobody knows whether they were stored. */
  unknown: number;
  /** Orders of buyers who were told to come again, came often, and gave up. */
  turnedAway: number;
  /** Times that a buyer was told to come again, and did. */
  repeated: number;
  /** The time from the press to the answer, for each buyer. */
  readonly answeredMs: number[];
  /** When each sold ticket was answered, from the opening. */
  readonly soldAtMs: number[];
  readonly buyers: number;
}

export const emptyTally = (buyers: number): Tally => ({
  sold: [],
  refused: 0,
  unknown: 0,
  turnedAway: 0,
  repeated: 0,
  answeredMs: [],
  soldAtMs: [],
  buyers,
});

/** How often a buyer comes again while the server is too busy. */
const TRIES_MAX = 20;
/** A server that asks for a longer wait has a fault, such as a full disk, and the sale ends. */
const WAIT_MAX_SECONDS = 5;

/** Lets every buyer order, and resolves when each has an answer. After `signal` nobody orders any more. Any other error ends the sale. */
export async function hold({ bookTickets }: Pick<UseCases, 'bookTickets'>, sale: Sale, tally: Tally, signal: AbortSignal): Promise<void> {
  setMaxListeners(0, signal); // every buyer who waits listens to it
  const openedAt = performance.now();
  const now = () => performance.now() - openedAt;
  const buy = async (index: number): Promise<void> => {
    const pressedAt = now();
    for (let tries = 1; ; tries += 1) {
      try {
        const { value } = await bookTickets({ actor: sale.buyerOf(index) }, { eventId: sale.eventId, quantity: 1 });
        tally.sold.push(value);
        tally.soldAtMs.push(now());
        break;
      } catch (error) {
        if (error instanceof Refusal && error.code === 'insufficient_tickets') {
          tally.refused += 1;
          break;
        }
        if (!(error instanceof Unavailable)) throw error;
        if (error.outcome === 'unknown') {
          tally.unknown += 1;
          break;
        }
        if (error.retryAfterSeconds > WAIT_MAX_SECONDS) throw error;
        if (tries === TRIES_MAX || signal.aborted) {
          tally.turnedAway += 1;
          break;
        }
        tally.repeated += 1;
        // Buyers who were told to come again do not all come at the same moment, and come less often each time.
        await sleep(error.retryAfterSeconds * 1000 * Math.min(tries, 5) * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => undefined);
      }
    }
    tally.answeredMs.push(now() - pressedAt);
  };

  const buyers: Promise<void>[] = [];
  for (const [index, atMs] of sale.arrivalsMs.entries()) {
    if (atMs > now()) await sleep(atMs - now(), undefined, { signal }).catch(() => undefined);
    if (signal.aborted) break;
    buyers.push(buy(index));
  }
  const failed = (await Promise.allSettled(buyers)).find((one) => one.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/** What is wrong with the stored bookings of a finished sale, compared with what the buyers were told. */
export async function differencesOf(
  { listAttendees, auditStock, readEvent }: Pick<UseCases, 'listAttendees' | 'auditStock' | 'readEvent'>,
  eventId: string,
  { sold, unknown }: Tally,
): Promise<readonly string[]> {
  const context = { actor: 'operator' } as const;
  const differences: string[] = [];
  for await (const part of auditStock(context, { eventId }))
    differences.push(...part.differences.map(({ rule, expected, found }) => `${rule}: expected ${expected}, found ${found}`));
  const stored = new Map<string, number>();
  const attendees = pagesOf((request) => listAttendees(context, eventId, request), {});
  for await (const page of attendees) for (const { id, quantity } of page) stored.set(id, quantity);
  const told = new Set(sold.map(({ id }) => id));
  if (told.size !== sold.length) differences.push(`${sold.length - told.size} buyers were told of a booking that another buyer has`);
  const lost = [...told].filter((id) => !stored.has(id));
  if (lost.length > 0) differences.push(`${lost.length} bookings that buyers were told of are not stored, such as ${lost[0]}`);
  const untold = [...stored.keys()].filter((id) => !told.has(id));
  if (untold.length > unknown) differences.push(`${untold.length} bookings are stored that no buyer was told of, such as ${untold[0]}`);
  const tickets = [...stored.values()].reduce((sum, quantity) => sum + quantity, 0);
  const { totalTickets, availableTickets } = await readEvent(context, eventId);
  if (tickets + availableTickets !== totalTickets)
    differences.push(`${tickets} tickets are booked and ${availableTickets} are left, of ${totalTickets}`);
  return differences;
}
