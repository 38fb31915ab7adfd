import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort, startServer, temporaryFolder, until } from './faults/programs.ts';

interface Span {
  readonly traceId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly status: { readonly code: number };
  readonly attributes: readonly { readonly key: string; readonly value: object }[];
}
interface Delivery {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly { readonly key: string; readonly value: { readonly stringValue?: string } }[] };
    readonly scopeSpans: readonly { readonly spans: readonly Span[] }[];
  }[];
}

/** The part of OpenTelemetry's collector that accepts traces. */
let collector: Server;
let collectorUrl: string;
const deliveries: { readonly path: string | undefined; readonly text: string }[] = [];
beforeAll(async () => {
  collector = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => (text += chunk));
    request.on('end', () => {
      deliveries.push({ path: request.url, text });
      response.end('{}');
    });
  });
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  collectorUrl = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
});
afterAll(() => collector.close());

const resources = () => deliveries.flatMap(({ text }) => (JSON.parse(text) as Delivery).resourceSpans);
const spansOf = (traceId: string) =>
  resources().flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans.filter((span) => span.traceId === traceId)));
const attributesOf = ({ attributes }: Span) => Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));

/** Reports which of OpenTelemetry's modules are loaded, from the first one. */
const LOADED = 'LOADED @opentelemetry';
const preload = `import { register } from 'node:module';
  const hooks = 'import { writeSync } from "node:fs"; export const load = (url, context, next) => {'
    + ' if (url.includes("@opentelemetry")) writeSync(2, "LOADED @opentelemetry\\\\n"); return next(url, context); };';
  register('data:text/javascript,' + encodeURIComponent(hooks));`;

const start = (env: Record<string, string>) =>
  startServer({ engine: 'sqlite', folder: temporaryFolder() }, { env: { OTEL_BSP_SCHEDULE_DELAY: '50', ...env }, preload });
const traceparent = (traceId: string) => ({ traceparent: `00-${traceId}-00f067aa0ba902b7-01` });
const aTraceId = () => randomBytes(16).toString('hex');

describe('traces', () => {
  it('are sent as the standard variables say: a span of each request, under the trace it came with, its id in the log', async () => {
    const server = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: collectorUrl, OTEL_SERVICE_NAME: 'box-office' });
    const traceId = aTraceId();
    const answer = await fetch(`${server.url}/api/users/zqx@example.com?token=zqx`, { headers: traceparent(traceId) });
    expect(answer.status).toBe(400);
    const spans = await until('the span is there', () => (spansOf(traceId).length > 0 ? spansOf(traceId) : undefined));
    expect(spans).toHaveLength(1);
    expect(spans[0]).toMatchObject({ name: 'GET /api/users/:id', parentSpanId: '00f067aa0ba902b7', kind: 2 });
    expect(spans.map(attributesOf)).toEqual([{ 'http.request.method': 'GET', 'http.route': '/api/users/:id', 'http.response.status_code': 400 }]);
    expect(resources()[0]?.resource.attributes).toContainEqual({ key: 'service.name', value: { stringValue: 'box-office' } });
    expect(new Set(deliveries.map(({ path }) => path))).toEqual(new Set(['/v1/traces']));
    for (const { text } of deliveries) expect(text).not.toContain('zqx');
    await until('the line is there', () => (server.output().includes(`"traceId":"${traceId}"`) ? true : undefined));
    expect(server.output()).toContain(LOADED);

    // The server sends pending spans when it ends.
    const last = aTraceId();
    await fetch(`${server.url}/`, { headers: traceparent(last) });
    expect(await server.stop()).toBe(0);
    expect(spansOf(last)).toHaveLength(1);
  });

  it('go where the variable for traces alone says', async () => {
    const server = await start({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collectorUrl}/mine` });
    const traceId = aTraceId();
    await fetch(`${server.url}/`, { headers: traceparent(traceId) });
    await until('the span is there', () => (spansOf(traceId).length > 0 ? true : undefined));
    expect(deliveries.at(-1)?.path).toBe('/mine');
    await server.stop();
  });

  it('without a collector stop neither a request nor the end, and it is said', async () => {
    const server = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await freePort()}`, OTEL_EXPORTER_OTLP_TIMEOUT: '100' });
    expect((await fetch(`${server.url}/`)).status).toBe(200);
    await server.says(/traces could not be delivered/);
    expect(await server.stop()).toBe(0);
  });

  it.each([
    ['without its variables', {}],
    ['switched off', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1', OTEL_SDK_DISABLED: 'true' }],
  ])('are none %s: nothing of OpenTelemetry is even loaded', async (_, env: Record<string, string>) => {
    const server = await start(env);
    const traceId = aTraceId();
    await fetch(`${server.url}/api/nothing`, { headers: traceparent(traceId) });
    expect(await server.stop()).toBe(0);
    expect(server.output()).toContain('no_such_route');
    expect(server.output()).not.toMatch(new RegExp(`${LOADED}|${traceId}|traceId`));
  });
});
