import { attempt, type Patience } from './attempts.ts';
import type { Answer, AnyRequest, Call, OperationId } from './calls.ts';
import { OPERATIONS } from './document.ts';
import { NoAnswer } from './failures.ts';
import { nextIn } from './links.ts';

/** What a client needs: the address of the API, and a token for what needs one. */
export interface ClientOptions extends Partial<Patience> {
  /** The address of the API, such as `https://tickets.example`. It may have a path: `https://example.com/tickets`. */
  readonly baseUrl: string | URL;
  /** The token of the user, or a function that gives it for each call. It is sent to the origin of `baseUrl` only. */
  readonly token?: string | (() => string | undefined | Promise<string | undefined>) | undefined;
  /** Further headers of each request, such as `Accept-Language`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Sends the requests in place of the global `fetch`. */
  readonly fetch?: (url: URL, init: RequestInit) => Promise<Response>;
}

/** A method for each operation of the API. */
export type Client = { readonly [Id in keyof typeof OPERATIONS]: Call<Id> };

const PATIENCE: Patience = { timeoutMs: 60_000, attemptTimeoutMs: 15_000, attemptsMax: 5, waitMaxMs: 10_000 };
/** Without a limit, the server of the open profile sends every row at once. */
const ROWS_OF_A_PAGE = 100;

/** Makes a client. It keeps no connection of its own, and needs no end. */
export function createClient({ baseUrl, token, headers, fetch = globalThis.fetch, ...patience }: ClientOptions): Client {
  const base = baseOf(baseUrl);
  // A setting that is undefined is one that is not set.
  const usual = { ...PATIENCE, ...Object.fromEntries(Object.entries(patience).filter(([, value]) => value !== undefined)) };

  async function call(id: OperationId, { signal, timeoutMs = usual.timeoutMs, ...request }: AnyRequest = {}): Promise<Answer<unknown>> {
    const { method, sendsToken, isKeyed } = OPERATIONS[id];
    const url = urlOf(base, OPERATIONS[id].path, request);
    const idempotencyKey = isKeyed ? (request.idempotencyKey ?? newKey()) : undefined;
    // One token for all attempts: under the token of another user, a repeated request would be another one.
    const sent = new Headers({ ...headers, Accept: 'application/json' });
    if (sendsToken) authorize(sent, typeof token === 'function' ? await token() : token);
    if (idempotencyKey !== undefined) sent.set('Idempotency-Key', idempotencyKey);
    if (request.ifMatch !== undefined) sent.set('If-Match', request.ifMatch);
    if (request.body !== undefined) sent.set('Content-Type', 'application/json');
    const body = request.body === undefined ? null : JSON.stringify(request.body);
    const send = (attemptSignal: AbortSignal) =>
      fetch(url, { method, headers: sent, body, redirect: 'manual', credentials: 'omit', signal: attemptSignal });
    return attempt({ send, method, idempotencyKey, signal }, { ...usual, timeoutMs });
  }

  async function* pages(id: OperationId, request: AnyRequest = {}): AsyncGenerator<Answer<unknown>, void, undefined> {
    let query: AnyRequest['query'] = { ...request.query, limit: request.query?.['limit'] ?? ROWS_OF_A_PAGE };
    for (let last: string | undefined; ; ) {
      const page = await call(id, { ...request, query });
      yield page;
      const next = nextIn(page.headers.get('Link'));
      if (next === undefined) return;
      // A cache that ignores the query gives the first page for ever.
      if (next === last) throw notALink('The next page is the same page');
      last = next;
      query = queryOf(next, base);
    }
  }

  async function* rows(id: OperationId, request?: AnyRequest): AsyncGenerator<unknown, void, undefined> {
    for await (const { data } of pages(id, request)) yield* data as readonly unknown[];
  }

  const methods = Object.entries(OPERATIONS).map(([name, { isList }]) => {
    const id = name as OperationId;
    const method = (request?: AnyRequest) => call(id, request);
    const iterators = { pages: (request?: AnyRequest) => pages(id, request), rows: (request?: AnyRequest) => rows(id, request) };
    return [id, isList ? Object.assign(method, iterators) : method];
  });
  return Object.fromEntries(methods) as Client;
}

function baseOf(baseUrl: string | URL): URL {
  const base = new URL(baseUrl);
  if (!/^https?:$/.test(base.protocol) || base.username !== '' || base.password !== '' || base.search !== '' || base.hash !== '')
    throw new TypeError('baseUrl has to be an http or https address without a user, a query or a fragment');
  if (!base.pathname.endsWith('/')) base.pathname += '/';
  return base;
}

function urlOf(base: URL, path: string, { id, query = {} }: AnyRequest): URL {
  const needsId = path.includes('{id}');
  // Two dots would be another path.
  if (needsId && (id === undefined || !/^[\w-]+$/.test(id))) throw new TypeError('id has to be the id of a row');
  const url = new URL(path.replace('{id}', id ?? '').slice(1), base);
  for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, String(value));
  return url;
}

/** The query of the next page. Its path is that of the list: a proxy may have shortened it for the server that made the link. */
function queryOf(next: string, base: URL): Readonly<Record<string, string>> {
  const url = URL.canParse(next, base.href) ? new URL(next, base) : undefined;
  if (url?.origin === base.origin) return Object.fromEntries(url.searchParams);
  throw notALink(`The next page is not at ${base.origin}. If a proxy ends TLS, the server has to trust it: TRUSTED_PROXIES`);
}

const notALink = (message: string): NoAnswer =>
  new NoAnswer(message, { reason: 'not_the_api', outcome: 'not_done', attempts: 1, idempotencyKey: undefined });

function authorize(headers: Headers, token: string | undefined): void {
  if (token === undefined) return;
  // A header with such a character is an error that has the whole token in its message.
  if (!/^[\x21-\x7e]+$/.test(token)) throw new TypeError('the token has a character that no token has');
  headers.set('Authorization', `Bearer ${token}`);
}

/** A page without TLS has no `crypto.randomUUID`. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
