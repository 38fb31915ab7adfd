import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { DEFAULT_LANGUAGES, type Languages } from '@ticket/adapters';
import { JSON_IN } from './envelope.ts';
import { requestIdFrom } from './every-answer.ts';
import type { FailureCode } from './failures.ts';
import { languageFor } from './language.ts';
import { type Message, messages } from './messages.ts';

/** The answers that the HTTP server gives without the app. */
export type WireStatus = keyof typeof FAILED;
const FAILED = {
  400: ['bad_request', messages.badRequest],
  408: ['request_timeout', messages.tooSlow],
  417: ['expectation_failed', messages.badRequest],
  431: ['headers_too_large', messages.headersTooLarge],
  503: ['unavailable', messages.unavailable],
} as const satisfies Record<number, readonly [code: FailureCode, message: Message]>;

export interface WireAnswer {
  readonly status: WireStatus;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly body: string;
}

/** The headers of all answers, and the languages of messages. */
export interface Telling {
  readonly headers?: Readonly<Record<string, string>>;
  readonly languages?: Languages;
}

/** An answer in the usual JSON form, in the language of the request if it was parsed. It ends its connection. */
export function wireAnswer(
  status: WireStatus,
  { headers: always = {}, languages = DEFAULT_LANGUAGES }: Telling,
  request?: IncomingMessage,
): WireAnswer {
  const [code, message] = FAILED[status];
  const language = languageFor(request?.headers['accept-language'], languages);
  const body = JSON.stringify({ success: false, code, message: message[language], errors: null });
  const given = request?.headers['x-request-id'];
  const headers = {
    'X-Request-Id': requestIdFrom(typeof given === 'string' ? given : undefined),
    ...always,
    ...JSON_IN[language],
    ...(request !== undefined && languages.length > 1 ? { Vary: 'Accept-Language' } : {}),
    ...(status === 503 ? { 'Retry-After': '1' } : {}),
    'Content-Length': Buffer.byteLength(body),
    Connection: 'close',
  };
  return { status, headers, body };
}

const UNPARSED: Readonly<Record<string, WireStatus>> = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 };

/** The time in which a refused client can read the answer. */
const LAST_WORDS_MS = 1000;

/**
 * Answers a request that Node could not parse, or not in time. `request` is there if its headers were parsed. If the connection is already
 * closed, it is only ended. Returns whether an answer could be sent.
 */
export function answerUnparsed({ code = '' }: NodeJS.ErrnoException, socket: Duplex, telling: Telling, request?: IncomingMessage): boolean {
  if (code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return false;
  }
  const { status, headers, body } = wireAnswer(UNPARSED[code] ?? 400, telling, request);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('\r\n')}\r\n\r\n${body}`);
  setTimeout(() => socket.destroy(), LAST_WORDS_MS).unref();
  return true;
}

/**
 * Lets a client that still sends its body read the answer. If a connection closes before all bytes were read, it is reset, and the answer
 * may be lost. So the rest of the body is read and dropped for a short time.
 */
export function readRestBeforeClose(request: IncomingMessage): void {
  if (request.complete) return;
  const { socket } = request;
  hearNoMore(socket);
  const close = socket.destroySoon.bind(socket);
  socket.destroySoon = () => {
    socket.destroySoon = close;
    socket.end();
    request.once('end', close).resume();
    setTimeout(() => socket.destroy(), LAST_WORDS_MS).unref();
  };
}

/** The callbacks of Node's parser for each chunk of a body, and for headers that come in parts. */
const CALLS: readonly unknown[] = ['parserOnBody', 'parserOnHeaders'];
/** The callback after a request's headers were parsed. */
const HEADERS_CALL = 'parserOnHeadersComplete';
/** The return value which tells the parser that another protocol begins, so that it reads no further. */
const READ_NO_FURTHER = 2;

/**
 * Makes the parser skip the rest of the last request's body and then stop. One packet may have ten thousand chunks or 1700 requests. To
 * make a buffer or a request of each takes 15 ms and fills the memory. To find only their ends takes 1.5 ms. Node has no public way to do
 * this. On a Node with another parser nothing is skipped.
 */
export function hearNoMore(socket: Socket & { readonly parser?: Record<string, unknown> | null }): void {
  const parser = socket.parser ?? {};
  const calls = Object.entries(parser).filter(([, call]) => typeof call === 'function' && [...CALLS, HEADERS_CALL].includes(call.name));
  if (calls.length === 0) return;
  for (const [key, call] of calls) parser[key] = CALLS.includes((call as () => void).name) ? undefined : () => READ_NO_FURTHER;
  // Node reuses the parser for other connections, so its callbacks are restored.
  socket.once('close', () => Object.assign(parser, Object.fromEntries(calls)));
}
