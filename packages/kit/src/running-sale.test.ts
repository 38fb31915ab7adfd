import { createRequire } from 'node:module';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { arbitraries, beginSale } from './index.ts';
import { memoryStore } from './memory-store.ts';

it('begins with a booking that holds a ticket and one that is cancelled, and names bookings in the order in which they are made', async () => {
  const store = memoryStore();
  const { eventId, take, differences } = await beginSale(store, 4);
  const statuses = async () => (await store.stored.bookings(eventId)).map(({ status, quantity }) => `${quantity} ${status}`).toSorted();
  expect(await statuses()).toEqual(['1 cancelled', '1 confirmed']);
  expect(await take({ does: 'book', quantity: 3 })).toBe('booked for 300');
  expect(await take({ does: 'book', quantity: 1 })).toBe('insufficient_tickets 0');
  expect(await take({ does: 'set', booking: 2, status: 'pending' })).toBe('is pending');
  expect(await take({ does: 'delete booking', booking: 4 })).toBe('deleted'); // of four bookings that were asked for: the first
  expect(await statuses()).toEqual(['1 cancelled', '3 pending']);
  expect(await differences()).toEqual([]);
});

it('throws what is no refusal', async () => {
  const { bookings, ...store } = memoryStore();
  const broken = { ...store, bookings: { ...bookings } };
  const sale = await beginSale(broken, 4);
  broken.bookings.change = async () => Promise.reject(new Error('a bug'));
  await expect(sale.take({ does: 'delete booking', booking: 0 })).rejects.toThrow('a bug');
});

it('the arbitraries are drawn and shrunk by another copy of fast-check too', async () => {
  const other: typeof fc = createRequire(import.meta.url)('fast-check');
  expect(other.integer).not.toBe(fc.integer);
  const noDeletion = other.property(other.array(arbitraries.step), (steps) => !steps.some(({ does }) => does === 'delete event'));
  expect(other.check(noDeletion, { seed: 1, numRuns: 1000 })).toMatchObject({ failed: true, counterexample: [[{ does: 'delete event' }]] });
});
