import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { getRequestListener } from '@hono/node-server';
import { Connections } from './connections.ts';
import { HEALTH_PATHS } from './health-paths.ts';
import type { Reason } from './report.ts';
import { RequestSlices } from './request-slices.ts';
import { routePath } from './route-path.ts';
import { SERVER_LIMITS, type ServerLimits } from './server-limits.ts';
import { SlowReaders } from './slow-readers.ts';
import { hasNoBody, hasTooManyHeaders, isAmbiguous, onceWhole } from './whole-request.ts';
import { answerUnparsed, hearNoMore, readRestBeforeClose, type Telling, type WireStatus, wireAnswer } from './wire-answers.ts';

/** The reasons for which a request never reaches the app. */
export type Unserved = Extract<Reason, 'too_many_connections' | 'too_many_in_flight' | 'unparsed'>;

type Fetch = (...asked: Parameters<Parameters<typeof getRequestListener>[0]>) => Response | Promise<Response>;

export interface ServerOptions extends Telling {
  readonly limits?: ServerLimits;
  /** Whether an address is one of the operator's own proxies, to which limits for one client do not apply. */
  readonly isOwnProxy?: (address: string) => boolean;
  readonly onUnserved?: (reason: Unserved, address?: string) => void;
  readonly isStopping?: () => boolean;
}

/** `closeSilentConnections` closes connections that have never sent a byte. Node counts them as busy, so they would keep the server open. */
export type HttpServer = Server & { readonly closeSilentConnections: () => void };

/** The host of an HTTP/1.0 request that names none. */
const NO_HOST = 'localhost';

/**
 * Node's HTTP server with limits. Every answer has the usual JSON form, also the answer to a malformed request. A request reaches the app
 * only after its last byte was read, and only if nothing was refused on its connection. So a refused request is never executed. While
 * `isStopping`, each connection ends after the answers that it still owes.
 */
export function createHttpServer(fetch: Fetch, options: ServerOptions = {}): HttpServer {
  const { limits = SERVER_LIMITS, isOwnProxy = () => false, onUnserved = () => {}, isStopping = () => false } = options;
  const connections = new Connections(limits, isOwnProxy);
  const slices = new RequestSlices(limits.begunAtOnce);
  const slowReaders = new SlowReaders(limits.readBytesMin);

  const toResponse = (status: WireStatus, request?: IncomingMessage): Response => {
    const { headers: own, body } = wireAnswer(status, options, request);
    return new Response(body, { status, headers: Object.entries(own).map(([name, value]) => [name, String(value)]) });
  };
  const errorHandler = () => {
    onUnserved('unparsed');
    return toResponse(400);
  };

  const answer: Fetch = async (request, env) => {
    const response = await fetch(request, env);
    const socket = env.incoming.socket as Socket;
    const connection = connections.of(socket);
    const endsAfterThese = isStopping() || socket.readableEnded;
    // Later requests that were already read are answered too. Only the last answer closes the connection.
    if (!(env.incoming as IncomingMessage).complete || (endsAfterThese && [...connection.answers].at(-1) === env.outgoing)) {
      connection.isOver = true;
      readRestBeforeClose(env.incoming as IncomingMessage);
      response.headers.set('Connection', 'close');
    }
    return response;
  };
  /** Serves only health checks. It reads the path in the same way as the app's router. */
  const answerHealth: Fetch = (request, env) => {
    if ((Object.values(HEALTH_PATHS) as string[]).includes(routePath(request))) return answer(request, env);
    onUnserved('too_many_in_flight', (env.incoming.socket as Socket).remoteAddress);
    connections.of(env.incoming.socket as Socket).isOver = true;
    return toResponse(503, env.incoming as IncomingMessage);
  };
  const listener = getRequestListener(answer, { errorHandler, hostname: NO_HOST });
  const healthListener = getRequestListener(answerHealth, { errorHandler, hostname: NO_HOST });

  const refuse = (response: ServerResponse, status: WireStatus, reason: Unserved): void => {
    onUnserved(reason, response.req.socket.remoteAddress);
    readRestBeforeClose(response.req); // and further requests are not served
    const { headers: own, body } = wireAnswer(status, options, response.req);
    response.writeHead(status, own).end(body);
  };

  const bounded = (request: IncomingMessage, response: ServerResponse) => {
    const connection = connections.of(request.socket);
    const isSpent = (): boolean => connection.requests >= limits.requestsPerSocket && !connection.isOwnProxy;
    if (connection.isOver || isSpent()) {
      hearNoMore(request.socket); // its connection is about to close
      return;
    }
    const isBusy = connections.isBusy(connection);
    const isPipelined = connection.answers.size >= limits.pipelined;
    connections.owe(connection, response);
    response.on('close', () => {
      slowReaders.forget(request.socket);
      connections.release(connection, response);
    });
    connection.requests += 1;
    if (isSpent()) response.shouldKeepAlive = false;
    if (hasTooManyHeaders(request)) refuse(response, 431, 'unparsed');
    else if (isAmbiguous(request)) refuse(response, 400, 'unparsed');
    else if (isPipelined || (isBusy && !mayBeHealthCheck(request))) refuse(response, 503, 'too_many_in_flight');
    else {
      const serve = () => connections.inTurn(connection, response, () => void (isBusy ? healthListener : listener)(request, response));
      onceWhole(
        request,
        () => slices.begin(() => connection.answers.has(response) && serve()),
        () => refuse(response, 400, 'unparsed'),
      );
    }
  };

  /** Ends a connection whose next request cannot be parsed, or does not arrive in time. */
  function refuseRest(error: NodeJS.ErrnoException, socket: Duplex): void {
    const connection = connections.find(socket);
    if (connection?.isOver) return; // further errors change nothing
    // A proxy may open connections early, so a silent one is not an error.
    if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && connection?.isOwnProxy && isSilent(socket as Socket)) return;
    if (connection !== undefined) connection.isOver = true;
    const here = [...(connection?.answers ?? [])];
    // Requests that were read completely are still answered, and these answers are the last.
    const owed = here.filter(({ req }) => req.complete);
    for (const response of here) if (connection !== undefined && !response.req.complete) connections.release(connection, response);
    for (const response of owed) {
      response.once('close', () => {
        if (!owed.some((other) => connection?.answers.has(other))) socket.end();
      });
    }
    if (owed.length > 0) return;
    if (!here.some(({ headersSent }) => headersSent)) {
      if (answerUnparsed(error, socket, options, here.at(-1)?.req)) onUnserved('unparsed', (socket as Socket).remoteAddress);
    } else if (here.every(({ writableEnded }) => writableEnded)) socket.end();
    else socket.destroy(); // in the middle of an answer, a second answer would look like a part of it
  }

  const server = createServer(
    {
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      keepAliveTimeout: limits.keepAliveMs,
      connectionsCheckingInterval: Math.min(1000, limits.headersMs),
      requireHostHeader: false, // so that a missing host gets an answer in the usual JSON form
    },
    bounded,
  );
  server.maxConnections = limits.connections;
  server.maxHeadersCount = 0; // no limit here: requests with too many headers are refused later
  server.setTimeout(limits.idleSocketMs);
  // A client may close its side after a complete request and still read the answer. Node's types lack this option.
  Object.assign(server, { httpAllowHalfOpen: true });
  server.on('connection', (socket: Socket) => {
    const connection = connections.open(socket);
    if (connection.isOwnProxy) socket.setTimeout(Math.max(limits.idleSocketMs, limits.keepAliveMs));
    if (!connections.hasTooMany(connection)) return;
    onUnserved('too_many_connections', socket.remoteAddress);
    socket.destroy();
  });
  server.on('drop', (from) => onUnserved('too_many_connections', from?.remoteAddress));
  server.on('checkExpectation', (_: IncomingMessage, response: ServerResponse) => refuse(response, 417, 'unparsed'));
  server.on('connect', (_, socket) => refuseRest(new Error('this is no proxy'), socket));
  server.on('clientError', refuseRest);
  const looking = setInterval(() => slowReaders.look(connections.sockets()), limits.readWindowMs).unref();
  server.on('close', () => clearInterval(looking));
  return Object.assign(server, {
    closeSilentConnections: () => {
      for (const socket of connections.sockets()) if (isSilent(socket)) socket.destroy();
    },
  });
}

const isSilent = (socket: Socket): boolean => socket.bytesRead === 0;

/** Whether a request beyond the limits may be a health check. Health checks have no body. */
const mayBeHealthCheck = (request: IncomingMessage): boolean => (request.method === 'GET' || request.method === 'HEAD') && hasNoBody(request);
