import { describe, expect, it } from 'vitest';
import type { RequestContext } from '../requests/context.ts';
import { anEvent, NOW } from '../testing/builders.ts';
import { inMemoryPlatform } from '../testing/in-memory-platform.ts';
import { LOCKED } from '../testing/policies.ts';
import { answerOf, answersOf, as } from '../testing/store.ts';
import { SELLING_POLICY } from './policy.ts';
import { createUseCases, type UseCases } from './use-cases.ts';

const KEY = { value: 'k', fingerprint: 'f' };
const YESTERDAY = new Date(NOW.getTime() - 24 * 60 * 60 * 1000);

/** A call of a use case. */
type Act = (useCases: UseCases, context: RequestContext) => Promise<unknown>;

describe('what is not there', () => {
  it.each<[string, 'event' | 'booking', Act]>([
    ['read', 'event', (useCases, context) => useCases.readEvent(context, 'nothing')],
    ['changed', 'event', (useCases, context) => useCases.changeEvent(context, 'nothing', {})],
    ['deleted', 'event', (useCases, context) => useCases.deleteEvent(context, 'nothing')],
    ['booked', 'event', (useCases, context) => useCases.bookTickets(context, { eventId: 'nothing', quantity: 1 })],
    ['read', 'booking', (useCases, context) => useCases.readBooking(context, 'nothing')],
    ['changed', 'booking', (useCases, context) => useCases.changeBookingStatus(context, 'nothing', { status: 'cancelled' })],
    ['deleted', 'booking', (useCases, context) => useCases.deleteBooking(context, 'nothing')],
  ])('cannot be %s: no such %s, which the refusal names', async (_, entity, act) => {
    const { useCases, admin } = await inMemoryPlatform();
    await expect(act(useCases, as(admin))).rejects.toMatchObject({ code: 'not_found', details: { entity, id: 'nothing' } });
  });
});

describe('while the stock is busy', () => {
  const busy = () => Promise.reject(new Error('it waits for its turn'));
  const setUp = async () => {
    const { ports, admin, sari, event } = await inMemoryPlatform({ ...LOCKED });
    return { useCases: createUseCases({ ...ports, events: { reserveTickets: busy, change: busy } }), admin, sari, event };
  };
  const past = { ...anEvent(), eventDate: YESTERDAY };

  it.each<[string, string, Act]>([
    ['a new event in the past', 'event_is_over', (useCases, context) => useCases.createEvent(context, past)],
    ['a malformed event', 'malformed', (useCases, context) => useCases.createEvent(context, new Error('malformed'))],
    ['a malformed event under a key', 'malformed', (useCases, context) => useCases.createEvent({ ...context, key: KEY }, new Error('malformed'))],
    ['a change of no event', 'not_found', (useCases, context) => useCases.changeEvent(context, 'nothing', {})],
    ['a deletion of no event', 'not_found', (useCases, context) => useCases.deleteEvent(context, 'nothing')],
  ])('%s is refused at once: %s', async (_, answer, act) => {
    const { useCases, admin } = await setUp();
    expect(await answerOf(act(useCases, as(admin)))).toBe(answer);
  });

  it('a user without the right is refused at once', async () => {
    const { useCases, sari, event } = await setUp();
    const acts: Act[] = [
      (_, context) => useCases.createEvent({ ...context, key: KEY }, anEvent()),
      (_, context) => useCases.changeEvent(context, event.id, {}),
      (_, context) => useCases.deleteEvent(context, event.id),
    ];
    expect(await answersOf(acts.map((act) => act(useCases, as(sari))))).toEqual(['forbidden', 'forbidden', 'forbidden']);
  });

  it('a new event waits for its turn if it is right, or if it may be a repeated request', async () => {
    const { useCases, admin } = await setUp();
    const calls = [useCases.createEvent(as(admin), anEvent()), useCases.createEvent({ ...as(admin), key: KEY }, past)];
    expect(await answersOf(calls)).toEqual(['it waits for its turn', 'it waits for its turn']);
  });
});

describe('a key', () => {
  it('is stored with the kind of its request', async () => {
    const { useCases, ports, admin, sari, event } = await inMemoryPlatform();
    await useCases.bookTickets({ ...as(sari), key: KEY }, { eventId: event.id, quantity: 1 });
    await useCases.createEvent({ ...as(admin), key: KEY }, anEvent());
    const kinds = [sari, admin].map(async ({ id }) => (await ports.idempotencyRecords.find(id, KEY.value))?.kind);
    expect(await Promise.all(kinds)).toEqual(['book_tickets', 'create_event']);
  });
});

describe('a platform where only users read events', () => {
  it('shows anonymous none', async () => {
    const policy = { ...SELLING_POLICY, rights: { ...SELLING_POLICY.rights, read_events: 'user' as const } };
    const { useCases, event, sari } = await inMemoryPlatform({ policy });
    const read = (context: RequestContext) => answersOf([useCases.readEvent(context, event.id), useCases.listEvents(context, {})]);
    expect([await read({ actor: 'anonymous' }), await read(as(sari))]).toEqual([
      ['unauthenticated', 'unauthenticated'],
      ['done', 'done'],
    ]);
  });
});
