import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { getRequestListener } from '@hono/node-server';
import { BODY_BYTES_MAX } from './body.ts';
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

type Fetch = (...asked: Parameters<Parameters<typeof getRequestListener>[0]>) => Response | Promise<Response>;

/**
 * Node's HTTP server with limits. Every answer is the envelope, also the answer to malformed requests. A request reaches the app
 * only after its last byte was read, and only while nothing was refused on its connection: so what was refused is never done.
 * While `isStopping`, each connection ends after the answers that it still owes.
 */
export function createHttpServer(
  fetch: Fetch,
  limits: ServerLimits = SERVER_LIMITS,
  onUnserved: (reason: Unserved) => void = () => {},
  isStopping: () => boolean = () => false,
): Server {
  const errorHandler = () => {
    onUnserved('unparsed');
    return new Response(bodyOf(messages.badRequest), { status: 400, headers: JSON_UTF8 });
  };
  let inFlight = 0;
  const clients = new Map<string, Client>();
  const lines = new WeakMap<Duplex, Line>();
  const lineOf = (socket: Socket): Line => lines.get(socket) ?? open(socket);

  const answer: Fetch = async (request, env) => {
    const response = await fetch(request, env);
    if (isStopping()) {
      const line = lineOf(env.incoming.socket as Socket);
      // Requests behind it that were read already are answered too; the last answer closes the connection.
      if ([...line.answers].at(-1) === env.outgoing) {
        line.isOver = true;
        response.headers.set('Connection', 'close');
      }
    }
    return response;
  };
  const listener = getRequestListener(answer, { errorHandler });

  const refuse = (response: ServerResponse, status: number, reason: Unserved, headers: Readonly<Record<string, string>> = {}): void => {
    onUnserved(reason);
    lineOf(response.req.socket).isOver = true;
    const body = bodyOf(status === 503 ? messages.unavailable : messages.badRequest);
    response.writeHead(status, { ...JSON_UTF8, ...headers, 'Content-Length': Buffer.byteLength(body), Connection: 'close' }).end(body);
  };

  const bounded = (request: IncomingMessage, response: ServerResponse) => {
    const line = lineOf(request.socket);
    if (line.isOver) return; // its connection is about to close
    const { client, answers } = line;
    const isFull = inFlight >= limits.inFlight || client.inFlight >= limits.inFlight * limits.shareOfOne || answers.size >= limits.pipelined;
    answers.add(response);
    inFlight += 1;
    client.inFlight += 1;
    response.on('close', () => release(line, response));
    if (isAmbiguous(request)) refuse(response, 400, 'unparsed');
    // Whoever asks whether it lives is not to be told that it does not, because it is busy.
    else if (isFull && !request.url?.startsWith('/health/')) refuse(response, 503, 'too_many_in_flight', { 'Retry-After': '1' });
    else onceWhole(request, () => answers.has(response) && void listener(request, response));
  };

  /** The answer is sent, or will never be. */
  function release({ client, answers }: Line, response: ServerResponse): void {
    if (!answers.delete(response)) return;
    inFlight -= 1;
    client.inFlight -= 1;
  }

  function open(socket: Socket): Line {
    const network = networkOf(socket.remoteAddress ?? '');
    const client = clients.get(network) ?? { connections: 0, inFlight: 0 };
    const line: Line = { client, answers: new Set(), isOver: false };
    clients.set(network, client);
    client.connections += 1;
    lines.set(socket, line);
    // Node tells the answer that is being sent that its connection is gone, and none of those that wait behind it.
    socket.once('close', () => {
      client.connections -= 1;
      for (const response of line.answers) release(line, response);
      if (client.connections === 0) clients.delete(network);
    });
    return line;
  }

  /** Ends a connection whose next request cannot be parsed, or does not come in time. */
  function refuseRest(error: Error, socket: Duplex): void {
    const line = lines.get(socket);
    if (line?.isOver) return; // further errors change nothing
    if (line !== undefined) line.isOver = true;
    const here = [...(line?.answers ?? [])];
    // Requests that were read whole are being served: they are answered, and their answers are the last.
    const owed = here.filter(({ req }) => req.complete);
    for (const response of here) if (line !== undefined && !response.req.complete) release(line, response);
    for (const response of owed) {
      response.once('close', () => {
        if (!owed.some((other) => line?.answers.has(other))) socket.end();
      });
    }
    if (owed.length > 0) return;
    if (!here.some(({ headersSent }) => headersSent)) {
      if (answerUnparsed(error, socket)) onUnserved('unparsed');
    } else if (here.every(({ writableEnded }) => writableEnded)) socket.end();
    else socket.destroy(); // in the middle of an answer another one would be taken for a part of it
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
  server.on('connect', (_, socket) => refuseRest(new Error('this is no proxy'), socket));
  server.on('clientError', refuseRest);
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
  /** They are the last: what comes behind them is not served. */
  isOver: boolean;
}

/**
 * Goes on when the whole request was read, its body into `rawBody`, where Hono looks first. A body over the limit is not read
 * to its end: the app refuses it by its length.
 */
function onceWhole(request: IncomingMessage, goOn: () => void): void {
  const { 'content-length': length = '0', 'transfer-encoding': coding } = request.headers;
  if (coding === undefined && (Number(length) === 0 || Number(length) > BODY_BYTES_MAX)) {
    goOn();
    return;
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  const handOver = () => {
    request.off('end', handOver);
    const [first = Buffer.alloc(0)] = chunks;
    Object.assign(request, { rawBody: chunks.length > 1 ? Buffer.concat(chunks) : first });
    goOn();
  };
  request.on('end', handOver).on('data', (chunk: Buffer) => {
    if (bytes > BODY_BYTES_MAX) return; // handed over, and refused
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) handOver();
  });
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
