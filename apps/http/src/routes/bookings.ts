import { Hono } from 'hono';
import * as v from 'valibot';
import { body } from '../body.ts';
import { cachedBody, okCached } from '../cached-body.ts';
import type { AppEnv, RouteParts } from '../env.ts';
import { created, deleted, done, ok, success } from '../envelope.ts';
import { listAnswer } from '../lists.ts';
import { messages } from '../messages.ts';
import { operation } from '../openapi.ts';
import { pathId } from '../path-id.ts';
import { BookingReply, BookingViewReply, bookingViewText, presentBooking } from '../presenters.ts';
import { query } from '../query.ts';
import { NewBooking, StatusChange } from '../schemas/bookings.ts';
import { listRequest } from '../schemas/lists.ts';

const answerBookings = listAnswer(messages.bookingsRead, bookingViewText);
const renderBooking = cachedBody(messages.bookingRead, bookingViewText);

export function bookingRoutes({ useCases, policies }: RouteParts) {
  return new Hono<AppEnv>()
    .get(
      '/',
      operation({
        tag: 'Bookings',
        id: 'listBookings',
        summary: 'Booking milik sendiri; untuk admin semua booking. Terbaru lebih dulu',
        token: 'required',
        answer: [200, success(messages.bookingsRead, v.array(BookingViewReply))],
        list: true,
        failures: [400, 401],
      }),
      query(listRequest(policies.selling.list)),
      async (c) => answerBookings(c, await useCases.listBookings(c.get('context'), c.get('input'))),
    )
    .get(
      '/:id',
      operation({
        tag: 'Bookings',
        id: 'readBooking',
        summary: 'Satu booking, milik sendiri atau sebagai admin',
        token: 'required',
        answer: [200, success(messages.bookingRead, BookingViewReply)],
        tagged: true,
        failures: [400, 401, 403, 404],
      }),
      pathId(useCases, 'read_booking'),
      async (c) => okCached(c, renderBooking(await useCases.readBooking(c.get('context'), c.get('id')))),
    )
    .post(
      '/',
      operation({
        tag: 'Bookings',
        id: 'bookTickets',
        summary: 'Memesan tiket',
        description:
          'Stok tidak cukup: 400 dengan `errors: {available, requested}` dari saat keputusan diambil. ' +
          'Melebihi batas per booking atau per user, bila ada: 400 dengan `errors: {maximum, requested}` atau `{maximum, held, requested}`.',
        token: 'required',
        answer: [201, success(messages.bookingCreated, BookingReply)],
        keyed: true,
        failures: [400, 401, 404, 415, 429],
      }),
      body(NewBooking),
      async (c) => {
        const { value, replayed } = await useCases.bookTickets(c.get('context'), c.get('input'));
        return created(c, messages.bookingCreated, presentBooking(value), { replayed });
      },
    )
    .patch(
      '/:id/status',
      operation({
        tag: 'Bookings',
        id: 'changeBookingStatus',
        summary: 'Mengubah status booking',
        description: '`cancelled` mengembalikan tiket, satu kali; keluar dari `cancelled` mengambil tiket lagi bila stok cukup.',
        token: 'required',
        answer: [200, success(messages.bookingChanged, BookingReply)],
        failures: [400, 401, 403, 404, 415, 429],
      }),
      pathId(useCases, 'change_booking'),
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
        summary: 'Menghapus booking; tiket yang dipegang kembali',
        token: 'required',
        answer: [200, done(messages.bookingDeleted)],
        failures: [400, 401, 403, 404, 429],
      }),
      pathId(useCases, 'delete_booking'),
      async (c) => {
        await useCases.deleteBooking(c.get('context'), c.get('id'));
        return deleted(c, messages.bookingDeleted);
      },
    );
}
