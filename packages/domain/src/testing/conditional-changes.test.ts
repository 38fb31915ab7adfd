import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type RequestContext, requireVersion } from '../requests/context.ts';
import { Refusal } from '../requests/refusal.ts';
import { inMemoryPlatform } from './in-memory-platform.ts';
import { LOCKED } from './policies.ts';
import { answerOf, answersOf, as, OPERATOR } from './store.ts';

const version = fc.integer({ min: 1, max: 2 ** 31 - 1 });
const refusalOf = (context: Pick<RequestContext, 'ifVersion'>, row: { readonly version: number }): unknown => {
  try {
    return requireVersion({ actor: 'operator', ...context }, row);
  } catch (error) {
    return error;
  }
};

describe('the versions that a client accepts', () => {
  it('let a change through exactly if the version of the row is among them; the refusal tells that version', () => {
    fc.assert(
      fc.property(fc.array(version), version, (ifVersion, now) => {
        const refusal = refusalOf({ ifVersion }, { version: now });
        if (ifVersion.includes(now)) expect(refusal).toBeUndefined();
        else expect(refusal).toEqual(new Refusal('version_changed', { version: now }));
        expect(refusalOf({ ifVersion: [...ifVersion, now] }, { version: now })).toBeUndefined();
      }),
    );
  });

  it('are all, where none are named', () => {
    expect([refusalOf({}, { version: 1 }), refusalOf({ ifVersion: undefined }, { version: 9 })]).toEqual([undefined, undefined]);
  });
});

describe('a conditional change', () => {
  const open = async () => {
    const house = await inMemoryPlatform(LOCKED);
    const booking = await house.rows.book(house.event, { userId: house.sari.id });
    return { ...house, booking };
  };

  it('of an event is done by the version of its last edit, whatever was sold since', async () => {
    const { useCases, rows, admin, sari, event } = await open();
    await useCases.bookTickets(as(sari), { eventId: event.id, quantity: 2 });
    const edited = await useCases.changeEvent({ ...as(admin), ifVersion: [1] }, event.id, { name: 'Blues' });
    expect([edited.version, (await rows.eventRow(event))?.version]).toEqual([2, 2]);
    await rows.book(event, { userId: sari.id });
    const stale = { ...as(admin), ifVersion: [1, 3] };
    expect(await answersOf([useCases.changeEvent(stale, event.id, { name: 'Soul' }), useCases.deleteEvent(stale, event.id)])).toEqual([
      'version_changed',
      'version_changed',
    ]);
    expect((await useCases.changeEvent({ ...as(admin), ifVersion: [2] }, event.id, { totalTickets: 50 })).version).toBe(3);
    expect(await answerOf(useCases.deleteEvent({ ...as(admin), ifVersion: [3] }, event.id))).toBe('event_has_active_bookings');
  });

  it('of a booking is done by the version of its last change of status', async () => {
    const { useCases, rows, sari, booking } = await open();
    const set = (status: 'pending' | 'cancelled', ifVersion: readonly number[]) =>
      useCases.changeBookingStatus({ ...as(sari), ifVersion }, booking.id, { status });
    expect((await set('pending', [1])).version).toBe(2);
    expect([await answerOf(set('cancelled', [1])), await answerOf(useCases.deleteBooking({ ...as(sari), ifVersion: [1] }, booking.id))]).toEqual([
      'version_changed',
      'version_changed',
    ]);
    expect(await rows.bookingRows(sari.id)).toEqual([{ ...booking, status: 'pending', version: 2 }]);
    expect(await answerOf(useCases.deleteBooking({ ...as(sari), ifVersion: [2] }, booking.id))).toBe('done');
  });

  it('of a user is done by the version of their last edit, and a logout is none', async () => {
    const { useCases, admin, budi } = await open();
    await useCases.logOut(as(budi));
    const changed = await useCases.changeUser({ ...as(admin), ifVersion: [1] }, budi.id, { password: 'kereta-malam-9' });
    expect(changed).toMatchObject({ version: 2, tokenVersion: budi.tokenVersion + 2 });
    expect((await useCases.changeUser({ ...as(admin), ifVersion: [2] }, budi.id, { role: 'admin' })).version).toBe(3);
    const stale = { ...as(admin), ifVersion: [1, 2] };
    expect(await answersOf([useCases.changeUser(stale, budi.id, { name: 'B' }), useCases.deleteUser(stale, budi.id)])).toEqual([
      'version_changed',
      'version_changed',
    ]);
    expect(await answerOf(useCases.deleteUser({ ...as(admin), ifVersion: [3] }, budi.id))).toBe('done');
  });

  it('that changes nothing raises no version, so it can be repeated', async () => {
    const { useCases, admin, sari, event, booking } = await open();
    for (const _ of [1, 2]) {
      expect((await useCases.changeEvent({ ...as(admin), ifVersion: [1] }, event.id, { name: event.name })).version).toBe(1);
      expect((await useCases.changeBookingStatus({ ...as(sari), ifVersion: [1] }, booking.id, { status: 'confirmed' })).version).toBe(1);
      expect((await useCases.changeUser({ ...OPERATOR, ifVersion: [1] }, sari.id, { name: sari.name })).version).toBe(1);
    }
  });

  it('is done once of all that name one version and come at the same time', async () => {
    const { useCases, admin, event } = await open();
    const names = ['Blues', 'Soul', 'Funk', 'Rock'];
    const answers = await answersOf(names.map((name) => useCases.changeEvent({ ...as(admin), ifVersion: [1] }, event.id, { name })));
    expect(answers.toSorted()).toEqual(['done', 'version_changed', 'version_changed', 'version_changed']);
  });
});
