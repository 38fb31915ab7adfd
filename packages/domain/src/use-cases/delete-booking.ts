import { allow, identify } from '../policy.ts';
import type { Attempt, Ports } from '../ports.ts';
import { refuse } from '../refusal.ts';

/** Deletes a booking; the tickets it held come back. */
export function deleteBooking({ bookings, policy }: Ports) {
  return (attempt: Attempt, id: string): Promise<undefined> =>
    bookings.change(id, attempt, ({ actor, booking }) => {
      identify(policy, actor, 'delete_booking');
      const before = booking ?? refuse('not_found', { entity: 'booking', id });
      allow(policy, actor, 'delete_booking', before.userId);
      return undefined;
    });
}
