import fc from 'fast-check';
import { allSettled, Broken } from '../assertions.ts';
import { type Call, linearized } from '../history.ts';
import { holdsFor } from '../laws/generated.ts';
import { foresee, type NamedStep, type Sale } from '../sale-model.ts';
import { type Account, type Answer, bookingIn, fieldsOf, said } from './sale-client.ts';
import type { ServerLaw, ServerScene } from './server-law.ts';

/** What a client does with an event. `of` chooses one of the client's own bookings that hold tickets. If there is none, the step is left out. */
type Step =
  | { readonly does: 'book'; readonly quantity: number }
  | { readonly does: 'cancel' | 'delete'; readonly of: number }
  | { readonly does: 'price'; readonly cents: number }
  | { readonly does: 'read' };

const does = <Does extends Step['does']>(name: Does) => fc.constant(name);
const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ does: does('book'), quantity: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constantFrom('cancel' as const, 'delete' as const), of: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ does: does('price'), cents: fc.nat(100_000) }) },
  { weight: 3, arbitrary: fc.record({ does: does('read') }) },
);
const clients = fc.array(fc.array(steps, { minLength: 1, maxLength: 4, size: 'max' }), { minLength: 2, maxLength: 4, size: 'max' });
const cases = fc.record({ total: fc.integer({ min: 2, max: 8 }), clients });

/** HTTP does not show the version of the stock, so the version is 0 on both sides of a comparison. */
const unversioned = ({ event, bookings }: Sale): Sale => ({ event: event && { ...event, version: 0 }, bookings });
const seenIn = ({ event, bookings }: Sale): string => {
  const held = Object.values(bookings).reduce((sum, { status, quantity }) => sum + (status === 'cancelled' ? 0 : quantity), 0);
  return event === undefined ? 'not_found' : `${event.total - held} of ${event.total} at ${event.price}`;
};

/** The answer in the model's words, and the step with the id of its booking. */
interface Taken {
  readonly answer: string;
  readonly step: NamedStep | { readonly does: 'read' };
}

async function take({ client, admin }: ServerScene, buyer: Account, eventId: string, step: Step, own: string[]): Promise<Taken | undefined> {
  if (step.does === 'read') {
    const { available, total, priceCents } = await client.readEvent(eventId);
    return { step, answer: `${available} of ${total} at ${priceCents}` };
  }
  if (step.does === 'price') {
    const body = { ticket_price: step.cents / 100 };
    return { step, answer: worded(await client.send('PUT', `/api/events/${eventId}`, { as: admin, body }), `costs ${step.cents}`) };
  }
  if (step.does === 'book') {
    const answer = await client.book(buyer, eventId, step.quantity);
    if (answer.status !== 201) return { step: { ...step, id: 'refused' }, answer: worded(answer, '') };
    const { id, totalCents } = bookingIn(answer);
    own.push(id);
    return { step: { ...step, id }, answer: `booked for ${totalCents}` };
  }
  const [id] = own.splice(step.of % Math.max(own.length, 1), 1);
  if (id === undefined) return undefined;
  if (step.does === 'cancel')
    return { step: { does: 'set', id, status: 'cancelled' }, answer: worded(await client.setStatus(buyer, id, 'cancelled'), 'is cancelled') };
  return { step: { does: 'delete booking', id }, answer: worded(await client.send('DELETE', `/api/bookings/${id}`, { as: buyer }), 'deleted') };
}

function worded(answer: Answer, done: string): string {
  if (answer.status === 200) return done;
  if (said(answer) === '400 Stok tiket tidak mencukupi') return `insufficient_tickets ${String(fieldsOf(answer.errors)['available'])}`;
  return said(answer);
}

/** The stored event at the end, with the final rows of all bookings that were answered. */
async function saleSeen({ client, admin }: ServerScene, eventId: string, ids: readonly string[]): Promise<Sale> {
  const { total, priceCents } = await client.requireBooks(admin, eventId, ids);
  const bookings = await Promise.all(ids.toSorted().map((id) => client.readBooking(admin, id)));
  const there = bookings.filter((booking) => booking !== undefined);
  const rows = there.map(({ id, quantity, totalCents: cents, status }) => [id, { quantity, cents, status }]);
  return { event: { total, price: priceCents, version: 0 }, bookings: Object.fromEntries(rows) };
}

async function requireLinear(
  scene: ServerScene,
  { total, clients: all }: { readonly total: number; readonly clients: readonly (readonly Step[])[] },
) {
  const { client, admin, buyers } = scene;
  const eventId = await client.event(admin, { total_tickets: total, ticket_price: 1 });
  let clock = 0;
  const calls: Call<Sale>[] = [];
  const made: string[] = [];
  await allSettled(
    all.map(async (own, index) => {
      const buyer = buyers[index] ?? admin;
      const held: string[] = [];
      for (const step of own) {
        const began = clock++;
        const taken = await take(scene, buyer, eventId, step, held);
        if (taken === undefined) continue;
        const { step: done, answer } = taken;
        if (done.does === 'book' && done.id !== 'refused') made.push(done.id);
        const apply = (sale: Sale) => {
          if (done.does === 'read') return { answer: seenIn(sale), state: sale };
          const after = foresee(sale, done);
          return { answer: after.answer, state: unversioned(after.state) };
        };
        calls.push({ words: `client ${index}: ${words(step)}: ${answer}`, began, ended: clock++, answer, apply });
      }
    }),
  );
  const last = await saleSeen(scene, eventId, made);
  await client.clear(admin);
  if (linearized({ event: { total, price: 100, version: 0 }, bookings: {} }, calls, last) !== undefined) return;
  const history = calls.toSorted((one, other) => one.began - other.began).map((call) => `[${call.began} to ${call.ended}] ${call.words}`);
  throw new Broken(`no order of the requests explains their answers and what is stored (${JSON.stringify(last)}):\n    ${history.join('\n    ')}`);
}

const words = (step: Step): string => JSON.stringify(step).replaceAll('"', '');

export const GENERATED_BY_HTTP: readonly ServerLaw[] = [
  {
    id: 'HG1',
    title: 'there is an order that explains every answer of clients that sell and read at once (linearizability)',
    hold: (scene) =>
      holdsFor(
        scene.draw,
        cases,
        (one) =>
          [`an event of ${one.total} tickets`, ...one.clients.map((own, index) => `client ${index}: ${own.map(words).join(', then ')}`)].join(
            '\n    ',
          ),
        (one) => requireLinear(scene, one),
      ),
  },
];
