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
import { faults } from '../messages.ts';
import { centsOf, PRINTED_PRICE } from '../money.ts';
import { line, parsed, TicketCount, text } from './fields.ts';

const Description = v.pipe(
  text,
  v.check(isDescription, faults.prose(DESCRIPTION_CHARACTERS_MAX)),
  v.metadata({ maxLength: DESCRIPTION_CHARACTERS_MAX }),
);

const EventDate = v.pipe(
  text,
  v.metadata({ format: 'date-time', description: 'When the event begins, in ISO 8601 with a time zone. Stored and shown in UTC.' }),
  parsed(instantOf, faults.eventDate),
);

/** A number, or the text that answers print, so that a client can send back what it got. */
const TicketPrice = v.pipe(
  v.union(
    [
      v.pipe(v.number(), v.metadata({ minimum: 0, maximum: TICKET_PRICE_CENTS_MAX / 100, description: 'At most two decimals.' })),
      v.pipe(v.string(), v.regex(PRINTED_PRICE), v.transform(Number), v.metadata({ description: 'As answers print it.' })),
    ],
    faults.ticketPrice,
  ),
  v.description('The price of one ticket. Later bookings pay it.'),
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
    name: v.pipe(line(isEventName, EVENT_NAME_CHARACTERS_MAX), v.description('The name of the event.')),
    description: v.optional(v.pipe(v.nullable(Description), v.description('What the event is about. null for nothing.'))),
    location: v.pipe(line(isLocation, LOCATION_CHARACTERS_MAX), v.description('Where the event takes place.')),
    event_date: EventDate,
    ticket_price: TicketPrice,
    total_tickets: v.pipe(TicketCount, v.description('All tickets of the event, sold or not.')),
  },
  faults.missing,
);

export const NewEvent = v.pipe(
  Entries,
  v.metadata({ ref: 'NewEvent', description: 'An event to create.', examples: [EXAMPLE] }),
  v.transform(({ event_date: eventDate, ticket_price: ticketPriceCents, total_tickets: totalTickets, ...texts }) => ({
    ...texts,
    eventDate,
    ticketPriceCents,
    totalTickets,
  })),
);

export const EventChanges = v.pipe(
  v.partial(Entries),
  v.metadata({ ref: 'EventChanges', description: 'The fields of an event that change.', examples: [{ name: EXAMPLE.name, ticket_price: 75_000 }] }),
  v.transform(({ event_date: eventDate, ticket_price: ticketPriceCents, total_tickets: totalTickets, ...texts }) => ({
    ...texts,
    eventDate,
    ticketPriceCents,
    totalTickets,
  })),
);
