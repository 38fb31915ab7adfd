/** The ticketing core: what other apps import. `createUseCases(ports)` is the way in. */

export {
  isPasswordImpersonal,
  isPasswordLongEnough,
  isPasswordStorable,
  isPasswordTypeable,
  isPasswordUncommon,
  PASSWORD_BYTES_MAX,
  type PasswordRules,
} from './accounts/password.ts';
export type { Credentials, PasswordHasher, StoredUser, TokenService, UserFacts, UserNow, UserQueries, UserRepository } from './accounts/ports.ts';
export { siteOf } from './accounts/rate-limits.ts';
export {
  EMAIL_CHARACTERS_MAX,
  isEmail,
  isName,
  NAME_CHARACTERS_MAX,
  type NewUser,
  normalEmail,
  type User,
  type UserChanges,
} from './accounts/user.ts';
export { requireDeletable } from './accounts/user-facts.ts';
export { type Action, POLICIES, type Policy, type Profile } from './policy.ts';
export type { Ports } from './ports.ts';
export type { Actor, ActorRef, SignedIn } from './requests/actor.ts';
export { actorNow, type Role, userIdOf } from './requests/actor.ts';
export type { Attempt } from './requests/attempt.ts';
export { firstAnswer, type IdempotencyKey, isIdempotencyKey, KEPT_MS, KEY_CHARACTERS_MAX, type KeptAnswer, ownerOf } from './requests/idempotency.ts';
export type { Listing, ListRequest } from './requests/listing.ts';
export { once } from './requests/once.ts';
export type { Clock, Freshness, KeptAnswers, NewId, Part, Position, RateCounts } from './requests/ports.ts';
export { endOfLongestWindow, endOfWindow, type RateCount } from './requests/rate-counts.ts';
export { accept, type Fault, type Input, Refusal, type RefusalCode, type Refusals, refuse, Unavailable } from './requests/refusal.ts';
export type { AuditedPart } from './selling/audit-stock.ts';
export type { BookingQueries, EventQueries } from './selling/ports.ts';
export type { BookingView, EventView, Person } from './selling/views.ts';
export { type Difference, differencesIn, type StockFacts } from './stock/audit.ts';
export { BOOKING_STATUSES, type Booking, type BookingStatus, heldBy, newBooking, withStatus } from './stock/booking.ts';
export { type ChangeBudget, changesSubject, madeWithin, type RecentChanges } from './stock/change-budget.ts';
export {
  changedEvent,
  DESCRIPTION_CHARACTERS_MAX,
  EVENT_NAME_CHARACTERS_MAX,
  type Event,
  type EventChanges,
  heldTickets,
  isDescription,
  isEventDate,
  isEventName,
  isLocation,
  isTicketCount,
  isTicketPrice,
  LOCATION_CHARACTERS_MAX,
  type NewEvent,
  newEvent,
  TICKET_PRICE_CENTS_MAX,
  TOTAL_TICKETS_MAX,
} from './stock/event.ts';
export type { MovementReason, StockMovement } from './stock/ledger.ts';
export type { BookingRepository, EventRepository, StockQueries } from './stock/ports.ts';
export {
  type BookingDecision,
  type BookingNow,
  type EventDecision,
  type EventNow,
  type Holding,
  type LockedRows,
  type Outcome,
  type StockDecision,
  settle,
  type Writes,
} from './stock/settlement.ts';
export { createUseCases, type UseCases } from './use-cases/index.ts';
