/** Every expected refusal of the domain, with the facts that the client needs. */
export interface Refusals {
  /** All faults of an input. */
  invalid_input: { readonly faults: readonly Fault[] };
  /** Not signed in, or the user of the token is deleted, or has logged out or changed their password since. */
  unauthenticated: None;
  /** Used both for an unknown e-mail and for a wrong password, so that clients cannot tell which it was. */
  wrong_credentials: None;
  /** Signed in, but not allowed: the action is for admins, for the owner of the row, or for the operator alone. */
  forbidden: { readonly reason: 'not_admin' | 'not_owner' | 'operator_only' };
  /** No such row, also on the newest read. */
  not_found: { readonly entity: 'user' | 'event' | 'booking'; readonly id: string };
  /** The row has this version now, and the request accepts only others (`RequestContext.ifVersion`). */
  version_changed: { readonly version: number };
  /** Another account has the e-mail. */
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
  /** Too many failed logins from one network, or for one account from one network. */
  too_many_failed_logins: { readonly retryAfterSeconds: number };
  /** Too many registrations from one network. */
  too_many_registrations: { readonly retryAfterSeconds: number };
  /** One account or one network has too many passwords hashed or verified at the same time. */
  too_many_passwords: { readonly retryAfterSeconds: number };
  /** One user made `maximum` changes to their bookings of one event within an hour. */
  too_many_booking_changes: { readonly maximum: number; readonly retryAfterSeconds: number };
  /** The key was used before, for another request. */
  idempotency_key_reused: None;
  /** The event is in the past, and the policy does not allow past events to be created or sold. */
  event_is_over: None;
  /** An event is deleted only after its pending and confirmed bookings are cancelled. */
  event_has_active_bookings: None;
  /** A user is deleted only after their pending and confirmed bookings are cancelled. */
  user_has_active_bookings: None;
  /** A user is deleted only after their events are. */
  user_organises_events: None;
  /** No admin would be left. */
  last_admin: None;
}
/** The name of a refusal. A new code may come with a minor version, so handle unknown ones. */
export type RefusalCode = keyof Refusals;
export type None = Readonly<Record<string, never>>;

/** A fault of one input field, in words for the client. */
export interface Fault {
  readonly field: string;
  readonly message: string;
}

/**
 * An expected refusal. It is thrown, so that the transaction is rolled back. Any other exception is a bug or an outage. It inherits from
 * `Error` but does not call its constructor, so it has no stack. When an event sells out, most answers are refusals, and collecting the
 * stack took a seventh of such a request.
 */
class RefusalOf<Code extends RefusalCode> {
  /** The name under which the class is exported and printed. */
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

/** Any refusal. TypeScript narrows `details` by `code`. */
export type Refusal = { readonly [Code in RefusalCode]: RefusalOf<Code> & Error }[RefusalCode];
/** Use it with `instanceof`. `refuse` is the short way to throw one. */
export const Refusal = RefusalOf as {
  /** Use `refuse`, which also throws it. */
  new <Code extends RefusalCode>(code: Code, details: Refusals[Code]): RefusalOf<Code> & Error;
  /** `instanceof Refusal` narrows to the union, so that `code` narrows `details`. */
  readonly prototype: Refusal;
};

/** Throws a refusal. In a decision it rolls back what the decision changed. */
export function refuse<Code extends RefusalCode>(code: Code, details: Refusals[Code]): never {
  throw new Refusal(code, details);
}

/** Refuses an input for all its faults, or does nothing when there are none. */
export function refuseFaults(faults: readonly Fault[]): void {
  if (faults.length > 0) refuse('invalid_input', { faults });
}

/**
 * The database or another service cannot do this now. `not_done`: nothing was stored, and repeating the request is safe. `unknown`: the
 * answer to a COMMIT was lost, and the change is stored completely or not at all.
 */
export class Unavailable extends Error {
  override readonly name = 'Unavailable';
  readonly retryAfterSeconds: number;
  readonly outcome: 'not_done' | 'unknown';
  /** `reason` is for the log, `retryAfterSeconds` for the client. */
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
 * An input, or the error that validation found. The HTTP API passes the error in place of a body that is not valid. So the use case judges
 * the caller's rights first. A stranger gets 401 or 403, and does not learn the shape of the body.
 */
export type Input<T extends object> = T | Error;

/** Returns the input, or throws its error. Use cases call it after the check of the caller's rights. */
export function accept<T extends object>(input: Input<T>): T {
  if (input instanceof Error) throw input;
  return input;
}
