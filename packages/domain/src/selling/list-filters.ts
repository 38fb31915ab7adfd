import type { ListRequest } from '../requests/page.ts';
import type { Cursor } from '../requests/ports.ts';
import { charactersOf } from '../requests/text.ts';
import { nameKey, wordsOf } from '../requests/words.ts';
import type { BookingStatus } from '../stock/booking.ts';
import type { Event } from '../stock/event.ts';

/** The orders of the list of events. `name`: by its folded form, which is the same on every engine. */
export const EVENT_ORDERS = ['eventDate', 'name', 'ticketPrice'] as const;
/** One of the orders of the list of events. */
export type EventOrder = (typeof EVENT_ORDERS)[number];

/** Which events a list has, and their order. `unlistedEventFilters` says which cannot be combined. */
export interface EventFilter {
  /** `eventDate` without it. Rows with equal values are sorted by id. */
  readonly order?: EventOrder | undefined;
  /** Events at this time or later. */
  readonly from?: Date | undefined;
  /** Events before this time. */
  readonly to?: Date | undefined;
  /** Events with tickets to sell. */
  readonly isAvailable?: true | undefined;
  /** Events that were edited at this time or later, in the order of their last edits. Sales are no edits. */
  readonly modifiedSince?: Date | undefined;
  /** Folded words (`wordsOf`). Each is the beginning of a word of the event's name, location or description. */
  readonly words?: readonly string[] | undefined;
}

/** A request for a list of events. */
export interface EventListRequest extends ListRequest, Omit<EventFilter, 'words'> {
  /** The last event first. */
  readonly reversed?: boolean | undefined;
  /** A text whose words are searched for. */
  readonly search?: string | undefined;
}

/** Which bookings a list has. With `eventId` alone the latest sale comes first, otherwise the latest booking date. */
export interface BookingFilter {
  readonly userId?: string | undefined;
  readonly eventId?: string | undefined;
  readonly status?: BookingStatus | undefined;
  /** Bookings made at this time or later. */
  readonly from?: Date | undefined;
  /** Bookings made before this time. */
  readonly to?: Date | undefined;
}

/** A request for a list of bookings. */
export type BookingListRequest = ListRequest & BookingFilter;

/** In code points, not in UTF-16 units. */
export const SEARCH_CHARACTERS_MAX = 100;
/** The most different words of a search. */
export const SEARCH_WORDS_MAX = 8;

export const NOT_TOGETHER = 'cannot be combined with the other filters';

/** The words by which an event is found. */
export const searchedWordsOf = ({ name, location, description }: Pick<Event, 'name' | 'location' | 'description'>): readonly string[] =>
  wordsOf(`${name} ${location} ${description ?? ''}`);

/** The words that a search looks for; undefined if it is too long, or has no word or too many. */
export function searchWords(search: string): readonly string[] | undefined {
  if (search.length > 2 * SEARCH_CHARACTERS_MAX || charactersOf(search) > SEARCH_CHARACTERS_MAX) return undefined;
  const words = wordsOf(search);
  return words.length >= 1 && words.length <= SEARCH_WORDS_MAX ? words : undefined;
}

/**
 * The given filters that no index serves together with the others. These are allowed: in the order of dates, `from` and `to` with `isAvailable` or
 * `search`; in another order, no filter; `modifiedSince` alone.
 */
export function unlistedEventFilters(request: EventListRequest): readonly (keyof EventListRequest)[] {
  const { order = 'eventDate', modifiedSince, search } = request;
  const unlisted: readonly (keyof EventListRequest)[] =
    modifiedSince !== undefined
      ? ['order', 'from', 'to', 'isAvailable', 'search', 'total']
      : order !== 'eventDate'
        ? ['from', 'to', 'isAvailable', 'search']
        : search !== undefined
          ? ['isAvailable', 'total', 'offset']
          : [];
  return unlisted.filter((name) => request[name] !== undefined);
}

/**
 * The given parameters of a list of bookings that no index serves together with the others. A list of one status or one event looks at each
 * booking, so `total` and `offset` are refused.
 */
export function unlistedBookingFilters(request: BookingListRequest): readonly (keyof BookingListRequest)[] {
  if (request.status === undefined && request.eventId === undefined) return [];
  return (['offset', 'total'] as const).filter((name) => request[name] !== undefined);
}

/** The cursor of an event in the order of the list. */
export function placeOf({ order = 'eventDate', modifiedSince }: EventFilter, event: Event): Cursor {
  const { id, name, eventDate, ticketPriceCents, updatedAt } = event;
  if (modifiedSince !== undefined) return { at: updatedAt, id };
  return { at: { eventDate, name: nameKey(name), ticketPrice: ticketPriceCents }[order], id };
}
