import type { OPERATIONS, Operations } from './document.ts';

/** The name of an operation, as the OpenAPI document has it: `bookTickets`. */
export type OperationId = keyof typeof OPERATIONS;

/** What every call may set. */
export interface CallOptions {
  /** Ends the call. It then rejects with the reason of the signal. */
  readonly signal?: AbortSignal | undefined;
  /** The longest time of this call, with all its attempts and waits. The default is that of the client. */
  readonly timeoutMs?: number | undefined;
}

type Success<Id extends OperationId> =
  Operations[Id]['responses'] extends Record<infer Status, unknown>
    ? Operations[Id]['responses'][Status & keyof Operations[Id]['responses']] extends { content: { readonly 'application/json': infer Body } }
      ? Body
      : never
    : never;

/** What an operation gives in `data`; undefined for those that give nothing, such as `logout`. */
export type DataOf<Id extends OperationId> = Success<Id> extends { readonly data: infer Data } ? Data : undefined;

/** A row of a list; never for an operation that is no list. */
export type RowOf<Id extends OperationId> = DataOf<Id> extends readonly (infer Row)[] ? Row : never;

/** The operations that give a list. */
export type ListId = { [Id in OperationId]: [RowOf<Id>] extends [never] ? never : Id }[OperationId];

type Parameters<Id extends OperationId> = Operations[Id]['parameters'];
type PathPart<Id extends OperationId> = Parameters<Id> extends { readonly path: infer Path } ? Path : unknown;
type QueryPart<Id extends OperationId> = [NonNullable<Parameters<Id>['query']>] extends [never]
  ? unknown
  : { readonly query?: Optional<NonNullable<Parameters<Id>['query']>> | undefined };
type HeaderPart<Id extends OperationId, Header extends string, Name extends string> = Header extends keyof NonNullable<Parameters<Id>['header']>
  ? { readonly [Key in Name]?: string | undefined }
  : unknown;
type BodyPart<Id extends OperationId> = Operations[Id] extends {
  readonly requestBody: { readonly content: { readonly 'application/json': infer Body } };
}
  ? { readonly body: Body }
  : unknown;
type Optional<Query> = { readonly [Key in keyof Query]?: Query[Key] | undefined };

/**
 * What a call of an operation takes: `id` if its path has one, `query`, `body`, `ifMatch` (the `etag` of an earlier answer), and
 * `idempotencyKey` in place of a new random one. The document says which of them an operation has.
 */
export type RequestOf<Id extends OperationId> = CallOptions &
  PathPart<Id> &
  QueryPart<Id> &
  BodyPart<Id> &
  HeaderPart<Id, 'Idempotency-Key', 'idempotencyKey'> &
  HeaderPart<Id, 'If-Match', 'ifMatch'>;

/** What the server answered. */
export interface Answer<Data> {
  readonly data: Data;
  /** Words for a person. */
  readonly message: string;
  readonly status: number;
  /** The version of what was read. A later change sends it as `ifMatch`. */
  readonly etag: string | undefined;
  /** The number of all rows of a list, if the server says it. */
  readonly total: number | undefined;
  readonly headers: Headers;
}

type Arguments<Id extends OperationId> = Partial<RequestOf<Id>> extends RequestOf<Id> ? [request?: RequestOf<Id>] : [request: RequestOf<Id>];

/** Calls the operation. It rejects with a `Refusal`, with a `NoAnswer`, or with the reason of `signal`. */
export type Call<Id extends OperationId> = ((...request: Arguments<Id>) => Promise<Answer<DataOf<Id>>>) & (Id extends ListId ? Pages<Id> : unknown);

/** A list also as async iterators, which follow the links from page to page. Without a `limit` a page has up to 100 rows. */
export interface Pages<Id extends OperationId> {
  /** Each answer of the list, one for each page. */
  readonly pages: (...request: Arguments<Id>) => AsyncGenerator<Answer<DataOf<Id>>, void, undefined>;
  /** Each row of the list. */
  readonly rows: (...request: Arguments<Id>) => AsyncGenerator<RowOf<Id>, void, undefined>;
}

/** A request, as the code below the types sees it. */
export interface AnyRequest extends CallOptions {
  readonly id?: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: object;
  readonly ifMatch?: string | undefined;
  readonly idempotencyKey?: string | undefined;
}
