import { allSettled, check, equal } from '../assertions.ts';
import { times } from '../rows.ts';
import { type Answer, bookingIn, fieldsOf, said } from './sale-client.ts';
import type { ServerLaw, ServerScene } from './server-law.ts';

const SOLD = '201 Booking berhasil dibuat';
const SOLD_OUT = '400 Stok tiket tidak mencukupi';
const idsIn = (answers: readonly Answer[]): string[] => answers.filter(({ status }) => status === 201).map((answer) => bookingIn(answer).id);
const countOf = (answers: readonly Answer[], words: string): number => answers.filter((answer) => said(answer) === words).length;
/** Requires that every answer is one of these. */
function requireOnly(answers: readonly Answer[], words: readonly string[]): void {
  const others = answers.map(said).filter((each) => !words.includes(each));
  check(others.length === 0, `answers that the specification does not have here: ${[...new Set(others)].join(', ')}`);
}
/** Each buyer asks this many times. */
const everyone = <Value>({ buyers }: ServerScene, count: number, ask: (buyer: ServerScene['buyer'], index: number) => Promise<Value>) =>
  allSettled(times(count, (index) => ask(buyers[index % buyers.length] ?? { id: '', token: '' }, index)));

/** Tickets are sold once. */
export const SALES: readonly ServerLaw[] = [
  {
    id: 'H1',
    title: 'each of the last tickets is sold once, however many buyers ask at once',
    hold: async (scene) => {
      const { client, admin } = scene;
      for (const _round of times(3, () => 0)) {
        const event = await client.event(admin, { total_tickets: 5 });
        const answers = await everyone(scene, 40, (buyer) => client.book(buyer, event));
        equal([countOf(answers, SOLD), countOf(answers, SOLD_OUT)], [5, 35], 'bookings made and refused');
        equal((await client.requireBooks(admin, event, idsIn(answers))).available, 0, 'tickets left');
      }
    },
  },
  {
    id: 'H2',
    title: 'an order is sold whole while it fits, and refused when it does not',
    hold: async (scene) => {
      const { client, admin } = scene;
      const event = await client.event(admin, { total_tickets: 28 });
      const orders = await everyone(scene, 40, async (buyer, index) => ({
        asked: 1 + (index % 4),
        answer: await client.book(buyer, event, 1 + (index % 4)),
      }));
      const answers = orders.map(({ answer }) => answer);
      requireOnly(answers, [SOLD, SOLD_OUT]);
      const { available } = await client.requireBooks(admin, event, idsIn(answers));
      for (const { asked, answer } of orders) {
        if (answer.status === 201) equal(bookingIn(answer).quantity, asked, 'tickets of a booking');
        else check(asked > available, `an order of ${asked} was refused, and ${available} tickets are left in the end`);
      }
    },
  },
  {
    id: 'H3',
    title: 'a refused order is told how many tickets are left, and how many it asked for',
    hold: async ({ client, admin, buyer }) => {
      const event = await client.event(admin, { total_tickets: 5 });
      await client.booked(buyer, event, 3);
      for (const quantity of [3, 5, 6]) {
        const answer = await client.book(buyer, event, quantity);
        equal([said(answer), answer.errors], [SOLD_OUT, { available: 2, requested: quantity }]);
      }
    },
  },
  {
    id: 'H7',
    title: 'tickets that come back are sold again, once',
    hold: async (scene) => {
      const { client, admin, buyer } = scene;
      const event = await client.event(admin, { total_tickets: 3 });
      const { id } = await client.booked(buyer, event, 3);
      equal(said(await client.setStatus(buyer, id, 'cancelled')), '200 Status booking berhasil diupdate');
      const answers = await everyone(scene, 20, (each) => client.book(each, event));
      equal([countOf(answers, SOLD), countOf(answers, SOLD_OUT)], [3, 17], 'bookings made and refused');
      await client.requireBooks(admin, event, [id, ...idsIn(answers)]);
    },
  },
  {
    id: 'H8',
    title: 'a cancelled booking that is confirmed again takes its tickets again, or is refused',
    hold: async (scene) => {
      const { client, admin, buyer } = scene;
      const event = await client.event(admin, { total_tickets: 6 });
      const bookings = await allSettled(times(5, () => client.booked(buyer, event)));
      await allSettled(bookings.map(({ id }) => client.setStatus(buyer, id, 'cancelled')));
      const other = await client.booked(buyer, event, 4);
      const ids = [...bookings.map(({ id }) => id), other.id];
      await client.requireBooks(admin, event, ids);
      await allSettled(bookings.map(({ id }, index) => client.setStatus(buyer, id, index % 2 === 0 ? 'confirmed' : 'pending')));
      await client.requireBooks(admin, event, ids);
    },
  },
  {
    id: 'H9',
    title: 'a booking costs its quantity times the price of its moment',
    hold: async ({ client, admin, buyer }) => {
      const event = await client.event(admin, { ticket_price: 1500.5 });
      const before = await client.booked(buyer, event, 3);
      const changed = await client.send('PUT', `/api/events/${event}`, { as: admin, body: { ticket_price: 2000 } });
      equal(said(changed), '200 Event berhasil diupdate');
      const after = await client.booked(buyer, event, 2);
      const stored = await Promise.all([before, after].map(({ id }) => client.readBooking(buyer, id)));
      equal([before.totalCents, after.totalCents], [450_150, 400_000], 'what the bookings cost, in cents');
      equal(
        stored.map((booking) => booking?.totalCents),
        [450_150, 400_000],
        'what the stored bookings cost, in cents',
      );
    },
  },
  {
    id: 'H10',
    title: 'an edit of an event during its sale loses no ticket',
    hold: async (scene) => {
      const { client, admin } = scene;
      const event = await client.event(admin, { total_tickets: 40 });
      const edit = (index: number) => client.send('PUT', `/api/events/${event}`, { as: admin, body: { name: `name ${index}`, ticket_price: index } });
      const [answers, edits] = await Promise.all([everyone(scene, 30, (buyer) => client.book(buyer, event)), allSettled(times(10, edit))]);
      requireOnly(answers, [SOLD]);
      requireOnly(edits, ['200 Event berhasil diupdate']);
      equal((await client.requireBooks(admin, event, idsIn(answers))).available, 10, 'tickets left');
    },
  },
  {
    id: 'H11',
    title: 'another total moves the available tickets by the difference, also during a sale',
    hold: async (scene) => {
      const { client, admin } = scene;
      const event = await client.event(admin, { total_tickets: 20 });
      const resize = (total: number) => client.send('PUT', `/api/events/${event}`, { as: admin, body: { total_tickets: total } });
      const [answers] = await Promise.all([everyone(scene, 12, (buyer) => client.book(buyer, event)), resize(30), resize(15)]);
      await client.requireBooks(admin, event, idsIn(answers));
      await resize(1); // fewer than are sold: refused; if not, `requireBooks` finds the difference
      await client.requireBooks(admin, event, idsIn(answers));
    },
  },
  {
    id: 'H12',
    title: 'each booking that was answered is stored as the answer said, and is listed once',
    hold: async (scene) => {
      const { client, admin, buyer } = scene;
      const event = await client.event(admin, { total_tickets: 40 });
      const answered = (await allSettled(times(20, (index) => client.booked(buyer, event, 1 + (index % 2))))).toSorted(byId);
      const stored = await Promise.all(answered.map(({ id }) => client.readBooking(buyer, id)));
      equal(stored, answered, 'the stored bookings');
      for (const { userId, eventId, status } of answered) equal([userId, eventId, status], [buyer.id, event, 'confirmed'], 'user, event, status');
      const list = await client.send('GET', '/api/bookings', { as: buyer });
      const listed = Array.isArray(list.data) ? list.data.map((row) => fieldsOf(row)).filter((row) => row['event_id'] === event) : [];
      equal(
        listed.map(({ id }) => id).toSorted(),
        answered.map(({ id }) => id),
        'the ids in the list',
      );
    },
  },
  {
    id: 'H13',
    title: 'what an answer said is seen by the next request',
    hold: async ({ client, admin, buyer }) => {
      const event = await client.event(admin, { total_tickets: 20 });
      for (const left of times(10, (index) => 19 - index)) {
        await client.booked(buyer, event);
        equal((await client.readEvent(event)).available, left, 'tickets left after a booking');
      }
    },
  },
  {
    id: 'H14',
    title: 'no booking is left without its event when the event is deleted during its sale',
    hold: async (scene) => {
      const { client, admin, stranger } = scene;
      for (const soldBefore of [0, 0, 1]) {
        const event = await client.event(admin);
        const before = await everyone(scene, soldBefore, (buyer) => client.book(buyer, event));
        const removal = client.send('DELETE', `/api/events/${event}`, { as: admin });
        const [deleted, meanwhile] = await Promise.all([removal, everyone(scene, 5, (buyer) => client.book(buyer, event))]);
        const ids = idsIn([...before, ...meanwhile]);
        if (deleted.status !== 200) {
          await client.requireBooks(admin, event, ids);
          continue;
        }
        equal((await client.send('GET', `/api/events/${event}`)).status, 404, 'the status of a deleted event');
        const left = (await Promise.all(ids.map((id) => client.readBooking(admin, id)))).filter((booking) => booking !== undefined);
        equal(left.length, 0, 'bookings of a deleted event');
        equal((await client.book(stranger, event)).status, 404, 'the status of a booking for a deleted event');
      }
    },
  },
];

const byId = ({ id }: { readonly id: string }, other: { readonly id: string }): number => (id < other.id ? -1 : 1);
