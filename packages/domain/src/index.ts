/** The ticketing core: events, bookings, and the rules that sell every ticket once. Start with `createUseCases(ports)`. */

export type { ActorRef, Role, SignedIn, TokenHolder, VouchedUser } from './requests/actor.ts';
export { identifyActor } from './requests/asking.ts';
export { type RequestContext, requireVersion } from './requests/context.ts';
export { type Answer, type IdempotencyKey, isIdempotencyKey, KEY_CHARACTERS_MAX } from './requests/idempotency.ts';
export type { ListLimits, ListRequest, Page, PageBeside } from './requests/page.ts';
export type { Clock, Cursor, Freshness, IdempotencyRecords, NewId, PageRequest, PageRows, RateLimitStore } from './requests/ports.ts';
export { accept, type Fault, type Input, Refusal, type RefusalCode, type Refusals, refuse, Unavailable } from './requests/refusal.ts';
export { type Audience, authorize, type Rights, requireSignedIn } from './requests/rights.ts';
export { SEARCH_CHARACTERS_MAX, SEARCH_WORDS_MAX, searchWords } from './requests/search.ts';
export type { AuditedPart } from './selling/audit-stock.ts';
export {
  type BookingFilter,
  type BookingListRequest,
  EVENT_ORDERS,
  type EventFilter,
  type EventListRequest,
  type EventOrder,
  unlistedBookingFilters,
  unlistedEventFilters,
} from './selling/list-filters.ts';
export { SELLING_POLICY, type SellingAction, type SellingPolicy } from './selling/policy.ts';
export type { BookingQueries, EventQueries, Ports, SignedInUsers } from './selling/ports.ts';
export { createUseCases, type UseCases } from './selling/use-cases.ts';
export type { BookingView, EventView, Person } from './selling/views.ts';
export { type Difference, differencesIn } from './stock/audit.ts';
export { BOOKING_STATUSES, type Booking, type BookingStatus, heldBy, newBooking, withStatus } from './stock/booking.ts';
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
