import { BOOKING_STATUSES } from '@ticket/domain';
import * as v from 'valibot';
import { faults, localized } from '../messages.ts';
import { TicketCount, Uuid } from './fields.ts';

export const NewBooking = v.pipe(
  v.object({ event_id: Uuid, quantity: TicketCount }, localized(faults.missing)),
  v.metadata({ ref: 'NewBooking', examples: [{ event_id: '770e8400-e29b-41d4-a716-446655440000', quantity: 2 }] }),
  v.transform(({ event_id, quantity }) => ({ eventId: event_id, quantity })),
);

export const StatusChange = v.pipe(
  v.object({ status: v.picklist(BOOKING_STATUSES, localized(faults.status)) }, localized(faults.missing)),
  v.metadata({ ref: 'StatusChange', examples: [{ status: 'cancelled' }] }),
);
