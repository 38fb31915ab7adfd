import { Unavailable } from '@ticket/domain';
import { allSettled, answerTo, check, equal } from '../assertions.ts';
import { anId } from '../builders.ts';
import type { LawDefinition, Scene } from '../law.ts';
import { vouched } from '../rows.ts';
import { FAULTS, type Fault } from '../store.ts';
import { bookUnder, under } from './keys.ts';

type Told = 'done' | 'not_done' | 'unknown';

/** The answer to a call that met a fault: done, or the outcome of `Unavailable`. Any other error is wrong. */
async function toldBy(call: Promise<unknown>): Promise<Told> {
  try {
    await call;
    return 'done';
  } catch (error) {
    check(error instanceof Unavailable, `an outage reached the caller as it is: ${String(error)}; an adapter throws Unavailable, with an outcome`);
    return error.outcome;
  }
}

/** Requires that the fault has happened, because otherwise the law would prove nothing. */
function requireFault(fault: Fault, hasHappened: () => boolean): void {
  check(hasHappened(), `the fault ${fault} was asked for, and did not happen: nothing is proved about it`);
}

/** Requires that the answer is true of the stored rows. */
function requireTruth(fault: Fault, told: Told, made: number): void {
  const isMade = made === 1;
  check(made <= 1, `${fault}: the call was stored ${made} times`);
  if (told === 'done') check(isMade, `${fault}: the call was answered as done, and is not stored`);
  if (told === 'not_done') check(!isMade, `${fault}: the caller was told that nothing was done, and it is stored`);
}

async function bookAtFault({ rows, store, fault }: Scene, which: Fault): Promise<void> {
  const event = await rows.event({ totalTickets: 10 });
  const userId = await rows.user();
  const id = anId();
  await rows.book(event, { userId }); // opens a connection before the fault
  const hasHappened = await fault(which);
  const told = await toldBy(rows.book(event, { userId, quantity: 3, id }));
  requireFault(which, hasHappened);
  const made = (await rows.bookings(event)).filter((booking) => booking.id === id).length;
  requireTruth(which, told, made);
  equal(await rows.available(event), 9 - 3 * made, 'tickets left');
  equal((await rows.movements(event)).filter(({ bookingId }) => bookingId === id).length, made, 'lines of the ledger');
  await rows.book(event, { userId });
  equal(await store.stored.event(event.id).then((row) => row?.availableTickets), 8 - 3 * made, 'tickets left after the next booking');
}

/** If a connection is lost during a COMMIT, another transaction may take the lock before anybody knows the outcome of the COMMIT. */
async function loseCommitBesideRivals({ rows, other, fault }: Scene): Promise<void> {
  for (const which of ['at_commit', 'before_commit', 'at_commit', 'in_transaction', 'at_commit'] as const) {
    const event = await rows.event({ totalTickets: 20 });
    const [userId, id] = [await rows.user(), anId()];
    await rows.book(event, { userId });
    const hasHappened = await fault(which);
    const rivals = [0, 1, 2, 3].map(() => other.rows.book(event, { userId, quantity: 2 }));
    const [told] = await allSettled<string>([toldBy(rows.book(event, { userId, quantity: 3, id })), ...rivals.map(answerTo)]);
    requireFault(which, hasHappened);
    const made = (await rows.bookings(event)).filter((booking) => booking.id === id).length;
    requireTruth(which, told as Told, made);
    equal(await rows.available(event), 11 - 3 * made, 'tickets left');
    let available = 0;
    for (const { delta, availableAfter } of await rows.movements(event)) {
      available += delta;
      equal(availableAfter, available, 'available after a movement');
    }
    equal(available, 11 - 3 * made, 'the sum of the ledger');
  }
}

/** PostgreSQL takes a second to find a deadlock, so only F9 makes one. */
const QUICK_FAULTS = FAULTS.filter((fault) => fault !== 'deadlock');

/** A transaction that goes wrong. The answer is true, and nothing is stored twice or in part. */
export const FAULT_LAWS: readonly LawDefinition[] = [
  {
    id: 'F1',
    level: 'stock',
    needs: ['fault'],
    title: 'a connection lost before COMMIT: the call is made once all the same, or is Unavailable and stored nothing',
    hold: (scene) => bookAtFault(scene, 'before_commit'),
  },
  {
    id: 'F2',
    level: 'stock',
    needs: ['fault'],
    title: 'a connection lost at COMMIT: the caller is never told that nothing was done, and nothing is done twice',
    hold: (scene) => bookAtFault(scene, 'at_commit'),
  },
  {
    id: 'F3',
    level: 'stock',
    needs: ['fault'],
    title: 'a COMMIT that the database refuses: the call is made once all the same, or is Unavailable and stored nothing',
    hold: (scene) => bookAtFault(scene, 'refused'),
  },
  {
    id: 'F6',
    level: 'stock',
    needs: ['fault'],
    title: 'a connection lost while rows are written: the call is made once all the same, or is Unavailable and stored nothing',
    hold: (scene) => bookAtFault(scene, 'in_transaction'),
  },
  {
    id: 'F8',
    level: 'stock',
    needs: ['fault'],
    title: 'no connection: the call is made once all the same, or is Unavailable and stored nothing',
    hold: (scene) => bookAtFault(scene, 'no_connection'),
  },
  {
    id: 'F9',
    level: 'stock',
    needs: ['fault'],
    title: 'a deadlock or a serialization failure: the call is made once all the same, or is Unavailable and stored nothing',
    hold: (scene) => bookAtFault(scene, 'deadlock'),
  },
  {
    id: 'F7',
    level: 'stock',
    needs: ['beside', 'fault'],
    title: 'a lost COMMIT is not written over what another server sold meanwhile',
    hold: loseCommitBesideRivals,
  },
  {
    id: 'F4',
    level: 'stock',
    needs: ['fault'],
    title: 'a cancellation whose transaction goes wrong gives the tickets back once, and its answer is true',
    hold: async ({ rows, fault }) => {
      for (const which of QUICK_FAULTS) {
        const event = await rows.event({ totalTickets: 10 });
        const booking = await rows.book(event, { userId: await rows.user(), quantity: 4 });
        const hasHappened = await fault(which);
        const told = await toldBy(rows.setStatus(booking, 'cancelled'));
        requireFault(which, hasHappened);
        const isMade = (await rows.bookings(event))[0]?.status === 'cancelled';
        requireTruth(which, told, isMade ? 1 : 0);
        equal(await rows.available(event), isMade ? 10 : 6, 'tickets left');
        equal((await rows.movements(event)).length, isMade ? 3 : 2, 'lines of the ledger');
      }
    },
  },
  {
    id: 'F5',
    level: 'keys',
    needs: ['fault'],
    title: 'whatever a transaction under a key came to, the same request under the key makes one booking in all',
    hold: async ({ rows, store, fault }) => {
      for (const which of QUICK_FAULTS) {
        const event = await rows.event({ totalTickets: 10 });
        const userId = await rows.user();
        await rows.book(event, { userId });
        const ask = () => bookUnder(store, event, userId, under(vouched(userId), which), 3);
        const hasHappened = await fault(which);
        const told = await toldBy(ask());
        requireFault(which, hasHappened);
        const again = await ask();
        const [made, ...more] = (await rows.bookings(event)).filter(({ quantity }) => quantity === 3);
        equal([again.value, more], [made, []], 'the booking that the retry was answered with, and others');
        if (told === 'done') equal(again.replayed, true, 'that the retry is a replay');
        if (told === 'not_done') equal(again.replayed, false, 'that the retry is a replay');
        equal(await rows.available(event), 6, 'tickets left');
      }
    },
  },
];
