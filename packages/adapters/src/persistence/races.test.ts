import { setTimeout as sleep } from 'node:timers/promises';
import { heldBy, newBooking } from '@ticket/domain';
import { answersOf, as, OPERATOR, rowsOf, times } from '@ticket/domain/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engines, servers } from '../../../../tests/engines.ts';
import { type Neighbour, neighbourOf } from '../../../../tests/neighbour.ts';
import { openContainer, portsOf } from '../../../../tests/open-store.ts';
import { createContainer, TOKENS } from '../container.ts';
import { NO_MEASURES } from '../measures.ts';

type Opened = Awaited<ReturnType<typeof openContainer>>;
type Container = Opened['container'];

describe.each(engines)('one server, %s', (engine) => {
  it('lets bookings of other events share a transaction that was just being begun', async () => {
    const sizes: number[] = [];
    const opened = await openContainer(engine);
    const container = createContainer(opened.container.get(TOKENS.config), { ...NO_MEASURES, stockBatch: (size) => sizes.push(size) });
    await container.get(TOKENS.database).connect();
    const rows = rowsOf(portsOf(container));
    const { id: userId } = await rows.user();
    const events = await Promise.all(times(20, () => rows.event()));
    sizes.length = 0;
    await Promise.all(events.map((event) => rows.book(event, { userId })));
    expect(sizes.length).toBeLessThanOrEqual(2); // one for each lane
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(20);
    await container.unbindAllAsync();
    await opened.close();
  });
});

describe.each(engines)('two servers on one database, %s', (engine) => {
  let opened: Opened;
  let other: Container;
  beforeAll(async () => {
    opened = await openContainer(engine);
    other = createContainer(opened.container.get(TOKENS.config));
    await other.get(TOKENS.database).connect();
  });
  afterAll(async () => {
    await other.unbindAllAsync();
    await opened.close();
  });
  /** The same row's doings, by turns through one server and the other. */
  const both = () => [rowsOf(portsOf(opened.container)), rowsOf(portsOf(other))] as const;
  const turns = <Value>(count: number, make: (rows: ReturnType<typeof rowsOf>, index: number) => Value) =>
    times(count, (index) => make(both()[index % 2 === 0 ? 0 : 1], index));

  it('sell each ticket once', async () => {
    const [here, there] = both();
    const event = await here.event({ totalTickets: 25, availableTickets: 25 });
    const { id: userId } = await there.user();
    const answers = await answersOf(turns(100, (rows) => rows.book(event, { userId })));
    expect(answers.filter((answer) => answer === 'done')).toHaveLength(25);
    expect(answers.filter((answer) => answer === 'insufficient_tickets')).toHaveLength(75);
    expect(await there.available(event)).toBe(0);
    expect(await here.bookingRows(userId)).toHaveLength(25);
  });

  it('give a booking’s tickets back once, however often it is cancelled and deleted at once', async () => {
    const [here, there] = both();
    const event = await here.event({ totalTickets: 10, availableTickets: 10 });
    const { id: userId } = await here.user();
    const booking = await here.book(event, { userId, quantity: 4 });
    await answersOf(turns(20, (rows, index) => (index < 14 ? rows.setStatus(booking, 'cancelled') : rows.deleteBooking(booking))));
    expect(await there.available(event)).toBe(10);
    expect(await there.bookingRows(userId)).toEqual([]);
  });

  it('keep stock and bookings in step while the event is resized, rebooked and cancelled at once', async () => {
    const [here, there] = both();
    const event = await here.event({ totalTickets: 20, availableTickets: 20 });
    const { id: userId } = await here.user();
    const bookings = await Promise.all(times(10, () => here.book(event, { userId, quantity: 2 })));
    await answersOf([
      ...turns(10, (rows, index) => rows.setStatus(bookings[index] ?? event, 'cancelled')),
      ...turns(10, (rows) => rows.book(event, { userId, quantity: 2 })),
      ...turns(4, (rows, index) => rows.edit(event, { totalTickets: 18 + index })),
      ...turns(10, (rows, index) => rows.setStatus(bookings[index] ?? event, 'confirmed')),
    ]);
    const held = (await there.bookingRows(userId)).reduce((sum, booking) => sum + heldBy(booking), 0);
    const row = await there.eventRow(event);
    expect((row?.availableTickets ?? -1) + held).toBe(row?.totalTickets);
  });

  it('make one account of an e-mail', async () => {
    const answers = await answersOf(turns(6, (rows) => rows.user({ email: 'once@example.com' })));
    expect(answers.toSorted()).toEqual(['done', ...times(5, () => 'email_taken')]);
  });

  it('leave no booking of a user who is deleted meanwhile', async () => {
    for (const _ of times(5, () => undefined)) {
      const [here, there] = both();
      const event = await here.event();
      const buyer = await here.user();
      const booked = portsOf(opened.container).events.reserveTickets(event.id, as(buyer), ({ actor, event: sold }) => {
        if (typeof actor === 'string' || sold === undefined) throw new Error('gone');
        return newBooking(sold, { id: buyer.id, userId: actor.id, quantity: 1, now: new Date() });
      });
      const [booking, deletion] = await answersOf([booked, there.deleteUser(buyer)]);
      const stayed = (await here.bookingRows(buyer.id)).length === 1;
      expect([booking, deletion]).toEqual(stayed ? ['done', 'user_has_active_bookings'] : ['gone', 'done']);
    }
  });
});

describe.each(engines)('users and bookings written at once, %s', (engine) => {
  it('lose nothing that was acknowledged', async () => {
    const opened = await openContainer(engine);
    const ports = portsOf(opened.container);
    const rows = rowsOf(ports);
    const event = await rows.event({ totalTickets: 50, availableTickets: 50 });
    const buyer = await rows.user();
    const answers = await answersOf([
      ...times(60, () => rows.book(event, { userId: buyer.id })),
      ...times(20, (index) => rows.user({ email: `guest-${index}@example.com` })),
      // Each of these rolls back beside the others.
      ...times(20, () => rows.user({ email: buyer.email })),
    ]);
    expect(answers.slice(0, 60).filter((answer) => answer === 'done')).toHaveLength(50);
    expect(answers.slice(60, 80)).toEqual(times(20, () => 'done'));
    expect(answers.slice(80)).toEqual(times(20, () => 'email_taken'));
    expect(await rows.available(event)).toBe(0);
    expect(await rows.bookingRows(buyer.id)).toHaveLength(50);
    for (const index of times(20, (count) => count)) expect(await ports.users.findCredentials(`guest-${index}@example.com`)).toBeDefined();
    await opened.close();
  });
});

describe.each(servers)('a neighbour on the database, %s', (engine) => {
  let opened: Opened;
  let neighbour: Neighbour;
  beforeAll(async () => {
    opened = await openContainer(engine);
    neighbour = await neighbourOf(opened.database);
  });
  afterAll(async () => {
    await neighbour.end();
    await opened.close();
  });

  it('is waited for: a booking is decided on the stock that they leave, not on what was there before', async () => {
    const rows = rowsOf(portsOf(opened.container));
    const event = await rows.event({ totalTickets: 5, availableTickets: 5 });
    const { id: userId } = await rows.user();
    await neighbour.query('START TRANSACTION');
    await neighbour.query('UPDATE events SET available_tickets = 1 WHERE id = ?', [event.id]);
    const booking = rows.book(event, { userId, quantity: 2 });
    const answer = answersOf([booking]);
    await sleep(200);
    await neighbour.query('COMMIT');
    expect(await answer).toEqual(['insufficient_tickets']);
    expect(await rows.available(event)).toBe(1);
  });

  it('who holds the event’s row for too long makes the booking unavailable, and nothing is half done', async () => {
    const rows = rowsOf(portsOf(opened.container));
    const event = await rows.event({ totalTickets: 5, availableTickets: 5 });
    const { id: userId } = await rows.user();
    await neighbour.query('START TRANSACTION');
    await neighbour.query('SELECT id FROM events WHERE id = ? FOR UPDATE', [event.id]);
    await expect(rows.book(event, { userId })).rejects.toMatchObject({ name: 'Unavailable', outcome: 'not_done' });
    await neighbour.query('ROLLBACK');
    expect(await rows.available(event)).toBe(5);
    expect(await answersOf([rows.book(event, { userId })])).toEqual(['done']);
  });

  it('who makes the last of several writes wait for too long undoes them all', async () => {
    const rows = rowsOf(portsOf(opened.container));
    const event = await rows.event({ totalTickets: 5, availableTickets: 5 });
    const { id: userId } = await rows.user();
    await neighbour.query('START TRANSACTION');
    // The very ledger line that the booking is going to write, after stock and booking.
    await neighbour.query(
      `INSERT INTO stock_movements (event_id, stock_version, delta, available_after, reason, at) VALUES (?, 2, -1, 4, 'booked', CURRENT_TIMESTAMP)`,
      [event.id],
    );
    await expect(rows.book(event, { userId })).rejects.toMatchObject({ name: 'Unavailable', outcome: 'not_done' });
    await neighbour.query('ROLLBACK');
    expect(await answersOf([rows.book(event, { userId, quantity: 5 })])).toEqual(['done']);
    expect(await rows.available(event)).toBe(0);
    expect(await rows.bookingRows(userId)).toHaveLength(1);
  });

  it('who locks in the other order costs a deadlock’s victim a second run and the buyer nothing', async () => {
    const rows = rowsOf(portsOf(opened.container));
    const event = await rows.event({ totalTickets: 5, availableTickets: 5 });
    const { id: userId } = await rows.user();
    const booking = await rows.book(event, { userId });
    await neighbour.query('START TRANSACTION');
    // More rows changed make the neighbour the one that InnoDB keeps. PostgreSQL ends who finds it out, who here has waited longer.
    await neighbour.query('UPDATE bookings SET total_price_cents = total_price_cents + 1 WHERE id = ?', [booking.id]);
    await neighbour.query('UPDATE guards SET version = version + 1');
    await neighbour.query('UPDATE users SET name = ? WHERE id <> ?', ['Renamed', userId]);
    const cancelled = answersOf([rows.setStatus(booking, 'cancelled')]);
    await sleep(200);
    await neighbour.query('UPDATE events SET name = ? WHERE id = ?', ['Renamed', event.id]);
    await neighbour.query('COMMIT');
    expect(await cancelled).toEqual(['done']);
    expect(await rows.eventRow(event)).toMatchObject({ name: 'Renamed', availableTickets: 5 });
  });

  it('who kills the connection in mid-transaction costs it a second run', async () => {
    const rows = rowsOf(portsOf(opened.container));
    const event = await rows.event({ totalTickets: 5, availableTickets: 5 });
    const { id: userId } = await rows.user();
    await neighbour.query('START TRANSACTION');
    await neighbour.query('SELECT id FROM events WHERE id = ? FOR UPDATE', [event.id]);
    const booked = answersOf([rows.book(event, { userId })]);
    await sleep(200);
    const { waiting, kill } = {
      mysql: {
        waiting: `SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID() AND command = 'Query'`,
        kill: 'KILL ?',
      },
      postgres: {
        waiting: `SELECT pid AS id FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        kill: 'SELECT pg_terminate_backend(?)',
      },
    }[engine];
    const found = await neighbour.query<{ id: number }>(waiting);
    for (const { id } of found) await neighbour.query(kill, [id]);
    expect(found).toHaveLength(1);
    await neighbour.query('ROLLBACK');
    expect(await booked).toEqual(['done']);
    expect(await rows.available(event)).toBe(4);
    expect(await portsOf(opened.container).events.change(event.id, OPERATOR, ({ event: now }) => now)).toMatchObject({
      value: { availableTickets: 4 },
    });
  });
});
