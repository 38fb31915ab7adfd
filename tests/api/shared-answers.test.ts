import { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { rowsOf, times } from '@ticket/domain/testing';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createHttpServer } from '../../apps/http/src/http-server.ts';
import { openApi } from '../open-api.ts';
import { portsOf } from '../open-store.ts';

/** More rows than a list reads at once. */
const EVENTS = 1600;
const ORIGIN = 'https://pages.example';
const PLAIN = { 'Accept-Encoding': 'identity' };
let api: Awaited<ReturnType<typeof openApi>>;
let server: ReturnType<typeof createHttpServer>;
beforeAll(async () => {
  api = await openApi('sqlite', 'open', {}, { corsOrigins: [ORIGIN] });
  const rows = rowsOf(portsOf(api.container));
  const { id: organizerId } = await rows.user({ role: 'admin' });
  await Promise.all(times(EVENTS, () => rows.event({ organizerId })));
  server = createHttpServer(api.fetch);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await api.close();
});

it.each([
  ['a page with another behind it', '?limit=100', PLAIN],
  ['the last page', '?limit=100&offset=1550', PLAIN],
  ['a page that a browser’s script reads', '?limit=100&offset=1', { ...PLAIN, Origin: ORIGIN }],
  ['a page in gzip', '?limit=1000&offset=2', { 'Accept-Encoding': 'gzip' }],
  ['a page in br', '?limit=1000&offset=2', { 'Accept-Encoding': 'br' }],
  ['a list in parts', '', PLAIN],
])(
  '%s waits to be read as the same bytes for all callers, so that a client that does not read holds no copy of its own',
  async (_, query, headers) => {
    const { port } = server.address() as AddressInfo; // a server that listens on a port has one
    const [write, end] = [vi.spyOn(ServerResponse.prototype, 'write'), vi.spyOn(ServerResponse.prototype, 'end')];
    const asked = 3;
    const texts = new Set<string>();
    for (let time = 0; time < asked; time++) texts.add(await (await fetch(`http://127.0.0.1:${port}/api/events${query}`, { headers })).text());
    const sent: unknown[] = [...write.mock.calls, ...end.mock.calls].map(([chunk]) => chunk);
    vi.restoreAllMocks();
    expect(texts.size).toBe(1);
    expect(sent.filter((chunk) => typeof chunk === 'string')).toEqual([]); // a string would be encoded again for each connection
    // A few bytes belong to each answer alone: an opening, a bracket.
    const large = sent.filter((chunk) => chunk instanceof Uint8Array).filter(({ byteLength }) => byteLength > 1000);
    expect(large.length).toBeGreaterThanOrEqual(asked);
    expect(new Set(large).size * asked).toBe(large.length);
  },
);
