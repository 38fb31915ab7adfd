import { randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { everyUseCase } from '@ticket/adapters';
import { KEY_CHARACTERS_MAX, SEARCH_CHARACTERS_MAX, SEARCH_WORDS_MAX, Unavailable } from '@ticket/domain';
import { fakePasswords, inMemoryPorts, times } from '@ticket/domain/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../apps/http/src/app.ts';
import { IF_MATCH_TAGS_MAX } from '../../apps/http/src/entity-tag.ts';
import { FAILURE_CODES, type FailureCode } from '../../apps/http/src/failures.ts';
import { createHttpServer } from '../../apps/http/src/http-server.ts';
import { faults, messages } from '../../apps/http/src/messages.ts';
import { createMetrics } from '../../apps/http/src/metrics.ts';
import { SERVER_LIMITS } from '../../apps/http/src/server-limits.ts';
import { LANGUAGES, type Language, type Languages } from '../../packages/adapters/src/languages.ts';
import { PROFILES } from '../../packages/adapters/src/profiles.ts';
import { INDONESIAN, textsIn } from '../languages.ts';
import { type Api, type Caller, CONCERT, openApi } from '../open-api.ts';

const BOTH: Languages = ['id', 'en'];
const HOLDS_TEN = { event_id: '', quantity: 10 };
const NOWHERE = '770e8400-e29b-41d4-a716-446655440000';
const from = (address: string) => ({ 'X-Forwarded-For': address });

/** What tests read of an answer. */
interface Heard {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}
type Ask = (method: string, path: string, more?: { as?: Caller; body?: unknown; headers?: Record<string, string> }) => Promise<Heard>;

async function stage() {
  const api = await openApi('sqlite', 'locked', { selling: { bookingChangesPerHourMax: 2 } }, { languages: BOTH });
  const lonely = await openApi('sqlite', 'locked', { accounts: { registrationsMax: 1 } }, { languages: BOTH });
  const admin = await api.account({ role: 'admin', name: 'Panitia', email: 'panitia@example.com' });
  const chief = await api.account({ role: 'admin', name: 'Chief', email: 'chief@example.com' });
  const ann = await api.account({ name: 'Ann', email: 'ann@example.com' });
  const only = await lonely.account({ role: 'admin', name: 'Only', email: 'only@example.com' });
  const event = async (total_tickets: number): Promise<string> =>
    (await api.send('POST', '/api/events', { as: admin, body: { ...CONCERT, total_tickets } })).body.data.id;
  const [big, small, often] = [await event(100), await event(3), await event(100)];
  await api.send('POST', '/api/bookings', { as: ann, body: { ...HOLDS_TEN, event_id: big } });
  const { id } = (await api.send('POST', '/api/bookings', { as: ann, body: { event_id: often, quantity: 1 } })).body.data;
  await api.send('PATCH', `/api/bookings/${id}/status`, { as: ann, body: { status: 'cancelled' } });
  await api.send('POST', '/api/events', { as: admin, body: CONCERT, headers: { 'Idempotency-Key': 'used' } });
  const guess = { email: 'nobody@example.com', password: 'kereta malam 7' };
  for (const _ of times(10, () => 0)) await api.send('POST', '/api/auth/login', { body: guess, headers: from('192.0.2.9') });
  await lonely.send('POST', '/api/auth/register', { body: { ...guess, name: 'Nobody' }, headers: from('192.0.2.8') });

  const limits = { ...SERVER_LIMITS, headersMs: 200, requestMs: 400 };
  const server = createHttpServer(api.fetch, { limits, languages: BOTH });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a server that listens on a port has one
  return { api, lonely, admin, chief, ann, only, big, small, often, id, guess, server, port };
}
let world: Awaited<ReturnType<typeof stage>>;
beforeAll(async () => {
  world = await stage();
});
afterAll(async () => {
  world.server.closeAllConnections();
  world.server.close();
  await Promise.all([world.api.close(), world.lonely.close()]);
});

/** An app whose passwords are all in use, whose reads fail, and which is stopping. */
function failing(why: () => Error) {
  const ports = inMemoryPorts({ accountPolicy: PROFILES.open.accounts, passwords: { ...fakePasswords(), atOnceMax: 0 } });
  const useCases = { ...everyUseCase(ports), listEvents: () => Promise.reject(why()) };
  return createApp({
    useCases,
    tokens: ports.tokens,
    fingerprint: String,
    trustedProxies: 1,
    corsOrigins: [],
    languages: BOTH,
    readiness: async () => ({ state: 'stopping' }),
    policies: PROFILES.open,
    version: '0.0.0',
    log: () => {},
    metrics: createMetrics(),
    metricsToken: undefined,
  });
}
const outage = (outcome: 'not_done' | 'unknown') => failing(() => new Unavailable('the database went away', { outcome, retryAfterSeconds: 1 }));

const heardOf = async (response: Response): Promise<Heard> => ({ status: response.status, headers: response.headers, text: await response.text() });
async function fromApp(app: ReturnType<typeof failing>, language: string, path: string, body?: object): Promise<Heard> {
  const headers = { ...from('192.0.2.7'), 'Accept-Language': language, 'Content-Type': 'application/json' };
  return heardOf(await app.request(path, body === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) }));
}
/** Writes a request to the server by hand, which no HTTP client would send. */
async function byHand(language: string, begins: string, ends = '\r\n'): Promise<Heard> {
  const socket = connect({ port: world.port, host: '127.0.0.1' });
  socket.write(`${begins}\r\nHost: a\r\nAccept-Language: ${language}\r\n${ends}`);
  const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n');
  const [first = '', ...lines] = head.split('\r\n');
  return {
    status: Number(first.split(' ')[1]),
    headers: new Headers(lines.map((line): [string, string] => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)])),
    text: body,
  };
}

/** A request that fails with each code. Without one of a code, this does not compile. */
const PROVOKED: { readonly [Code in FailureCode]: (ask: Ask, language: string) => Promise<Heard> } = {
  invalid_input: (ask) => ask('GET', '/api/events?limit=0'),
  current_password_needed: (ask) => ask('PUT', `/api/users/${world.ann.id}`, { as: world.ann, body: { password: 'kereta malam 8' } }),
  password_is_personal: (ask) =>
    ask('POST', '/api/users', { as: world.admin, body: { name: 'Kereta Malam', email: 'k@example.com', password: 'kereta malam' } }),
  email_taken: (ask) => ask('POST', '/api/users', { as: world.admin, body: { name: 'Ann', email: 'ann@example.com', password: 'kereta malam 7' } }),
  insufficient_tickets: (ask) => ask('POST', '/api/bookings', { as: world.ann, body: { event_id: world.small, quantity: 5 } }),
  too_many_for_a_booking: (ask) => ask('POST', '/api/bookings', { as: world.ann, body: { event_id: world.small, quantity: 11 } }),
  too_many_for_a_user: (ask) => ask('POST', '/api/bookings', { as: world.ann, body: { event_id: world.big, quantity: 1 } }),
  total_below_held: (ask) => ask('PUT', `/api/events/${world.big}`, { as: world.admin, body: { total_tickets: 1 } }),
  event_is_over: (ask) => ask('POST', '/api/events', { as: world.admin, body: { ...CONCERT, event_date: '2020-01-01T00:00:00Z' } }),
  event_has_active_bookings: (ask) => ask('DELETE', `/api/events/${world.big}`, { as: world.admin }),
  user_has_active_bookings: (ask) => ask('DELETE', `/api/users/${world.ann.id}`, { as: world.admin }),
  user_organises_events: (ask) => ask('DELETE', `/api/users/${world.admin.id}`, { as: world.chief }),
  last_admin: async (_, language) => world.lonely.send('DELETE', `/api/users/${world.only.id}`, { as: world.only, headers: accepting(language) }),
  invalid_json: (ask) => ask('POST', '/api/bookings', { as: world.ann, body: '{' }),
  bad_request: (_, language) => byHand(language, 'POST / HTTP/1.1', 'Transfer-Encoding: gzip\r\n\r\n'),
  unauthenticated: (ask) => ask('GET', '/api/events', { headers: { Authorization: 'Bearer x' } }),
  wrong_credentials: (ask) => ask('POST', '/api/auth/login', { body: { ...world.guess, email: 'x@example.com' } }),
  forbidden: (ask) => ask('POST', '/api/events', { as: world.ann, body: CONCERT }),
  not_found: (ask) => ask('GET', `/api/events/${NOWHERE}`),
  no_such_route: (ask) => ask('GET', '/api/nope'),
  method_not_allowed: (ask) => ask('PATCH', '/api/events'),
  request_timeout: (_, language) => byHand(language, 'POST / HTTP/1.1', 'Content-Length: 2\r\n\r\n{'),
  idempotency_key_in_progress: async (ask) => {
    const key = randomUUID();
    const body = { event_id: world.small, quantity: 1 };
    const again = () => ask('POST', '/api/bookings', { as: world.chief, body, headers: { 'Idempotency-Key': key } });
    const replies = await Promise.all([again(), again()]);
    return replies.find(({ status }) => status === 409) ?? (replies[0] as Heard);
  },
  body_too_large: (ask) => ask('POST', '/api/bookings', { as: world.ann, body: 'x'.repeat(20_000), headers: { 'Content-Length': '20000' } }),
  unsupported_media_type: (ask) => ask('POST', '/api/bookings', { as: world.ann, body: '{}', headers: { 'Content-Type': 'text/plain' } }),
  expectation_failed: (_, language) => byHand(language, 'POST / HTTP/1.1', 'Expect: tea\r\nContent-Length: 0\r\n\r\n'),
  version_changed: (ask) => ask('DELETE', `/api/events/${world.small}`, { as: world.admin, headers: { 'If-Match': `"9-${'x'.repeat(27)}"` } }),
  idempotency_key_reused: (ask) =>
    ask('POST', '/api/events', { as: world.admin, body: { ...CONCERT, name: 'Other' }, headers: { 'Idempotency-Key': 'used' } }),
  too_many_failed_logins: (ask) => ask('POST', '/api/auth/login', { body: world.guess, headers: from('192.0.2.9') }),
  too_many_registrations: async (_, language) =>
    world.lonely.send('POST', '/api/auth/register', {
      body: { ...world.guess, email: 'm@example.com', name: 'Nobody' },
      headers: { ...from('192.0.2.8'), ...accepting(language) },
    }),
  too_many_passwords: (_, language) => fromApp(outage('unknown'), language, '/api/auth/login', world.guess),
  too_many_booking_changes: (ask) => ask('POST', '/api/bookings', { as: world.ann, body: { event_id: world.often, quantity: 1 } }),
  headers_too_large: (_, language) => byHand(language, 'GET / HTTP/1.1', `${times(101, () => 'a: b\r\n').join('')}\r\n`),
  internal_error: (_, language) =>
    fromApp(
      failing(() => new Error('a bug')),
      language,
      '/api/events',
    ),
  not_ready: (_, language) => fromApp(outage('unknown'), language, '/health/ready'),
  unavailable: (_, language) => fromApp(outage('not_done'), language, '/api/events'),
  outcome_unknown: (_, language) => fromApp(outage('unknown'), language, '/api/events'),
};

const accepting = (language: string) => ({ 'Accept-Language': language });
const askIn =
  (language: string, api: Api = world.api): Ask =>
  (method, path, { headers = {}, ...more } = {}) =>
    api.send(method, path, { ...more, headers: { ...headers, ...accepting(language) } });

const HEADER: Readonly<Record<Language, string>> = { id: 'id-ID, id;q=0.9, en;q=0.5', en: 'en-GB, en;q=0.9, id;q=0.5' };

describe.each(FAILURE_CODES)('%s', (code) => {
  it.each(LANGUAGES)('is told in %s, and in no other language', async (language) => {
    const header = HEADER[language];
    const { status, headers, text: body } = await PROVOKED[code](askIn(header), header);
    const reply: { code: string; message: string; errors: unknown } = JSON.parse(body);
    expect([status >= 400, reply.code]).toEqual([true, code]);
    expect([headers.get('Content-Language'), headers.get('Vary')]).toEqual([language, 'Accept-Language']);
    expect(textsIn(messages, language)).toContain(reply.message);
    if (language === 'en') expect(body).not.toMatch(INDONESIAN);
    else expect(textsIn(messages, 'en')).not.toContain(reply.message);
    for (const { message } of Array.isArray(reply.errors) ? reply.errors : []) expect(INDONESIAN.test(message)).toBe(language === 'id');
  });
});

describe('the catalogue', () => {
  const limits = { charactersMax: 7 };
  const all = [messages, faults, Object.values(faults).flatMap((entry) => (typeof entry === 'function' ? [entry(limits.charactersMax, 8)] : []))];
  const texts = (language: Language) => all.flatMap((catalogue) => textsIn(catalogue, language));

  it('has no Indonesian word in an English text, and every limit in both', () => {
    expect(texts('en')).toHaveLength(texts('id').length);
    for (const [index, english] of texts('en').entries()) {
      expect(english).not.toMatch(INDONESIAN);
      expect(english.match(/\d+(\.\d+)?/g) ?? []).toEqual(texts('id')[index]?.match(/\d+(\.\d+)?/g) ?? []);
    }
  });

  it('says in English what ends with no full stop, as the Indonesian does', () => {
    for (const text of texts('en')) expect(text).toMatch(/^(?:[A-Z].*[^.\s])$/);
  });

  it('has one English text for one Indonesian text', () => {
    const pairs = new Set(texts('id').map((indonesian, index) => `${indonesian} = ${texts('en')[index]}`));
    expect(pairs.size).toBe(new Set(texts('id')).size);
  });
});

describe('every fault of a field', () => {
  it('is told in English', async () => {
    const open = await openApi('sqlite', 'open', {}, { languages: BOTH });
    const ask = askIn('en', open);
    const admin = await open.account({ role: 'admin' });
    const user = { name: '', email: 'x', password: 'x', role: 'x' };
    const { user: own, ...strict } = { user, as: admin };
    const replies = [
      ...[
        await ask('POST', '/api/users', { body: own }),
        await ask('POST', '/api/users', { body: {} }),
        await ask('POST', '/api/users', { body: '[]' }),
      ],
      await ask('POST', '/api/users', { body: { ...own, name: 1, password: 'x'.repeat(73) } }),
      await ask('POST', '/api/auth/login', { body: { email: 'x'.repeat(255), password: 'x' } }),
      await askIn('en')('POST', '/api/users', { as: world.admin, body: { name: 'A B', email: 'a@example.com', password: 'password123' } }),
      await PROVOKED.password_is_personal(askIn('en'), 'en'),
      await ask('POST', '/api/events', {
        ...strict,
        body: { ...CONCERT, description: '\u0000', event_date: 'x', ticket_price: -1, total_tickets: 0 },
      }),
      await ask('POST', '/api/bookings', { ...strict, body: { event_id: 'x', quantity: 1.5 } }),
      await ask('PATCH', `/api/bookings/${NOWHERE}/status`, { ...strict, body: {} }),
      await ask('PATCH', '/api/bookings/x/status', { ...strict, body: {} }),
      await askIn('en')('PATCH', `/api/bookings/${world.id}/status`, { as: world.ann, body: { status: 'x' } }),
      await ask('POST', '/api/events', { ...strict, body: CONCERT, headers: { 'Idempotency-Key': 'é' } }),
      await ask('POST', '/api/events', { ...strict, body: CONCERT, headers: { 'Idempotency-Key': '<string>' } }),
      await askIn('en')('DELETE', `/api/events/${world.small}`, { as: world.admin, headers: { 'If-Match': 'x' } }),
      await ask('GET', `/api/events?${'x'.repeat(2001)}`),
      await ask('GET', '/api/events?page=1'),
      await ask('GET', '/api/events?limit=0&offset=-1&total=x&available=1&cursor=x&q=&sort=x&from=x'),
      await ask('GET', '/api/events?limit=1&cursor=x&offset=1'),
      await ask('GET', '/api/events?limit=1&cursor=x'),
    ];
    const told = new Set(
      replies.flatMap(({ text: body }) => (JSON.parse(body).errors ?? []).map(({ message }: { message: string }) => message) as string[]),
    );
    for (const { text: body } of replies) expect(body).not.toMatch(INDONESIAN);
    await open.close();
    const { list } = PROFILES.open.selling;
    const spoken = [
      ...[faults.line(255), faults.prose(10_000), faults.passwordTooShort(6), faults.idempotencyKey(KEY_CHARACTERS_MAX)],
      ...[faults.ifMatch(IF_MATCH_TAGS_MAX), faults.search(SEARCH_WORDS_MAX, SEARCH_CHARACTERS_MAX), faults.query(2000)],
      ...[faults.limit(list.limitMax), faults.offset(list.offsetMax)],
    ];
    expect([...told].toSorted()).toEqual([...new Set([...textsIn(faults, 'en'), ...textsIn(spoken, 'en')])].toSorted());
  });
});

describe('Accept-Language', () => {
  const languageOf = async (headers: Record<string, string>, api = world.api) => {
    const { headers: told, body } = await api.send('GET', '/', { headers });
    return [told.get('Content-Language'), body.message];
  };
  const [ID, EN] = [
    ['id', messages.up.id],
    ['en', messages.up.en],
  ];

  it.each([
    ['*', ID],
    ['fr, de;q=0.5', ID],
    ['en-AU', EN],
    ['en;q=0', ID],
    [`en,${'fr,'.repeat(3000)}`, ID],
    ['\u00e9\u00e8, ;;;, =, q=1', ID],
    ['en, en, en;q=0', ID],
  ])('%s', async (header, language) => {
    expect(await languageOf(accepting(header))).toEqual(language);
  });

  it('that is not there means the first language', async () => {
    expect(await languageOf({})).toEqual(ID);
    const english = await openApi('sqlite', 'open', {}, { languages: ['en', 'id'] });
    expect(await languageOf({}, english)).toEqual(EN);
    expect(await languageOf(accepting('id'), english)).toEqual(ID);
    await english.close();
  });

  it('is not looked at by a server of one language, whose answers depend on nothing more', async () => {
    const open = await openApi('sqlite', 'open');
    for (const path of ['/', '/api/events', '/api/nope', '/openapi.json', '/docs']) {
      const [plain, asked] = await Promise.all(
        [undefined, 'en'].map(async (language) => open.fetch(new Request(`http://a${path}`, language ? { headers: accepting(language) } : {}))),
      );
      expect(await asked?.text()).toBe(await plain?.text());
      expect(asked?.headers.get('Vary') ?? '').not.toContain('Accept-Language');
    }
    expect(await languageOf(accepting('en'), open)).toEqual(ID);
    await open.close();
  });

  it('sent twice is one list', async () => {
    const body = await new Promise<string>((resolve) => {
      const { port } = world;
      httpRequest({ port, host: '127.0.0.1', headers: [...['Host', 'a'], ...['Accept-Language', 'fr'], ...['Accept-Language', 'en']] }, (answer) =>
        resolve(text(answer)),
      ).end();
    });
    expect(JSON.parse(body).message).toBe(messages.up.en);
  });

  it('changes nothing for a command that is not an HTTP request at all', async () => {
    const heard = await byHand('en', 'no HTTP at all');
    expect([heard.status, heard.headers.get('Content-Language'), heard.headers.get('Vary')]).toEqual([400, 'id', null]);
  });
});

it('a repeated request gets the first answer in the language that it asks for now', async () => {
  const book = (language: string) =>
    askIn(language)('POST', '/api/bookings', { as: world.admin, body: { event_id: world.big, quantity: 1 }, headers: { 'Idempotency-Key': 'once' } });
  const [first, again] = [await book('id'), await book('en')];
  const [one, other] = [first, again].map(({ text: body }) => JSON.parse(body));
  expect([first.status, again.status, again.headers.get('Idempotency-Replayed')]).toEqual([201, 201, 'true']);
  expect(other.data).toEqual(one.data);
  expect([one.message, other.message]).toEqual([messages.bookingCreated.id, messages.bookingCreated.en]);
  expect([first, again].map(({ headers }) => headers.get('Content-Language'))).toEqual(['id', 'en']);
});

it('an answer without a message names no language, and does not depend on one', async () => {
  const as = world.admin;
  const plain = [
    await askIn('en')('OPTIONS', '/api/events'),
    await askIn('en')('GET', '/openapi.json'),
    await askIn('en')('GET', `/api/events/${world.big}/bookings`, { as, headers: { Accept: 'text/csv' } }),
  ];
  for (const { status, headers } of plain) {
    expect([status < 300, headers.get('Content-Language')]).toEqual([true, null]);
    expect(headers.get('Vary') ?? '').not.toContain('Accept-Language');
  }
});
