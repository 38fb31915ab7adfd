import {
  DESCRIPTION_CHARACTERS_MAX,
  EVENT_NAME_CHARACTERS_MAX,
  isDescription,
  isEventName,
  isLocation,
  LOCATION_CHARACTERS_MAX,
  TICKET_PRICE_CENTS_MAX,
} from '@ticket/domain';
import * as v from 'valibot';
import { instantOf } from '../instants.ts';
import { faults, localized } from '../messages.ts';
import { centsOf, PRINTED_PRICE } from '../money.ts';
import { line, parsed, TicketCount, text } from './fields.ts';

const Description = v.pipe(
  text,
  v.check(isDescription, localized(faults.prose(DESCRIPTION_CHARACTERS_MAX))),
  v.metadata({ maxLength: DESCRIPTION_CHARACTERS_MAX }),
);

const EventDate = v.pipe(
  text,
  v.metadata({ format: 'date-time', description: 'ISO 8601 with a time zone. Stored and shown in UTC.' }),
  parsed(instantOf, faults.eventDate),
);

/** A number, or the text that answers print, so that a client can send back what it got. */
const TicketPrice = v.pipe(
  v.union(
    [
      v.pipe(v.number(), v.metadata({ minimum: 0, maximum: TICKET_PRICE_CENTS_MAX / 100, description: 'At most two decimals.' })),
      v.pipe(v.string(), v.regex(PRINTED_PRICE), v.transform(Number), v.metadata({ description: 'As answers print it.' })),
    ],
    localized(faults.ticketPrice),
  ),
  parsed(centsOf, faults.ticketPrice),
);

const EXAMPLE = {
  name: 'GDGoC Tech Talk 2025',
  description: 'Workshop backend development',
  location: 'UNSRI Palembang',
  event_date: '2025-02-15T14:00:00.000Z',
  ticket_price: 50_000,
  total_tickets: 100,
};

const Entries = v.object(
  {
    name: line(isEventName, EVENT_NAME_CHARACTERS_MAX),
    description: v.optional(v.nullable(Description)),
    location: line(isLocation, LOCATION_CHARACTERS_MAX),
    event_date: EventDate,
    ticket_price: TicketPrice,
    total_tickets: TicketCount,
  },
  localized(faults.missing),
);

export const NewEvent = v.pipe(
  Entries,
  v.metadata({ ref: 'NewEvent', examples: [EXAMPLE] }),
  v.transform(({ event_date: eventDate, ticket_price: ticketPriceCents, total_tickets: totalTickets, ...texts }) => ({
    ...texts,
    eventDate,
    ticketPriceCents,
    totalTickets,
  })),
);

export const EventChanges = v.pipe(
  v.partial(Entries),
  v.metadata({ ref: 'EventChanges', examples: [{ name: EXAMPLE.name, ticket_price: 75_000 }] }),
  v.transform(({ event_date: eventDate, ticket_price: ticketPriceCents, total_tickets: totalTickets, ...texts }) => ({
    ...texts,
    eventDate,
    ticketPriceCents,
    totalTickets,
  })),
);
