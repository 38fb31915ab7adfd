import { anId, OPERATOR } from '@ticket/domain/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TOKENS } from '../../packages/adapters/src/container.ts';
import type { Profile } from '../../packages/adapters/src/profiles.ts';
import { engines } from '../engines.ts';
import { type Api, type Caller, CONCERT, openApi } from '../open-api.ts';

/**
 * The order of checks in docs/api.md, for every route. For each kind of request it gives the status of each actor, by profile. If a request
 * is wrong in several ways, the first check answers it.
 */
const ACTORS = ['none', 'bad', 'deleted', 'plain', 'owner', 'admin'] as const;
type Actor = (typeof ACTORS)[number];
/** In the order of ACTORS. The owner is the user whose account or booking is named. */
type Cells = readonly number[];
type Request = readonly [method: string, path: string, body?: unknown, headers?: Record<string, string>];

interface Row {
  readonly does: string;
  readonly request: (world: World) => Request;
  readonly open: Cells;
  readonly locked: Cells;
}

/** A request with a token has a valid one, or gets 401. */
const cells = (none: number, plain: number, owner: number, admin: number): Cells => [none, 401, 401, plain, owner, admin];
const anyone = (status: number): Cells => cells(status, status, status, status);
const signedIn = (status: number): Cells => cells(401, status, status, status);
/** Login and registration read no token. */
const whateverToken = (status: number): Cells => ACTORS.map(() => status);
const both = (same: Cells) => ({ open: same, locked: same });

const person = () => ({ name: 'Jane', email: `${anId()}@example.com`, password: 'correct horse' });
const KNOWN = person();
const MALFORMED = 'no-uuid';
const OTHER_TYPE = { 'Content-Type': 'text/plain' };
const UNUSABLE_KEY = { 'Idempotency-Key': 'a key' };

const WAYS_IN: readonly Row[] = [
  { does: 'register with a faulty body', request: () => ['POST', '/api/auth/register', {}], ...both(whateverToken(400)) },
  { does: 'register with another type', request: () => ['POST', '/api/auth/register', person(), OTHER_TYPE], ...both(whateverToken(415)) },
  { does: 'register with an unusable key', request: () => ['POST', '/api/auth/register', {}, UNUSABLE_KEY], ...both(whateverToken(400)) },
  { does: 'register', request: () => ['POST', '/api/auth/register', person()], ...both(whateverToken(201)) },
  {
    does: 'register with a taken e-mail',
    request: ({ email }) => ['POST', '/api/auth/register', { ...person(), email }],
    ...both(whateverToken(400)),
  },
  {
    does: 'register as admin with a faulty body',
    request: () => ['POST', '/api/auth/register', { ...person(), name: '', role: 'admin' }],
    ...both(whateverToken(400)),
  },
  {
    does: 'register as admin',
    request: () => ['POST', '/api/auth/register', { ...person(), role: 'admin' }],
    open: whateverToken(201),
    locked: whateverToken(403),
  },
  {
    does: 'register as admin with a taken e-mail',
    request: ({ email }) => ['POST', '/api/auth/register', { ...person(), email, role: 'admin' }],
    open: whateverToken(400),
    locked: whateverToken(403),
  },
  { does: 'log in with a faulty body', request: () => ['POST', '/api/auth/login', {}], ...both(whateverToken(400)) },
  { does: 'log in', request: () => ['POST', '/api/auth/login', KNOWN], ...both(whateverToken(200)) },
  { does: 'log in with another type', request: () => ['POST', '/api/auth/login', {}, OTHER_TYPE], ...both(whateverToken(415)) },
  {
    does: 'log in with a wrong password',
    request: () => ['POST', '/api/auth/login', { email: `${anId()}@example.com`, password: 'wrong' }],
    ...both(whateverToken(401)),
  },
];

const USERS: readonly Row[] = [
  { does: 'read oneself', request: () => ['GET', '/api/auth/me'], ...both(signedIn(200)) },
  { does: 'log out', request: () => ['POST', '/api/auth/logout'], ...both(signedIn(200)) },
  { does: 'list users faultily', request: () => ['GET', '/api/users?limit=0'], open: anyone(400), locked: cells(401, 403, 403, 400) },
  { does: 'list users', request: () => ['GET', '/api/users'], open: anyone(200), locked: cells(401, 403, 403, 200) },
  { does: 'read a malformed user', request: () => ['GET', `/api/users/${MALFORMED}`], open: anyone(400), locked: signedIn(400) },
  { does: 'read an unknown user', request: ({ nowhere }) => ['GET', `/api/users/${nowhere}`], open: anyone(404), locked: signedIn(404) },
  { does: 'read a user', request: ({ owner }) => ['GET', `/api/users/${owner.id}`], open: anyone(200), locked: cells(401, 403, 200, 200) },
  { does: 'create a user with a faulty body', request: () => ['POST', '/api/users', {}], open: anyone(400), locked: cells(401, 403, 403, 400) },
  {
    does: 'create a user with another type',
    request: () => ['POST', '/api/users', person(), OTHER_TYPE],
    open: anyone(415),
    locked: cells(401, 403, 403, 415),
  },
  {
    does: 'create a user with an unusable key',
    request: () => ['POST', '/api/users', person(), UNUSABLE_KEY],
    open: anyone(400),
    locked: cells(401, 403, 403, 400),
  },
  {
    does: 'create a user with a taken e-mail',
    request: ({ email }) => ['POST', '/api/users', { ...person(), email }],
    open: anyone(400),
    locked: cells(401, 403, 403, 400),
  },
  { does: 'create a user', request: () => ['POST', '/api/users', person()], open: anyone(201), locked: cells(401, 403, 403, 201) },
  { does: 'change a malformed user', request: () => ['PUT', `/api/users/${MALFORMED}`, { name: 1 }], open: anyone(400), locked: signedIn(400) },
  {
    does: 'change an unknown user with a faulty body',
    request: ({ nowhere }) => ['PUT', `/api/users/${nowhere}`, { name: 1 }],
    open: anyone(404),
    locked: signedIn(404),
  },
  { does: 'change an unknown user', request: ({ nowhere }) => ['PUT', `/api/users/${nowhere}`, {}], open: anyone(404), locked: signedIn(404) },
  {
    does: 'change an unknown user’s password',
    request: ({ nowhere }) => ['PUT', `/api/users/${nowhere}`, { password: 'another horse' }],
    open: anyone(404),
    locked: signedIn(404),
  },
  {
    does: 'change a user with a faulty body',
    request: ({ owner }) => ['PUT', `/api/users/${owner.id}`, { name: 1, role: 'admin' }],
    open: anyone(400),
    locked: cells(401, 403, 400, 400),
  },
  {
    does: 'change a user with another type',
    request: ({ owner }) => ['PUT', `/api/users/${owner.id}`, {}, OTHER_TYPE],
    open: anyone(415),
    locked: cells(401, 403, 415, 415),
  },
  {
    does: 'change a user’s e-mail to a taken one',
    request: ({ owner, email }) => ['PUT', `/api/users/${owner.id}`, { email }],
    open: anyone(400),
    locked: cells(401, 403, 400, 400),
  },
  {
    does: 'change a user’s password, and e-mail to a taken one',
    request: ({ owner, email }) => ['PUT', `/api/users/${owner.id}`, { email, password: 'another horse' }],
    open: anyone(400),
    locked: cells(401, 403, 400, 400),
  },
  {
    does: 'change a user’s password and role, and e-mail to a taken one',
    request: ({ owner, email }) => ['PUT', `/api/users/${owner.id}`, { email, password: 'another horse', role: 'admin' }],
    open: anyone(400),
    locked: cells(401, 403, 403, 400),
  },
  {
    does: 'change a user’s password',
    request: ({ owner }) => ['PUT', `/api/users/${owner.id}`, { password: 'another horse' }],
    open: anyone(200),
    locked: cells(401, 403, 400, 200),
  },
  {
    does: 'change a user’s e-mail to a taken one with a wrong current password',
    request: ({ owner, email }) => ['PUT', `/api/users/${owner.id}`, { email, current_password: 'wrong' }],
    open: anyone(400),
    locked: cells(401, 403, 401, 400),
  },
  {
    does: 'change a user’s password with a faulty current one',
    request: ({ owner }) => ['PUT', `/api/users/${owner.id}`, { password: 'another horse', current_password: 1 }],
    open: anyone(200),
    locked: cells(401, 403, 400, 400),
  },
  {
    does: 'change a user',
    request: ({ owner }) => ['PUT', `/api/users/${owner.id}`, { name: 'New' }],
    open: anyone(200),
    locked: cells(401, 403, 200, 200),
  },
  {
    does: 'change nothing of a user',
    request: ({ owner }) => ['PUT', `/api/users/${owner.id}`, {}],
    open: anyone(200),
    locked: cells(401, 403, 200, 200),
  },
  {
    does: 'make a user admin',
    request: ({ owner }) => ['PUT', `/api/users/${owner.id}`, { role: 'admin' }],
    open: anyone(200),
    locked: cells(401, 403, 403, 200),
  },
  { does: 'delete a malformed user', request: () => ['DELETE', `/api/users/${MALFORMED}`], open: anyone(400), locked: signedIn(400) },
  { does: 'delete an unknown user', request: ({ nowhere }) => ['DELETE', `/api/users/${nowhere}`], open: anyone(404), locked: signedIn(404) },
  {
    does: 'delete a user who holds tickets',
    request: ({ owner }) => ['DELETE', `/api/users/${owner.id}`],
    open: anyone(400),
    locked: cells(401, 403, 403, 400),
  },
  { does: 'delete a user', request: ({ idle }) => ['DELETE', `/api/users/${idle}`], open: anyone(200), locked: cells(401, 403, 403, 200) },
];

const EVENTS: readonly Row[] = [
  { does: 'list events faultily', request: () => ['GET', '/api/events?limit=0'], ...both(anyone(400)) },
  { does: 'list events', request: () => ['GET', '/api/events'], ...both(anyone(200)) },
  { does: 'list the attendees of a malformed event', request: () => ['GET', `/api/events/${MALFORMED}/bookings`], ...both(signedIn(400)) },
  {
    does: 'list attendees faultily',
    request: ({ nowhere }) => ['GET', `/api/events/${nowhere}/bookings?limit=0`],
    ...both(cells(401, 403, 403, 400)),
  },
  {
    does: 'list the attendees of an unknown event',
    request: ({ nowhere }) => ['GET', `/api/events/${nowhere}/bookings`],
    ...both(cells(401, 403, 403, 404)),
  },
  { does: 'list attendees', request: ({ event }) => ['GET', `/api/events/${event}/bookings`], ...both(cells(401, 403, 403, 200)) },
  { does: 'read a malformed event', request: () => ['GET', `/api/events/${MALFORMED}`], ...both(anyone(400)) },
  { does: 'read an unknown event', request: ({ nowhere }) => ['GET', `/api/events/${nowhere}`], ...both(anyone(404)) },
  { does: 'read an event', request: ({ event }) => ['GET', `/api/events/${event}`], ...both(anyone(200)) },
  { does: 'create an event with a faulty body', request: () => ['POST', '/api/events', {}], ...both(cells(401, 403, 403, 400)) },
  { does: 'create an event with another type', request: () => ['POST', '/api/events', CONCERT, OTHER_TYPE], ...both(cells(401, 403, 403, 415)) },
  { does: 'create an event with an unusable key', request: () => ['POST', '/api/events', CONCERT, UNUSABLE_KEY], ...both(cells(401, 403, 403, 400)) },
  {
    does: 'create an event in the past',
    request: () => ['POST', '/api/events', { ...CONCERT, event_date: '2001-01-01T00:00:00Z' }],
    open: cells(401, 403, 403, 201),
    locked: cells(401, 403, 403, 400),
  },
  { does: 'create an event', request: () => ['POST', '/api/events', CONCERT], ...both(cells(401, 403, 403, 201)) },
  { does: 'change a malformed event', request: () => ['PUT', `/api/events/${MALFORMED}`, { name: 1 }], ...both(signedIn(400)) },
  {
    does: 'change an unknown event with a faulty body',
    request: ({ nowhere }) => ['PUT', `/api/events/${nowhere}`, { name: 1 }],
    ...both(signedIn(404)),
  },
  { does: 'change an unknown event', request: ({ nowhere }) => ['PUT', `/api/events/${nowhere}`, {}], ...both(signedIn(404)) },
  {
    does: 'change an event with a faulty body',
    request: ({ event }) => ['PUT', `/api/events/${event}`, { name: 1 }],
    ...both(cells(401, 403, 403, 400)),
  },
  {
    does: 'change an event with another type',
    request: ({ event }) => ['PUT', `/api/events/${event}`, {}, OTHER_TYPE],
    ...both(cells(401, 403, 403, 415)),
  },
  {
    does: 'leave an event fewer tickets than are sold',
    request: ({ event }) => ['PUT', `/api/events/${event}`, { total_tickets: 1 }],
    ...both(cells(401, 403, 403, 400)),
  },
  {
    does: 'change an event',
    request: ({ event }) => ['PUT', `/api/events/${event}`, { ticket_price: 1 }],
    ...both(cells(401, 403, 403, 200)),
  },
  { does: 'delete a malformed event', request: () => ['DELETE', `/api/events/${MALFORMED}`], ...both(signedIn(400)) },
  { does: 'delete an unknown event', request: ({ nowhere }) => ['DELETE', `/api/events/${nowhere}`], ...both(signedIn(404)) },
  { does: 'delete an event with bookings', request: ({ event }) => ['DELETE', `/api/events/${event}`], ...both(cells(401, 403, 403, 400)) },
  { does: 'delete an event', request: ({ empty }) => ['DELETE', `/api/events/${empty}`], ...both(cells(401, 403, 403, 200)) },
];

const BOOKINGS: readonly Row[] = [
  { does: 'list bookings faultily', request: () => ['GET', '/api/bookings?limit=0'], ...both(signedIn(400)) },
  { does: 'list bookings', request: () => ['GET', '/api/bookings'], ...both(signedIn(200)) },
  { does: 'read a malformed booking', request: () => ['GET', `/api/bookings/${MALFORMED}`], ...both(signedIn(400)) },
  { does: 'read an unknown booking', request: ({ nowhere }) => ['GET', `/api/bookings/${nowhere}`], ...both(signedIn(404)) },
  { does: 'read a booking', request: ({ booking }) => ['GET', `/api/bookings/${booking}`], ...both(cells(401, 403, 200, 200)) },
  { does: 'book with a faulty body', request: () => ['POST', '/api/bookings', { quantity: 0 }], ...both(signedIn(400)) },
  { does: 'book with another type', request: () => ['POST', '/api/bookings', {}, OTHER_TYPE], ...both(signedIn(415)) },
  {
    does: 'book with an unusable key',
    request: ({ event }) => ['POST', '/api/bookings', { event_id: event, quantity: 1 }, UNUSABLE_KEY],
    ...both(signedIn(400)),
  },
  {
    does: 'book for an unknown event',
    request: ({ nowhere }) => ['POST', '/api/bookings', { event_id: nowhere, quantity: 1 }],
    ...both(signedIn(404)),
  },
  { does: 'book too many', request: ({ event }) => ['POST', '/api/bookings', { event_id: event, quantity: 101 }], ...both(signedIn(400)) },
  { does: 'book', request: ({ event }) => ['POST', '/api/bookings', { event_id: event, quantity: 1 }], ...both(signedIn(201)) },
  {
    does: 'change a malformed booking',
    request: () => ['PATCH', `/api/bookings/${MALFORMED}/status`, { status: 'gone' }],
    ...both(signedIn(400)),
  },
  {
    does: 'change an unknown booking with a faulty body',
    request: ({ nowhere }) => ['PATCH', `/api/bookings/${nowhere}/status`, { status: 'gone' }],
    ...both(signedIn(404)),
  },
  {
    does: 'change an unknown booking',
    request: ({ nowhere }) => ['PATCH', `/api/bookings/${nowhere}/status`, { status: 'cancelled' }],
    ...both(signedIn(404)),
  },
  {
    does: 'change a booking with a faulty body',
    request: ({ booking }) => ['PATCH', `/api/bookings/${booking}/status`, { status: 'gone' }],
    ...both(cells(401, 403, 400, 400)),
  },
  {
    does: 'change a booking with another type',
    request: ({ booking }) => ['PATCH', `/api/bookings/${booking}/status`, {}, OTHER_TYPE],
    ...both(cells(401, 403, 415, 415)),
  },
  {
    does: 'change a booking',
    request: ({ booking }) => ['PATCH', `/api/bookings/${booking}/status`, { status: 'cancelled' }],
    ...both(cells(401, 403, 200, 200)),
  },
  { does: 'delete a malformed booking', request: () => ['DELETE', `/api/bookings/${MALFORMED}`], ...both(signedIn(400)) },
  { does: 'delete an unknown booking', request: ({ nowhere }) => ['DELETE', `/api/bookings/${nowhere}`], ...both(signedIn(404)) },
  { does: 'delete a booking', request: ({ booking }) => ['DELETE', `/api/bookings/${booking}`], ...both(cells(401, 403, 200, 200)) },
];

const ELSEWHERE: readonly Row[] = [
  { does: 'ask for an unknown route', request: () => ['POST', '/api/tickets', {}], ...both(whateverToken(404)) },
  { does: 'ask with an unknown method', request: ({ event }) => ['PATCH', `/api/events/${event}`, {}], ...both(whateverToken(405)) },
  {
    does: 'send too much',
    request: ({ nowhere }) => ['PUT', `/api/users/${nowhere}`, { name: 'x'.repeat(70_000) }],
    ...both(whateverToken(413)),
  },
];

const ROWS = [...WAYS_IN, ...USERS, ...EVENTS, ...BOOKINGS, ...ELSEWHERE];

interface World {
  /** Each actor's Authorization header. */
  readonly headers: Readonly<Record<Actor, Record<string, string>>>;
  /** A user who holds two tickets of the event, under the booking. */
  readonly owner: Caller;
  /** A user without bookings or other rows. */
  readonly idle: string;
  /** An e-mail that is already taken. */
  readonly email: string;
  readonly event: string;
  readonly empty: string;
  readonly booking: string;
  readonly nowhere: string;
}

async function worldOf({ account, send, container }: Api): Promise<World> {
  const email = `${anId()}@example.com`;
  const [plain, owner, admin, deleted, idle] = await Promise.all([account({ email }), account(), account({ role: 'admin' }), account(), account()]);
  await container.get(TOKENS.users).change(deleted.id, OPERATOR, () => undefined);
  const create = async (path: string, as: Caller, body: unknown): Promise<string> => (await send('POST', path, { as, body })).body.data.id;
  const [event, empty] = [await create('/api/events', admin, CONCERT), await create('/api/events', admin, CONCERT)];
  const booking = await create('/api/bookings', owner, { event_id: event, quantity: 2 });
  const bearer = ({ token }: Pick<Caller, 'token'>) => ({ Authorization: `Bearer ${token}` });
  const headers = {
    none: {},
    bad: bearer({ token: 'of-nobody' }),
    deleted: bearer(deleted),
    plain: bearer(plain),
    owner: bearer(owner),
    admin: bearer(admin),
  };
  return { headers, owner, idle: idle.id, email, event, empty, booking, nowhere: anId() };
}

const cases = engines.flatMap((engine) => (['open', 'locked'] as const).map((profile) => [engine, profile] as const));

describe.each(cases)('order of checks on %s, %s profile', (engine, profile: Profile) => {
  let api: Api;
  let world: World;
  beforeAll(async () => {
    api = await openApi(engine, profile, { accounts: { registrationsMax: 'unlimited' } }, { bcryptCost: 4 });
    world = await worldOf(api);
    await api.send('POST', '/api/auth/register', { body: KNOWN });
  });
  afterAll(() => api.close());

  it('covers every route of the API', async () => {
    const { paths } = (await api.send('GET', '/openapi.json')).body as { paths: Record<string, object> };
    const documented = Object.entries(paths).flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`));
    const covered = new Set(ROWS.map(({ request }) => routeOf(request(world))));
    expect(documented.filter((route) => route.includes('/api/') && !covered.has(route))).toEqual([]);
  });

  it.each(ROWS.map((row) => [row.does, row] as const))('to %s', async (_, row) => {
    const got: number[] = [];
    for (const actor of ACTORS) {
      const [method, path, body, headers] = row.request(world);
      const from = { 'X-Forwarded-For': `198.51.100.${got.length}` };
      const { status } = await api.send(method, path, { body, headers: { ...world.headers[actor], ...from, ...headers } });
      got.push(status);
      if ((['PUT', 'PATCH', 'DELETE'].includes(method) || path.endsWith('/logout')) && status < 300) world = await worldOf(api); // a fresh world
    }
    expect(got).toEqual(row[profile]);
  });
});

const routeOf = ([method, path]: Request): string => `${method} ${path.replace(/\?.*/, '').replace(/\/(?:[\da-f-]{36}|no-uuid)/, '/{id}')}`;
