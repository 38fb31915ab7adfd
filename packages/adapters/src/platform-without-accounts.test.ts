import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SELLING_POLICY } from '@ticket/domain';
import { anEvent, answerOf, answersOf, OPERATOR, times } from '@ticket/domain/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { engines, freshDatabase } from '../../../tests/engines.ts';
import { loadConfig } from './config.ts';
import { backUp, restore } from './persistence/copies.ts';
import { Database } from './persistence/database.ts';
import type { DatabaseConfig } from './persistence/dialects/config.ts';
import { dialectOf } from './persistence/dialects/index.ts';
import { createPlatform, createPlatformWithoutAccounts, type PlatformWithoutAccounts } from './platform.ts';
import { PROFILES } from './profiles.ts';
import { StartFault } from './start-fault.ts';

const ADMIN = { actor: { userId: 'staff|1', role: 'admin' } } as const;
const buyer = (userId: string) => ({ actor: { userId, role: 'user' } }) as const;

describe.each(engines)('without accounts, %s', (engine) => {
  let fresh: Awaited<ReturnType<typeof freshDatabase>>;
  const opened: { close(): Promise<void> }[] = [];
  beforeAll(async () => {
    fresh = await freshDatabase(engine);
  });
  afterEach(async () => {
    for (const one of opened.splice(0)) await one.close();
  });
  afterAll(() => fresh.drop());

  const open = async (policy = SELLING_POLICY, database: DatabaseConfig = fresh.config): Promise<PlatformWithoutAccounts> => {
    const platform = createPlatformWithoutAccounts({ database, policies: { selling: policy } });
    opened.push(platform);
    await platform.connect();
    return platform;
  };
  const withAccounts = (config: DatabaseConfig = fresh.config) => {
    const platform = createPlatform({ ...loadConfig({ DATA_DIR: '/nowhere' }, { signsTokens: false }), database: config });
    opened.push(platform);
    return platform;
  };
  const audited = async ({ useCases }: PlatformWithoutAccounts) => {
    const parts = [];
    for await (const part of useCases.auditStock(OPERATOR)) parts.push(part);
    return parts.flatMap(({ differences }) => differences);
  };

  it('sells to whom the app vouches for, and has no table of users', async () => {
    const { useCases } = await open(PROFILES.locked.selling);
    const { value: event } = await useCases.createEvent(ADMIN, anEvent({ totalTickets: 12 }));
    const asked = { ...buyer('auth0|ani'), key: { value: 'k', fingerprint: 'f' } };
    const { value: booking } = await useCases.bookTickets(asked, { eventId: event.id, quantity: 10 });
    expect(await useCases.bookTickets(asked, { eventId: event.id, quantity: 10 })).toEqual({ value: booking, replayed: true });
    expect(await answerOf(useCases.bookTickets(buyer('auth0|ani'), { eventId: event.id, quantity: 1 }))).toBe('too_many_for_a_user');
    expect(await useCases.readBooking(buyer('auth0|ani'), booking.id)).toEqual({
      ...booking,
      user: undefined,
      event: { id: event.id, name: event.name, location: event.location, eventDate: event.eventDate },
    });
    expect(await useCases.readEvent({ actor: 'anonymous' }, event.id)).toEqual({
      ...event,
      organizer: undefined,
      availableTickets: 2,
      stockVersion: 2,
    });
    for await (const part of (await useCases.listEvents({ actor: 'anonymous' }, {})).parts) expect(part).toMatchObject([{ organizer: undefined }]);
    for await (const part of (await useCases.listBookings(ADMIN, {})).parts) expect(part).toMatchObject([{ id: booking.id, user: undefined }]);
    await useCases.changeBookingStatus(buyer('auth0|ani'), booking.id, { status: 'cancelled' });
    await useCases.deleteBooking(buyer('auth0|ani'), booking.id);
    await useCases.deleteEvent(ADMIN, event.id);
    const database = new Database(fresh.config, undefined, undefined, 'none');
    opened.push(database);
    await database.connect();
    await expect(database.query('SELECT id FROM users')).rejects.toThrow(/users/);
    expect((await database.weaknesses()).filter((weakness) => weakness.includes('CHECK'))).toEqual([]);
  });

  it('keeps every rule of the tables but the keys to users: they are the ones that its schemas describe', async () => {
    await open();
    const { writer, close } = await dialectOf(fresh.config).open({ makes: true, accounts: 'none', onLost: () => undefined });
    opened.push({ close });
    // schemas.ts says why TypeORM is not told of this column.
    const unknown = [`DROP INDEX idx_events_available${engine === 'mysql' ? ' ON events' : ''}`, 'ALTER TABLE events DROP COLUMN is_available'];
    for (const statement of unknown) await writer.query(statement);
    const { upQueries } = await writer.driver.createSchemaBuilder().log();
    expect(upQueries.map(({ query }) => query).filter((query) => !/DROP CONSTRAINT "chk_/.test(query))).toEqual([]);
    await expect(
      writer.query(
        `INSERT INTO bookings (id, user_id, event_id, quantity, total_price_cents, status, booking_date) VALUES ('b', 'u', 'gone', 1, 0, 'confirmed', '2026-01-01 00:00:00.000')`,
      ),
    ).rejects.toThrow(/constraint/i);
  });

  it('sells each of the last tickets once through two servers, gives them back once, and audits without a difference', async () => {
    const [here, there] = [await open(), await open()];
    const at = (index: number) => (index % 2 === 0 ? here : there).useCases;
    const { value: event } = await here.useCases.createEvent(ADMIN, anEvent({ totalTickets: 25 }));
    const order = { eventId: event.id, quantity: 1 };
    const answers = await answersOf(times(100, (index) => at(index).bookTickets(buyer(`buyer-${index % 7}`), order)));
    expect(answers.filter((answer) => answer === 'done')).toHaveLength(25);
    expect(answers.filter((answer) => answer === 'insufficient_tickets')).toHaveLength(75);
    expect(await there.useCases.readEvent(ADMIN, event.id)).toMatchObject({ availableTickets: 0 });
    const bookings: string[] = [];
    for await (const part of (await here.useCases.listBookings(ADMIN, {})).parts) bookings.push(...part.map(({ id }) => id));
    await answersOf(times(100, (index) => at(index).changeBookingStatus(ADMIN, bookings[index % 25] ?? '', { status: 'cancelled' })));
    expect(await there.useCases.readEvent(ADMIN, event.id)).toMatchObject({ availableTickets: 25 });
    expect([await audited(here), await audited(there)]).toEqual([[], []]);
  });

  it('refuses the holder of a token and an id that no table keeps, and their neighbours are served', async () => {
    const { useCases } = await open();
    const { value: event } = await useCases.createEvent(ADMIN, anEvent({ totalTickets: 2 }));
    const order = { eventId: event.id, quantity: 1 };
    const [holder, josé, long, good] = await answersOf([
      useCases.bookTickets({ actor: { userId: 'ani', tokenVersion: 0 } }, order),
      useCases.bookTickets(buyer('josé'), order),
      useCases.bookTickets(buyer('x'.repeat(37)), order),
      useCases.bookTickets(buyer('x'.repeat(36)), order),
    ]);
    expect(holder).toContain('without accounts the app vouches for the actor');
    expect([josé, long, good]).toEqual(['invalid_input', 'invalid_input', 'done']);
  });

  describe('on one database', () => {
    it('what was made without accounts is not opened with them, in one line, and stays as it is', async () => {
      const { useCases } = await open();
      const { value: event } = await useCases.createEvent(ADMIN, anEvent());
      const platform = withAccounts();
      await expect(platform.connect()).rejects.toThrow(/made without accounts.*Nothing was changed.*createPlatformWithoutAccounts/);
      await expect(platform.connect()).rejects.toBeInstanceOf(StartFault);
      expect(await answerOf(platform.useCases.registerUser(OPERATOR, { name: 'A', email: 'a@b.co', password: 'x' }))).not.toBe('done');
      expect(await useCases.readEvent(ADMIN, event.id)).toMatchObject(event);
    });

    it('of two programs that make one together, with accounts and without, one is told', async () => {
      for (const _ of times(3, () => undefined)) {
        const { config, drop } = await freshDatabase(engine);
        const [without, other] = [createPlatformWithoutAccounts({ database: config, policies: PROFILES.open }), withAccounts(config)];
        opened.push(without);
        const [one, two] = await Promise.allSettled([without.connect(), other.connect()]);
        const database = new Database(config, undefined, undefined, 'none');
        await database.connect();
        const marks = await database.query(`SELECT name FROM migrations WHERE name LIKE 'WithoutAccounts%'`);
        expect([one.status, two.status]).toEqual(['fulfilled', marks.length === 0 ? 'fulfilled' : 'rejected']);
        await database.close();
        for (const each of opened.splice(0)) await each.close();
        await drop();
      }
    });

    it('what was made with accounts keeps its keys when it is opened without: owners have a row, and it is opened with accounts again', async () => {
      const { config, drop } = await freshDatabase(engine);
      const before = withAccounts(config);
      await before.connect();
      const account = { name: 'Ani', email: 'ani@example.com', password: 'kereta-malam-9', role: 'admin' } as const;
      const { value: ani } = await before.useCases.registerUser(OPERATOR, account);
      await before.close();
      const without = await open(SELLING_POLICY, config);
      const known = { actor: { userId: ani.user.id, role: 'admin' } } as const;
      const { value: event } = await without.useCases.createEvent(known, anEvent({ totalTickets: 5 }));
      const [stranger, booked, neither] = await answersOf([
        without.useCases.bookTickets(buyer('nobody-here'), { eventId: event.id, quantity: 1 }),
        without.useCases.bookTickets(known, { eventId: event.id, quantity: 1 }),
        without.useCases.createEvent(ADMIN, anEvent()),
      ]);
      expect([stranger, booked, neither]).toEqual([
        expect.stringMatching(/foreign keys to users/),
        'done',
        expect.stringMatching(/foreign keys to users/),
      ]);
      expect(await without.useCases.readEvent(known, event.id)).toMatchObject({ organizer: undefined, availableTickets: 4 });
      expect(await audited(without)).toEqual([]);
      await without.close();
      const again = withAccounts(config);
      await again.connect();
      expect(await again.useCases.readEvent(known, event.id)).toMatchObject({ organizer: { name: 'Ani' }, availableTickets: 4 });
      for (const each of opened.splice(0)) await each.close();
      await drop();
    });

    it.each([
      ['with accounts', 'ours', /foreign keys to users/],
      ['without', 'none', /^done$/],
    ] as const)('tables that were begun %s, and stopped half-way, are finished so', async (_, accounts, answer) => {
      const { config, drop } = await freshDatabase(engine);
      const begun = new Database(config, undefined, undefined, accounts);
      await begun.connect();
      await begun.transaction(async (manager) => {
        await manager.query('DROP TABLE bookings');
        await manager.query(`DELETE FROM migrations WHERE name NOT LIKE 'WithoutAccounts%'`);
      });
      await begun.close();
      const { useCases } = await open(SELLING_POLICY, config);
      expect(await answerOf(useCases.createEvent(ADMIN, anEvent()))).toMatch(answer);
      const database = new Database(config);
      const again = database.connect();
      if (accounts === 'ours') await again;
      else await expect(again).rejects.toThrow('made without accounts');
      await database.close();
      for (const each of opened.splice(0)) await each.close();
      await drop();
    });

    it('is looked at by an audit with accounts, which changes nothing', async () => {
      await open();
      const database = new Database(fresh.config);
      opened.push(database);
      await database.connect({ makes: false });
      expect(await database.query('SELECT version FROM guards')).toHaveLength(1);
    });
  });
});

it('a backup of what was made without accounts is restored, and is still opened without them alone', async () => {
  const [{ config, drop }, target] = [await freshDatabase('sqlite'), mkdtempSync(join(tmpdir(), 'ticket-restored-'))];
  const platform = createPlatformWithoutAccounts({ database: config, policies: PROFILES.open });
  await platform.connect();
  const { value: event } = await platform.useCases.createEvent(ADMIN, anEvent());
  const copy = join(target, 'copy.backup');
  expect(await backUp(config, copy)).toBe('done');
  await platform.close();
  const to = { engine: 'sqlite', folder: join(target, 'data') } as const;
  expect(await restore(to, copy, { look: async () => {}, beforeExchange: () => {} })).toEqual({ kept: undefined });
  await expect(new Database(to).connect()).rejects.toThrow('made without accounts');
  const restored = createPlatformWithoutAccounts({ database: to, policies: PROFILES.open });
  await restored.connect();
  expect(await restored.useCases.readEvent(ADMIN, event.id)).toMatchObject(event);
  await restored.close();
  rmSync(target, { recursive: true, force: true });
  await drop();
});

it('asks for no secret, password or admin: the environment’s configuration serves as it is', () => {
  const config = loadConfig({ NODE_ENV: 'production', DATA_DIR: '/nowhere' }, { signsTokens: false });
  const platform = createPlatformWithoutAccounts(config);
  expect(Object.keys(platform).toSorted()).toEqual(['close', 'connect', 'useCases']);
  expect(Object.keys(platform.useCases)).not.toContain('registerUser');
});
