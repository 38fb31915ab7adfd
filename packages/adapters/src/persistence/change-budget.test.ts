import { type Clock, createUseCases, type SellingPolicy, TOTAL_TICKETS_MAX } from '@ticket/domain';
import { answersOf, as, changeBudgetContract, inMemoryPorts, rowsOf, type Store, times, unwrapped } from '@ticket/domain/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { type Engine, engines } from '../../../../tests/engines.ts';
import { movementsOf, openContainer, portsOf } from '../../../../tests/open-store.ts';
import { fillBookings, stepsOf } from '../../../../tests/plans.ts';
import { createContainer, TOKENS } from '../container.ts';
import { PROFILES } from '../profiles.ts';

type Container = ReturnType<typeof createContainer>;

async function openStore(engine: Engine, policy: SellingPolicy, clock: Clock): Promise<Store> {
  const { container, close } = await openContainer(engine, { policies: { ...PROFILES.locked, selling: policy } });
  await container.unbind(TOKENS.clock);
  container.bind(TOKENS.clock).toConstantValue(clock);
  const ports = portsOf(container);
  return { ports, fresh: ports, movements: movementsOf(container), close };
}

for (const engine of engines) changeBudgetContract(engine, (policy, clock) => openStore(engine, policy, clock));

/** The statements of every transaction, with what they were given. */
function statementsOf(container: Container) {
  const statements: [sql: string, parameters: unknown[]][] = [];
  const database = container.get(TOKENS.database);
  const markedTransaction = database.markedTransaction.bind(database);
  database.markedTransaction = (work) =>
    markedTransaction((manager, context) => {
      const query = manager.query.bind(manager);
      const watched = Object.create(manager, {
        query: {
          value: (sql: string, parameters: unknown[] = []) => {
            statements.push([sql, parameters]);
            return query(sql, parameters);
          },
        },
      });
      return work(watched, context);
    });
  return statements;
}

describe.each(engines)('the limits of a user, %s', (engine) => {
  let close = async () => {};
  afterEach(() => close());
  const limited: SellingPolicy = {
    ...PROFILES.locked.selling,
    ticketsPerBookingMax: 10,
    ticketsPerUserMax: TOTAL_TICKETS_MAX,
    bookingChangesPerHourMax: 100,
  };
  const open = async (policy: SellingPolicy) => {
    const opened = await openContainer(engine, { policies: { ...PROFILES.locked, selling: policy } });
    close = opened.close;
    const { container } = opened;
    const rows = rowsOf(portsOf(container));
    return { ...opened, rows, useCases: container.get(TOKENS.useCases), event: await rows.event({ totalTickets: 1000 }), user: await rows.user() };
  };

  it('are judged on rows of an index alone, of one event and of several', async () => {
    const { container, rows, useCases, event, user } = await open(limited);
    const other = await rows.event();
    const statements = statementsOf(container);
    const book = ({ id }: { id: string }) => unwrapped(useCases.bookTickets(as(user), { eventId: id, quantity: 1 }));
    const booking = await book(event);
    await Promise.all(times(8, (n) => book(n % 2 === 0 ? event : other)));
    await useCases.changeBookingStatus(as(user), booking.id, { status: 'cancelled' });
    const judged = statements.filter(([sql]) => /SUM\(quantity\)|COUNT\(\*\)/.test(sql));
    expect(judged.length).toBeGreaterThanOrEqual(3);
    const database = container.get(TOKENS.database);
    for (const statement of judged) {
      const [sql, parameters] = statement;
      if (engine === 'sqlite') {
        const plan = await database.query<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, parameters);
        const walks = plan.map(({ detail }) => detail).filter((detail) => /bookings/.test(detail));
        expect(walks).toEqual([
          expect.stringMatching(/USING COVERING INDEX idx_bookings_event_user \(event_id=\? AND user_id=\? AND status=\?\)/),
          expect.stringMatching(/USING COVERING INDEX idx_bookings_event_user \(event_id=\? AND user_id=\? AND status=\? AND booking_date>\?/),
        ]);
      } else if (engine === 'postgres') {
        if (judged.indexOf(statement) === 0) await fillBookings(database);
        const walks = await stepsOf(database, sql, parameters, 'bookings');
        const index = { 'Index Name': 'idx_bookings_event_user' };
        expect(walks).toEqual([expect.objectContaining(index), expect.objectContaining(index)]);
        // Whether it goes on to the status is its own choice: of a few rows it looks at all, in the index too.
        for (const walk of walks) expect(walk['Index Cond']).toMatch(/event_id.*user_id/);
      } else {
        const plan = await database.query<{ table: string; key: string; key_len: string; Extra: string }>(`EXPLAIN ${sql}`, parameters);
        const walks = plan.filter(({ table }) => table === 'bookings');
        expect(walks).toEqual(
          times(2, () => expect.objectContaining({ key: 'idx_bookings_event_user', Extra: expect.stringContaining('Using index') })),
        );
        // As far as the status, and as far as the date.
        const [held, made] = walks.map(({ key_len }) => Number(key_len));
        expect([held, made]).toEqual([38 + 38 + 18, 38 + 38 + 18 + 7]);
      }
    }
  });

  it('cost a booking one statement, and a sale writes no counter', async () => {
    const counted: string[][] = [];
    for (const policy of [
      { ...limited, bookingChangesPerHourMax: 'unlimited' as const },
      limited,
      { ...limited, ticketsPerUserMax: 'unlimited' as const },
    ]) {
      const { container, useCases, event, user } = await open(policy);
      const statements = statementsOf(container);
      await useCases.bookTickets(as(user), { eventId: event.id, quantity: 1 });
      counted.push(statements.map(([sql]) => /^\s*(\w+)/.exec(sql)?.[1] ?? ''));
      expect(await container.get(TOKENS.database).query('SELECT counted FROM rate_counts')).toEqual([]);
      await close();
      close = async () => {};
    }
    expect(counted[1]).toEqual(counted[0]);
    expect(counted[2]).toEqual(counted[0]);
  });

  it('hold for what two servers are asked at once, to the last change', async () => {
    const policy = { ...limited, bookingChangesPerHourMax: 20 };
    const { container, event, user, rows } = await open(policy);
    const second = createContainer(container.get(TOKENS.config));
    await second.get(TOKENS.database).connect();
    try {
      const servers = [container, second].map((one) => createUseCases(inMemoryPorts({ ...portsOf(one), policy, newId: one.get(TOKENS.newId) })));
      const at = (n: number) => servers[n % 2] ?? expect.fail();
      const booked = await Promise.all(times(4, (n) => at(n).bookTickets(as(user), { eventId: event.id, quantity: 1 })));
      const answers = await answersOf([
        ...times(20, (n) => at(n).bookTickets(as(user), { eventId: event.id, quantity: 1 })),
        ...booked.flatMap(({ value: { id } }, n) => [
          at(n).changeBookingStatus(as(user), id, { status: 'pending' }),
          at(n + 1).deleteBooking(as(user), id),
        ]),
      ]);
      expect(answers.filter((answer) => answer === 'done')).toHaveLength(16);
      expect(await rows.available(event)).toBe(1000 - (await rows.bookingRows(user.id)).length);
    } finally {
      await second.unbindAllAsync();
    }
  });
});
