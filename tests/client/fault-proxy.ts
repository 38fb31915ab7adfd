import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

/** What happens to one request on its way to the server. */
export const FATES = [
  'passes',
  'lost before the server',
  'answer lost',
  'answer cut in the middle',
  'never answered',
  'late, and the client knows nothing of it',
  'too many waiting: 503 unavailable',
  'done, then 503 outcome_unknown',
  'not done, then 503 outcome_unknown',
  'done, then 409 in progress',
  'too many requests: 429',
  'done, then 502 of a proxy',
  'done, then the page of somebody else',
] as const;
export type Fate = (typeof FATES)[number];

/** A request as it arrived. */
export interface Arrived {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface FaultProxy {
  readonly url: string;
  /** Every request that arrived, in order. */
  readonly arrived: Arrived[];
  /** The fates of the next requests. Those after them pass. */
  readonly fates: Fate[];
  /** Headers of the next refusals that the proxy makes itself. */
  refusalHeaders: Record<string, string>;
  /** Resolves when no request is on its way to the server any longer. */
  readonly quiet: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const LATE_MS = 40;

/**
 * An HTTP proxy between a client and a real server. It adds the faults of a network, of a proxy and of a busy server. With a prefix, the
 * server's paths are below it.
 */
export async function startFaultProxy(target: string, prefix = ''): Promise<FaultProxy> {
  const arrived: Arrived[] = [];
  const fates: Fate[] = [];
  const underWay = new Set<Promise<unknown>>();
  let refusalHeaders: Record<string, string> = {};

  const server = createServer(async (incoming, response) => {
    const one = { method: incoming.method ?? '', url: incoming.url ?? '', headers: incoming.headers, body: await text(incoming) };
    arrived.push(one);
    // A preflight is a question of the browser, not a request of the client.
    const fate = one.method === 'OPTIONS' ? 'passes' : fates.shift();
    const work = meet(fate ?? 'passes', one, response).catch(() => response.destroy());
    underWay.add(work);
    await work;
    underWay.delete(work);
  });

  /** The host stays the one that the client asked for, as behind every proxy that passes it on. */
  async function forward({ method, url, headers, body }: Arrived): Promise<{ status: number; headers: IncomingMessage['headers']; text: string }> {
    const { connection: _, 'accept-encoding': _encoding, ...rest } = headers;
    const sent = request(target + url.slice(prefix.length), { method, headers: rest }).end(body);
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    return { status: answer.statusCode ?? 0, headers: answer.headers, text: await text(answer) };
  }

  const refuse = (response: ServerResponse, status: number, code: string) =>
    response
      .writeHead(status, { 'Content-Type': 'application/json', ...refusalHeaders })
      .end(JSON.stringify({ success: false, code, message: 'Layanan sementara tidak tersedia', errors: null }));

  async function meet(fate: Fate, one: Arrived, response: ServerResponse): Promise<unknown> {
    switch (fate) {
      case 'lost before the server':
        return response.destroy();
      case 'answer lost':
        await forward(one);
        return response.destroy();
      case 'answer cut in the middle': {
        const { status, text: whole } = await forward(one);
        response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(whole) });
        return response.write(whole.slice(0, whole.length / 2), () => response.destroy());
      }
      case 'never answered':
        return forward(one);
      case 'late, and the client knows nothing of it':
        response.destroy();
        await sleep(LATE_MS);
        return forward(one);
      case 'too many waiting: 503 unavailable':
        return refuse(response, 503, 'unavailable');
      case 'done, then 503 outcome_unknown':
        await forward(one);
        return refuse(response, 503, 'outcome_unknown');
      case 'not done, then 503 outcome_unknown':
        return refuse(response, 503, 'outcome_unknown');
      case 'done, then 409 in progress':
        await forward(one);
        return refuse(response, 409, 'idempotency_key_in_progress');
      case 'too many requests: 429':
        return refuse(response, 429, 'too_many_booking_changes');
      case 'done, then 502 of a proxy':
        await forward(one);
        return response.writeHead(502, { 'Content-Type': 'text/html' }).end('<h1>Bad Gateway</h1>');
      case 'done, then the page of somebody else':
        await forward(one);
        return response.writeHead(200, { 'Content-Type': 'text/html' }).end('<h1>Log in to the network</h1>');
      case 'passes': {
        const { status, headers, text: whole } = await forward(one);
        const { connection: _, 'transfer-encoding': _transfer, ...rest } = headers;
        return response.writeHead(status, rest).end(whole);
      }
    }
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${prefix}`,
    arrived,
    fates,
    get refusalHeaders() {
      return refusalHeaders;
    },
    set refusalHeaders(headers) {
      refusalHeaders = headers;
    },
    quiet: async () => void (await Promise.all(underWay)),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
