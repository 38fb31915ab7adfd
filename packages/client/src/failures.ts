import type { Schemas } from './document.ts';

/** The `code` of a refusal. `unknown`: one that is newer than this client, or an answer of something else, such as a proxy. Use its status. */
export type FailureCode = Schemas['FailureCode'] | 'unknown';

type Failure = Extract<Schemas[keyof Schemas], { readonly success: false }>;

/** What `errors` has in a refusal of this code. */
export type ErrorsOf<Code extends FailureCode> = Code extends Failure['code'] ? Extract<Failure, { readonly code: Code }>['errors'] : unknown;

/**
 * What became of the request. `not_done`: the server stored nothing. `unknown`: it may have done what was asked, in this attempt or an earlier
 * one. Send such a request again with the same `idempotencyKey`, or read your data first.
 */
export type Outcome = 'not_done' | 'unknown';

/** What both kinds of failure say. */
export interface FailureFacts {
  readonly outcome: Outcome;
  /** How many times the request was sent. */
  readonly attempts: number;
  /** The key of the request, if it had one. */
  readonly idempotencyKey: string | undefined;
}

/** What a refusal says. */
export interface RefusalFacts<Code extends FailureCode> extends FailureFacts {
  readonly code: Code;
  readonly errors: ErrorsOf<Code>;
  readonly status: number;
  /** How long the server asks to wait, if it does. */
  readonly retryAfterMs: number | undefined;
  /** The id of the request in the log of the server. */
  readonly requestId: string | undefined;
}

class RefusalOf<Code extends FailureCode> extends Error implements RefusalFacts<Code> {
  override readonly name = 'Refusal';
  readonly code: Code;
  readonly errors: ErrorsOf<Code>;
  readonly status: number;
  readonly retryAfterMs: number | undefined;
  readonly requestId: string | undefined;
  readonly outcome: Outcome;
  readonly attempts: number;
  readonly idempotencyKey: string | undefined;

  constructor(message: string, facts: RefusalFacts<Code>) {
    super(message);
    this.code = facts.code;
    this.errors = facts.errors;
    this.status = facts.status;
    this.retryAfterMs = facts.retryAfterMs;
    this.requestId = facts.requestId;
    this.outcome = facts.outcome;
    this.attempts = facts.attempts;
    this.idempotencyKey = facts.idempotencyKey;
  }
}

/** The server said no. `message` is the server's, for people. TypeScript narrows `errors` by `code`. */
export type Refusal = { readonly [Code in FailureCode]: RefusalOf<Code> }[FailureCode];
/** Use it with `instanceof`. */
export const Refusal = RefusalOf as {
  /** The client makes it. */
  new <Code extends FailureCode>(message: string, facts: RefusalFacts<Code>): RefusalOf<Code>;
  /** `instanceof Refusal` narrows to the union, so that `code` narrows `errors`. */
  readonly prototype: Refusal;
};

/** What a `NoAnswer` says. */
export interface NoAnswerFacts extends FailureFacts {
  /** `network`: no connection, or it broke. `timeout`: the time was over. `not_the_api`: what came is no answer of the API. */
  readonly reason: 'network' | 'timeout' | 'not_the_api';
  readonly cause?: unknown;
}

/** No answer of the API came, so the client cannot say what the server did. */
export class NoAnswer extends Error implements NoAnswerFacts {
  override readonly name = 'NoAnswer';
  readonly reason: NoAnswerFacts['reason'];
  readonly outcome: Outcome;
  readonly attempts: number;
  readonly idempotencyKey: string | undefined;

  /** The client makes it. */
  constructor(message: string, { reason, outcome, attempts, idempotencyKey, cause }: NoAnswerFacts) {
    super(message, { cause });
    this.reason = reason;
    this.outcome = outcome;
    this.attempts = attempts;
    this.idempotencyKey = idempotencyKey;
  }
}
