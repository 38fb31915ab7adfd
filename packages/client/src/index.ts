/** A client of the Ticket Platform API: `createClient({ baseUrl, token })` has a method for each operation of the OpenAPI document. */

export type { Answer, Call, CallOptions, DataOf, ListId, OperationId, Pages, RequestOf, RowOf } from './calls.ts';
export { type Client, type ClientOptions, createClient } from './client.ts';
export type { Schemas } from './document.ts';
export { type ErrorsOf, type FailureCode, type FailureFacts, NoAnswer, type NoAnswerFacts, type Outcome, Refusal } from './failures.ts';
