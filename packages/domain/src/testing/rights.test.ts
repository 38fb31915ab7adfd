import { describe, expect, it } from 'vitest';
import { fakePasswords } from '../memory/index.ts';
import type { RequestContext } from '../requests/context.ts';
import { anEvent, anId } from './builders.ts';
import { inMemoryPlatform } from './in-memory-platform.ts';
import { LOCKED, OPEN } from './policies.ts';
import { answerOf, as, OPERATOR } from './store.ts';

/** What an edge found wrong with a body. */
const FAULTY = new Error('a faulty body');
type Profile = 'open' | 'locked';
const NOBODY: RequestContext = { actor: 'anonymous' };
const STALE: RequestContext = { actor: { userId: anId(), tokenVersion: 0 } };

async function aHouseOf(profile: Profile) {
  const house = await inMemoryPlatform(profile === 'open' ? OPEN : LOCKED);
  const booking = await house.rows.book(house.event, { userId: house.sari.id });
  return { ...house, booking };
}

describe('an order about a row is answered 401, then 404, then 403, then 412, then by what is wrong with it', () => {
  type House = Awaited<ReturnType<typeof aHouseOf>>;
  type Order = (house: House, context: RequestContext, id: string) => Promise<unknown>;
  const isRead = (name: string) => name.startsWith('read');
  const orders: readonly (readonly [name: string, Profile, Order, idOf: (house: House) => string, faulty: boolean])[] = [
    ['change an event', 'open', ({ useCases }, context, id) => useCases.changeEvent(context, id, FAULTY), ({ event }) => event.id, true],
    ['delete an event', 'open', ({ useCases }, context, id) => useCases.deleteEvent(context, id), ({ event }) => event.id, false],
    ['change a booking', 'open', ({ useCases }, context, id) => useCases.changeBookingStatus(context, id, FAULTY), ({ booking }) => booking.id, true],
    ['delete a booking', 'open', ({ useCases }, context, id) => useCases.deleteBooking(context, id), ({ booking }) => booking.id, false],
    ['read a booking', 'open', ({ useCases }, context, id) => useCases.readBooking(context, id), ({ booking }) => booking.id, false],
    ['read a user', 'locked', ({ useCases }, context, id) => useCases.readUser(context, id), ({ sari }) => sari.id, false],
    ['change a user', 'locked', ({ useCases }, context, id) => useCases.changeUser(context, id, FAULTY), ({ sari }) => sari.id, true],
    ['change a password', 'locked', ({ useCases }, context, id) => useCases.changeUser(context, id, { password: '' }), ({ sari }) => sari.id, true],
    ['delete a user', 'locked', ({ useCases }, context, id) => useCases.deleteUser(context, id), ({ sari }) => sari.id, false],
  ];

  it.each(orders)('%s (%s)', async (name, profile, order, idOf, faulty) => {
    const house = await aHouseOf(profile);
    const id = idOf(house);
    for (const ifVersion of isRead(name) ? [undefined] : [undefined, [], [2, 7]]) {
      for (const context of [NOBODY, STALE]) {
        expect(await answerOf(order(house, { ...context, ifVersion }, anId()))).toBe('unauthenticated');
        expect(await answerOf(order(house, { ...context, ifVersion }, id))).toBe('unauthenticated');
      }
      expect(await answerOf(order(house, { ...as(house.budi), ifVersion }, anId()))).toBe('not_found');
      expect(await answerOf(order(house, { ...as(house.budi), ifVersion }, id))).toBe('forbidden');
      expect(await answerOf(order(house, { ...as(house.admin), ifVersion }, anId()))).toBe('not_found');
      if (ifVersion !== undefined) expect(await answerOf(order(house, { ...as(house.admin), ifVersion }, id))).toBe('version_changed');
    }
    if (faulty) expect(await answerOf(order(house, as(house.admin), id))).toMatch(/a faulty body|invalid_input/);
    if (faulty) expect(await answerOf(order(house, OPERATOR, id))).toMatch(/a faulty body|invalid_input/);
  });
});

describe('an order that needs no row is answered 401, then 403, then by what is wrong with it', () => {
  it('create an event', async () => {
    const { useCases, admin, sari } = await aHouseOf('open');
    const answers = [NOBODY, STALE, as(sari), as(admin)].map((context) => answerOf(useCases.createEvent(context, FAULTY)));
    expect(await Promise.all(answers)).toEqual(['unauthenticated', 'unauthenticated', 'forbidden', 'a faulty body']);
    expect(await answerOf(useCases.createEvent(as(sari), { ...anEvent(), name: '' }))).toBe('forbidden');
  });

  it('book tickets', async () => {
    const { useCases, sari, event } = await aHouseOf('open');
    const answers = [NOBODY, STALE, as(sari)].map((context) => answerOf(useCases.bookTickets(context, FAULTY)));
    expect(await Promise.all(answers)).toEqual(['unauthenticated', 'unauthenticated', 'a faulty body']);
    const order = { eventId: event.id, quantity: 0 };
    expect(await answerOf(useCases.bookTickets(NOBODY, order))).toBe('unauthenticated');
    expect(await answerOf(useCases.bookTickets(STALE, { ...order, eventId: anId() }))).toBe('unauthenticated');
    expect(await answerOf(useCases.bookTickets(as(sari), { ...order, eventId: anId() }))).toBe('not_found');
    expect(await answerOf(useCases.bookTickets(as(sari), order))).toBe('invalid_input');
  });

  it('create a user', async () => {
    const { useCases, admin, sari } = await aHouseOf('locked');
    const answers = [NOBODY, STALE, as(sari), as(admin)].map((context) => answerOf(useCases.createUser(context, FAULTY)));
    expect(await Promise.all(answers)).toEqual(['unauthenticated', 'unauthenticated', 'forbidden', 'a faulty body']);
  });

  it('register', async () => {
    const { useCases } = await aHouseOf('locked');
    expect(await answerOf(useCases.registerUser(STALE, FAULTY))).toBe('unauthenticated');
    expect(await answerOf(useCases.registerUser(NOBODY, FAULTY))).toBe('a faulty body');
    expect(await answerOf(useCases.registerUser(NOBODY, { name: '', email: '', password: '', role: 'admin' }))).toBe('forbidden');
  });

  it('read lists', async () => {
    const { useCases, admin, sari } = await aHouseOf('locked');
    const ask = (list: 'listBookings' | 'listUsers' | 'listEvents') =>
      Promise.all([NOBODY, STALE, as(sari), as(admin)].map((context) => answerOf(useCases[list](context, FAULTY))));
    expect(await ask('listBookings')).toEqual(['unauthenticated', 'unauthenticated', 'a faulty body', 'a faulty body']);
    expect(await ask('listUsers')).toEqual(['unauthenticated', 'unauthenticated', 'forbidden', 'a faulty body']);
    expect(await ask('listEvents')).toEqual(['a faulty body', 'unauthenticated', 'a faulty body', 'a faulty body']);
  });

  it('log in, which asks for no rights', async () => {
    const { useCases } = await aHouseOf('locked');
    expect(await answerOf(useCases.logIn(FAULTY))).toBe('a faulty body');
  });

  it('be known, before an id is looked at', async () => {
    const { useCases, sari } = await aHouseOf('open');
    const answers = [NOBODY, STALE, as(sari), OPERATOR].map((context) => answerOf(useCases.identifyActor(context, 'change_event')));
    expect(await Promise.all(answers)).toEqual(['unauthenticated', 'unauthenticated', 'done', 'done']);
    expect(await answerOf(useCases.identifyActor(NOBODY, 'read_events'))).toBe('done');
  });
});

describe('rights come from the row as it is now', () => {
  it('so a demoted admin keeps their token and loses the right at once', async () => {
    const { useCases, rows, event } = await aHouseOf('open');
    const second = await rows.user({ role: 'admin' });
    await useCases.changeUser(OPERATOR, second.id, { role: 'user' });
    expect(await answerOf(useCases.changeEvent(as(second), event.id, { name: 'Blues' }))).toBe('forbidden');
    expect(await rows.eventRow(event)).toMatchObject({ name: event.name });
  });

  it('so a promoted user has it with the token they had', async () => {
    const { useCases, sari, event } = await aHouseOf('open');
    await useCases.changeUser(OPERATOR, sari.id, { role: 'admin' });
    expect(await answerOf(useCases.changeEvent(as(sari), event.id, { name: 'Blues' }))).toBe('done');
  });

  it('so a token given before a password change opens nothing', async () => {
    const { useCases, budi, event } = await aHouseOf('open');
    const changed = await useCases.changeUser(as(budi), budi.id, { password: 'kereta-malam-9' });
    expect(await answerOf(useCases.bookTickets(as(budi), { eventId: event.id, quantity: 1 }))).toBe('unauthenticated');
    expect(await answerOf(useCases.bookTickets(as(changed), { eventId: event.id, quantity: 1 }))).toBe('done');
  });

  it('so the token of a deleted user opens nothing', async () => {
    const { useCases, budi, event } = await aHouseOf('open');
    await useCases.deleteUser(OPERATOR, budi.id);
    expect(await answerOf(useCases.readSelf(as(budi)))).toBe('unauthenticated');
    expect(await answerOf(useCases.bookTickets(as(budi), { eventId: event.id, quantity: 1 }))).toBe('unauthenticated');
  });
});

describe('a costly hash', () => {
  it('is made for nobody who may not use it', async () => {
    const passwords = { ...fakePasswords(), hash: () => Promise.reject(new Error('hashing')) };
    const { useCases, admin, sari, budi } = await inMemoryPlatform({ ...LOCKED, passwords });
    const changes = { password: 'kereta-malam-9' };
    const account = { name: 'Ani', email: 'ani@example.com', ...changes };
    for (const context of [NOBODY, STALE]) {
      expect(await answerOf(useCases.changeUser(context, sari.id, changes))).toBe('unauthenticated');
      expect(await answerOf(useCases.createUser(context, account))).toBe('unauthenticated');
    }
    expect(await answerOf(useCases.changeUser(as(budi), sari.id, changes))).toBe('forbidden');
    expect(await answerOf(useCases.changeUser(as(admin), anId(), changes))).toBe('not_found');
    expect(await answerOf(useCases.createUser(as(budi), account))).toBe('forbidden');
    expect(await answerOf(useCases.registerUser(NOBODY, { ...account, role: 'admin' }))).toBe('forbidden');
    expect(await answerOf(useCases.registerUser(NOBODY, { ...account, name: '' }))).toBe('invalid_input');
    expect(await answerOf(useCases.registerUser(NOBODY, account))).toBe('hashing');
  });

  it('takes its time, so rights are judged again when it is made', async () => {
    const meanwhile: (() => Promise<unknown>)[] = [];
    const hash = async () => {
      for (const happen of meanwhile.splice(0)) await happen();
      return 'hash';
    };
    const { useCases, rows, ports, sari, budi } = await inMemoryPlatform({
      ...LOCKED,
      accountPolicy: { ...LOCKED.accountPolicy, asksForCurrentPassword: false },
      passwords: { ...fakePasswords(), hash },
    });
    const second = await rows.user({ role: 'admin' });
    const account = { name: 'Ani', email: 'ani@example.com', password: 'kereta-malam-9' };
    meanwhile.push(() => rows.demote(second));
    expect(await answerOf(useCases.createUser(as(second), account))).toBe('forbidden');
    meanwhile.push(() => rows.deleteUser(budi));
    expect(await answerOf(useCases.registerUser(as(budi), account))).toBe('unauthenticated');
    meanwhile.push(() => rows.deleteUser(sari));
    expect(await answerOf(useCases.changeUser(as(sari), sari.id, { password: 'perahu-pagi-7' }))).toBe('unauthenticated');
    expect(await ports.users.findCredentials(account.email)).toBeUndefined();
  });
});

describe('the two profiles', () => {
  it('open: anyone may register an admin and handle users', async () => {
    const { useCases, sari } = await aHouseOf('open');
    const {
      value: { user },
    } = await useCases.registerUser(NOBODY, { name: 'Ani', email: 'ani@example.com', password: 'sandi1', role: 'admin' });
    expect(user.role).toBe('admin');
    expect(await answerOf(useCases.readUser(NOBODY, sari.id))).toBe('done');
    expect(await answerOf(useCases.changeUser(NOBODY, sari.id, { role: 'admin' }))).toBe('done');
    expect(await answerOf(useCases.createUser(NOBODY, { name: 'A', email: 'a@example.com', password: 'sandi1' }))).toBe('done');
    expect(await answerOf(useCases.listUsers(NOBODY, {}))).toBe('done');
    expect(await answerOf(useCases.deleteUser(NOBODY, user.id))).toBe('done');
  });

  it('locked: users handle themselves, and not their role', async () => {
    const { useCases, sari, budi } = await aHouseOf('locked');
    expect(await answerOf(useCases.readUser(as(sari), sari.id))).toBe('done');
    expect(await answerOf(useCases.changeUser(as(sari), sari.id, { name: 'Sari Dewi', role: 'user' }))).toBe('done');
    expect(await answerOf(useCases.changeUser(as(sari), sari.id, { name: 'Queen', role: 'admin' }))).toBe('forbidden');
    expect((await useCases.readSelf(as(sari))).name).toBe('Sari Dewi');
    expect(await answerOf(useCases.readUser(as(sari), budi.id))).toBe('forbidden');
    expect(await answerOf(useCases.deleteUser(as(sari), sari.id))).toBe('forbidden');
  });

  it('locked: only the operator makes an admin out of nobody; an admin may name another', async () => {
    const { useCases, admin, sari } = await aHouseOf('locked');
    const account = { name: 'Ani', email: 'ani@example.com', password: 'kereta-malam-9', role: 'admin' as const };
    for (const context of [NOBODY, as(sari), as(admin)]) expect(await answerOf(useCases.registerUser(context, account))).toBe('forbidden');
    expect(await answerOf(useCases.registerUser(OPERATOR, account))).toBe('done');
    expect(await answerOf(useCases.changeUser(as(admin), sari.id, { role: 'admin' }))).toBe('done');
  });
});
