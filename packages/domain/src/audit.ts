/** What the rows say of one event's stock, all as of one moment. */
export interface StockFacts {
  readonly eventId: string;
  /** undefined when the event was deleted and only its ledger is left. */
  readonly event: { readonly totalTickets: number; readonly availableTickets: number; readonly stockVersion: number } | undefined;
  /** Tickets that its pending and confirmed bookings hold. */
  readonly heldTickets: number;
  /** The sum of its ledger's deltas, their number, and the highest version among them. */
  readonly movedTickets: number;
  readonly movements: number;
  readonly lastVersion: number;
  /** Bookings, also deleted ones, whose own movements do not add up to the negative of what they hold, or that have none. */
  readonly unmatchedBookings: number;
}

/** Something that is not as it has to be: for a person to look into, never to be repaired by a program. */
export interface Difference {
  readonly eventId: string;
  readonly rule: 'held_and_available_are_total' | 'ledger_is_available' | 'versions_have_no_gap' | 'bookings_have_their_movements';
  readonly expected: number;
  readonly found: number;
}

/** Compares an event's stock with its bookings and its ledger. A deleted event's ledger has to be closed: its sum is 0. */
export function differencesIn(facts: StockFacts): Difference[] {
  const { eventId, event, heldTickets, movedTickets, movements, lastVersion, unmatchedBookings } = facts;
  const differences: Difference[] = [];
  const expect = (rule: Difference['rule'], expected: number, found: number) =>
    expected === found || differences.push({ eventId, rule, expected, found });
  expect('held_and_available_are_total', event?.totalTickets ?? 0, heldTickets + (event?.availableTickets ?? 0));
  expect('ledger_is_available', event?.availableTickets ?? 0, movedTickets);
  // Versions are unique by key, so as many lines as the highest number leave no gap.
  expect('versions_have_no_gap', event?.stockVersion ?? lastVersion, movements);
  expect('versions_have_no_gap', event?.stockVersion ?? movements, lastVersion);
  expect('bookings_have_their_movements', 0, unmatchedBookings);
  return differences;
}
