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
import { EventReply, EventViewReply, eventViewText, eventViewTextWithoutEmail, presentEvent } from '../presenters.ts';
import { query } from '../query.ts';
import { EventChanges, NewEvent } from '../schemas/events.ts';
import { listRequest } from '../schemas/lists.ts';

export function eventRoutes({ useCases, policies }: RouteParts) {
  const viewText = policies.organizerEmail ? eventViewText : eventViewTextWithoutEmail;
  const answerEvents = listAnswer(messages.eventsRead, viewText);
  const renderEvent = cachedBody(messages.eventRead, viewText);
  return new Hono<AppEnv>()
    .get(
      '/',
      operation({
        tag: 'Events',
        id: 'listEvents',
        summary: 'Semua event, tanggal terdekat lebih dulu',
        token: 'optional',
        answer: [200, success(messages.eventsRead, v.array(EventViewReply))],
        list: true,
        failures: [400, 401],
      }),
      query(listRequest(policies.selling.list)),
      async (c) => answerEvents(c, await useCases.listEvents(c.get('context'), c.get('input'))),
    )
    .get(
      '/:id',
      operation({
        tag: 'Events',
        id: 'readEvent',
        summary: 'Satu event',
        token: 'optional',
        answer: [200, success(messages.eventRead, EventViewReply)],
        tagged: true,
        failures: [400, 401, 404],
      }),
      pathId(useCases, 'read_events'),
      async (c) => okCached(c, renderEvent(await useCases.readEvent(c.get('context'), c.get('id')))),
    )
    .post(
      '/',
      operation({
        tag: 'Events',
        id: 'createEvent',
        summary: 'Membuat event (hanya admin)',
        token: 'required',
        answer: [201, success(messages.eventCreated, EventReply)],
        keyed: true,
        failures: [400, 401, 403, 415],
      }),
      body(NewEvent),
      async (c) => {
        const { value, replayed } = await useCases.createEvent(c.get('context'), c.get('input'));
        return created(c, messages.eventCreated, presentEvent(value), { replayed });
      },
    )
    .put(
      '/:id',
      operation({
        tag: 'Events',
        id: 'changeEvent',
        summary: 'Mengubah event (hanya admin)',
        description: 'total_tickets tidak dapat kurang dari tiket yang sudah dipesan; harga baru berlaku untuk booking berikutnya.',
        token: 'required',
        answer: [200, success(messages.eventChanged, EventReply)],
        failures: [400, 401, 403, 404, 415],
      }),
      pathId(useCases, 'change_event'),
      body(EventChanges),
      async (c) => ok(c, messages.eventChanged, presentEvent(await useCases.changeEvent(c.get('context'), c.get('id'), c.get('input')))),
    )
    .delete(
      '/:id',
      operation({
        tag: 'Events',
        id: 'deleteEvent',
        summary: 'Menghapus event (hanya admin)',
        description: 'Ditolak (400) selama ada booking aktif; booking yang dibatalkan ikut terhapus.',
        token: 'required',
        answer: [200, done(messages.eventDeleted)],
        failures: [400, 401, 403, 404],
      }),
      pathId(useCases, 'delete_event'),
      async (c) => {
        await useCases.deleteEvent(c.get('context'), c.get('id'));
        return deleted(c, messages.eventDeleted);
      },
    );
}
