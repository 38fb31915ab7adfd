import { allow, identify } from '../policy.ts';
import type { Ports } from '../ports.ts';
import type { Attempt } from '../requests/attempt.ts';
import { refuse } from '../requests/refusal.ts';
import { requireToken } from '../use-cases/asking.ts';

/** Deletes a booking; the tickets it held come back. */
export function deleteBooking({ bookings, policy }: Ports) {
  return async (attempt: Attempt, id: string): Promise<undefined> => {
    requireToken({ policy }, attempt, 'delete_booking');
    return bookings.change(id, attempt, ({ actor, booking }) => {
      identify(policy, actor, 'delete_booking');
      const before = booking ?? refuse('not_found', { entity: 'booking', id });
      allow(policy, actor, 'delete_booking', before.userId);
      return undefined;
    });
  };
}
