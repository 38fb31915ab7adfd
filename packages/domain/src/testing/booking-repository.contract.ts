import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '../requests/actor.ts';
import { refuse } from '../requests/refusal.ts';
import { type Booking, withStatus } from '../stock/booking.ts';
import type { Event } from '../stock/event.ts';
import { anId } from './builders.ts';
import { answersOf, as, OPERATOR, type Rows, rightsOf, rowsOf, type Store, times } from './store.ts';

/** What every BookingRepository promises. All tests share one store, so each uses its own rows. */
export function bookingRepositoryContract(name: string, open: () => Promise<Store>, { hasAccounts = true } = {}): void {
  describe(`${name} keeps the promises of BookingRepository`, () => {
    let store: Store;
    let rows: Rows;
    beforeAll(async () => {
      store = await open();
      rows = rowsOf(store.ports, store.fresh);
    });
    afterAll(() => store.close());

    /** Four tickets of an event of ten, booked. */
    async function fourOfTen() {
      const event = await rows.event({ totalTickets: 10 });
      const user = await rows.user();
      return { event, user, booking: await rows.book(event, { userId: user.id, quantity: 4 }) };
    }
    const deltasOf = async (event: Event) => (await store.movements(event.id)).map(({ delta }) => delta);

    it('stores another status and answers with it', async () => {
      const { event, user, booking } = await fourOfTen();
      expect(await rows.setStatus(booking, 'pending')).toEqual({ ...booking, status: 'pending' });
      expect(await rows.bookingRows(user.id)).toEqual([{ ...booking, status: 'pending' }]);
      expect(await deltasOf(event)).toEqual([10, -4]);
    });

    it('gives the decision the event, the booking and the actor, as they are now', async () => {
      const { event, user, booking } = await fourOfTen();
      await rows.edit(event, { name: 'Blues' });
      const seen: unknown[] = [];
      await store.ports.bookings.change(booking.id, as(user), (now) => {
        seen.push(now);
        return now.booking;
      });
      expect(seen.at(-1)).toEqual({
        actor: expect.objectContaining(hasAccounts ? rightsOf(user) : { id: user.id, role: user.role }),
        event: { ...event, name: 'Blues', availableTickets: 6, stockVersion: 2 },
        booking,
        heldByOwner: 4,
      });
    });

    it('tells the decision what the booking’s owner holds of the event, for every actor, with what those before it did', async () => {
      const { event, user, booking } = await fourOfTen();
      const other = await rows.book(event, { userId: user.id, quantity: 3 });
      const admin = await rows.user({ role: 'admin' });
      await rows.book(event, { userId: admin.id, quantity: 2 });
      const look = async () => {
        let held: number | 'not_counted' | undefined;
        await store.ports.bookings.change(booking.id, as(admin), ({ booking: now, heldByOwner }) => {
          held = heldByOwner;
          return now;
        });
        return held;
      };
      expect(await look()).toBe(7);
      const [, cancelled, , reinstated] = await Promise.all([
        ...[rows.setStatus(other, 'cancelled'), look(), rows.setStatus(other, 'pending'), look(), rows.deleteBooking(booking)],
      ]);
      expect([cancelled, reinstated]).toEqual([4, 7]);
    });

    it('decides about a booking that is not there, on nothing', async () => {
      const seen: unknown[] = [];
      const answer = await store.ports.bookings.change(anId(), OPERATOR, (now) => {
        seen.push(now);
        return undefined;
      });
      expect([answer, seen.at(-1)]).toEqual([undefined, { actor: 'operator', event: undefined, booking: undefined, heldByOwner: 0 }]);
    });

    it('stores nothing when the booking is returned as it was', async () => {
      const { event, user, booking } = await fourOfTen();
      expect(await rows.setStatus(booking, 'confirmed')).toEqual(booking);
      expect(await rows.bookingRows(user.id)).toEqual([booking]);
      expect(await deltasOf(event)).toEqual([10, -4]);
      expect((await rows.eventRow(event))?.stockVersion).toBe(2);
    });

    it('gives the tickets back when a booking is cancelled or deleted, and keeps the time of the last edit', async () => {
      const { event, user, booking } = await fourOfTen();
      const other = await rows.book(event, { userId: user.id, quantity: 3 });
      await rows.setStatus(booking, 'cancelled');
      expect(await rows.available(event)).toBe(7);
      expect(await rows.deleteBooking(other)).toBeUndefined();
      expect(await rows.eventRow(event)).toMatchObject({ availableTickets: 10, updatedAt: event.updatedAt });
      expect(await rows.bookingRows(user.id)).toEqual([{ ...booking, status: 'cancelled' }]);
    });

    it('moves nothing when a cancelled booking is deleted', async () => {
      const { event, user, booking } = await fourOfTen();
      await rows.setStatus(booking, 'cancelled');
      await rows.deleteBooking(booking);
      expect(await rows.bookingRows(user.id)).toEqual([]);
      expect(await deltasOf(event)).toEqual([10, -4, 4]);
    });

    it('takes the tickets again when a booking is reinstated, at its old price', async () => {
      const { event, user, booking } = await fourOfTen();
      await rows.setStatus(booking, 'cancelled');
      await rows.edit(event, { ticketPriceCents: 1 });
      await rows.setStatus(booking, 'confirmed');
      expect(await rows.bookingRows(user.id)).toEqual([booking]);
      expect(await rows.available(event)).toBe(6);
    });

    it('refuses to reinstate a booking whose tickets are gone, and says how many are left', async () => {
      const { event, user, booking } = await fourOfTen();
      await rows.setStatus(booking, 'cancelled');
      await rows.book(event, { userId: (await rows.user()).id, quantity: 7 });
      await expect(rows.setStatus(booking, 'pending')).rejects.toMatchObject({
        code: 'insufficient_tickets',
        details: { available: 3, requested: 4 },
      });
      expect(await rows.bookingRows(user.id)).toEqual([{ ...booking, status: 'cancelled' }]);
      expect(await rows.available(event)).toBe(3);
    });

    it('reaches only its caller with what throws; the neighbours are stored', async () => {
      const { event, user, booking } = await fourOfTen();
      const other = await rows.book(event, { userId: user.id, quantity: 1 });
      const answers = await answersOf([
        rows.setStatus(other, 'cancelled'),
        store.ports.bookings.change(booking.id, OPERATOR, () => refuse('forbidden', { reason: 'not_owner' })),
        store.ports.bookings.change(booking.id, OPERATOR, () => {
          throw new Error('a bug');
        }),
        rows.setStatus(booking, 'pending'),
        rows.book(event, { userId: user.id, quantity: 5 }),
      ]);
      expect(answers).toEqual(['done', 'forbidden', 'a bug', 'done', 'done']);
      expect(await rows.available(event)).toBe(1);
      expect((await deltasOf(event)).toSorted((one, other) => one - other)).toEqual([-5, -4, -1, 1, 10]);
    });

    it('decides two changes of one booking one after the other', async () => {
      const { booking } = await fourOfTen();
      const seen: (Booking | undefined)[] = [];
      await Promise.all([
        rows.setStatus(booking, 'pending'),
        store.ports.bookings.change(booking.id, OPERATOR, ({ booking: now }) => {
          seen.push(now);
          return withStatus(now ?? refuse('not_found', { entity: 'booking', id: booking.id }), 'cancelled');
        }),
      ]);
      expect(seen.at(-1)).toEqual({ ...booking, status: 'pending' });
    });

    it('gives the tickets back once when a booking is cancelled twenty times at once', async () => {
      const { event, booking } = await fourOfTen();
      expect(await answersOf(times(20, () => rows.setStatus(booking, 'cancelled')))).toEqual(times(20, () => 'done'));
      expect(await rows.available(event)).toBe(10);
      expect(await deltasOf(event)).toEqual([10, -4, 4]);
    });

    it('gives the tickets back once when a booking is cancelled and deleted at once', async () => {
      for (const cancelFirst of [true, false]) {
        const { event, user, booking } = await fourOfTen();
        const cancel = () => rows.setStatus(booking, 'cancelled');
        const remove = () => rows.deleteBooking(booking);
        const answers = await answersOf(cancelFirst ? [cancel(), remove()] : [remove(), cancel()]);
        expect(answers).toEqual(['done', cancelFirst ? 'done' : 'not_found']);
        expect(await rows.bookingRows(user.id)).toEqual([]);
        expect(await deltasOf(event)).toEqual([10, -4, 4]);
      }
    });

    it('deletes a booking once, however many delete it', async () => {
      const { event, booking } = await fourOfTen();
      const answers = await answersOf(times(10, () => rows.deleteBooking(booking)));
      expect(answers).toEqual(['done', ...times(9, () => 'not_found')]);
      expect(await rows.available(event)).toBe(10);
    });

    it('lets one win when the last ticket is reinstated and booked at once', async () => {
      for (const reinstateFirst of [true, false]) {
        const event = await rows.event({ totalTickets: 1 });
        const { id: userId } = await rows.user();
        const booking = await rows.book(event, { userId });
        await rows.setStatus(booking, 'cancelled');
        const reinstate = () => rows.setStatus(booking, 'confirmed');
        const book = () => rows.book(event, { userId });
        const calls = reinstateFirst ? [reinstate(), book()] : [book(), reinstate()];
        expect((await answersOf(calls)).toSorted()).toEqual(['done', 'insufficient_tickets']);
        expect(await rows.available(event)).toBe(0);
        expect((await rows.bookingRows(userId)).filter(({ status }) => status === 'confirmed')).toHaveLength(1);
      }
    });

    it('changes no booking of a deleted event', async () => {
      const { event, booking } = await fourOfTen();
      await rows.setStatus(booking, 'cancelled');
      const answers = await answersOf([rows.deleteEvent(event), rows.setStatus(booking, 'confirmed'), rows.deleteBooking(booking)]);
      expect(answers).toEqual(['done', 'not_found', 'not_found']);
    });

    if (hasAccounts)
      it('judges on the row of the actor as it is now', async () => {
        const { booking } = await fourOfTen();
        const admin = await rows.user({ role: 'admin' });
        await rows.user({ role: 'admin' });
        const gone = await rows.user();
        const moved = await rows.user();
        await rows.demote(admin);
        await rows.deleteUser(gone);
        await store.ports.users.change(moved.id, OPERATOR, () => ({ user: { ...moved, tokenVersion: 1 } }));
        const seen = await Promise.all(
          [admin, gone, moved].map(async (user) => {
            const actors: Actor[] = [];
            await store.ports.bookings.change(booking.id, as(user), (now) => {
              actors.push(now.actor);
              return now.booking;
            });
            return actors.at(-1);
          }),
        );
        expect(seen).toMatchObject([rightsOf({ ...admin, role: 'user' }), 'stale', 'stale']);
      });
  });
}
