import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { rowsOf, times } from '@ticket/domain/testing';
import fc from 'fast-check';
import { Agent, interceptors, request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHttpServer } from '../../apps/http/src/http-server.ts';
import { messages } from '../../apps/http/src/messages.ts';
import type { Language } from '../../packages/adapters/src/languages.ts';
import { type Api, type Caller, CONCERT, openApi } from '../open-api.ts';
import { portsOf } from '../open-store.ts';

const ORIGIN = 'https://pages.example';
/** More rows than a list sends in one part. */
const LONG = 1600;

let api: Api;
let admin: Caller;
let event: string;
let server: ReturnType<typeof createHttpServer>;
let origin: string;
beforeAll(async () => {
  api = await openApi('sqlite', 'open', {}, { languages: ['id', 'en'], corsOrigins: [ORIGIN] });
  admin = await api.account({ role: 'admin' });
  event = (await api.send('POST', '/api/events', { as: admin, body: CONCERT })).body.data.id;
  await api.send('POST', '/api/bookings', { as: admin, body: { event_id: event, quantity: 1 } });
  server = createHttpServer(api.fetch, { languages: ['id', 'en'] });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // a server that listens on a port has one
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await api.close();
});

const get = (path: string, language?: string, headers: Record<string, string> = {}) =>
  api.send('GET', path.replace(':id', event), {
    as: admin,
    headers: { ...headers, ...(language === undefined ? {} : { 'Accept-Language': language }) },
  });

const KEPT = [
  ['/api/events', messages.eventsRead, 'Accept-Language, Accept-Encoding'],
  ['/api/events/:id', messages.eventRead, 'Accept-Language'],
  ['/api/events/:id/bookings', messages.bookingsRead, 'Accept, Authorization, Accept-Language, Accept-Encoding'],
  ['/api/bookings', messages.bookingsRead, 'Authorization, Accept-Language, Accept-Encoding'],
  ['/api/users', messages.usersRead, 'Authorization, Accept-Language, Accept-Encoding'],
  ['/api/auth/me', messages.self, 'Authorization, Accept-Language'],
] as const;

describe.each(KEPT)('%s', (path, message, vary) => {
  it('is the same data in each language, under an ETag of its own', async () => {
    const [indonesian, english] = [await get(path, 'id'), await get(path, 'en')];
    expect([indonesian.body.message, english.body.message]).toEqual([message.id, message.en]);
    expect(english.body.data).toEqual(indonesian.body.data);
    for (const { headers } of [indonesian, english]) expect(headers.get('Vary')).toBe(`Origin, ${vary}`);
    expect(english.headers.get('ETag')).not.toBe(indonesian.headers.get('ETag'));
    expect([indonesian, english].map(({ headers }) => headers.get('Content-Language'))).toEqual(['id', 'en']);
  });

  it('is 304 only to a client that has it in the language that it asks for, with the headers that a cache needs', async () => {
    for (const [known, asked] of [
      ['id', 'en'],
      ['en', 'id'],
      ['id', 'id'],
      ['en', 'en'],
    ] as const) {
      const first = await get(path, known);
      const again = await get(path, asked, { 'If-None-Match': first.headers.get('ETag') ?? '' });
      expect([known, asked, again.status]).toEqual([known, asked, known === asked ? 304 : 200]);
      for (const name of ['Vary', 'Cache-Control']) expect(again.headers.get(name)).toBe(first.headers.get(name));
      expect(again.headers.get('Content-Language')).toBe(known === asked ? null : asked);
    }
  });
});

it('failures, changes and status depend on the language too', async () => {
  for (const path of ['/', '/api/nope', '/api/events?limit=0']) expect((await get(path, 'en')).headers.get('Vary')).toBe('Origin, Accept-Language');
  const seen = (await get('/', 'en', { Origin: ORIGIN })).headers;
  expect([seen.get('Vary'), seen.get('Access-Control-Allow-Origin')]).toEqual(['Origin, Accept-Language', ORIGIN]);
  const preflight = await api.send('OPTIONS', '/api/events', { headers: { Origin: ORIGIN, 'Access-Control-Request-Method': 'PUT' } });
  expect([preflight.status, preflight.headers.get('Content-Language')]).toEqual([204, null]);
});

it('If-Match takes the ETag of an answer in any language, because a version has none', async () => {
  const put = (tag: string, language: string, name: string) =>
    api.send('PUT', `/api/events/${event}`, { as: admin, body: { name }, headers: { 'If-Match': tag, 'Accept-Language': language } });
  const tagIn = async (language: string) => (await get('/api/events/:id', language)).headers.get('ETag') ?? '';
  const english = await tagIn('en');
  expect((await put(english, 'id', 'Konser Pagi')).status).toBe(200);
  expect((await put(english, 'id', 'Konser Siang')).status).toBe(412);
  expect((await put(await tagIn('id'), 'en', 'Konser Malam')).body.message).toBe(messages.eventChanged.en);
});

it('a long list is sent in parts in the language that was asked for, plain and compressed', async () => {
  const long = await openApi('sqlite', 'open', {}, { languages: ['id', 'en'] });
  const rows = rowsOf(portsOf(long.container));
  const { id: organizerId } = await rows.user({ role: 'admin' });
  await Promise.all(times(LONG, () => rows.event({ id: randomUUID(), organizerId })));
  for (const language of ['id', 'en'] as const) {
    const { body, headers } = await long.send('GET', '/api/events', { headers: { 'Accept-Language': language } });
    expect([body.message, body.data.length, headers.get('ETag')]).toEqual([messages.eventsRead[language], LONG, null]);
    expect([headers.get('Content-Language'), headers.get('Vary')]).toEqual([language, 'Accept-Language, Accept-Encoding']);
  }
  await long.close();
});

it('an HTTP cache that is shared serves each client its own language, and asks the server before each use', async () => {
  const agent = new Agent();
  const statuses: number[] = [];
  const recorded = agent.compose((dispatch) => (options, handler) => {
    const { onResponseStart } = handler;
    handler.onResponseStart = (...told) => {
      statuses.push(told[1]);
      onResponseStart?.apply(handler, told);
    };
    return dispatch(options, handler);
  });
  const dispatcher = recorded.compose(interceptors.cache({ type: 'shared' }));
  const ask = async (language: Language): Promise<string> => {
    const { body } = await request(`${origin}/api/events/${event}`, { dispatcher, headers: { 'accept-language': language } });
    const reply: { message: string } = JSON.parse(await body.text());
    return reply.message;
  };
  const asked = fc.sample(fc.constantFrom<Language>('id', 'en'), { numRuns: 30, seed: 1 });
  for (const language of asked) expect(await ask(language)).toBe(messages.eventRead[language]);
  expect(statuses).toHaveLength(asked.length);
  // The cache of undici forgets the other variants when one is revalidated, so more than two answers are 200.
  expect(new Set(statuses)).toEqual(new Set([200, 304]));
  await agent.close();
});

it('the document tells what a client of two languages can ask for, with examples in both', async () => {
  const both = (await get('/openapi.json')).body;
  const operations = Object.values<Record<string, Operation>>(both.paths).flatMap((methods) => Object.values(methods));
  expect(operations.length).toBeGreaterThan(20);
  for (const { parameters, responses } of operations) {
    expect(parameters).toContainEqual(expect.objectContaining({ in: 'header', name: 'Accept-Language', required: false }));
    for (const { $ref, content, headers } of Object.values(responses))
      expect(headers !== undefined && 'Content-Language' in headers).toBe($ref === undefined && content !== undefined);
  }
  for (const { headers } of Object.values<Operation['responses'][string]>(both.components.responses))
    expect(headers).toHaveProperty('Content-Language');
  const examples = (document: { paths: Record<string, Record<string, Operation>> }) =>
    document.paths['/']?.['get']?.responses['200']?.content?.['application/json'].schema.properties.message.examples;
  expect(examples(both)).toEqual([messages.up.id, messages.up.en]);
  expect(both.info.description).toContain('Indonesian (`id`) or English (`en`)');
  for (const [languages, text, name] of [
    [['id'], messages.up.id, 'Indonesian'],
    [['en'], messages.up.en, 'English'],
  ] as const) {
    const one = await openApi('sqlite', 'open', {}, { languages });
    const { body } = await one.send('GET', '/openapi.json');
    expect([examples(body), JSON.stringify(body).includes('Accept-Language')]).toEqual([[text], false]);
    expect(body.info.description).toContain(`\`message\` is ${name}, for people.`);
    await one.close();
  }
});

interface Operation {
  readonly parameters: readonly object[];
  readonly responses: Readonly<
    Record<
      string,
      {
        readonly $ref?: string;
        readonly headers?: object;
        readonly content?: { 'application/json': { schema: { properties: { message: { examples: readonly string[] } } } } };
      }
    >
  >;
}
