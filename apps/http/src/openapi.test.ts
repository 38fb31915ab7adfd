import { everyUseCase, PROFILES } from '@ticket/adapters';
import { inMemoryPorts } from '@ticket/domain/testing';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { createApp } from './app.ts';
import { FAILURES } from './failures.ts';
import { createMetrics } from './metrics.ts';

type Json = { readonly [key: string]: Json } & readonly Json[];
const ports = inMemoryPorts({ policy: PROFILES.open.selling, accountPolicy: PROFILES.open.accounts });
const app = createApp({
  useCases: everyUseCase(ports),
  tokens: ports.tokens,
  fingerprint: String,
  trustedProxies: 0,
  corsOrigins: [],
  readiness: async () => ({ state: 'ready', ordersRefused: undefined }),
  policies: PROFILES.open,
  version: '1.2.3',
  log: () => {},
  metrics: createMetrics(),
  metricsToken: undefined,
});
const document: Json = JSON.parse(await (await app.request('/openapi.json')).text());

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];
const operations = () =>
  Object.entries(document['paths'] ?? {}).flatMap(([path, item]) => Object.entries(item).map(([method, operation]) => ({ path, method, operation })));
const everything = function* (node: unknown): Generator<Record<string, unknown>> {
  if (typeof node !== 'object' || node === null) return;
  if (!Array.isArray(node)) yield node as Record<string, unknown>;
  for (const child of Object.values(node)) yield* everything(child);
};
const at = (pointer: string): unknown =>
  pointer
    .split('/')
    .slice(1)
    .reduce<unknown>((node, key) => (typeof node === 'object' && node !== null ? Reflect.get(node, key.replaceAll('~1', '/')) : undefined), document);

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
    const codesOf = (path: string, method: string, status: string) => {
      const own = at(`#/paths/${path.replaceAll('/', '~1')}/${method}/responses/${status}`) as Json;
      const response = (own['$ref'] === undefined ? own : at(String(own['$ref']))) as Json;
      const schema = response['content']?.['application/json']?.['schema'] as Json;
      const refs = [schema, ...(schema['anyOf'] ?? [])].flatMap(({ $ref }) => ($ref === undefined ? [] : [String($ref)]));
      return refs.map((ref) => (at(`${ref}/properties/code`) as { const: string }).const);
    };
    expect(codesOf('/api/bookings', 'post', '400')).toEqual(expect.arrayContaining(['invalid_input', 'insufficient_tickets', 'invalid_json']));
    expect(codesOf('/api/bookings', 'post', '422')).toEqual(['idempotency_key_reused']);
    expect(codesOf('/api/events/{id}', 'get', '404')).toEqual(['not_found']);
    expect(at('#/components/schemas/InsufficientTickets/properties/errors/required')).toEqual(['available', 'requested']);
    expect(at('#/components/schemas/FailureCode/enum')).toEqual(Object.keys(FAILURES));
    const used = operations().flatMap(({ path, method, operation }) =>
      Object.keys(operation['responses'] ?? {}).flatMap((status) => (Number(status) < 400 ? [] : codesOf(path, method, status))),
    );
    const ofNoRoute = ['no_such_route', 'method_not_allowed'];
    expect([...new Set([...used, ...ofNoRoute])].toSorted()).toEqual(Object.keys(FAILURES).toSorted());
  });

  it('may be read by a page of any origin', async () => {
    const answer = await app.request('/openapi.json', { headers: { Origin: 'https://tools.example' } });
    expect(answer.headers.get('Access-Control-Allow-Origin')).toBe('*');
  });

  it('has an example of every body and reply, which its schema accepts', () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema({ ...document, $id: 'document' });
    const schemas = Object.entries(document['components']?.['schemas'] ?? {}).filter(([name]) => !['FailureCode', 'Fault'].includes(name));
    for (const [name, schema] of schemas) {
      if (at(`#/components/schemas/${name}/properties/code`) !== undefined) continue; // a failure: its description says when it happens
      expect(schema['examples']?.length, name).toBe(1);
      for (const example of schema['examples'] ?? [])
        expect(ajv.validate({ $ref: `document#/components/schemas/${name}` }, example), name).toBe(true);
    }
    expect(schemas.length).toBeGreaterThan(12);
  });

  it('shows the limits that validate', () => {
    expect(at('#/components/schemas/NewBooking/properties/quantity')).toEqual({ type: 'integer', minimum: 1, maximum: 900_000 });
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
