import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { User } from '../accounts/user.ts';
import type { Actor } from '../requests/actor.ts';
import { person } from '../requests/actor.ts';
import { refuse } from '../requests/refusal.ts';
import { newBooking } from '../stock/booking.ts';
import { TICKET_PRICE_CENTS_MAX, TOTAL_TICKETS_MAX } from '../stock/event.ts';
import { aBooking, anEvent, anId, NOW } from './builders.ts';
import { answerOf, answersOf, as, OPERATOR, type Rows, refOf, rightsOf, rowsOf, type Store, times } from './store.ts';

/** What every EventRepository promises. All tests share one store, so each uses its own rows. */
export function eventRepositoryContract(name: string, open: () => Promise<Store>, { hasAccounts = true } = {}): void {
  describe(`${name} keeps the promises of EventRepository`, () => {
    let store: Store;
    let rows: Rows;
    beforeAll(async () => {
      store = await open();
      rows = rowsOf(store.ports, store.fresh);
    });
    afterAll(() => store.close());

    const movesOf = async (event: { readonly id: string }) =>
      (await store.movements(event.id)).map(({ stockVersion, delta, availableAfter, reason }) => [stockVersion, reason, delta, availableAfter]);

    describe('rows', () => {
      it('gives an event back as it was stored', async () => {
        const event = await rows.event();
        expect(await rows.eventRow(event)).toEqual(event);
      });

      it('answers a change with the event as it is stored', async () => {
        const event = await rows.event({ totalTickets: 10 });
        const changed = await rows.edit(event, { name: 'Blues', totalTickets: 12 }, new Date('2030-07-01T00:00:00.001Z'));
        expect(changed).toMatchObject({ name: 'Blues', totalTickets: 12, availableTickets: 12, stockVersion: 2 });
        expect(await rows.eventRow(event)).toEqual(changed);
      });

      it('answers a booking as it is stored', async () => {
        const event = await rows.event();
        const { id: userId } = await rows.user();
        const booking = await rows.book(event, { userId, quantity: 3 });
        expect(await rows.bookingRows(userId)).toEqual([booking]);
      });

      it.each([
        ['emoji, 255 of them', '🎷'.repeat(255)],
        ['emoji joined into one', '👩‍👩‍👧‍👦 🏳️‍🌈'],
        ['letters from right to left', 'حفلة موسيقية ‏مساءً'],
        ['letters made of two marks', 'Cafe\u0301 \u{1D4D0}'],
        ['quotes, backslashes and wildcards', `O'Brien "x" \`y\` \\ \\' %_ ; -- :a $1 ?`],
        ['space at its end', 'Jazz '],
        ['letters that differ in case and accent alone', 'JÁZZ jazz'],
      ])('keeps a name with %s', async (_, text) => {
        const event = await rows.event({ name: text, location: text });
        expect(await rows.eventRow(event)).toEqual(event);
      });

      it.each([
        ['none', null],
        ['an empty one', ''],
        ['lines, tabs and backslashes', 'one\ntwo\r\nthree\tfour \\n \\\\ \\0 \\'],
        ['ten thousand emoji', '🎟'.repeat(10_000)],
      ])('keeps a description: %s', async (_, description) => {
        const event = await rows.event({ description });
        expect(await rows.eventRow(event)).toEqual(event);
      });

      it('keeps a description that is taken away', async () => {
        const event = await rows.event({ description: 'soon gone' });
        await rows.edit(event, { description: null });
        expect((await rows.eventRow(event))?.description).toBeNull();
      });

      it.each(['1970-01-01T00:00:00.000Z', '2026-03-29T01:30:00.007Z', '2028-02-29T23:59:59.999Z', '9999-12-31T23:59:59.999Z'])(
        'keeps the moment %s to the millisecond',
        async (iso) => {
          const event = await rows.event({ eventDate: new Date(iso) });
          expect((await rows.eventRow(event))?.eventDate).toEqual(new Date(iso));
        },
      );

      it('keeps the largest sum of money exactly', async () => {
        const event = await rows.event({ ticketPriceCents: TICKET_PRICE_CENTS_MAX, totalTickets: TOTAL_TICKETS_MAX });
        const { id: userId } = await rows.user();
        await rows.book(event, { userId, quantity: TOTAL_TICKETS_MAX });
        expect((await rows.bookingRows(userId))[0]?.totalPriceCents).toBe(8_999_999_999_100_000);
        expect(await rows.eventRow(event)).toEqual({ ...event, availableTickets: 0, stockVersion: 2 });
      });

      it('keeps a free event of one ticket', async () => {
        const event = await rows.event({ ticketPriceCents: 0, totalTickets: 1 });
        expect(await rows.eventRow(event)).toEqual(event);
      });

      it('leaves the time of the last edit alone when tickets are sold', async () => {
        const event = await rows.event();
        await rows.book(event, { userId: (await rows.user()).id });
        expect((await rows.eventRow(event))?.updatedAt).toEqual(event.updatedAt);
      });

      it('decides about an event that is not there, on nothing', async () => {
        const seen: unknown[] = [];
        const id = anId();
        const { value: answer } = await store.ports.events.change(id, OPERATOR, ({ event }) => {
          seen.push(event);
          return event;
        });
        expect([answer, seen.at(-1)]).toEqual([undefined, undefined]);
        expect(await answerOf(rows.book({ id }, { userId: anId() }))).toBe('not_found');
        expect(await store.movements(id)).toEqual([]);
      });
    });

    describe('races', () => {
      it('sells each of the last tickets once, however many race for them', async () => {
        const event = await rows.event({ totalTickets: 5 });
        const { id: userId } = await rows.user();
        const answers = await answersOf(times(20, () => rows.book(event, { userId })));
        expect(answers.filter((answer) => answer === 'done')).toHaveLength(5);
        expect(answers.filter((answer) => answer === 'insufficient_tickets')).toHaveLength(15);
        expect(await rows.available(event)).toBe(0);
        expect(await rows.bookingRows(userId)).toHaveLength(5);
      });

      it('decides the calls for one event in the order they came', async () => {
        const event = await rows.event({ totalTickets: 10 });
        const { id: userId } = await rows.user();
        const answers = await answersOf(times(20, () => rows.book(event, { userId })));
        expect(answers).toEqual(times(20, (index) => (index < 10 ? 'done' : 'insufficient_tickets')));
      });

      it('fills the stock with whatever still fits, in the order it came', async () => {
        const event = await rows.event({ totalTickets: 5 });
        const { id: userId } = await rows.user();
        const answers = await answersOf([3, 3, 2, 1].map((quantity) => rows.book(event, { userId, quantity })));
        expect(answers).toEqual(['done', 'insufficient_tickets', 'done', 'insufficient_tickets']);
      });

      it('says how many tickets were left when it was decided', async () => {
        const event = await rows.event({ totalTickets: 5 });
        const { id: userId } = await rows.user();
        const [, refused] = await Promise.allSettled([rows.book(event, { userId, quantity: 3 }), rows.book(event, { userId, quantity: 4 })]);
        expect(refused).toMatchObject({ status: 'rejected', reason: { code: 'insufficient_tickets', details: { available: 2, requested: 4 } } });
      });

      it('keeps the stock of each event apart when many are sold at once', async () => {
        const { id: userId } = await rows.user();
        const { id: organizerId } = await rows.user();
        const events = await Promise.all(times(8, (index) => rows.event({ organizerId, totalTickets: index + 1 })));
        const answers = await answersOf(times(64, (index) => rows.book(events[index % 8] ?? { id: '' }, { userId })));
        expect(answers.filter((answer) => answer === 'done')).toHaveLength(1 + 2 + 3 + 4 + 5 + 6 + 7 + 8);
        expect(await Promise.all(events.map(rows.available))).toEqual(times(8, () => 0));
      });

      it('lets a resize or a booking win, when both do not fit', async () => {
        for (const resizeFirst of [true, false]) {
          const event = await rows.event({ totalTickets: 5 });
          const { id: userId } = await rows.user();
          const resize = () => rows.edit(event, { totalTickets: 2 });
          const book = () => rows.book(event, { userId, quantity: 4 });
          const answers = await answersOf(resizeFirst ? [resize(), book()] : [book(), resize()]);
          expect(answers).toEqual(['done', resizeFirst ? 'insufficient_tickets' : 'total_below_held']);
          expect(await rows.eventRow(event)).toMatchObject(
            resizeFirst ? { totalTickets: 2, availableTickets: 2 } : { totalTickets: 5, availableTickets: 1 },
          );
        }
      });

      it('moves the stock by the difference when an event is resized while it is sold', async () => {
        const event = await rows.event({ totalTickets: 20 });
        const { id: userId } = await rows.user();
        await Promise.all(times(12, (index) => (index === 6 ? rows.edit(event, { totalTickets: 30 }) : rows.book(event, { userId }))));
        expect(await rows.eventRow(event)).toMatchObject({ totalTickets: 30, availableTickets: 19 });
      });

      it('leaves no booking without its event when one is deleted while it is booked', async () => {
        for (const deleteFirst of [true, false, true, false]) {
          const event = await rows.event();
          const { id: userId } = await rows.user();
          const remove = () => rows.deleteEvent(event);
          const book = () => rows.book(event, { userId });
          const answers = await answersOf(deleteFirst ? [remove(), book()] : [book(), remove()]);
          expect(answers).toEqual(['done', deleteFirst ? 'not_found' : 'event_has_active_bookings']);
          expect(await rows.bookingRows(userId)).toHaveLength(deleteFirst ? 0 : 1);
          expect(await rows.available(event)).toBe(deleteFirst ? undefined : 9);
        }
      });

      it('deletes an event once when two delete it at once', async () => {
        const event = await rows.event();
        expect(await answersOf([rows.deleteEvent(event), rows.deleteEvent(event)])).toEqual(['done', 'not_found']);
      });

      it('lets an edit made together with another see the first', async () => {
        const event = await rows.event({ totalTickets: 10 });
        await Promise.all([
          rows.edit(event, { name: 'Blues' }),
          rows.edit(event, { location: 'Jakarta' }),
          rows.edit(event, { ticketPriceCents: 1 }),
          rows.edit(event, { totalTickets: 11 }),
        ]);
        expect(await rows.eventRow(event)).toMatchObject({ name: 'Blues', location: 'Jakarta', ticketPriceCents: 1, totalTickets: 11 });
      });

      it('sells at the price of the moment when the price changes while it is sold', async () => {
        const event = await rows.event({ ticketPriceCents: 100 });
        const { id: userId } = await rows.user();
        const [before, , after] = await Promise.all([
          rows.book(event, { userId, quantity: 2 }),
          rows.edit(event, { ticketPriceCents: 300 }),
          rows.book(event, { userId, quantity: 2 }),
        ]);
        expect([before.totalPriceCents, after.totalPriceCents]).toEqual([200, 600]);
        expect((await rows.bookingRows(userId)).map(({ totalPriceCents }) => totalPriceCents).toSorted()).toEqual([200, 600]);
      });
    });

    describe('what the buyer holds', () => {
      /** Books, and returns the `heldByOwner` that the decision got. After a deadlock the decision runs again, so the last value counts. */
      const heldWhen = async (event: { readonly id: string }, buyer: User, quantity = 1) => {
        const id = anId();
        let held: number | 'not_counted' | undefined;
        const booking = store.ports.events.reserveTickets(event.id, as(buyer), ({ event: sold, heldByOwner }) => {
          held = heldByOwner;
          return newBooking(sold ?? refuse('not_found', { entity: 'event', id: event.id }), { id, userId: buyer.id, quantity, now: NOW });
        });
        await answerOf(booking);
        return held;
      };

      it('is told to the decision: their own, of this event, pending and confirmed', async () => {
        const [event, elsewhere] = [await rows.event(), await rows.event()];
        const [buyer, other] = [await rows.user(), await rows.user()];
        const [pending, cancelled] = [await rows.book(event, { userId: buyer.id, quantity: 2 }), await rows.book(event, { userId: buyer.id })];
        await rows.setStatus(pending, 'pending');
        await rows.setStatus(cancelled, 'cancelled');
        await rows.book(event, { userId: buyer.id, quantity: 3 });
        await rows.book(event, { userId: other.id });
        await rows.book(elsewhere, { userId: buyer.id, quantity: 4 });
        expect([await heldWhen(event, buyer), await heldWhen(event, await rows.user())]).toEqual([5, 0]);
      });

      it('is counted with what those before them took, however many come at once', async () => {
        const event = await rows.event({ totalTickets: 100 });
        const [buyer, other] = [await rows.user(), await rows.user()];
        const seen = await Promise.all([3, 1, 1, 2].flatMap((quantity) => [heldWhen(event, buyer, quantity), heldWhen(event, other, 5)]));
        expect(seen).toEqual([0, 0, 3, 5, 4, 10, 5, 15]);
      });

      it('is not moved by what is refused', async () => {
        const event = await rows.event({ totalTickets: 5 });
        const buyer = await rows.user();
        expect(await Promise.all([2, 4, 1, 9].map((quantity) => heldWhen(event, buyer, quantity)))).toEqual([0, 2, 2, 3]);
      });
    });

    describe('what throws', () => {
      it('changes nothing and reaches its caller only', async () => {
        const event = await rows.event({ totalTickets: 5 });
        const { id: userId } = await rows.user();
        const answers = await answersOf([
          rows.book(event, { userId, quantity: 2 }),
          rows.book(event, { userId, quantity: 9 }),
          store.ports.events.reserveTickets(event.id, OPERATOR, () => {
            throw new Error('a bug');
          }),
          store.ports.events.change(event.id, OPERATOR, () => refuse('forbidden', { reason: 'not_admin' })),
          rows.edit(event, { name: 'Blues' }),
          rows.book(event, { userId, quantity: 1 }),
        ]);
        expect(answers).toEqual(['done', 'insufficient_tickets', 'a bug', 'forbidden', 'done', 'done']);
        expect(await rows.eventRow(event)).toMatchObject({ name: 'Blues', availableTickets: 2 });
        expect(await rows.bookingRows(userId)).toHaveLength(2);
        expect(await movesOf(event)).toEqual([
          [1, 'opened', 5, 5],
          [2, 'booked', -2, 3],
          [3, 'booked', -1, 2],
        ]);
      });

      it('reaches its caller as it was thrown', async () => {
        const event = await rows.event();
        const bug = new Error('a bug');
        const call = store.ports.events.change(event.id, OPERATOR, () => {
          throw bug;
        });
        await expect(call).rejects.toBe(bug);
      });

      it('keeps a refused event out of the store and its ledger', async () => {
        const event = anEvent();
        expect(await answerOf(store.ports.events.change(event.id, OPERATOR, () => refuse('forbidden', { reason: 'not_admin' })))).toBe('forbidden');
        expect([await rows.eventRow(event), await store.movements(event.id)]).toEqual([undefined, []]);
      });

      it('is what answers a broken promise: an event whose tickets are held stays', async () => {
        const event = await rows.event();
        const { id: userId } = await rows.user();
        const booking = await rows.book(event, { userId });
        await expect(store.ports.events.change(event.id, OPERATOR, () => undefined)).rejects.toThrow();
        expect(await rows.available(event)).toBe(9);
        expect(await rows.bookingRows(userId)).toEqual([booking]);
      });

      it('is what answers a booking for another event than the one that is locked', async () => {
        const event = await rows.event();
        const { id: eventId } = await rows.event();
        const { id: userId } = await rows.user();
        await expect(store.ports.events.reserveTickets(event.id, OPERATOR, () => aBooking({ eventId, userId }))).rejects.toThrow();
        expect(await rows.bookingRows(userId)).toEqual([]);
      });

      if (hasAccounts)
        it('is what answers an event whose organizer does not exist', async () => {
          const event = anEvent({ organizerId: anId() });
          await expect(store.ports.events.change(event.id, OPERATOR, () => event)).rejects.toThrow();
          expect([await rows.eventRow(event), await store.movements(event.id)]).toEqual([undefined, []]);
        });

      if (hasAccounts)
        it('is what answers a booking whose user does not exist; its neighbours are stored', async () => {
          const event = await rows.event();
          const { id: userId } = await rows.user();
          const outcomes = await Promise.allSettled([
            rows.book(event, { userId, quantity: 2 }),
            rows.book(event, { userId: anId(), quantity: 3 }),
            rows.book(event, { userId, quantity: 1 }),
          ]);
          expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
          expect(await rows.available(event)).toBe(7);
          expect((await rows.bookingRows(userId)).map(({ quantity }) => quantity).toSorted()).toEqual([1, 2]);
          expect((await movesOf(event)).map(([version, , delta]) => [version, delta])).toEqual([
            [1, 10],
            [2, -2],
            [3, -1],
          ]);
        });
    });

    describe('the actor', () => {
      const seenBy = async (context: Parameters<typeof as>[0] | 'anonymous' | 'operator') => {
        const seen: Actor[] = [];
        const event = await rows.event();
        const look = (actor: Actor) => {
          seen.push(actor);
          return refuse('forbidden', { reason: 'not_admin' });
        };
        const asked = { actor: typeof context === 'string' ? context : refOf(context) };
        await answersOf([
          store.ports.events.change(event.id, asked, ({ actor }) => look(actor)),
          store.ports.events.reserveTickets(event.id, asked, ({ actor }) => look(actor)),
        ]);
        expect(seen[0]).toEqual(seen.at(-1));
        return seen[0];
      };

      it('is anonymous or the operator, as the edge says', async () => {
        expect([await seenBy('anonymous'), await seenBy('operator')]).toEqual(['anonymous', 'operator']);
      });

      if (hasAccounts)
        it('is what rights are made of, from the user’s row as it is now', async () => {
          const admin = await rows.user({ role: 'admin' });
          await rows.user({ role: 'admin' });
          await rows.demote(admin);
          expect(await seenBy(admin)).toMatchObject(rightsOf({ ...admin, role: 'user' }));
        });

      if (hasAccounts)
        it('is stale once the user is gone', async () => {
          const user = await rows.user();
          await rows.deleteUser(user);
          expect(await seenBy(user)).toBe('stale');
        });

      if (hasAccounts)
        it('is stale once the password has changed', async () => {
          const user = await rows.user();
          await store.ports.users.change(user.id, OPERATOR, () => ({ user: { ...user, tokenVersion: 1 } }));
          expect(await seenBy(user)).toBe('stale');
          expect(await seenBy({ ...user, tokenVersion: 1 })).toMatchObject({ id: user.id });
        });

      it('is whom the app vouches for, with the role it says, and no row of theirs is asked for', async () => {
        const [user, event] = [await rows.user({ tokenVersion: 7 }), await rows.event({ totalTickets: 2 })];
        const vouched = { actor: { userId: user.id, role: 'admin' as const } };
        let seen: Actor | undefined;
        const plan = aBooking({ eventId: event.id, quantity: 1 });
        const { value } = await store.ports.events.reserveTickets(event.id, vouched, ({ actor }) => {
          seen = actor;
          return { ...plan, userId: person(actor).id };
        });
        expect([seen, value.userId]).toEqual([{ id: user.id, role: 'admin' }, user.id]);
        expect(await rows.available(event)).toBe(1);
      });

      if (hasAccounts)
        it('has no booking where the store has owners and theirs is not there', async () => {
          const [nobody, user, event] = [anId(), await rows.user(), await rows.event({ totalTickets: 3 })];
          const book = (userId: string) => {
            const plan = aBooking({ eventId: event.id, quantity: 1, userId });
            return store.ports.events.reserveTickets(event.id, { actor: { userId, role: 'user' } }, () => plan);
          };
          const [first, ghost, last] = await answersOf([book(user.id), book(nobody), book(user.id)]);
          expect([first, ghost === 'done', last]).toEqual(['done', false, 'done']);
          expect([await rows.available(event), (await rows.bookingRows(user.id)).length]).toEqual([1, 2]);
        });

      it('is each caller alone when several ask together', async () => {
        const event = await rows.event();
        const users = await Promise.all(times(5, () => rows.user()));
        const bookings = await Promise.all(
          users.map((user) => {
            const plan = aBooking({ eventId: event.id, quantity: 1 });
            return store.ports.events.reserveTickets(event.id, as(user), ({ actor }) => ({ ...plan, userId: person(actor).id }));
          }),
        );
        expect(bookings.map(({ value }) => value.userId)).toEqual(users.map(({ id }) => id));
      });
    });

    describe('the ledger', () => {
      it('has a line for each movement of an event from its opening to its close', async () => {
        const event = await rows.event({ totalTickets: 10 });
        const { id: userId } = await rows.user();
        const booking = await rows.book(event, { userId, quantity: 4 });
        await rows.setStatus(booking, 'cancelled');
        await rows.setStatus(booking, 'pending');
        await rows.edit(event, { totalTickets: 15 });
        await rows.deleteBooking(booking);
        await rows.edit(event, { totalTickets: 3 });
        await rows.deleteEvent(event);
        expect(await movesOf(event)).toEqual([
          [1, 'opened', 10, 10],
          [2, 'booked', -4, 6],
          [3, 'cancelled', 4, 10],
          [4, 'reinstated', -4, 6],
          [5, 'resized', 5, 11],
          [6, 'deleted', 4, 15],
          [7, 'resized', -12, 3],
          [8, 'closed', -3, 0],
        ]);
      });

      it('names the event, the booking and the moment', async () => {
        const event = await rows.event();
        const booking = await rows.book(event, { userId: (await rows.user()).id });
        const lines = await store.movements(event.id);
        expect(lines.map(({ eventId, bookingId }) => [eventId, bookingId])).toEqual([
          [event.id, null],
          [event.id, booking.id],
        ]);
        for (const { at } of lines) expect(at.getTime()).toBeGreaterThan(0);
      });

      it('has no gap in its versions and adds up to the stock, whatever was raced', async () => {
        const event = await rows.event({ totalTickets: 30 });
        const { id: userId } = await rows.user();
        const made = await Promise.all(times(10, () => rows.book(event, { userId, quantity: 2 })));
        await answersOf([
          ...made.map((booking, index) => (index % 2 === 0 ? rows.setStatus(booking, 'cancelled') : rows.deleteBooking(booking))),
          rows.edit(event, { totalTickets: 25 }),
          ...times(10, () => rows.book(event, { userId, quantity: 3 })),
        ]);
        const lines = await store.movements(event.id);
        const row = await rows.eventRow(event);
        expect(lines.map(({ stockVersion }) => stockVersion)).toEqual(times(lines.length, (index) => index + 1));
        expect(lines.reduce((sum, { delta }) => sum + delta, 0)).toBe(row?.availableTickets);
        expect(lines.at(-1)).toMatchObject({ stockVersion: row?.stockVersion, availableAfter: row?.availableTickets });
      });

      it('has no line for an edit that moves no stock', async () => {
        const event = await rows.event();
        const edited = await rows.edit(event, { name: 'Blues', ticketPriceCents: 5, totalTickets: event.totalTickets });
        expect(edited.stockVersion).toBe(1);
        expect(await movesOf(event)).toEqual([[1, 'opened', 10, 10]]);
      });

      it('has no line for a booking that comes into being without tickets', async () => {
        const event = await rows.event();
        const { id: userId } = await rows.user();
        const cancelled = aBooking({ eventId: event.id, userId, status: 'cancelled' });
        await store.ports.events.reserveTickets(event.id, OPERATOR, () => cancelled);
        expect(await rows.bookingRows(userId)).toHaveLength(1);
        expect(await movesOf(event)).toEqual([[1, 'opened', 10, 10]]);
      });

      it('stays as it was when the event is returned as it was', async () => {
        const event = await rows.event();
        const { value: same } = await store.ports.events.change(event.id, OPERATOR, ({ event: before }) => before);
        expect(same).toEqual(event);
        expect(await rows.eventRow(event)).toEqual(event);
        expect(await movesOf(event)).toHaveLength(1);
      });

      it('outlives its event, whose cancelled bookings go with it', async () => {
        const event = await rows.event();
        const { id: userId } = await rows.user();
        const kept = await rows.book(await rows.event(), { userId });
        const made = await Promise.all(times(3, () => rows.book(event, { userId })));
        await Promise.all(made.map((booking) => rows.setStatus(booking, 'cancelled')));
        await rows.deleteEvent(event);
        expect(await rows.bookingRows(userId)).toEqual([kept]);
        expect((await movesOf(event)).map(([, reason]) => reason)).toEqual([
          'opened',
          ...times(3, () => 'booked'),
          ...times(3, () => 'cancelled'),
          'closed',
        ]);
      });

      it('is closed once when the last cancellation and the deletion come together', async () => {
        const event = await rows.event();
        const { id: userId } = await rows.user();
        const booking = await rows.book(event, { userId, now: NOW });
        const [cancelled, deleted] = await answersOf([rows.setStatus(booking, 'cancelled'), rows.deleteEvent(event)]);
        expect(cancelled).toBe('done');
        // Either request may come first, because a change of a booking may have to look up its event before it enters the queue.
        const gone = deleted === 'done';
        if (!gone) expect(deleted).toBe('event_has_active_bookings');
        expect(await rows.bookingRows(userId)).toHaveLength(gone ? 0 : 1);
        expect((await movesOf(event)).map(([, reason]) => reason)).toEqual(['opened', 'booked', 'cancelled', ...(gone ? ['closed'] : [])]);
      });
    });
  });
}
