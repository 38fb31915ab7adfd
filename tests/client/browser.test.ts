import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RealServer, startServer } from '../../tools/real-server.ts';
import { find, install, sayMissing } from '../machine.ts';
import { CONCERT } from '../open-api.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';

/** The client in a real browser, on a page of another origin without TLS. Such a page has no `crypto.randomUUID`. */
const program = find('chromium') ?? install('chromium', 'chromium');
if (program === undefined)
  sayMissing('THE TEST OF THE CLIENT IN A BROWSER DOES NOT RUN: no chromium here. Install it (Debian: apt-get install chromium).');

const sources = fileURLToPath(new URL('../../packages/client/src/', import.meta.url));
const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022, rewriteRelativeImportExtensions: true };
/** The sources as JavaScript, and an empty page. */
const serveShop = (): Server =>
  createServer((request, response) => {
    const [, name] = /^\/client\/(\w+)\.js$/.exec(request.url ?? '') ?? [];
    if (name === undefined) return response.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html><title>Shop</title>');
    const { outputText } = ts.transpileModule(readFileSync(`${sources}${name}.ts`, 'utf8'), { compilerOptions });
    return response.writeHead(200, { 'Content-Type': 'text/javascript' }).end(outputText);
  });

describe.skipIf(program === undefined)('the client in Chromium', () => {
  let shop: Server;
  let server: RealServer;
  let proxy: FaultProxy;
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    shop = serveShop();
    await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve));
    const { port } = shop.address() as AddressInfo;
    server = await startServer({ CORS_ORIGINS: `http://shop.example:${port}` });
    proxy = await startFaultProxy(server.url);
    browser = await chromium.launch({ executablePath: program ?? '', args: ['--host-resolver-rules=MAP shop.example 127.0.0.1'] });
    page = await browser.newPage();
    await page.goto(`http://shop.example:${port}/`);
  });
  afterAll(async () => {
    await browser?.close();
    await proxy?.close();
    await server?.stop();
    shop?.close();
  });

  /** Runs the code in the page. It has the client's module as `api`, and a client without a token as `guest`. */
  const inPage = (code: string): Promise<unknown> =>
    page.evaluate(`(async () => {
      const api = await import('/client/index.js');
      const baseUrl = ${JSON.stringify(proxy.url)};
      const guest = api.createClient({ baseUrl, attemptTimeoutMs: 5000 });
      ${code}
    })()`);

  it('books once although the answer is lost, reads headers that the server exposes, and narrows refusals by code', async () => {
    const seen = await inPage(`
      const body = { name: 'Sari', email: 'sari@example.com', password: 'correct horse', role: 'admin' };
      const { data: { token } } = await guest.register({ body });
      globalThis.client = api.createClient({ baseUrl, token });
      globalThis.event = (await client.createEvent({ body: ${JSON.stringify(CONCERT)} })).data;
      return [isSecureContext, typeof crypto.randomUUID, event.available_tickets];`);
    expect(seen).toEqual([false, 'undefined', 100]);

    proxy.arrived.length = 0;
    proxy.fates.push('answer lost', 'done, then 409 in progress');
    proxy.refusalHeaders = { 'Retry-After': '0', 'Access-Control-Allow-Origin': new URL(page.url()).origin };
    const booked = await inPage(`
      const { data } = await client.bookTickets({ body: { event_id: event.id, quantity: 2 } });
      const stock = await client.readEvent({ id: event.id });
      const refused = await client.bookTickets({ body: { event_id: event.id, quantity: 99 } }).catch((error) => error);
      const lists = await client.listBookings({ query: { total: true } });
      return {
        status: data.status, left: stock.data.available_tickets, hasTag: stock.etag?.length > 2, total: lists.total,
        refused: [refused instanceof api.Refusal, refused.code, refused.errors.available, refused.requestId?.length > 5],
      };`);
    expect(booked).toEqual({ status: 'confirmed', left: 98, hasTag: true, total: 1, refused: [true, 'insufficient_tickets', 98, true] });
    const keys = proxy.arrived
      .filter(({ method, url }) => method === 'POST' && url === '/api/bookings')
      .map(({ headers }) => headers['idempotency-key']);
    expect([keys.length >= 4, new Set(keys).size]).toEqual([true, 2]);
  });

  it('walks a list by the Link header, waits as Retry-After says, and stops with its signal', async () => {
    proxy.refusalHeaders = {
      'Retry-After': '99',
      'Access-Control-Allow-Origin': new URL(page.url()).origin,
      'Access-Control-Expose-Headers': 'Retry-After',
    };
    const walked = await inPage(`
      for (let count = 0; count < 6; count += 1) await client.createEvent({ body: { ...event, name: 'Event ' + count } });
      const names = [];
      for await (const { name } of client.listEvents.rows({ query: { limit: 3 } })) names.push(name);
      const stopped = await client.me({ signal: AbortSignal.abort('enough') }).catch((reason) => reason);
      return [names.length, new Set(names).size, stopped];`);
    expect(walked).toEqual([7, 7, 'enough']);
    proxy.fates.push('passes', 'too many requests: 429');
    const refused = await inPage(
      `return client.listUsers().then(() => client.listUsers()).catch(({ status, retryAfterMs }) => [status, retryAfterMs]);`,
    );
    expect(refused).toEqual([429, 99_000]);
  });
});
