import { describe, expect, it } from 'vitest';
import { inMemoryPortsWithoutAccounts } from '../memory/index.ts';
import type { Role } from '../requests/actor.ts';
import type { RequestContext } from '../requests/context.ts';
import { createUseCases } from '../selling/use-cases.ts';
import { anEvent } from './builders.ts';
import { answerOf } from './store.ts';

const PLAN = anEvent();
const vouched = (userId: string, role: Role = 'user'): RequestContext => ({ actor: { userId, role } });

describe('an app with accounts of its own', () => {
  const open = () => createUseCases(inMemoryPortsWithoutAccounts());

  it('sells to whom it vouches for, of whom no row is anywhere', async () => {
    const { createEvent, bookTickets, readEvent, readBooking, listBookings, auditStock } = open();
    const { value: event } = await createEvent(vouched('7', 'admin'), { ...PLAN, totalTickets: 3 });
    const { value: booking } = await bookTickets(vouched('auth0|ani'), { eventId: event.id, quantity: 2 });
    expect(booking).toMatchObject({ userId: 'auth0|ani', status: 'confirmed' });
    expect(await readEvent({ actor: 'anonymous' }, event.id)).toMatchObject({ organizerId: '7', organizer: undefined, availableTickets: 1 });
    expect(await readBooking(vouched('auth0|ani'), booking.id)).toMatchObject({ ...booking, user: undefined, event: { id: event.id } });
    for await (const part of (await listBookings(vouched('auth0|ani'), {})).parts) expect(part).toMatchObject([{ id: booking.id }]);
    expect(await answerOf(readBooking(vouched('other'), booking.id))).toBe('forbidden');
    for await (const part of auditStock({ actor: 'operator' })) expect(part).toEqual({ events: 1, differences: [] });
  });

  it('is told of its mistake when it hands over the holder of a token of ours, and nothing is done', async () => {
    const { createEvent, bookTickets, listBookings, readEvent, changeBookingStatus, deleteBooking } = open();
    const { value: event } = await createEvent(vouched('7', 'admin'), PLAN);
    const holder: RequestContext = { actor: { userId: '7', tokenVersion: 0 } };
    for (const call of [
      createEvent(holder, PLAN),
      bookTickets(holder, { eventId: event.id, quantity: 1 }),
      listBookings(holder, {}),
      readEvent(holder, event.id),
      changeBookingStatus(holder, 'x', { status: 'cancelled' }),
      deleteBooking(holder, 'x'),
    ])
      expect(await answerOf(call)).toMatch(/without accounts.*\{ userId, role \}/);
    expect(await readEvent({ actor: 'operator' }, event.id)).toMatchObject({ availableTickets: PLAN.totalTickets });
  });
});

describe('the id of a vouched user', () => {
  const call = (userId: string) => answerOf(createUseCases(inMemoryPortsWithoutAccounts()).listBookings(vouched(userId), {}));

  it.each([
    ['one character', '7'],
    ['36 characters', 'x'.repeat(36)],
    ['every visible character', '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'],
  ])('may be %s', async (_, userId) => {
    expect(await call(userId)).toBe('done');
  });

  it.each([
    ['empty', ''],
    ['of 37 characters', 'x'.repeat(37)],
    ['of two words', 'ibu ani'],
    ['letters that no ASCII column keeps', 'josé'],
    ['a line', 'ani\n'],
    ['whose keys those of nobody are', 'anonymous'],
    ['whose keys the operator’s are', 'operator'],
  ])('is refused by its name when it is %s', async (_, userId) => {
    const { createEvent, bookTickets, deleteBooking } = createUseCases(inMemoryPortsWithoutAccounts());
    expect(await call(userId)).toBe('invalid_input');
    for (const asked of [
      createEvent(vouched(userId, 'admin'), PLAN),
      bookTickets(vouched(userId), { eventId: 'x', quantity: 1 }),
      deleteBooking(vouched(userId), 'x'),
    ])
      await expect(asked).rejects.toMatchObject({ code: 'invalid_input', details: { faults: [{ field: 'userId' }] } });
  });
});
