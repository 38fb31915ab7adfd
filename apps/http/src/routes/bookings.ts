import { Hono } from 'hono';
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
import { BookingReply, BookingViewReply, bookingViewText, presentBooking } from '../presenters.ts';
import { query } from '../query.ts';
import { NewBooking, StatusChange } from '../schemas/bookings.ts';
import { bookingListRequest } from '../schemas/lists.ts';

const answerBookings = listAnswer(messages.bookingsRead, bookingViewText, 'caller');
const renderBooking = cachedRow(messages.bookingRead, bookingViewText);

/** The failures of a request that takes tickets: it makes a booking, or makes a cancelled one active again. */
const TAKING_FAILURES = [
  ...(['insufficient_tickets', 'too_many_for_a_booking', 'too_many_for_a_user', 'event_is_over'] as const),
  ...(['too_many_booking_changes', 'outcome_unknown'] as const),
] as const;

export function bookingRoutes({ useCases, policies, paging }: RouteParts) {
  const operation = operationsFor(policies);
  return new Hono<AppEnv>()
    .get(
      '/',
      operation({
        tag: 'Bookings',
        id: 'listBookings',
        summary: 'Lists your own bookings, the newest first. An admin gets all bookings',
        description: 'Pages are asked for with `limit`. The `Link` header leads to the next one.',
        token: 'required',
        answer: [200, success(messages.bookingsRead, rowsOf(BookingViewReply))],
        list: true,
        failures: ['invalid_input', 'forbidden'],
      }),
      query(bookingListRequest(policies.selling.list), paging.cursors),
      async (c) => answerBookings(c, await useCases.listBookings(c.get('context'), c.get('input')), paging),
    )
    .get(
      '/:id',
      operation({
        tag: 'Bookings',
        id: 'readBooking',
        summary: 'Reads a booking of your own, or any as an admin',
        description: 'With its user and its event.',
        token: 'required',
        answer: [200, success(messages.bookingRead, BookingViewReply)],
        tagged: true,
        failures: ['invalid_input', 'forbidden', 'not_found'],
      }),
      pathId(useCases, 'read_booking'),
      async (c) => okCached(c, renderBooking(await useCases.readBooking(c.get('context'), c.get('id'))), 'caller'),
    )
    .post(
      '/',
      operation({
        tag: 'Bookings',
        id: 'bookTickets',
        summary: 'Books tickets',
        description:
          'If too few are left, `errors` has the number that was left when the request was decided. Of many requests for the last ticket, exactly one succeeds.',
        token: 'required',
        answer: [201, success(messages.bookingCreated, BookingReply)],
        keyed: true,
        failures: [...BODY_FAILURES, 'not_found', ...TAKING_FAILURES],
      }),
      body(NewBooking),
      async (c) => {
        const { value, replayed } = await useCases.bookTickets(c.get('context'), c.get('input'));
        return created(c, messages.bookingCreated, presentBooking(value), { replayed, location: `/api/bookings/${value.id}` });
      },
    )
    .patch(
      '/:id/status',
      operation({
        tag: 'Bookings',
        id: 'changeBookingStatus',
        summary: 'Changes the status of a booking',
        description: '`cancelled` gives the tickets back, once. A booking that leaves `cancelled` takes its tickets again, if enough are left.',
        token: 'required',
        answer: [200, success(messages.bookingChanged, BookingReply)],
        conditional: true,
        failures: [...BODY_FAILURES, 'forbidden', 'not_found', ...TAKING_FAILURES],
      }),
      pathId(useCases, 'change_booking'),
      ifMatch(useCases, 'change_booking'),
      body(StatusChange),
      async (c) => {
        const booking = await useCases.changeBookingStatus(c.get('context'), c.get('id'), c.get('input'));
        return ok(c, messages.bookingChanged, presentBooking(booking));
      },
    )
    .delete(
      '/:id',
      operation({
        tag: 'Bookings',
        id: 'deleteBooking',
        summary: 'Deletes a booking and gives its tickets back',
        description: 'The tickets of a pending or confirmed booking become available again, once.',
        token: 'required',
        answer: [200, done(messages.bookingDeleted)],
        conditional: true,
        failures: ['invalid_input', 'forbidden', 'not_found', 'too_many_booking_changes', 'outcome_unknown'],
      }),
      pathId(useCases, 'delete_booking'),
      ifMatch(useCases, 'delete_booking'),
      async (c) => {
        await useCases.deleteBooking(c.get('context'), c.get('id'));
        return deleted(c, messages.bookingDeleted);
      },
    );
}
