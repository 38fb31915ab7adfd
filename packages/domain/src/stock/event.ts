import { assert, type Fault, refuse, refuseFaults } from '../requests/refusal.ts';
import { isLine, isProse } from '../requests/text.ts';

/** A scheduled event and its stock of tickets. Always 0 <= availableTickets <= totalTickets. */
export interface Event {
  readonly id: string;
  readonly organizerId: string;
  readonly name: string;
  readonly description: string | null;
  readonly location: string;
  readonly eventDate: Date;
  readonly ticketPriceCents: number;
  readonly totalTickets: number;
  /** totalTickets minus the tickets of pending and confirmed bookings. */
  readonly availableTickets: number;
  /** The number of stock movements of this event (ledger.ts). */
  readonly stockVersion: number;
  /** 1 when the event is made. Each stored edit raises it by one, and sales do not. */
  readonly version: number;
  readonly createdAt: Date;
  /** When the event was last edited. Sales do not change it. */
  readonly updatedAt: Date;
}

/** What an organizer gives to open an event. Prices are whole cents. The description is optional. */
export interface NewEvent {
  readonly name: string;
  readonly description?: string | null | undefined;
  readonly location: string;
  readonly eventDate: Date;
  readonly ticketPriceCents: number;
  readonly totalTickets: number;
}

/** The fields of an event that may be changed. A field that is left out stays. */
export type EventChanges = { readonly [Key in keyof NewEvent]?: NewEvent[Key] | undefined };

/** In code points, not in UTF-16 units. */
export const EVENT_NAME_CHARACTERS_MAX = 255;
/** In code points, not in UTF-16 units. */
export const LOCATION_CHARACTERS_MAX = 255;
/** Fits MySQL's TEXT (65,535 bytes) whatever the characters. */
export const DESCRIPTION_CHARACTERS_MAX = 10_000;
/** 99,999,999.99, so that price x quantity stays a safe integer together with the next limit. */
export const TICKET_PRICE_CENTS_MAX = 9_999_999_999;
/** 900,000 x 9,999,999,999 cents < 2^53. */
export const TOTAL_TICKETS_MAX = 900_000;
/** Every engine and the four-digit years of ISO 8601 can represent these dates. */
const EARLIEST = Date.UTC(1970, 0, 1);
const LATEST = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** 1 to `EVENT_NAME_CHARACTERS_MAX` characters, at least one visible, no control characters. */
export const isEventName = (name: string): boolean => isLine(name, EVENT_NAME_CHARACTERS_MAX);
/** 1 to `LOCATION_CHARACTERS_MAX` characters, at least one visible, no control characters. */
export const isLocation = (location: string): boolean => isLine(location, LOCATION_CHARACTERS_MAX);
/** Up to `DESCRIPTION_CHARACTERS_MAX` characters. Line breaks and tabs are the only control characters. */
export const isDescription = (description: string): boolean => isProse(description, DESCRIPTION_CHARACTERS_MAX);
/** From 1970 to the end of 9999, UTC. */
export const isEventDate = (date: Date): boolean => date.getTime() >= EARLIEST && date.getTime() <= LATEST;
/** Whole cents, 0 to `TICKET_PRICE_CENTS_MAX`. */
export const isTicketPrice = (cents: number): boolean => Number.isSafeInteger(cents) && cents >= 0 && cents <= TICKET_PRICE_CENTS_MAX;
/** A whole number, 1 to `TOTAL_TICKETS_MAX`. */
export const isTicketCount = (tickets: number): boolean => Number.isSafeInteger(tickets) && tickets >= 1 && tickets <= TOTAL_TICKETS_MAX;

/** A new event with all its tickets in stock. Refuses with all faults of the input. */
export function newEvent(
  input: NewEvent,
  { id, organizerId, now }: { readonly id: string; readonly organizerId: string; readonly now: Date },
): Event {
  const { name, description = null, location, eventDate, ticketPriceCents, totalTickets } = input;
  return valid({
    id,
    organizerId,
    name,
    description,
    location,
    eventDate,
    ticketPriceCents,
    totalTickets,
    availableTickets: totalTickets,
    stockVersion: 0,
    version: 1,
    createdAt: now,
    updatedAt: now,
  });
}

/**
 * The event after the changes; the same object if nothing changes. A new total moves the stock by the difference. It is refused if bookings
 * hold more tickets. A new price applies only to later bookings.
 */
export function changedEvent(event: Event, changes: EventChanges, now: Date): Event {
  const { name = event.name, description = event.description, location = event.location } = changes;
  const { eventDate = event.eventDate, ticketPriceCents = event.ticketPriceCents, totalTickets = event.totalTickets } = changes;
  const held = heldTickets(event);
  if (totalTickets < held) refuse('total_below_held', { held, requested: totalTickets });
  const availableTickets = totalTickets - held;
  const after = valid({ ...event, name, description, location, eventDate, ticketPriceCents, totalTickets, availableTickets, updatedAt: now });
  return isSame(event, after) ? event : after;
}

function isSame(one: Event, other: Event): boolean {
  const texts = one.name === other.name && one.description === other.description && one.location === other.location;
  const numbers = one.ticketPriceCents === other.ticketPriceCents && one.totalTickets === other.totalTickets;
  return texts && numbers && one.eventDate.getTime() === other.eventDate.getTime();
}

/** Tickets that pending and confirmed bookings hold. */
export const heldTickets = (event: Event): number => event.totalTickets - event.availableTickets;

/**
 * Every movement of stock for a booking uses this line: available after = available before - (held after - held before). Refuses if too few
 * tickets are left, and says how many are left.
 */
export function moveStock(event: Event, held: { readonly before: number; readonly after: number }): Event {
  const taken = held.after - held.before;
  if (taken > event.availableTickets) refuse('insufficient_tickets', { available: event.availableTickets, requested: taken });
  const availableTickets = event.availableTickets - taken;
  assert(availableTickets <= event.totalTickets, 'no more tickets come back than were taken');
  return { ...event, availableTickets };
}

function valid(event: Event): Event {
  const faults: Fault[] = [];
  const expect = (good: boolean, field: string, message: string) => good || faults.push({ field, message });
  expect(isEventName(event.name), 'name', `a name has 1 to ${EVENT_NAME_CHARACTERS_MAX} visible characters`);
  expect(event.description === null || isDescription(event.description), 'description', `at most ${DESCRIPTION_CHARACTERS_MAX} characters`);
  expect(isLocation(event.location), 'location', `a location has 1 to ${LOCATION_CHARACTERS_MAX} visible characters`);
  expect(isEventDate(event.eventDate), 'eventDate', 'a date between the years 1970 and 9999');
  expect(isTicketPrice(event.ticketPriceCents), 'ticketPriceCents', `whole cents, 0 to ${TICKET_PRICE_CENTS_MAX}`);
  expect(isTicketCount(event.totalTickets), 'totalTickets', `a whole number, 1 to ${TOTAL_TICKETS_MAX}`);
  refuseFaults(faults);
  return event;
}
