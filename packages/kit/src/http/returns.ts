import { allSettled, check, equal } from '../assertions.ts';
import { times } from '../rows.ts';
import { said } from './sale-client.ts';
import type { ServerLaw } from './server-law.ts';

/** Sequences of statuses of a booking between its creation, as confirmed, and its deletion. Each possible change of status is in one of them. */
const WAYS = [
  [],
  ['pending'],
  ['cancelled'],
  ['confirmed', 'pending', 'confirmed', 'pending', 'pending'],
  ['pending', 'cancelled', 'cancelled', 'pending'],
  ['cancelled', 'confirmed', 'cancelled'],
] as const;

/** Tickets come back once. */
export const RETURNS: readonly ServerLaw[] = [
  {
    id: 'H4',
    title: 'a booking that is cancelled many times at once gives its tickets back once',
    hold: async (scene) => {
      const { client, admin, buyer } = scene;
      const event = await client.event(admin);
      const [{ id }, other] = [await client.booked(buyer, event, 2), await client.booked(buyer, event, 5)];
      const answers = await allSettled(times(12, () => client.setStatus(buyer, id, 'cancelled')));
      check(
        answers.some(({ status }) => status === 200),
        `no cancellation succeeded: ${said(answers[0] ?? { status: 0, message: '' })}`,
      );
      equal((await client.requireBooks(admin, event, [id, other.id])).available, 5, 'tickets left');
    },
  },
  {
    id: 'H5',
    title: 'a booking that is deleted many times at once is deleted once, and gives its tickets back once',
    hold: async ({ client, admin, buyer }) => {
      const event = await client.event(admin);
      const [{ id }, other] = [await client.booked(buyer, event, 2), await client.booked(buyer, event, 5)];
      const answers = await allSettled(times(12, () => client.send('DELETE', `/api/bookings/${id}`, { as: buyer })));
      equal(answers.map(({ status }) => status).toSorted(), [200, ...times(11, () => 404)], 'the answers');
      equal((await client.requireBooks(admin, event, [id, other.id])).available, 5, 'tickets left');
    },
  },
  {
    id: 'H6',
    title: 'a booking that is cancelled and deleted gives its tickets back once, one after the other and at once',
    hold: async ({ client, admin, buyer }) => {
      const event = await client.event(admin);
      const remove = (id: string) => client.send('DELETE', `/api/bookings/${id}`, { as: buyer });
      const [first, second, kept] = [await client.booked(buyer, event), await client.booked(buyer, event, 2), await client.booked(buyer, event, 4)];
      equal(said(await client.setStatus(buyer, first.id, 'cancelled')), '200 Status booking berhasil diupdate');
      equal(said(await remove(first.id)), '200 Booking berhasil dihapus');
      await allSettled([client.setStatus(buyer, second.id, 'cancelled'), remove(second.id), client.setStatus(buyer, second.id, 'cancelled')]);
      equal((await client.requireBooks(admin, event, [first.id, second.id, kept.id])).available, 6, 'tickets left');
    },
  },
  {
    id: 'H15',
    title: 'from each status to each other, and deleted in each, by its user or an admin, a booking holds its tickets or gives them back once',
    hold: async ({ client, admin, buyer }) => {
      const event = await client.event(admin, { total_tickets: 12 });
      const first = await client.booked(buyer, event, 2);
      for (const as of [buyer, admin]) {
        for (const isFull of [false, true]) {
          const filling = isFull ? [await client.booked(buyer, event, 8)] : [];
          for (const way of WAYS) {
            const { id } = await client.booked(buyer, event, 2);
            const ids = [first.id, id, ...filling.map((booking) => booking.id)];
            for (const status of way) {
              await client.setStatus(as, id, status);
              await client.requireBooks(admin, event, ids);
            }
            if (isFull && way.at(-1) === 'cancelled') {
              ids.push((await client.booked(buyer, event, 2)).id); // it takes what the cancelled one held
              await client.setStatus(as, id, 'confirmed');
              await client.requireBooks(admin, event, ids);
            }
            for (const gone of ids.slice(1).filter((one) => !filling.some((booking) => booking.id === one))) {
              await client.send('DELETE', `/api/bookings/${gone}`, { as });
              await client.requireBooks(admin, event, ids);
            }
          }
          for (const booking of filling) await client.send('DELETE', `/api/bookings/${booking.id}`, { as });
        }
      }
    },
  },
];
