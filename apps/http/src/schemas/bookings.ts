import { BOOKING_STATUSES } from '@ticket/domain';
import * as v from 'valibot';
import { faults } from '../messages.ts';
import { TicketCount, Uuid } from './fields.ts';

export const NewBooking = v.pipe(
  v.object(
    { event_id: v.pipe(Uuid, v.description('The id of the event.')), quantity: v.pipe(TicketCount, v.description('How many tickets to book.')) },
    faults.missing,
  ),
  v.metadata({ ref: 'NewBooking', description: 'A booking to make.', examples: [{ event_id: '770e8400-e29b-41d4-a716-446655440000', quantity: 2 }] }),
  v.transform(({ event_id, quantity }) => ({ eventId: event_id, quantity })),
);

export const StatusChange = v.pipe(
  v.object({ status: v.pipe(v.picklist(BOOKING_STATUSES, faults.status), v.description('The status that the booking gets.')) }, faults.missing),
  v.metadata({ ref: 'StatusChange', description: 'A change of the status of a booking.', examples: [{ status: 'cancelled' }] }),
);
