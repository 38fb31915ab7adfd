import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { getRequestListener } from '@hono/node-server';
import { networkOf } from './client-address.ts';
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
  /** Of the connections, and of the requests in flight, that clients of one network may take: one alone shuts nobody out. */
  readonly shareOfOne: number;
  /** Requests on one connection that wait for their answers; more are refused, and the connection ends. */
  readonly pipelined: number;
  /** On one connection before it is closed, so that balancers spread them anew. */
  readonly requestsPerSocket: number;
  /** Requests whose answers are not sent yet; more are refused (503), so that those in flight stay quick. */
  readonly inFlight: number;
}

export const SERVER_LIMITS: ServerLimits = {
  ...{ headersMs: 10_000, requestMs: 15_000, idleSocketMs: 30_000, keepAliveMs: 5000 },
  ...{ connections: 10_000, requestsPerSocket: 10_000, inFlight: 5000 },
  // Half: a campus may come through one address, and a proxy in front is the address of all (serve.ts).
  ...{ shareOfOne: 0.5, pipelined: 8 },
};

/** Who was told that he is not served has this long to read it. */
const LAST_WORDS_MS = 1000;

/** Why a request never reached the app. */
export type Unserved = Extract<Reason, 'too_many_connections' | 'too_many_in_flight' | 'unparsed'>;

type Fetch = Parameters<typeof getRequestListener>[0];

/** Node's HTTP server with limits, whose every answer is the envelope, also to what never becomes a request. */
export function createHttpServer(fetch: Fetch, limits: ServerLimits = SERVER_LIMITS, onUnserved: (reason: Unserved) => void = () => {}): Server {
  const errorHandler = () => {
    onUnserved('unparsed');
    return new Response(bodyOf(messages.badRequest), { status: 400, headers: JSON_UTF8 });
  };
  const listener = getRequestListener(fetch, { errorHandler });
  const refuse = (response: ServerResponse, status: number, reason: Unserved, headers: Readonly<Record<string, string>> = {}): void => {
    onUnserved(reason);
    const body = bodyOf(status === 503 ? messages.unavailable : messages.badRequest);
    response.writeHead(status, { ...JSON_UTF8, ...headers, 'Content-Length': Buffer.byteLength(body), Connection: 'close' }).end(body);
  };
  const refuseUnparsed = (error: Error, socket: Duplex): void => {
    if (answerUnparsed(error, socket)) onUnserved('unparsed');
  };
  let inFlight = 0;
  const clients = new Map<string, Client>();
  const lines = new WeakMap<Duplex, Line>();

  const bounded = (request: IncomingMessage, response: ServerResponse) => {
    const { client, answers } = lines.get(request.socket) ?? open(request.socket);
    const isFull = inFlight >= limits.inFlight || client.inFlight >= limits.inFlight * limits.shareOfOne || answers.size >= limits.pipelined;
    answers.add(response);
    inFlight += 1;
    client.inFlight += 1;
    response.on('close', () => {
      if (!answers.delete(response)) return;
      inFlight -= 1;
      client.inFlight -= 1;
    });
    if (isAmbiguous(request)) refuse(response, 400, 'unparsed');
    // Whoever asks whether it lives is not to be told that it does not, because it is busy.
    else if (isFull && !request.url?.startsWith('/health/')) refuse(response, 503, 'too_many_in_flight', { 'Retry-After': '1' });
    else void listener(request, response);
  };

  function open(socket: Socket): Line {
    const network = networkOf(socket.remoteAddress ?? '');
    const client = clients.get(network) ?? { connections: 0, inFlight: 0 };
    const answers = new Set<ServerResponse>();
    clients.set(network, client);
    client.connections += 1;
    const line: Line = { client, answers, isEnding: false };
    lines.set(socket, line);
    // Node tells the answer that is being sent that its connection is gone, and none of those that wait behind it.
    socket.once('close', () => {
      client.connections -= 1;
      client.inFlight -= answers.size;
      inFlight -= answers.size;
      answers.clear();
      if (client.connections === 0) clients.delete(network);
    });
    return line;
  }

  const server = createServer(
    {
      ...{ headersTimeout: limits.headersMs, requestTimeout: limits.requestMs, keepAliveTimeout: limits.keepAliveMs },
      connectionsCheckingInterval: Math.min(1000, limits.headersMs),
      requireHostHeader: false, // so that its lack is answered with the envelope, by the listener
    },
    bounded,
  );
  server.maxConnections = limits.connections;
  server.maxRequestsPerSocket = limits.requestsPerSocket;
  server.setTimeout(limits.idleSocketMs);
  server.on('connection', (socket: Socket) => {
    if (open(socket).client.connections <= limits.connections * limits.shareOfOne) return;
    onUnserved('too_many_connections');
    socket.destroy();
  });
  server.on('drop', () => onUnserved('too_many_connections'));
  server.on('checkExpectation', (_: IncomingMessage, response: ServerResponse) => refuse(response, 417, 'unparsed'));
  server.on('connect', (_, socket) => refuseUnparsed(new Error('this is no proxy'), socket));
  server.on('clientError', (error, socket) => {
    const line = lines.get(socket);
    if (line?.isEnding) return; // whatever else comes
    const answers = line?.answers ?? new Set<ServerResponse>();
    const here = [...answers];
    // What was read whole before it is being done: its answer is owed, and is the connection's last.
    const owed = here.filter(({ req }) => req.complete);
    for (const answer of owed) {
      answer.once('close', () => {
        if (!owed.some((other) => answers.has(other))) socket.end();
      });
    }
    if (line !== undefined && owed.length > 0) line.isEnding = true;
    else if (!here.some(({ headersSent }) => headersSent)) refuseUnparsed(error, socket);
    else if (here.every(({ writableEnded }) => writableEnded)) socket.end();
    else socket.destroy(); // in the middle of an answer another one would be taken for a part of it
  });
  return server;
}

/** Everybody who comes from one network. */
interface Client {
  connections: number;
  inFlight: number;
}

/** A connection: whose it is, and its answers that are not sent to their end yet. */
interface Line {
  readonly client: Client;
  readonly answers: Set<ServerResponse>;
  /** What came behind them could not be parsed: they are the last. */
  isEnding: boolean;
}

/**
 * What a proxy in front may have read in another way than Node does: of two hosts the other one, or a body that ends elsewhere
 * (RFC 9112, 3.2 and 6.1). Node itself refuses what has two lengths, or a length and chunks.
 */
function isAmbiguous({ headers, rawHeaders, httpVersion }: IncomingMessage): boolean {
  const coding = headers['transfer-encoding'];
  if (coding !== undefined && (coding.toLowerCase() !== 'chunked' || httpVersion === '1.0')) return true;
  let hosts = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) if (isHost(rawHeaders[index])) hosts += 1; // names and values take turns
  return hosts > 1;
}
const isHost = (name: string | undefined): boolean => name?.length === 4 && name.toLowerCase() === 'host';

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
  setTimeout(() => socket.destroy(), LAST_WORDS_MS).unref();
  return true;
}

const bodyOf = (message: string): string => JSON.stringify({ success: false, message, errors: null });
