/** Why stock moved. */
export type MovementReason = 'opened' | 'booked' | 'cancelled' | 'reinstated' | 'deleted' | 'resized' | 'closed';

/**
 * One line of an event's ledger, written in the transaction of what moved and never touched again. The sum of an event's
 * deltas is its available stock, the sum of a booking's is the negative of what it holds, and versions have no gap.
 */
export interface StockMovement {
  readonly eventId: string;
  /** 1 for the opening, then one more each time. */
  readonly stockVersion: number;
  /** null where the event itself moved: opened, resized, closed. */
  readonly bookingId: string | null;
  /** availableAfter less what was available before; never 0. */
  readonly delta: number;
  readonly availableAfter: number;
  readonly reason: MovementReason;
  readonly at: Date;
}
