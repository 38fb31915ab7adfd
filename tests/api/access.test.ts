import { anId } from '@ticket/domain/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Profile } from '../../packages/adapters/src/profiles.ts';
import { engines } from '../engines.ts';
import { type Api, type Caller, CONCERT, openApi } from '../open-api.ts';

/**
 * The status that nobody, the owner, another user and an admin get, by profile. The owner is the user whose account or booking it is. Every
 * cell has its own world, so that no answer affects the next.
 */
type Cells = readonly [nobody: number, owner: number, other: number, admin: number];
interface Row {
  readonly does: string;
  readonly request: (world: World) => readonly [method: string, path: string, body?: unknown];
  readonly open: Cells;
  readonly locked: Cells;
}

const everybody = (status: number): Cells => [status, status, status, status];
const person = (mark: string) => ({ name: 'Jane', email: `${mark}-${anId()}@example.com`, password: 'correct horse' });

const MATRIX: readonly Row[] = [
  { does: 'ask whether it is up', request: () => ['GET', '/'], open: everybody(200), locked: everybody(200) },
  { does: 'read the API description', request: () => ['GET', '/openapi.json'], open: everybody(200), locked: everybody(200) },
  { does: 'register', request: () => ['POST', '/api/auth/register', person('r')], open: everybody(201), locked: everybody(201) },
  {
    does: 'register as admin',
    request: () => ['POST', '/api/auth/register', { ...person('a'), role: 'admin' }],
    open: everybody(201),
    locked: everybody(403),
  },
  { does: 'read oneself', request: () => ['GET', '/api/auth/me'], open: [401, 200, 200, 200], locked: [401, 200, 200, 200] },
  { does: 'log out', request: () => ['POST', '/api/auth/logout'], open: [401, 200, 200, 200], locked: [401, 200, 200, 200] },
  { does: 'list users', request: () => ['GET', '/api/users'], open: everybody(200), locked: [401, 403, 403, 200] },
  { does: 'read a user', request: ({ owner }) => ['GET', `/api/users/${owner.id}`], open: everybody(200), locked: [401, 200, 403, 200] },
  { does: 'create a user', request: () => ['POST', '/api/users', person('c')], open: everybody(201), locked: [401, 403, 403, 201] },
  {
    does: 'rename a user',
    request: ({ owner }) => ['PUT', `/api/users/${owner.id}`, { name: 'New' }],
    open: everybody(200),
    locked: [401, 200, 403, 200],
  },
  {
    does: 'change a user’s password',
    request: ({ owner }) => ['PUT', `/api/users/${owner.id}`, { password: 'another horse' }],
    open: everybody(200),
    locked: [401, 400, 403, 200], // the owner has to give the current one
  },
  {
    does: 'make a user admin',
    request: ({ owner }) => ['PUT', `/api/users/${owner.id}`, { role: 'admin' }],
    open: everybody(200),
    locked: [401, 403, 403, 200],
  },
  { does: 'delete a user', request: ({ idle }) => ['DELETE', `/api/users/${idle.id}`], open: everybody(200), locked: [401, 403, 403, 200] },
  { does: 'list events', request: () => ['GET', '/api/events'], open: everybody(200), locked: everybody(200) },
  { does: 'read an event', request: ({ event }) => ['GET', `/api/events/${event}`], open: everybody(200), locked: everybody(200) },
  { does: 'create an event', request: () => ['POST', '/api/events', CONCERT], open: [401, 403, 403, 201], locked: [401, 403, 403, 201] },
  {
    does: 'change an event',
    request: ({ event }) => ['PUT', `/api/events/${event}`, { ticket_price: 1 }],
    open: [401, 403, 403, 200],
    locked: [401, 403, 403, 200],
  },
  { does: 'delete an event', request: ({ empty }) => ['DELETE', `/api/events/${empty}`], open: [401, 403, 403, 200], locked: [401, 403, 403, 200] },
  { does: 'list bookings', request: () => ['GET', '/api/bookings'], open: [401, 200, 200, 200], locked: [401, 200, 200, 200] },
  { does: 'read a booking', request: ({ booking }) => ['GET', `/api/bookings/${booking}`], open: [401, 200, 403, 200], locked: [401, 200, 403, 200] },
  {
    does: 'book',
    request: ({ event }) => ['POST', '/api/bookings', { event_id: event, quantity: 1 }],
    open: [401, 201, 201, 201],
    locked: [401, 201, 201, 201],
  },
  {
    does: 'cancel a booking',
    request: ({ booking }) => ['PATCH', `/api/bookings/${booking}/status`, { status: 'cancelled' }],
    open: [401, 200, 403, 200],
    locked: [401, 200, 403, 200],
  },
  {
    does: 'delete a booking',
    request: ({ booking }) => ['DELETE', `/api/bookings/${booking}`],
    open: [401, 200, 403, 200],
    locked: [401, 200, 403, 200],
  },
  // If the named row does not exist, a signed-in actor gets that answer before their right is checked.
  {
    does: 'change an event that is not there',
    request: ({ nowhere }) => ['PUT', `/api/events/${nowhere}`, {}],
    open: [401, 404, 404, 404],
    locked: [401, 404, 404, 404],
  },
  {
    does: 'delete an event that is not there',
    request: ({ nowhere }) => ['DELETE', `/api/events/${nowhere}`],
    open: [401, 404, 404, 404],
    locked: [401, 404, 404, 404],
  },
  {
    does: 'read a booking that is not there',
    request: ({ nowhere }) => ['GET', `/api/bookings/${nowhere}`],
    open: [401, 404, 404, 404],
    locked: [401, 404, 404, 404],
  },
  {
    does: 'read a user who is not there',
    request: ({ nowhere }) => ['GET', `/api/users/${nowhere}`],
    open: everybody(404),
    locked: [401, 404, 404, 404],
  },
  {
    does: 'book for an event that is not there',
    request: ({ nowhere }) => ['POST', '/api/bookings', { event_id: nowhere, quantity: 1 }],
    open: [401, 404, 404, 404],
    locked: [401, 404, 404, 404],
  },
];
const CALLERS = ['nobody', 'owner', 'other', 'admin'] as const;

interface World {
  readonly nobody: undefined;
  readonly owner: Caller;
  readonly other: Caller;
  readonly admin: Caller;
  /** A user without bookings or other rows. */
  readonly idle: Caller;
  readonly event: string;
  /** An event without bookings. */
  readonly empty: string;
  /** The owner's booking of the event. */
  readonly booking: string;
  readonly nowhere: string;
}

async function worldOf({ account, send }: Api): Promise<World> {
  const [owner, other, admin, idle] = await Promise.all([account(), account(), account({ role: 'admin' }), account()]);
  const create = async (path: string, as: Caller, body: unknown): Promise<string> => (await send('POST', path, { as, body })).body.data.id;
  const event = await create('/api/events', admin, CONCERT);
  const empty = await create('/api/events', admin, CONCERT);
  const booking = await create('/api/bookings', owner, { event_id: event, quantity: 2 });
  return { nobody: undefined, owner, other, admin, idle, event, empty, booking, nowhere: anId() };
}

const cases = engines.flatMap((engine) => (['open', 'locked'] as const).map((profile) => [engine, profile] as const));

describe.each(cases)('rights on %s, %s profile', (engine, profile: Profile) => {
  let api: Api;
  beforeAll(async () => {
    api = await openApi(engine, profile);
  });
  afterAll(() => api.close());

  it.each(MATRIX.map((row) => [row.does, row] as const))('to %s', async (_, row) => {
    const got = await Promise.all(
      CALLERS.map(async (caller) => {
        const world = await worldOf(api);
        const [method, path, body] = row.request(world);
        const { status, body: envelope } = await api.send(method, path, { as: world[caller], body });
        if (status === 401)
          expect(envelope).toEqual({ success: false, code: 'unauthenticated', message: 'Token tidak valid atau expired', errors: null });
        if (status === 403) expect(envelope.message).toMatch(/^Akses ditolak(\. Hanya admin yang dapat melakukan aksi ini)?$/);
        return status;
      }),
    );
    expect(got).toEqual(row[profile]);
  });

  it.each(MATRIX.filter(({ request }) => /\/api\/(?!auth\/register)/.test(request.toString())).map((row) => [row.does, row] as const))(
    'T10: to %s are gone with the token of a deleted user, on public endpoints too',
    async (_, row) => {
      const world = await worldOf(api);
      const gone = await api.account();
      await api.send('DELETE', `/api/users/${gone.id}`, { as: world.admin });
      const [method, path, body] = row.request(world);
      expect((await api.send(method, path, { as: gone, body })).status).toBe(401);
    },
  );
});
