import { Hono } from 'hono';
import { csvAnswer, wantsTable } from '../attendees-csv.ts';
import { body } from '../body.ts';
import { cachedRow, okCached } from '../cached-body.ts';
import type { AppEnv, RouteParts } from '../env.ts';
import { created, deleted, done, ok, rowsOf, success } from '../envelope.ts';
import { BODY_FAILURES } from '../failure-responses.ts';
import { ifMatch } from '../if-match.ts';
import { listAnswer } from '../lists.ts';
import { messages } from '../messages.ts';
import { operationsFor } from '../openapi.ts';
import { pathId } from '../path-id.ts';
import {
  BookingViewReply,
  bookingViewText,
  EventReply,
  EventViewReply,
  eventViewText,
  eventViewTextWithoutEmail,
  presentEvent,
} from '../presenters.ts';
import { query } from '../query.ts';
import { EventChanges, NewEvent } from '../schemas/events.ts';
import { attendeesRequest, eventListRequest } from '../schemas/lists.ts';

const answerAttendees = listAnswer(messages.bookingsRead, bookingViewText, 'caller');

export function eventRoutes({ useCases, policies, paging }: RouteParts) {
  const operation = operationsFor(policies);
  const viewText = policies.organizerEmail ? eventViewText : eventViewTextWithoutEmail;
  const answerEvents = listAnswer(messages.eventsRead, viewText, 'everyone');
  const renderEvent = cachedRow(messages.eventRead, viewText);
  return new Hono<AppEnv>()
    .get(
      '/',
      operation({
        tag: 'Events',
        id: 'listEvents',
        summary: 'Lists events by date, the earliest first',
        description: 'Past events are included. Pages are asked for with `limit`. The `Link` header leads to the next one.',
        token: 'optional',
        answer: [200, success(messages.eventsRead, rowsOf(EventViewReply))],
        list: true,
        failures: ['invalid_input'],
      }),
      query(eventListRequest(policies.selling.list), paging.cursors),
      async (c) => answerEvents(c, await useCases.listEvents(c.get('context'), c.get('input')), paging),
    )
    .get(
      '/:id',
      operation({
        tag: 'Events',
        id: 'readEvent',
        summary: 'Reads an event',
        description: '`available_tickets` is the stock when the request was answered.',
        token: 'optional',
        answer: [200, success(messages.eventRead, EventViewReply)],
        tagged: true,
        failures: ['invalid_input', 'not_found'],
      }),
      pathId(useCases, 'read_events'),
      async (c) => okCached(c, renderEvent(await useCases.readEvent(c.get('context'), c.get('id'))), 'everyone'),
    )
    .get(
      '/:id/bookings',
      operation({
        tag: 'Events',
        id: 'listAttendees',
        summary: 'Lists the bookings of an event, the latest sale first. For admins',
        description:
          'The whole list, or pages with `limit`. With `Accept: text/csv` it is a table. Cells that a spreadsheet would run begin with an apostrophe.',
        token: 'required',
        answer: [200, success(messages.bookingsRead, rowsOf(BookingViewReply))],
        list: true,
        csv: true,
        failures: ['invalid_input', 'forbidden', 'not_found'],
      }),
      pathId(useCases, 'list_attendees'),
      query(attendeesRequest(policies.selling.list), paging.cursors),
      async (c) => {
        const page = await useCases.listAttendees(c.get('context'), c.get('id'), c.get('input'));
        return wantsTable(c) ? csvAnswer(c, page, c.get('id'), paging) : answerAttendees(c, page, paging);
      },
    )
    .post(
      '/',
      operation({
        tag: 'Events',
        id: 'createEvent',
        summary: 'Creates an event. For admins',
        description: 'All its tickets are available.',
        token: 'required',
        answer: [201, success(messages.eventCreated, EventReply)],
        keyed: true,
        failures: [...BODY_FAILURES, 'forbidden', 'event_is_over', 'outcome_unknown'],
      }),
      body(NewEvent),
      async (c) => {
        const { value, replayed } = await useCases.createEvent(c.get('context'), c.get('input'));
        return created(c, messages.eventCreated, presentEvent(value), { replayed, location: `/api/events/${value.id}` });
      },
    )
    .put(
      '/:id',
      operation({
        tag: 'Events',
        id: 'changeEvent',
        summary: 'Changes an event. For admins',
        description: '`total_tickets` cannot be less than the tickets that bookings hold. A new price counts for later bookings.',
        token: 'required',
        answer: [200, success(messages.eventChanged, EventReply)],
        conditional: true,
        failures: [...BODY_FAILURES, 'forbidden', 'not_found', 'total_below_held', 'outcome_unknown'],
      }),
      pathId(useCases, 'change_event'),
      ifMatch(useCases, 'change_event'),
      body(EventChanges),
      async (c) => ok(c, messages.eventChanged, presentEvent(await useCases.changeEvent(c.get('context'), c.get('id'), c.get('input')))),
    )
    .delete(
      '/:id',
      operation({
        tag: 'Events',
        id: 'deleteEvent',
        summary: 'Deletes an event and its cancelled bookings. For admins',
        description: 'Refused while the event has pending or confirmed bookings.',
        token: 'required',
        answer: [200, done(messages.eventDeleted)],
        conditional: true,
        failures: ['invalid_input', 'forbidden', 'not_found', 'event_has_active_bookings', 'outcome_unknown'],
      }),
      pathId(useCases, 'delete_event'),
      ifMatch(useCases, 'delete_event'),
      async (c) => {
        await useCases.deleteEvent(c.get('context'), c.get('id'));
        return deleted(c, messages.eventDeleted);
      },
    );
}
