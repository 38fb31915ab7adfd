import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { getRequestListener } from '@hono/node-server';
import { JSON_UTF8 } from './envelope.ts';
import { messages } from './messages.ts';
import type { Reason } from './report.ts';

/** What one client may take of the server, in time and in number. */
export interface ServerLimits {
  /** From the connection's first byte to the end of the headers, and to the end of the body: who is slower is cut off. */
  readonly headersMs: number;
  readonly requestMs: number;
  /** A connection on which nothing moves, in either direction: who does not read his answer is cut off. */
  readonly idleSocketMs: number;
  /** Between two requests. */
  readonly keepAliveMs: number;
  readonly connections: number;
  /** Requests whose answers are not sent yet; more are refused (503), so that those in flight stay quick. */
  readonly inFlight: number;
}

export const SERVER_LIMITS: ServerLimits = {
  ...{ headersMs: 10_000, requestMs: 15_000, idleSocketMs: 30_000, keepAliveMs: 5000 },
  ...{ connections: 10_000, inFlight: 5000 },
};

/** Requests on one connection before it is closed, so that balancers spread them anew. */
const REQUESTS_PER_SOCKET = 10_000;

/** Why a request never reached the app. */
export type Unserved = Extract<Reason, 'too_many_in_flight' | 'unparsed'>;

type Fetch = Parameters<typeof getRequestListener>[0];

/** Node's HTTP server with limits, whose every answer is the envelope, also to what never becomes a request. */
export function createHttpServer(fetch: Fetch, limits: ServerLimits = SERVER_LIMITS, onUnserved: (reason: Unserved) => void = () => {}): Server {
  const errorHandler = () => {
    onUnserved('unparsed');
    return new Response(bodyOf(messages.badRequest), { status: 400, headers: JSON_UTF8 });
  };
  const listener = getRequestListener(fetch, { errorHandler });
  let inFlight = 0;
  const answering = new WeakMap<Duplex, ServerResponse>();
  const bounded = (request: IncomingMessage, response: ServerResponse) => {
    if (inFlight >= limits.inFlight) {
      onUnserved('too_many_in_flight');
      response.writeHead(503, { ...JSON_UTF8, 'Retry-After': '1', Connection: 'close' }).end(bodyOf(messages.unavailable));
      return;
    }
    inFlight += 1;
    answering.set(request.socket, response);
    response.once('close', () => {
      inFlight -= 1;
      answering.delete(request.socket);
    });
    void listener(request, response);
  };
  const server = createServer(
    {
      ...{ headersTimeout: limits.headersMs, requestTimeout: limits.requestMs, keepAliveTimeout: limits.keepAliveMs },
      connectionsCheckingInterval: Math.min(1000, limits.headersMs),
      requireHostHeader: false, // so that its lack is answered with the envelope, by the listener
    },
    bounded,
  );
  server.maxConnections = limits.connections;
  server.maxRequestsPerSocket = REQUESTS_PER_SOCKET;
  server.setTimeout(limits.idleSocketMs);
  server.on('checkExpectation', (_: IncomingMessage, response: ServerResponse) => {
    onUnserved('unparsed');
    response.writeHead(417, { ...JSON_UTF8, Connection: 'close' }).end(bodyOf(messages.badRequest));
  });
  // In the middle of an answer another one would be taken for a part of it.
  server.on('clientError', (error, socket) => {
    if (answering.get(socket)?.headersSent) socket.destroy();
    else if (answerUnparsed(error, socket)) onUnserved('unparsed');
  });
  return server;
}

const UNPARSED: Readonly<Record<string, readonly [status: number, message: string]>> = {
  HPE_HEADER_OVERFLOW: [431, messages.headersTooLarge],
  ERR_HTTP_REQUEST_TIMEOUT: [408, messages.tooSlow],
};

/** What Node could not parse, or not in time. A connection that is gone is just ended. Whether there was anybody to answer. */
function answerUnparsed({ code = '' }: NodeJS.ErrnoException, socket: Duplex): boolean {
  if (code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return false;
  }
  const [status, message] = UNPARSED[code] ?? [400, messages.badRequest];
  const body = bodyOf(message);
  const headers = [`Content-Type: ${JSON_UTF8['Content-Type']}`, `Content-Length: ${Buffer.byteLength(body)}`, 'Connection: close'];
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${headers.join('\r\n')}\r\n\r\n${body}`);
  return true;
}

const bodyOf = (message: string): string => JSON.stringify({ success: false, message, errors: null });
