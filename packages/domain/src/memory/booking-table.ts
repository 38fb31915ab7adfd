import { type Booking, heldBy } from '../stock/booking.ts';

/**
 * Bookings by id, with an index by event and by user. Each write keeps the index, so a look-up costs the same however many other
 * bookings are stored.
 */
export class BookingTable extends Map<string, Booking> {
  /** Two indexes of the same objects: by event and then by user, and by user and then by event. */
  readonly #byEvent = new Map<string, Map<string, OwnBookings>>();
  readonly #byUser = new Map<string, Map<string, OwnBookings>>();

  /** A table of the rows, each under the booking's id. */
  constructor(rows: Iterable<readonly [string, Booking]> = []) {
    super(); // without the rows: Map's constructor would call `set` before the index is there
    for (const [id, booking] of rows) this.set(id, booking);
  }

  override set(id: string, booking: Booking): this {
    const before = this.get(id);
    if (before !== undefined) this.#remove(before);
    this.#add(booking);
    return super.set(id, booking);
  }

  override delete(id: string): boolean {
    const before = this.get(id);
    if (before !== undefined) this.#remove(before);
    return super.delete(id);
  }

  override clear(): void {
    this.#byEvent.clear();
    this.#byUser.clear();
    super.clear();
  }

  /** Every booking of the event, cancelled ones too. */
  ofEvent(eventId: string): Booking[] {
    return bookingsOf(this.#byEvent.get(eventId));
  }

  /** The events that have bookings. */
  eventIds(): string[] {
    return [...this.#byEvent.keys()];
  }

  /** Every booking of the user, cancelled ones too. */
  ofUser(userId: string): Booking[] {
    return bookingsOf(this.#byUser.get(userId));
  }

  /** undefined when the user has no booking of the event. */
  own({ userId, eventId }: Pick<Booking, 'userId' | 'eventId'>): OwnBookings | undefined {
    return this.#byEvent.get(eventId)?.get(userId);
  }

  #add(booking: Booking): void {
    const { userId, eventId } = booking;
    let own = this.own(booking);
    if (own === undefined) {
      own = new OwnBookings();
      rowIn(this.#byEvent, eventId).set(userId, own);
      rowIn(this.#byUser, userId).set(eventId, own);
    }
    own.add(booking);
  }

  #remove(booking: Booking): void {
    const { userId, eventId } = booking;
    const own = this.own(booking);
    own?.remove(booking);
    if (own === undefined || own.bookings.size > 0) return;
    removeFrom(this.#byEvent, eventId, userId);
    removeFrom(this.#byUser, userId, eventId);
  }
}

/** The bookings that one user has of one event. */
class OwnBookings {
  readonly bookings = new Set<Booking>();
  #tickets = 0;
  /** The booking dates in milliseconds, the earliest first. */
  readonly #madeAt: number[] = [];

  /** The tickets that these bookings hold together. */
  get tickets(): number {
    return this.#tickets;
  }

  add(booking: Booking): void {
    this.bookings.add(booking);
    this.#tickets += heldBy(booking);
    const at = booking.bookingDate.getTime();
    this.#madeAt.splice(this.#madeUpTo(at), 0, at);
  }

  remove(booking: Booking): void {
    this.bookings.delete(booking);
    this.#tickets -= heldBy(booking);
    this.#madeAt.splice(this.#madeUpTo(booking.bookingDate.getTime()) - 1, 1);
  }

  /** The number of bookings made after `from` and not after `to`, and the date of the first one. */
  madeWithin({ from, to }: { readonly from: Date; readonly to: Date }): { readonly made: number; readonly firstMadeAt: Date | undefined } {
    const before = this.#madeUpTo(from.getTime());
    const made = this.#madeUpTo(to.getTime()) - before;
    const first = this.#madeAt[before];
    return { made, firstMadeAt: made === 0 || first === undefined ? undefined : new Date(first) };
  }

  /** The number of bookings made at this time or before. */
  #madeUpTo(at: number): number {
    let [low, high] = [0, this.#madeAt.length];
    if (high === 0 || (this.#madeAt[high - 1] ?? 0) <= at) return high; // a new booking is mostly the latest
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#madeAt[middle] ?? 0) <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

const bookingsOf = (rows: ReadonlyMap<string, OwnBookings> | undefined): Booking[] =>
  rows === undefined ? [] : [...rows.values()].flatMap(({ bookings }) => [...bookings]);

function rowIn<Row>(rows: Map<string, Map<string, Row>>, key: string): Map<string, Row> {
  const row = rows.get(key) ?? new Map<string, Row>();
  rows.set(key, row);
  return row;
}

function removeFrom(rows: Map<string, Map<string, unknown>>, key: string, inner: string): void {
  const row = rows.get(key);
  row?.delete(inner);
  if (row?.size === 0) rows.delete(key);
}
