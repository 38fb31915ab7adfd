import { routePath } from '../apps/http/src/route-path.ts';
import { type Operation, readDocument } from './fuzz/document.ts';

type Raw = Parameters<typeof readDocument>[0] & {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly responses: Readonly<Record<string, RawResponse>> }>>>>;
  readonly components: { readonly responses: Readonly<Record<string, RawResponse>> };
};
interface RawResponse {
  readonly $ref?: string;
  readonly description?: string;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly content?: Readonly<Record<string, unknown>>;
}

/** An answer, and what was asked for. */
export interface Answered {
  readonly method: string;
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  /** Undefined if the body is not read here, because it goes to a connection. */
  readonly text: string | undefined;
}

/** The codes of requests that reach no operation of the document. */
const OF_NO_OPERATION = ['no_such_route', 'method_not_allowed', 'bad_request', 'body_too_large'];

/** Holds answers against the OpenAPI document. */
export function documentedAnswers(document: Raw) {
  const { operations, faultOfReply } = readDocument(document);
  const routes = operations.map((operation) => ({ operation, pattern: new RegExp(`^${operation.path.replaceAll(/\{\w+\}/g, '[^/]+')}$`) }));
  const headersOfAny = new Set(Object.values(document.components.responses).flatMap(({ headers = {} }) => Object.keys(headers)));
  for (const methods of Object.values(document.paths))
    for (const { responses } of Object.values(methods))
      for (const { headers = {} } of Object.values(responses)) for (const name of Object.keys(headers)) headersOfAny.add(name);

  /** The operation of a request. A HEAD request gets the headers of GET. */
  function operationOf(method: string, url: string): Operation | undefined {
    const path = routePath(new Request(url));
    return routes.find(({ operation, pattern }) => operation.method === (method === 'HEAD' ? 'GET' : method) && pattern.test(path))?.operation;
  }

  function responseOf({ path, method }: Operation, status: number): RawResponse | undefined {
    const own = document.paths[path]?.[method.toLowerCase()]?.responses[status];
    return own?.$ref === undefined ? own : document.components.responses[own.$ref.split('/').at(-1) ?? ''];
  }

  /** The difference between an answer and the document. Undefined if there is none. */
  function faultOf({ method, url, status, headers, text }: Answered): string | undefined {
    const operation = operationOf(method, url);
    const type = headers.get('Content-Type')?.split(';')[0] ?? '';
    const isJson = type === 'application/json' && text !== undefined && text !== '';
    if (operation === undefined) {
      if (status < 400 || !isJson) return undefined;
      const { code } = JSON.parse(text);
      return OF_NO_OPERATION.includes(code) ? undefined : `${code} answers what is no operation`;
    }
    const response = responseOf(operation, status);
    if (response === undefined) return `${operation.name} does not document ${status}`;
    const undocumented = [...headersOfAny].filter((name) => headers.has(name) && !Object.hasOwn(response.headers ?? {}, name));
    if (undocumented.length > 0) return `${operation.name} does not document ${undocumented.join(', ')} for ${status}`;
    if (!headers.has('X-Request-Id')) return `${operation.name} answers ${status} without an X-Request-Id`;
    if (text === undefined || text === '') return undefined;
    if (!Object.hasOwn(response.content ?? {}, type)) return `${operation.name} does not document ${type} for ${status}`;
    const fault = isJson ? faultOfReply(operation, status, JSON.parse(text)) : undefined;
    return fault === undefined ? undefined : `${operation.name} does not document this ${status}: ${fault}`;
  }

  /** Every status of every operation, with each of its codes: `GET /api/events 200`, `GET /api/events 400 invalid_input`. */
  const documented = operations.flatMap((operation) =>
    operation.statuses.flatMap((status) => {
      const codes = [...(responseOf(operation, status)?.description ?? '').matchAll(/^`([a-z_]+)`:/gm)].map(([, code]) => code);
      return status < 400 ? [`${operation.name} ${status}`] : codes.map((code) => `${operation.name} ${status} ${code}`);
    }),
  );

  return { operations, operationOf, faultOf, documented };
}
