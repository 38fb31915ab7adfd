import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, type ClientOptions, createClient, NoAnswer, Refusal } from '@ticket/client';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { run } from '../../apps/cli/src/run.ts';
import { type RealServer, startServer } from '../../tools/real-server.ts';
import { CONCERT } from '../open-api.ts';
import { FATES, type Fate, type FaultProxy, startFaultProxy } from './fault-proxy.ts';

/** The client on a real server, with a proxy between them that loses, delays and replaces answers. */
let folder: string;
let server: RealServer;
let proxy: FaultProxy;
let token: string;
/** A client without faults, which sees what is really stored. */
let direct: Client;
/** It notices a lost answer soon, and the faults say how long to wait. */
const IMPATIENT = { attemptTimeoutMs: 1000, attemptsMax: 4 };
const clientOf = (options: Partial<ClientOptions> = {}) => createClient({ baseUrl: proxy.url, token, ...IMPATIENT, ...options });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ticket-client-'));
  server = await startServer({ DATA_DIR: folder });
  const admin = { name: 'Sari', email: 'sari@example.com', password: 'correct horse', role: 'admin' } as const;
  token = (await createClient({ baseUrl: server.url }).register({ body: admin })).data.token;
  direct = createClient({ baseUrl: server.url, token });
});
beforeEach(async () => {
  proxy = await startFaultProxy(server.url);
  proxy.refusalHeaders = { 'Retry-After': '0' };
});
afterEach(() => proxy.close());
afterAll(async () => {
  vi.stubEnv('DATA_DIR', folder);
  const code = await run(['audit']);
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
  expect(code, 'the audit finds no difference').toBe(0);
});

const anEvent = async () => (await direct.createEvent({ body: CONCERT })).data.id;
/** The ids of the bookings of an event. The stock agrees with them. */
async function bookingsOf(eventId: string): Promise<readonly string[]> {
  const { data: bookings } = await direct.listAttendees({ id: eventId });
  const held = bookings.reduce((sum, { quantity, status }) => sum + (status === 'cancelled' ? 0 : quantity), 0);
  expect((await direct.readEvent({ id: eventId })).data.available_tickets).toBe(CONCERT.total_tickets - held);
  return bookings.map(({ id }) => id);
}
const failureOf = (call: Promise<unknown>): Promise<Refusal | NoAnswer> =>
  call.then(
    () => expect.unreachable('the call was answered'),
    (error: unknown) => {
      if (!(error instanceof Refusal || error instanceof NoAnswer)) throw error;
      return error;
    },
  );

describe('a booking', () => {
  it('over any order of faults: it is answered and made once, or the error says truly whether it was made, and its key makes it once', async () => {
    const eventId = await anEvent();
    const sequences = fc.array(fc.constantFrom(...FATES), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(sequences, async (fates) => {
        const before = await bookingsOf(eventId);
        proxy.fates.splice(0, Infinity, ...fates);
        const request = { body: { event_id: eventId, quantity: 1 } } as const;
        const result = await clientOf({ attemptTimeoutMs: 150 })
          .bookTickets(request)
          .catch((error: unknown) => error);
        await proxy.quiet();
        proxy.fates.length = 0;
        const made = (await bookingsOf(eventId)).filter((id) => !before.includes(id));
        if (result instanceof Refusal || result instanceof NoAnswer) {
          if (result.outcome === 'not_done') expect(made).toEqual([]);
          expect(result.idempotencyKey).toMatch(/^[\da-f]{32}$/);
          const again = await clientOf().bookTickets({ ...request, idempotencyKey: String(result.idempotencyKey) });
          expect((await bookingsOf(eventId)).filter((id) => !before.includes(id))).toEqual([again.data.id]);
        } else {
          expect(made).toEqual([(result as Awaited<ReturnType<Client['bookTickets']>>).data.id]);
        }
        for (const id of await bookingsOf(eventId)) await direct.deleteBooking({ id });
      }),
      { numRuns: 40 },
    );
  });

  it.each(FATES.filter((fate) => fate !== 'passes'))('is made once after one fault: %s', async (fate) => {
    const eventId = await anEvent();
    proxy.fates.push(fate);
    const { data } = await clientOf().bookTickets({ body: { event_id: eventId, quantity: 2 } });
    await proxy.quiet();
    expect(await bookingsOf(eventId)).toEqual([data.id]);
    const keys = proxy.arrived.map(({ headers }) => headers['idempotency-key']);
    expect([keys.length, new Set(keys).size]).toEqual([2, 1]);
    expect(new Set(proxy.arrived.map(({ body }) => body)).size).toBe(1);
  });

  it('that was perhaps made is not called unmade by a later refusal', async () => {
    const eventId = await anEvent();
    proxy.fates.push('answer lost', 'too many waiting: 503 unavailable');
    const failure = await failureOf(clientOf({ attemptsMax: 2 }).bookTickets({ body: { event_id: eventId, quantity: 1 } }));
    expect(failure).toMatchObject({ code: 'unavailable', outcome: 'unknown', attempts: 2 });
    expect(await bookingsOf(eventId)).toHaveLength(1);
  });

  it('is one booking of one user, although the function gives the token of another one next time', async () => {
    const eventId = await anEvent();
    const other = { name: 'Budi', email: 'budi@example.com', password: 'correct horse' };
    const { data } = await direct.register({ body: other });
    const tokens = [token, data.token];
    proxy.fates.push('answer lost');
    await clientOf({ token: async () => tokens.shift() }).bookTickets({ body: { event_id: eventId, quantity: 1 } });
    expect(await bookingsOf(eventId)).toHaveLength(1);
  });

  it('that is refused is a typed error at once', async () => {
    const eventId = await anEvent();
    const failure = await failureOf(clientOf().bookTickets({ body: { event_id: eventId, quantity: 101 } }));
    expect(failure).toMatchObject({ name: 'Refusal', code: 'insufficient_tickets', status: 400, attempts: 1, outcome: 'not_done' });
    expect(failure).toMatchObject({
      errors: { available: 100, requested: 101 },
      message: 'Stok tiket tidak mencukupi',
      requestId: expect.any(String),
    });
  });
});

/** What may have been done is sent again only if the server does it once. */
const UNCLEAR: readonly Fate[] = [
  ...(['lost before the server', 'answer lost', 'answer cut in the middle', 'never answered'] as const),
  ...([
    'done, then 503 outcome_unknown',
    'not done, then 503 outcome_unknown',
    'done, then 502 of a proxy',
    'done, then the page of somebody else',
  ] as const),
];
const NOT_DONE: readonly Fate[] = ['too many waiting: 503 unavailable', 'too many requests: 429'];

describe('a request without a key', () => {
  it.each(UNCLEAR)('that changes something is not sent again: %s', async (fate) => {
    const id = await anEvent();
    const booking = (await direct.bookTickets({ body: { event_id: id, quantity: 1 } })).data.id;
    const client = clientOf({ attemptTimeoutMs: 500 });
    for (const call of [
      () => client.changeEvent({ id, body: { name: 'Another' } }),
      () => client.changeBookingStatus({ id: booking, body: { status: 'cancelled' } }),
      () => client.deleteBooking({ id: booking }),
      () => client.login({ body: { email: 'sari@example.com', password: 'correct horse' } }),
    ]) {
      proxy.fates.push(fate);
      expect(await failureOf(call())).toMatchObject({ outcome: 'unknown', attempts: 1, idempotencyKey: undefined });
    }
    expect(proxy.arrived).toHaveLength(4);
  });

  it.each(UNCLEAR)('that reads is sent again: %s', async (fate) => {
    const id = await anEvent();
    proxy.fates.push(fate);
    expect((await clientOf().readEvent({ id })).data.id).toBe(id);
  });

  it.each(NOT_DONE)('is sent again after %s if it may be sent twice, and never if it may not', async (fate) => {
    const id = await anEvent();
    proxy.fates.push(fate);
    expect((await clientOf().changeEvent({ id, body: { name: 'Another' } })).data.name).toBe('Another');
    const booking = (await direct.bookTickets({ body: { event_id: id, quantity: 1 } })).data.id;
    proxy.fates.push(fate);
    const failure = await failureOf(clientOf().changeBookingStatus({ id: booking, body: { status: 'cancelled' } }));
    expect(failure).toMatchObject({ outcome: 'not_done', attempts: 1 });
    proxy.fates.push(fate);
    const login = clientOf().login({ body: { email: 'sari@example.com', password: 'correct horse' } });
    expect(await failureOf(login)).toMatchObject({ outcome: 'not_done', attempts: 1 });
  });
});

describe('a client waits', () => {
  it('as long as Retry-After says, in seconds or as a date', async () => {
    const id = await anEvent();
    // A date has no milliseconds.
    for (const wait of [() => '1', () => new Date(Date.now() + 2000).toUTCString()]) {
      proxy.refusalHeaders = { 'Retry-After': wait() };
      proxy.fates.push('too many waiting: 503 unavailable');
      const start = performance.now();
      await clientOf().readEvent({ id });
      expect(performance.now() - start).toBeGreaterThan(900);
    }
  });

  it('not at all if the server asks for more than the bound, or than the time that is left', async () => {
    const id = await anEvent();
    for (const [options, seconds] of [
      [{}, '11'],
      [{ waitMaxMs: 100 }, '1'],
      [{ timeoutMs: 5000 }, '6'],
    ] as const) {
      proxy.refusalHeaders = { 'Retry-After': seconds };
      proxy.fates.push('too many requests: 429');
      const failure = await failureOf(clientOf(options).readEvent({ id }));
      expect(failure).toMatchObject({ code: 'too_many_booking_changes', retryAfterMs: Number(seconds) * 1000, attempts: 1 });
    }
  });

  it('no longer than the time of the call, and for no more attempts than it may make', async () => {
    const id = await anEvent();
    proxy.fates.push('never answered');
    expect(await failureOf(clientOf().readEvent({ id, timeoutMs: 100 }))).toMatchObject({ reason: 'timeout', attempts: 1, outcome: 'not_done' });
    proxy.fates.push(...Array<Fate>(9).fill('lost before the server'));
    expect(await failureOf(clientOf().readEvent({ id }))).toMatchObject({ reason: 'network', attempts: 4 });
  });

  it.each([
    ['while it waits for an answer', 'never answered'],
    ['between two attempts', 'too many waiting: 503 unavailable'],
  ] as const)('not %s when the caller ends the call', async (_, fate) => {
    const id = await anEvent();
    proxy.refusalHeaders = { 'Retry-After': '9' };
    proxy.fates.push(fate);
    const controller = new AbortController();
    const call = clientOf({ attemptTimeoutMs: 9000 }).bookTickets({ body: { event_id: id, quantity: 1 }, signal: controller.signal });
    setTimeout(() => controller.abort('enough'), 200);
    await expect(Promise.race([call, sleep(6000)])).rejects.toBe('enough');
    await proxy.quiet();
    expect(proxy.arrived).toHaveLength(1);
  });

  it('and sends nothing if the caller had ended the call before', async () => {
    await expect(clientOf().me({ signal: AbortSignal.abort('before') })).rejects.toBe('before');
    expect(proxy.arrived).toEqual([]);
  });
});
