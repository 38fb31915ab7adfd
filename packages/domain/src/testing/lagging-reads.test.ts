import { describe, expect, it } from 'vitest';
import type { User } from '../accounts/user.ts';
import type { RequestContext } from '../requests/context.ts';
import { anEvent, NOW } from './builders.ts';
import { everyUseCase } from './in-memory-platform.ts';
import { laggingPorts } from './lagging-store.ts';
import { LOCKED, OPEN } from './policies.ts';
import { answerOf, as, OPERATOR, rowsOf } from './store.ts';

const ACCOUNT = { name: 'Sari', email: 'sari@example.com', password: 'a password of hers' };

/** What was committed a moment ago is not in a replica yet. A client that asks for it at once gets the truth all the same. */
describe.each([
  ['nobody is limited', OPEN],
  ['strangers are', LOCKED],
] as const)('reads that lag behind, where %s', (_, policies) => {
  const open = async () => {
    const { ports, fresh } = laggingPorts({ clock: () => NOW, ...policies });
    const rows = rowsOf(ports, fresh);
    const useCases = everyUseCase(ports);
    const admin = await rows.user({ role: 'admin' });
    const event = await rows.event({ organizerId: admin.id, eventDate: new Date('2031-01-01T00:00:00.000Z') });
    return { ports, rows, useCases, admin, event };
  };
  const promote = ({ ports }: Awaited<ReturnType<typeof open>>, user: User) =>
    ports.users.change(user.id, OPERATOR, ({ user: before }) => before && { user: { ...before, role: 'admin' } });

  it('open no door less to somebody who was just registered', async () => {
    const { useCases, event } = await open();
    const {
      value: { user },
    } = await useCases.registerUser({ actor: 'anonymous' }, ACCOUNT);
    expect(await answerOf(useCases.readSelf(as(user)))).toBe('done');
    expect(await answerOf(useCases.readUser(as(user), user.id))).toBe('done');
    expect(await answerOf(useCases.listBookings(as(user), {}))).toBe('done');
    expect(await answerOf(useCases.listEvents(as(user), {}))).toBe('done');
    expect(await answerOf(useCases.readEvent(as(user), event.id))).toBe('done');
    expect(await answerOf(useCases.changeUser(as(user), user.id, { password: 'another password', currentPassword: ACCOUNT.password }))).toBe('done');
    expect(await answerOf(useCases.logIn(ACCOUNT))).toBe('wrong_credentials');
    expect(await answerOf(useCases.logIn({ ...ACCOUNT, password: 'another password' }))).toBe('done');
  });

  it('open no door less to a token that was given after a new password', async () => {
    const house = await open();
    const { useCases, admin } = house;
    await new Promise((resolve) => setTimeout(resolve, 150)); // the admin is in the replica, with the old password
    const changed = await useCases.changeUser(OPERATOR, admin.id, { password: 'another password' });
    expect(changed.tokenVersion).toBe(admin.tokenVersion + 1);
    expect(await answerOf(useCases.readSelf(as(changed)))).toBe('done');
    expect(await answerOf(useCases.logIn({ email: admin.email, password: 'another password' }))).toBe('done');
  });

  it.each<[string, (useCases: Awaited<ReturnType<typeof open>>['useCases'], context: RequestContext) => Promise<unknown>]>([
    ['lists all users', (useCases, context) => useCases.listUsers(context, {})],
    ['makes an account', (useCases, context) => useCases.createUser(context, { ...ACCOUNT, role: 'admin' })],
    ['opens an event', (useCases, context) => useCases.createEvent(context, { ...anEvent(), eventDate: new Date('2031-01-01T00:00:00.000Z') })],
    ['hears what is wrong with an event', (useCases, context) => useCases.createEvent(context, new Error('malformed')).catch(isMalformed)],
    ['audits', async (useCases, context) => useCases.auditStock(context).next()],
  ])('keep no right from an admin who was just promoted, who %s', async (_, act) => {
    const house = await open();
    const user = await house.rows.user();
    await new Promise((resolve) => setTimeout(resolve, 150));
    await promote(house, user);
    expect(await answerOf(act(house.useCases, as(user)))).toBe('done');
  });

  it('make no conditional change fail whose version was just stored', async () => {
    const { useCases, rows, admin, event } = await open();
    const user = await rows.user();
    await new Promise((resolve) => setTimeout(resolve, 150)); // both are in the replica, with their first version
    const edited = await useCases.changeEvent(as(admin), event.id, { name: 'Blues' });
    const renamed = await useCases.changeUser(OPERATOR, user.id, { name: 'Budi' });
    const [first, second] = [{ ifVersion: [1] }, { ifVersion: [2] }];
    expect([edited.version, renamed.version]).toEqual([2, 2]);
    expect(await answerOf(useCases.changeEvent({ ...as(admin), ...first }, event.id, { name: 'Soul' }))).toBe('version_changed');
    expect(await answerOf(useCases.changeUser({ ...OPERATOR, ...first }, user.id, { name: 'Dewi' }))).toBe('version_changed');
    expect(await answerOf(useCases.changeEvent({ ...as(admin), ...second }, event.id, { name: 'Soul' }))).toBe('done');
    expect(await answerOf(useCases.deleteUser({ ...OPERATOR, ...second }, user.id))).toBe('done');
  });

  it('find a booking that was just made, for its owner and for a new admin', async () => {
    const house = await open();
    const { useCases, rows, event } = house;
    const [owner, other] = [await rows.user(), await rows.user()];
    const {
      value: { id },
    } = await useCases.bookTickets(as(owner), { eventId: event.id, quantity: 1 });
    expect(await answerOf(useCases.readBooking(as(owner), id))).toBe('done');
    expect(await answerOf(useCases.readBooking(as(other), id))).toBe('forbidden');
    await promote(house, other);
    expect(await answerOf(useCases.readBooking(as(other), id))).toBe('done');
  });

  it('still refuse what is not there, and a token that is no longer valid', async () => {
    const { useCases, rows, admin } = await open();
    const gone = await rows.user();
    await rows.deleteUser(gone);
    expect(await answerOf(useCases.readSelf(as(gone)))).toBe('unauthenticated');
    expect(await answerOf(useCases.readSelf(as({ ...admin, tokenVersion: 7 })))).toBe('unauthenticated');
    expect(await answerOf(useCases.readUser(as(admin), gone.id))).toBe('not_found');
    expect(await answerOf(useCases.readEvent(as(admin), gone.id))).toBe('not_found');
    expect(await answerOf(useCases.readBooking(as(admin), gone.id))).toBe('not_found');
    expect(await answerOf(useCases.logIn({ email: gone.email, password: 'whatever it was' }))).toBe('wrong_credentials');
  });
});

function isMalformed(error: unknown): void {
  if (!(error instanceof Error && error.message === 'malformed')) throw error;
}
