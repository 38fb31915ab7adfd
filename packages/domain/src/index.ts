/** The ticketing core: what other apps import. `createUseCases(ports)` is the way in. */
export type { Actor, ActorRef, SignedIn } from './actor.ts';
export { actorNow, userIdOf } from './actor.ts';
export type { Difference, StockFacts } from './audit.ts';
export { BOOKING_STATUSES, type Booking, type BookingStatus, heldBy } from './booking.ts';
export { type ChangeBudget, changesSubject, madeWithin, type RecentChanges } from './change-budget.ts';
export {
  DESCRIPTION_CHARACTERS_MAX,
  EVENT_NAME_CHARACTERS_MAX,
  type Event,
  type EventChanges,
  isDescription,
  isEventDate,
  isEventName,
  isLocation,
  isTicketCount,
  isTicketPrice,
  LOCATION_CHARACTERS_MAX,
  type NewEvent,
  TICKET_PRICE_CENTS_MAX,
  TOTAL_TICKETS_MAX,
} from './event.ts';
export { firstAnswer, type IdempotencyKey, isIdempotencyKey, KEPT_MS, KEY_CHARACTERS_MAX, type KeptAnswer, ownerOf } from './idempotency.ts';
export type { MovementReason, StockMovement } from './ledger.ts';
export type { Listing, ListRequest } from './listing.ts';
export { once } from './once.ts';
export {
  isPasswordImpersonal,
  isPasswordLongEnough,
  isPasswordStorable,
  isPasswordUncommon,
  PASSWORD_BYTES_MAX,
  type PasswordRules,
} from './password.ts';
export { type Action, POLICIES, type Policy, type Profile } from './policy.ts';
export type {
  Attempt,
  BookingQueries,
  BookingRepository,
  Clock,
  Credentials,
  EventQueries,
  EventRepository,
  Freshness,
  KeptAnswers,
  NewId,
  Part,
  PasswordHasher,
  Ports,
  Position,
  RateCounts,
  StockQueries,
  StoredUser,
  TokenService,
  UserFacts,
  UserNow,
  UserQueries,
  UserRepository,
} from './ports.ts';
export { endOfLongestWindow, endOfWindow, type RateCount, siteOf } from './rate-limits.ts';
export { accept, type Fault, type Input, Refusal, type RefusalCode, type Refusals, refuse, Unavailable } from './refusal.ts';
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
} from './settlement.ts';
export type { AuditedPart } from './use-cases/audit-stock.ts';
export { createUseCases, type UseCases } from './use-cases/index.ts';
export {
  EMAIL_CHARACTERS_MAX,
  isEmail,
  isName,
  NAME_CHARACTERS_MAX,
  type NewUser,
  normalEmail,
  type Role,
  type User,
  type UserChanges,
} from './user.ts';
export type { BookingView, EventView, Person } from './views.ts';
