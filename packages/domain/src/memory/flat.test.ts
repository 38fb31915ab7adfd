import { expect, it } from 'vitest';
import { createUseCases } from '../selling/use-cases.ts';
import { LOCKED } from '../testing/policies.ts';
import { times } from '../testing/store.ts';
import { inMemoryPortsWithoutAccounts } from './index.ts';

const ADMIN = { actor: { userId: 'ani', role: 'admin' } } as const;
const policy = { ...LOCKED.policy, ticketsPerUserMax: 900_000, bookingChangesPerHourMax: 1_000_000 };

it('a booking takes as long over 20,000 stored bookings as over 200', async () => {
  const [small, large] = [await platform(200), await platform(20_000)];
  await small.book(2000); // V8 compiles first
  await small.shrink();
  const ratios: number[] = [];
  // By turns, and the lowest of them: a busy machine makes either of them slow for a while, and never too fast.
  for (const _ of times(7, () => 0)) {
    const over200 = await timed(() => small.book(200));
    ratios.push((await timed(() => large.book(200))) / over200);
    await small.shrink();
  }
  expect(Math.min(...ratios)).toBeLessThan(3);
}, 120_000);

/** Bookings of one event by ten users: the rows that a look-up without an index would read. */
async function platform(stored: number) {
  const { createEvent, bookTickets, deleteBooking } = createUseCases(inMemoryPortsWithoutAccounts({ policy }));
  const plan = { name: 'Jazz', location: 'Palembang', eventDate: new Date('2999-01-01'), ticketPriceCents: 100, totalTickets: 900_000 };
  const { value: event } = await createEvent(ADMIN, plan);
  const made: string[] = [];
  const book = async (count: number) => {
    for (let index = 0; index < count; index += 1) {
      const buyer = { actor: { userId: `buyer-${index % 10}`, role: 'user' } } as const;
      made.push((await bookTickets(buyer, { eventId: event.id, quantity: 1 })).value.id);
    }
  };
  const shrink = async () => {
    for (const id of made.splice(stored)) await deleteBooking(ADMIN, id);
  };
  await book(stored);
  return { book, shrink };
}

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
