import { performance } from 'node:perf_hooks';
import { createUseCases } from '@ticket/domain';
import { inMemoryPortsWithoutAccounts } from '@ticket/domain/memory';
import { LOCKED, OPEN } from '@ticket/domain/testing';

/** Bookings a second of the ports in memory: npx tsx --conditions=@ticket/source bench/memory.ts */
const AT_ONCE = 64;
const STORED = [0, 200_000];
const ROUND = 20_000;
const ROUNDS = 5;

const policies = {
  'without limits': OPEN.policy,
  'with limits of a user': { ...LOCKED.policy, ticketsPerUserMax: 900_000, bookingChangesPerHourMax: 1_000_000_000 },
};

for (const [name, policy] of Object.entries(policies)) {
  const { createEvent, bookTickets } = createUseCases(inMemoryPortsWithoutAccounts({ policy }));
  const admin = { actor: { userId: 'admin', role: 'admin' } } as const;
  const plan = { name: 'Jazz', location: 'Palembang', eventDate: new Date('2999-01-01'), ticketPriceCents: 100, totalTickets: 900_000 };
  const events = await Promise.all(Array.from({ length: 100 }, () => createEvent(admin, plan)));
  const buyers = Array.from({ length: 1000 }, (_, index) => ({ actor: { userId: `buyer-${index}`, role: 'user' } }) as const);
  let booked = 0;
  const bookOne = () => {
    const { value: event } = events[booked % events.length] ?? (events[0] as (typeof events)[number]);
    const buyer = buyers[(booked * 7) % buyers.length] ?? admin;
    booked += 1;
    return bookTickets(buyer, { eventId: event.id, quantity: 1 });
  };
  const book = async (count: number) => {
    for (let made = 0; made < count; made += AT_ONCE) await Promise.all(Array.from({ length: AT_ONCE }, bookOne));
  };
  for (const stored of STORED) {
    await book(Math.max(0, stored - booked));
    const start = booked;
    const rates: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const [before, from] = [performance.now(), booked];
      await book(ROUND);
      rates.push(Math.round((1000 * (booked - from)) / (performance.now() - before)));
    }
    rates.sort((one, other) => one - other);
    console.log(`${name}, over ${start} stored bookings: ${rates[2]} a second, ${rates[0]} to ${rates.at(-1)}`);
  }
}
