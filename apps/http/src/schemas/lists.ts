import {
  BOOKING_STATUSES,
  type EventListRequest,
  type ListLimits,
  SEARCH_CHARACTERS_MAX,
  SEARCH_WORDS_MAX,
  searchWords,
  unlistedBookingFilters,
  unlistedEventFilters,
} from '@ticket/domain';
import { type UserListRequest, unlistedUserFilters } from '@ticket/domain/accounts';
import * as v from 'valibot';
import { instantOf } from '../instants.ts';
import { faults, localized } from '../messages.ts';
import { parsed, text, Uuid } from './fields.ts';

/** The parameters of every list. The domain checks the same limits again, for callers that do not use HTTP. */
function pageEntries({ limit, limitMax, offsetMax }: ListLimits) {
  const fault = localized(faults.limit(limitMax));
  const offsetFault = localized(faults.offset(offsetMax));
  const rows = limit === 'unlimited' ? 'The most rows. All when left out.' : `The most rows. ${limit} when left out.`;
  return {
    limit: v.optional(v.pipe(v.number(fault), v.integer(fault), v.minValue(1, fault), v.maxValue(limitMax, fault), v.description(rows))),
    cursor: v.optional(
      v.pipe(
        text,
        v.maxLength(CURSOR_CHARACTERS_MAX, localized(faults.cursor)),
        v.description('The place of a page, as a `Link` header gives it. It is for the same list with the same filter. Not together with `offset`.'),
      ),
    ),
    offset: v.optional(
      v.pipe(
        v.number(offsetFault),
        v.safeInteger(offsetFault),
        v.minValue(0, offsetFault),
        v.maxValue(offsetMax, offsetFault),
        v.description('Rows that are skipped. Rows that come or go meanwhile move the later ones, which does not happen with `cursor`.'),
      ),
    ),
    total: v.optional(v.pipe(v.boolean(localized(faults.total)), v.description('true: count all rows for the header X-Total-Count.'))),
  };
}
/** The longest place is the key of a name: 255 characters of four bytes, in base64. */
const CURSOR_CHARACTERS_MAX = 1800;

/** The issue's path to one field, which gives the fault its name. */
const pathTo = (input: object, key: string): [v.IssuePathItem] => [
  { type: 'object', origin: 'value', input: input as Record<string, unknown>, key, value: undefined },
];

/** An unencoded `+` of a time zone arrives as a space. */
const instant = (description: string) =>
  v.optional(
    v.pipe(
      text,
      v.metadata({ format: 'date-time', description }), // the document shows what stands before a transformation
      v.transform((given) => given.replace(/ (?=\d\d:\d\d$)/, '+')),
      parsed(instantOf, faults.eventDate),
    ),
  );

/** The words that a list looks for. `places` are the fields whose words they begin. */
const search = (places: string) =>
  v.optional(
    v.pipe(
      text,
      v.metadata({ minLength: 1, maxLength: SEARCH_CHARACTERS_MAX }),
      v.check((given) => searchWords(given) !== undefined, localized(faults.search(SEARCH_WORDS_MAX, SEARCH_CHARACTERS_MAX))),
      v.description(
        `Words. Each is the beginning of a word of ${places}. Case and accents do not matter. A page may have fewer rows than \`limit\` although others follow: go on with \`next\` of the \`Link\` header.`,
      ),
    ),
  );

/** The query of the attendees of an event, whose list is whole if it has no limit. */
export function attendeesRequest(limits: ListLimits) {
  const { limit, cursor } = pageEntries({ ...limits, limit: 'unlimited' });
  return v.object({ limit, cursor });
}

/** The orders of events. With `-`, the last comes first. */
const SORTS = ['event_date', '-event_date', 'name', '-name', 'ticket_price', '-ticket_price'] as const;
const ORDERS = { event_date: 'eventDate', name: 'name', ticket_price: 'ticketPrice' } as const;

/** The query of the list of events. */
export const eventListRequest = (limits: ListLimits) =>
  v.pipe(
    v.object({
      ...pageEntries(limits),
      from: instant('Events at this time or later.'),
      to: instant('Events before this time.'),
      available: v.optional(
        v.pipe(v.literal(true, localized(faults.onlyTrue)), v.description('true: events that still have tickets. Not together with `q`.')),
      ),
      q: search('the name, the location or the description'),
      sort: v.optional(
        v.pipe(
          v.picklist(SORTS, localized(faults.sort)),
          v.description('The order; with `-` the last first. By name and price without other filters.'),
        ),
      ),
      modified_since: instant(
        'Events that were edited at this time or later, in the order of their last edits. Without other filters. Sales are no edits.',
      ),
    }),
    v.transform(({ available, q, sort, modified_since, ...page }) => {
      const [, minus = '', order] = /^(-?)(.*)$/.exec(sort ?? '') ?? [];
      return {
        ...page,
        isAvailable: available,
        search: q,
        order: sort === undefined ? undefined : ORDERS[order as keyof typeof ORDERS],
        reversed: minus === '-' ? true : undefined,
        modifiedSince: modified_since,
      };
    }),
    listedTogether<EventListRequest>(unlistedEventFilters, { isAvailable: 'available', search: 'q', order: 'sort', modifiedSince: 'modified_since' }),
  );

/** The query of the list of bookings. */
export const bookingListRequest = (limits: ListLimits) =>
  v.pipe(
    v.object({
      ...pageEntries(limits),
      event_id: v.optional(
        v.pipe(Uuid, v.description('Bookings of this event. For admins the latest sale first. Not together with `offset` and `total`.')),
      ),
      user_id: v.optional(v.pipe(Uuid, v.description('Bookings of this user. For admins, and for users their own id.'))),
      status: v.optional(
        v.pipe(
          v.picklist(BOOKING_STATUSES, localized(faults.status)),
          v.description('Bookings of this status. Not together with `offset` and `total`.'),
        ),
      ),
      from: instant('Bookings made at this time or later.'),
      to: instant('Bookings made before this time.'),
    }),
    v.transform(({ event_id: eventId, user_id: userId, ...page }) => ({ ...page, eventId, userId })),
    listedTogether(unlistedBookingFilters, {}),
  );

/** The query of the list of users. */
export const userListRequest = (limits: ListLimits) =>
  v.pipe(
    v.object({
      ...pageEntries(limits),
      q: search('the name or the e-mail'),
      role: v.optional(v.pipe(v.picklist(['user', 'admin'], localized(faults.role)), v.description('Users with this role.'))),
      modified_since: instant(
        'Users that were edited at this time or later, in the order of their last edits. Without other filters. A logout is no edit.',
      ),
    }),
    v.transform(({ q, modified_since, ...page }) => ({ ...page, search: q, modifiedSince: modified_since })),
    listedTogether<UserListRequest>(unlistedUserFilters, { search: 'q', modifiedSince: 'modified_since' }),
  );

/** Refuses filters that no index serves together. `names` are the parameters of the fields that have another name. */
function listedTogether<Request extends object>(unlisted: (request: Request) => readonly (keyof Request & string)[], names: Record<string, string>) {
  return v.rawCheck<Request>(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    for (const field of unlisted(dataset.value))
      addIssue({ message: localized(faults.notTogether), path: pathTo(dataset.value, names[field] ?? field) });
  });
}
