/** Why stock moved. */
export type MovementReason = 'opened' | 'booked' | 'cancelled' | 'reinstated' | 'deleted' | 'resized' | 'closed';

/**
 * One line of an event's ledger. It is written in the same transaction as the movement, and never changed. The sum of an event's deltas is
 * its available stock. The sum of a booking's deltas is minus the tickets that it holds. Versions have no gap.
 */
export interface StockMovement {
  readonly eventId: string;
  /** 1 for the opening, then one more each time. */
  readonly stockVersion: number;
  /** null if no booking caused the movement: opened, resized, closed. */
  readonly bookingId: string | null;
  /** The available tickets after the movement minus those before. Never 0. */
  readonly delta: number;
  readonly availableAfter: number;
  readonly reason: MovementReason;
  readonly at: Date;
}
