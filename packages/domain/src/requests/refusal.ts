/** Every "no" of the domain, with the facts that the client needs. */
export interface Refusals {
  /** All that is wrong with an input, at once. */
  invalid_input: { readonly faults: readonly Fault[] };
  /** Not signed in, or the token's user is deleted or has changed their password since. */
  unauthenticated: None;
  /** The same for an unknown e-mail and a wrong password, so that they cannot be told apart. */
  wrong_credentials: None;
  forbidden: { readonly reason: 'not_admin' | 'not_owner' | 'operator_only' };
  not_found: { readonly entity: 'user' | 'event' | 'booking'; readonly id: string };
  email_taken: None;
  /** Users who change their own password or e-mail must give the current password; this request did not. */
  current_password_needed: None;
  /** The new password is the person's own name or e-mail, or a part of them. */
  password_is_personal: None;
  /** Tickets left when the decision was made, and tickets asked for. */
  insufficient_tickets: { readonly available: number; readonly requested: number };
  /** The most that one booking takes, and tickets asked for. */
  too_many_for_a_booking: { readonly maximum: number; readonly requested: number };
  /** The most that one user holds of an event, what they held when the decision was made, and tickets asked for. */
  too_many_for_a_user: { readonly maximum: number; readonly held: number; readonly requested: number };
  /** Tickets that bookings hold, and the smaller total that was asked for. */
  total_below_held: { readonly held: number; readonly requested: number };
  /** From the same place, or for the same account from there. */
  too_many_failed_logins: { readonly retryAfterSeconds: number };
  /** From the same place. */
  too_many_registrations: { readonly retryAfterSeconds: number };
  /** Passwords that one account or one address has hashed or verified at the same time. */
  too_many_passwords: { readonly retryAfterSeconds: number };
  /** By the same user to their bookings of one event in an hour, of which there may be so many. */
  too_many_booking_changes: { readonly maximum: number; readonly retryAfterSeconds: number };
  /** The key was used before, for another request. */
  idempotency_key_reused: None;
  event_is_over: None;
  event_has_active_bookings: None;
  user_has_active_bookings: None;
  user_organises_events: None;
  last_admin: None;
}
export type RefusalCode = keyof Refusals;
export type None = Readonly<Record<string, never>>;

/** A fault of one input field, in words for the client. */
export interface Fault {
  readonly field: string;
  readonly message: string;
}

/**
 * An expected "no". It is thrown, so that it also rolls back what was begun. Anything else thrown is a bug or an outage. It is an `Error`
 * that no constructor made, and so has no stack. When a sale sells out, most answers are refusals, and to walk the stack cost a seventh
 * of such a request.
 */
class RefusalOf<Code extends RefusalCode> {
  /** As it is exported and printed. */
  static readonly name = 'Refusal';
  readonly name = 'Refusal';
  readonly message: string;
  readonly code: Code;
  readonly details: Refusals[Code];
  constructor(code: Code, details: Refusals[Code]) {
    this.message = code;
    this.code = code;
    this.details = details;
  }
}
Object.setPrototypeOf(RefusalOf.prototype, Error.prototype);

/** One of the refusals: its `code` tells which, and narrows `details` to that one's facts. */
export type Refusal = { readonly [Code in RefusalCode]: RefusalOf<Code> & Error }[RefusalCode];
export const Refusal = RefusalOf as {
  new <Code extends RefusalCode>(code: Code, details: Refusals[Code]): RefusalOf<Code> & Error;
  /** To `instanceof` it is the union, not a refusal of any code with any details. */
  readonly prototype: Refusal;
};

export function refuse<Code extends RefusalCode>(code: Code, details: Refusals[Code]): never {
  throw new Refusal(code, details);
}

/** Refuses an input for all its faults, or does nothing when there are none. */
export function refuseFaults(faults: readonly Fault[]): void {
  if (faults.length > 0) refuse('invalid_input', { faults });
}

/**
 * The outside world cannot do this now. `not_done`: nothing was stored, asking again is safe. `unknown`: the answer to a
 * COMMIT was lost; what was asked is stored whole or not at all.
 */
export class Unavailable extends Error {
  override readonly name = 'Unavailable';
  readonly retryAfterSeconds: number;
  readonly outcome: 'not_done' | 'unknown';
  constructor(
    reason: string,
    { retryAfterSeconds = 1, outcome = 'not_done', cause }: { retryAfterSeconds?: number; outcome?: 'not_done' | 'unknown'; cause?: unknown } = {},
  ) {
    super(reason, { cause });
    this.retryAfterSeconds = retryAfterSeconds;
    this.outcome = outcome;
  }
}

/** Throws when only a bug can be the cause. A fault of a request is refused instead. */
export function assert(condition: boolean, promise: string): asserts condition {
  if (!condition) throw new Error(`broken promise: ${promise}`);
}

/**
 * An input, or what an edge found wrong with it. An edge that could not accept a body hands over the error in its place. So the caller's
 * rights are judged first: a stranger gets 401 or 403 and never learns the shape of a body.
 */
export type Input<T extends object> = T | Error;

/** The input itself, or its error thrown. Called once the caller's rights are clear. */
export function accept<T extends object>(input: Input<T>): T {
  if (input instanceof Error) throw input;
  return input;
}
