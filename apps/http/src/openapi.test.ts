import { everyUseCase, PROFILES, type Profile, type TrustedProxies } from '@ticket/adapters';
import { inMemoryPorts } from '@ticket/domain/testing';
import { Ajv2020 } from 'ajv/dist/2020.js';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { createApp } from './app.ts';
import { FAILURES } from './failures.ts';
import { createMetrics } from './metrics.ts';
import { NewBooking, StatusChange } from './schemas/bookings.ts';
import { EventChanges, NewEvent } from './schemas/events.ts';
import { Credentials, newUser, userChanges } from './schemas/users.ts';

type Json = { readonly [key: string]: Json } & readonly Json[];
const appOf = (profile: Profile, trustedProxies: TrustedProxies = 0) => {
  const policies = PROFILES[profile];
  const ports = inMemoryPorts({ policy: policies.selling, accountPolicy: policies.accounts });
  return createApp({
    useCases: everyUseCase(ports),
    tokens: ports.tokens,
    fingerprint: String,
    trustedProxies,
    corsOrigins: [],
    readiness: async () => ({ state: 'ready', ordersRefused: undefined }),
    policies,
    version: '1.2.3',
    log: () => {},
    metrics: createMetrics(),
    metricsToken: undefined,
  });
};
const app = appOf('open');
const documentOf = async (profile: Profile): Promise<Json> => JSON.parse(await (await appOf(profile).request('/openapi.json')).text());
const [document, locked] = [await documentOf('open'), await documentOf('locked')];

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];
const operations = (of = document) =>
  Object.entries(of['paths'] ?? {}).flatMap(([path, item]) => Object.entries(item).map(([method, operation]) => ({ path, method, operation })));
const everything = function* (node: unknown): Generator<Record<string, unknown>> {
  if (typeof node !== 'object' || node === null) return;
  if (!Array.isArray(node)) yield node as Record<string, unknown>;
  for (const child of Object.values(node)) yield* everything(child);
};
const at = (pointer: string, of = document): unknown =>
  pointer
    .split('/')
    .slice(1)
    .reduce<unknown>((node, key) => (typeof node === 'object' && node !== null ? Reflect.get(node, key.replaceAll('~1', '/')) : undefined), of);

describe('the document', () => {
  it('is made once, and is not sent again to those who have it', async () => {
    const etag = (await app.request('/openapi.json')).headers.get('ETag') ?? '';
    expect(etag).toMatch(/^".{27}"$/);
    const again = await app.request('/openapi.json', { headers: { 'If-None-Match': etag } });
    expect([again.status, await again.text(), again.headers.get('ETag')]).toEqual([304, '', etag]);
  });

  it('is OpenAPI 3.1 and declares every route, no more', () => {
    expect(document).toMatchObject({ openapi: '3.1.0', info: { version: '1.2.3' } });
    const declared = operations().map(({ path, method }) => `${method.toUpperCase()} ${path}`);
    const routed = app.routes
      .filter(({ method, path }) => method !== 'ALL' && !/^\/(?:openapi\.json|metrics|docs.*)$/.test(path))
      .map(({ method, path }) => `${method} ${path}`);
    expect(new Set(declared)).toEqual(new Set(routed.map((route) => route.replace(':id', '{id}'))));
    expect(declared).toHaveLength(23);
  });

  it('has every reference it makes', () => {
    for (const { $ref } of everything(document)) if ($ref !== undefined) expect(at(String($ref)), String($ref)).toBeDefined();
    for (const { ref } of everything(document['components'])) expect(ref).toBeUndefined();
  });

  it('is consistent in each operation', () => {
    const ids = operations().map(({ operation }) => operation['operationId']);
    expect(new Set(ids).size).toBe(ids.length);
    const tags = document['tags']?.map(({ name }) => name);
    for (const { path, method, operation } of operations()) {
      const name = `${method} ${path}`;
      expect(METHODS, name).toContain(method);
      expect(tags, name).toContain(operation['tags']?.[0]);
      expect(Object.keys(operation['responses'] ?? {}), name).toEqual(expect.arrayContaining([expect.stringMatching(/^20[01]$/), '500']));
      const parameters = operation['parameters'] ?? [];
      const inPath = [...parameters].filter((parameter) => `${parameter['in']}` === 'path').map((parameter) => parameter['name']);
      expect(inPath, name).toEqual(path.includes('{id}') ? ['id'] : []);
      expect('requestBody' in operation, name).toBe(['post', 'put', 'patch'].includes(method) && !path.endsWith('/logout'));
    }
  });

  it('has each failure of an operation as a schema of its code, so that types narrow by it', () => {
    const codesOf = (path: string, method: string, status: string, of = document) => {
      const own = at(`#/paths/${path.replaceAll('/', '~1')}/${method}/responses/${status}`, of) as Json;
      const response = (own['$ref'] === undefined ? own : at(String(own['$ref']), of)) as Json;
      const schema = response['content']?.['application/json']?.['schema'] as Json;
      const refs = [schema, ...(schema['anyOf'] ?? [])].flatMap(({ $ref }) => ($ref === undefined ? [] : [String($ref)]));
      return refs.map((ref) => (at(`${ref}/properties/code`, of) as { const: string }).const);
    };
    expect(codesOf('/api/bookings', 'post', '400')).toEqual(expect.arrayContaining(['invalid_input', 'insufficient_tickets', 'invalid_json']));
    expect(codesOf('/api/bookings', 'post', '422')).toEqual(['idempotency_key_reused']);
    expect(codesOf('/api/events/{id}', 'get', '404')).toEqual(['not_found']);
    expect(at('#/components/schemas/InsufficientTickets/properties/errors/required')).toEqual(['available', 'requested']);
    expect(at('#/components/schemas/FailureCode/enum')).toEqual(Object.keys(FAILURES));
    const usedIn = (of: Json) =>
      operations(of).flatMap(({ path, method, operation }) =>
        Object.keys(operation['responses'] ?? {}).flatMap((status) => (Number(status) < 400 ? [] : codesOf(path, method, status, of))),
      );
    const ofNoRoute = ['no_such_route', 'method_not_allowed'];
    expect([...new Set([...usedIn(document), ...usedIn(locked), ...ofNoRoute])].toSorted()).toEqual(Object.keys(FAILURES).toSorted());
    const ofRules = ['event_is_over', 'too_many_for_a_booking', 'too_many_for_a_user', 'too_many_booking_changes', 'too_many_registrations'];
    for (const code of [...ofRules, 'current_password_needed', 'password_is_personal']) expect(usedIn(document)).not.toContain(code);
    expect(codesOf('/api/users', 'get', '403', locked)).toEqual(['forbidden']);
    expect(at('#/paths/~1api~1users/get/responses/403')).toBeUndefined();
    const waysOf = (of: Json) => at('#/paths/~1api~1users/get/security', of);
    expect([waysOf(document), waysOf(locked)]).toEqual([[{}, { bearer: [] }], [{ bearer: [] }]]);
  });

  it('may be read by a page of any origin', async () => {
    const answer = await app.request('/openapi.json', { headers: { Origin: 'https://tools.example' } });
    expect(answer.headers.get('Access-Control-Allow-Origin')).toBe('*');
  });

  it('shows the limits that validate', () => {
    expect(at('#/components/schemas/NewBooking/properties/quantity')).toMatchObject({ type: 'integer', minimum: 1, maximum: 900_000 });
    expect(at('#/components/schemas/NewUser/properties/password')).toMatchObject({ minLength: 6, maxLength: 72 });
    expect(at('#/components/schemas/NewEvent/required')).toEqual(['name', 'location', 'event_date', 'ticket_price', 'total_tickets']);
    expect([...(document['paths']?.['/api/events']?.['get']?.['parameters'] ?? [])].filter((one) => `${one['in']}` === 'query')).toMatchObject([
      { name: 'limit', in: 'query', schema: { type: 'integer', minimum: 1, maximum: 1000 } },
      { name: 'cursor', in: 'query', schema: { type: 'string', maxLength: 1800 } },
      { name: 'offset', in: 'query', schema: { type: 'integer', minimum: 0, maximum: 1_000_000 } },
      { name: 'total', in: 'query', schema: { type: 'boolean' } },
      { name: 'from', in: 'query', schema: { type: 'string', format: 'date-time' } },
      { name: 'to', in: 'query', schema: { type: 'string', format: 'date-time' } },
      { name: 'available', in: 'query', schema: { const: true } },
      { name: 'q', in: 'query', schema: { type: 'string', maxLength: 100 } },
      { name: 'sort', in: 'query', schema: { enum: ['event_date', '-event_date', 'name', '-name', 'ticket_price', '-ticket_price'] } },
      { name: 'modified_since', in: 'query', schema: { type: 'string', format: 'date-time' } },
    ]);
  });
});

describe('its server', () => {
  const serverFor = async (host: string) => {
    const answer = await app.request('/openapi.json', { headers: { Host: host } });
    const { servers } = JSON.parse(await answer.text());
    return [servers[0].url, answer.headers.get('ETag')];
  };

  it('is the origin that the client asked for, each with an ETag of its own', async () => {
    const [url, etag] = await serverFor('tickets.example:8443');
    expect(url).toBe('http://tickets.example:8443');
    const [other, otherEtag] = await serverFor('127.0.0.1');
    expect(other).toBe('http://127.0.0.1');
    expect(otherEtag).not.toBe(etag);
    expect(await serverFor('tickets.example:8443')).toEqual([url, etag]);
  });

  it.each(['', 'a b', 'x"},{"url":"https://evil.example', 'user@evil.example', 'evil.example/path', '</script>', '$&'])(
    'is only its own path if the host is no host: %s',
    async (host) => expect((await serverFor(host))[0]).toBe('/'),
  );

  it.each([
    ['https', ['10.0.0.0/8'], '10.0.0.1', 'https'],
    ['https, the first of a list,', ['10.0.0.0/8'], '10.0.0.1', 'https, http'],
    ['http', ['10.0.0.0/8'], '203.0.113.7', 'https'],
    ['http', 0, '10.0.0.1', 'https'],
    ['http', ['10.0.0.0/8'], '10.0.0.1', 'javascript'],
  ] as const)('is at %s as the operator’s own proxy says, and no other client', async (_, trusted, remoteAddress, sent) => {
    const headers = { Host: 'tickets.example', 'X-Forwarded-Proto': sent, 'X-Forwarded-Host': 'evil.example' };
    const answer = await appOf('open', trusted).request('/openapi.json', { headers }, { incoming: { socket: { remoteAddress } } });
    const scheme = trusted !== 0 && remoteAddress.startsWith('10.') && sent.startsWith('https') ? 'https' : 'http';
    expect(JSON.parse(await answer.text()).servers[0].url).toBe(`${scheme}://tickets.example`);
  });

  it('stays true for more origins than are kept', async () => {
    for (let n = 0; n < 20; n += 1) expect((await serverFor(`host-${n % 10}.example`))[0]).toBe(`http://host-${n % 10}.example`);
  });
});

describe.each(['open', 'locked'] as const)('the words of the document of the %s profile', (profile) => {
  const own = profile === 'open' ? document : locked;
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema({ ...own, $id: 'document' });
  const resolved = (node: Json): Json => (node['$ref'] === undefined ? node : (at(String(node['$ref']), own) as Json));

  /** Every property below the schema, and every schema that stands for others. */
  function* propertiesOf(schema: Json, name: string): Generator<readonly [name: string, schema: Json]> {
    for (const [key, property] of Object.entries(schema['properties'] ?? {})) {
      yield [`${name}.${key}`, property];
      if (property['$ref'] === undefined) yield* propertiesOf(property, `${name}.${key}`);
    }
    for (const [index, one] of [...(schema['anyOf'] ?? []), ...(schema['items'] === undefined ? [] : [schema['items']])].entries())
      if (one['$ref'] === undefined) yield* propertiesOf(one, `${name}[${index}]`);
  }
  const contents = operations(own).flatMap(({ path, method, operation }) => [
    ...Object.entries(operation['requestBody']?.['content'] ?? {}).map(([, content]) => [`${method} ${path}`, content] as const),
    ...Object.entries(operation['responses'] ?? {}).flatMap(([status, response]) =>
      Object.values(resolved(response)['content'] ?? {}).map((content) => [`${method} ${path} ${status}`, content] as const),
    ),
  ]);
  const components = Object.entries(own['components']?.['schemas'] ?? {});

  it('describe each operation, parameter, response, header and tag', () => {
    const described: (readonly [string, Json])[] = [...(own['tags'] ?? [])].map((tag) => [`tag ${tag['name']}`, tag]);
    for (const { path, method, operation } of operations(own)) {
      const name = `${method} ${path}`;
      described.push([name, operation]);
      for (const parameter of operation['parameters'] ?? []) described.push([`${name} ${parameter['name']}`, parameter]);
      for (const [status, response] of Object.entries(operation['responses'] ?? {})) {
        described.push([`${name} ${status}`, resolved(response)]);
        const headers = Object.entries(resolved(response)['headers'] ?? {});
        expect(
          headers.map(([header]) => header),
          `${name} ${status}`,
        ).toContain('X-Request-Id');
        for (const [header, { description }] of headers) expect(description, `${name} ${status} ${header}`).toMatch(/\.$/);
      }
    }
    for (const [name, { description }] of described) expect(description, name).toMatch(/\S/);
    expect(described.length).toBeGreaterThan(200);
  });

  it('describe each property, also of errors and of what is inside others', () => {
    const properties = [
      ...components.flatMap(([name, schema]) => [[name, schema] as const, ...propertiesOf(schema, name)]),
      ...contents.flatMap(([name, content]) => [...propertiesOf(content['schema'] as Json, name)]),
    ];
    expect(properties.filter(([, schema]) => !/\S/.test(String(resolved(schema)['description'] ?? ''))).map(([name]) => name)).toEqual([]);
    expect(properties.length).toBeGreaterThan(200);
  });

  it('have an example of each body and reply, which its schema accepts', () => {
    for (const [name, content] of contents) {
      const schemas = [...((content['schema'] as Json)['anyOf'] ?? [content['schema'] as Json])];
      for (const schema of schemas) {
        const examples = content['example'] === undefined ? [...(resolved(schema)['examples'] ?? [])] : [content['example']];
        expect(examples, name).toHaveLength(1);
        const within = JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"document#/'));
        for (const example of examples) expect(ajv.validate(within, example), `${name}: ${ajv.errorsText()}`).toBe(true);
      }
    }
  });

  it('have examples of bodies that the server accepts', () => {
    const { accounts } = PROFILES[profile];
    const bodies: Readonly<Record<string, v.GenericSchema>> = {
      NewUser: newUser(accounts.passwords),
      UserChanges: userChanges(accounts),
      Credentials,
      NewEvent,
      EventChanges,
      NewBooking,
      StatusChange,
    };
    const declared = operations(own).flatMap(
      ({ operation }) => operation['requestBody']?.['content']?.['application/json']?.['schema']?.['$ref'] ?? [],
    );
    const names = new Set(declared.map((ref) => String(ref).split('/').at(-1) ?? ''));
    expect([...names].toSorted()).toEqual(Object.keys(bodies).toSorted());
    for (const name of names) expect(v.is(bodies[name] ?? v.never(), at(`#/components/schemas/${name}/examples/0`, own)), name).toBe(true);
  });
});
