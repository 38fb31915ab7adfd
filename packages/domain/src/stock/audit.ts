/** The facts that an audit compares for one event. All are of the same moment. */
export interface StockFacts {
  readonly eventId: string;
  /** undefined when the event was deleted and only its ledger is left. */
  readonly event: { readonly totalTickets: number; readonly availableTickets: number; readonly stockVersion: number } | undefined;
  /** Tickets that its pending and confirmed bookings hold. */
  readonly heldTickets: number;
  /** The sum of the ledger's deltas, the number of its lines, and the lowest and highest stock version. Each is 0 if the ledger has no lines. */
  readonly movedTickets: number;
  readonly movements: number;
  readonly firstVersion: number;
  readonly lastVersion: number;
  /** The sum of `availableAfter` over all lines, minus the sum that follows from their deltas. It is 0 in a correct ledger. */
  readonly availableAfterIsOffBy: number;
  /** The number of bookings, also deleted ones, whose movements do not add up to minus the tickets that they hold, or that have no movement. */
  readonly unmatchedBookings: number;
  /** One of the unmatched bookings. */
  readonly unmatchedBookingId: string | undefined;
}

/** A difference that a person has to look into. A program never repairs it. */
export interface Difference {
  readonly eventId: string;
  readonly rule:
    | 'held_and_available_are_total'
    | 'ledger_is_available'
    | 'versions_have_no_gap'
    | 'ledger_lines_follow_each_other'
    | 'bookings_have_their_movements';
  readonly expected: number;
  readonly found: number;
  /** One of the bookings that break the rule, if the rule is about bookings. */
  readonly bookingId?: string;
}

/** Compares an event's stock with its bookings and its ledger. A deleted event's ledger has to be closed: its sum is 0. */
export function differencesIn(facts: StockFacts): Difference[] {
  const { eventId, event, heldTickets, movedTickets, movements, firstVersion, lastVersion } = facts;
  const differences: Difference[] = [];
  const expect = (rule: Difference['rule'], expected: number, found: number, more: Pick<Difference, 'bookingId'> = {}) =>
    expected === found || differences.push({ eventId, rule, expected, found, ...more });
  expect('held_and_available_are_total', event?.totalTickets ?? 0, heldTickets + (event?.availableTickets ?? 0));
  expect('ledger_is_available', event?.availableTickets ?? 0, movedTickets);
  // The primary key makes versions unique. So there is no gap if the number of lines, the last version and the range all equal the event's version.
  const version = event?.stockVersion ?? lastVersion;
  const span = movements === 0 ? 0 : lastVersion - firstVersion + 1;
  expect('versions_have_no_gap', version, [movements, lastVersion, span].find((found) => found !== version) ?? version);
  expect('ledger_lines_follow_each_other', 0, facts.availableAfterIsOffBy);
  const { unmatchedBookingId: bookingId } = facts;
  expect('bookings_have_their_movements', 0, facts.unmatchedBookings, bookingId === undefined ? {} : { bookingId });
  return differences;
}
