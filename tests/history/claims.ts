import { isRead, meaningOf } from './answers.ts';
import type { Read, Step, Write } from './event-model.ts';
import { type BookingRow, centsOf, type EventRow, type History, type Operation } from './history.ts';
import type { Concurrent } from './linearizability.ts';

/** What an operation, or the final look at the tables, claims about one event. */
export interface Claim extends Concurrent<Step> {
  /** undefined: the final look. */
  readonly operation: Operation | undefined;
}

/**
 * What a history claims about each event. Events are independent, so each is searched alone. A list of events is a read of each of them. A
 * list of bookings says for each event which bookings exist.
 */
export function claimsByEvent(history: History): ReadonlyMap<string, readonly Claim[]> {
  const claims = new Map<string, Claim[]>(history.beginning.events.map(({ id }) => [id, []]));
  const add = (event: string, claim: Claim) => claims.get(event)?.push(claim);
  const sightings = new Sightings(history);
  for (const operation of history.operations) {
    const { invokedAt, completedAt } = operation;
    const meaning = meaningOf(operation);
    if (meaning === 'done' || meaning === 'refused') {
      for (const [event, step] of knownSteps(operation, history))
        add(event, { operation, invokedAt, completedAt, steps: [step], isRead: 'says' in step });
    } else if (meaning !== 'nothing' && !isRead(operation)) {
      // An answer that no client can interpret leaves as much open as no answer.
      const [event, claim] = claimOfUnknown(operation, sightings);
      if (claim.steps.length > 0) add(event, claim);
    }
  }
  const { askedAt: invokedAt, answeredAt: completedAt, events, bookings } = history.ending;
  for (const event of claims.keys())
    for (const says of [
      eventOrNone(event, events, history.beginning.admin),
      { says: 'bookings', owner: undefined, bookings: bookings.filter((row) => row.event === event) } as const,
    ])
      add(event, { operation: undefined, invokedAt, completedAt, steps: [says], isRead: true });
  return claims;
}

/** Every booking that an answer or the final look shows. Also the names and prices that events were seen with. */
export class Sightings {
  /** Each booking's facts, and when they were first seen. */
  readonly bookings = new Map<string, { readonly row: BookingRow; readonly at: number }>();
  /** Bookings that an answer acknowledged, other than a replay. */
  readonly acknowledged = new Map<string, Operation>();
  /** The bookings that answers name under an owner's key. */
  readonly byKey = new Map<string, BookingRow>();
  readonly names = new Set<string>();
  readonly pricesCents = new Set<number>();
  /** Events with a conditional edit that was refused. Any other edit may be why, also one that no answer shows. */
  readonly editedSince = new Set<string>();

  constructor({ operations, ending }: History) {
    for (const operation of operations) {
      const { ask, answer, user, completedAt } = operation;
      const { event, events = [], booking, bookings = [] } = answer;
      for (const row of event === undefined ? events : [event]) this.#seeEvent(row);
      for (const row of booking === undefined ? bookings : [booking]) this.#seeBooking(row, completedAt);
      if (ask.do === 'edit event' && answer.status === 412) this.editedSince.add(ask.event);
      if (ask.do !== 'book' || booking === undefined) continue;
      if (!answer.replayed) this.acknowledged.set(booking.id, operation);
      if (ask.key !== undefined) this.byKey.set(`${user} ${ask.key}`, booking);
    }
    for (const row of ending.events) this.#seeEvent(row);
    for (const row of ending.bookings) this.#seeBooking(row, ending.answeredAt);
  }

  #seeEvent({ name, priceCents }: EventRow): void {
    this.names.add(name);
    this.pricesCents.add(priceCents);
  }

  #seeBooking(row: BookingRow, at: number): void {
    const before = this.bookings.get(row.id);
    if (before === undefined || at < before.at) this.bookings.set(row.id, { row, at });
    this.pricesCents.add(row.priceCents / row.quantity);
    if (row.eventName !== undefined) this.names.add(row.eventName);
  }

  /** The bookings that an order without an acknowledgement may have made. */
  madeBy({ ask, user, invokedAt }: Operation): readonly BookingRow[] {
    if (ask.do !== 'book') return [];
    const answered = ask.key === undefined ? undefined : this.byKey.get(`${user} ${ask.key}`);
    if (answered !== undefined) return this.acknowledged.has(answered.id) ? [] : [answered];
    const ofKeys = new Set([...this.byKey.values()].map(({ id }) => id));
    return [...this.bookings.values()].flatMap(({ row, at }) => {
      const isFree = !this.acknowledged.has(row.id) && !ofKeys.has(row.id) && at >= invokedAt;
      return isFree && row.event === ask.event && row.owner === user && row.quantity === ask.quantity ? [row] : [];
    });
  }
}

const withoutStatus = ({ id, owner, quantity, priceCents }: BookingRow) => ({ id, owner, quantity, priceCents });

function changesOf({ ask }: Operation) {
  const { name, ticket_price, total_tickets: total } = ask.do === 'edit event' ? ask.changes : {};
  return { name, total, priceCents: ticket_price === undefined ? undefined : centsOf(ticket_price) };
}

/** A write that may take effect at any moment after its request, or never. */
export function claimOfUnknown(operation: Operation, sightings: Sightings): [event: string, claim: Claim] {
  const [event, steps] = possibleSteps(operation, sightings);
  return [event, { operation, invokedAt: operation.invokedAt, completedAt: Number.POSITIVE_INFINITY, steps, isRead: false }];
}

/** What an operation without a known outcome may have done. */
function possibleSteps(operation: Operation, sightings: Sightings): [event: string, steps: readonly Write[]] {
  const { ask } = operation;
  switch (ask.do) {
    case 'book': {
      const made = sightings.madeBy(operation);
      return [ask.event, made.map((row) => ({ do: 'book', booking: withoutStatus(row), key: ask.key, isKnown: false }))];
    }
    case 'set status':
      return [ask.event, [{ do: 'set status', booking: ask.booking, status: ask.status }]];
    case 'delete booking':
      return [ask.event, [{ do: 'delete booking', booking: ask.booking, isKnown: false }]];
    case 'edit event': {
      const changes = changesOf(operation);
      // Names and prices are used once. If no answer shows one, the history is the same as if it was never stored.
      const wasSeen =
        sightings.editedSince.has(ask.event) ||
        changes.total !== undefined ||
        (changes.name !== undefined && sightings.names.has(changes.name)) ||
        (changes.priceCents !== undefined && sightings.pricesCents.has(changes.priceCents));
      return [ask.event, wasSeen ? [{ do: 'edit event', changes, ifSeen: ask.ifSeen }] : []];
    }
    case 'delete event':
      return [ask.event, [{ do: 'delete event', isKnown: false }]];
    default:
      return ['', []];
  }
}

const eventOrNone = (id: string, events: readonly EventRow[], owner: string): Read => {
  const event = events.find((row) => row.id === id);
  return event === undefined ? { says: 'no event', owner } : { says: 'event', event };
};

/** What an answer claims about each event that it mentions. */
function* knownSteps(operation: Operation, { beginning }: History): Generator<[event: string, step: Step]> {
  const { ask, answer, user } = operation;
  const { facts = {}, event, events = [], booking, bookings = [] } = answer;
  const isRefusal = meaningOf(operation) === 'refused';
  switch (ask.do) {
    case 'book': {
      const { key, quantity } = ask;
      if (answer.status === 404) yield [ask.event, { says: 'no event', key, owner: user }];
      else if (isRefusal) yield [ask.event, { says: 'too few tickets', key, owner: user, quantity, facts }];
      else if (booking === undefined) return;
      else if (answer.replayed) yield [ask.event, { says: 'first answer under the key', key: key ?? '', booking }];
      else yield [ask.event, { do: 'book', booking: withoutStatus(booking), key, isKnown: true }];
      return;
    }
    case 'set status':
      if (answer.status === 404) yield [ask.event, { says: 'no booking', booking: ask.booking }];
      else if (isRefusal) yield [ask.event, { says: 'too few tickets to leave cancelled', booking: ask.booking, status: ask.status, facts }];
      else if (booking !== undefined) yield [ask.event, { do: 'set status', booking: ask.booking, status: ask.status, answer: booking }];
      return;
    case 'delete booking':
      yield [ask.event, isRefusal ? { says: 'no booking', booking: ask.booking } : { do: 'delete booking', booking: ask.booking, isKnown: true }];
      return;
    case 'edit event': {
      const changes = changesOf(operation);
      if (answer.status === 404) yield [ask.event, { says: 'no event', owner: user }];
      else if (answer.status === 412 && ask.ifSeen !== undefined) yield [ask.event, { says: 'edited since', seen: ask.ifSeen }];
      else if (isRefusal) yield [ask.event, { says: 'total below held', total: changes.total, facts }];
      else if (event !== undefined) yield [ask.event, { do: 'edit event', changes, ifSeen: ask.ifSeen, answer: event }];
      return;
    }
    case 'delete event':
      if (answer.status === 404) yield [ask.event, { says: 'no event', owner: user }];
      else if (isRefusal) yield [ask.event, { says: 'event has bookings' }];
      else yield [ask.event, { do: 'delete event', isKnown: true }];
      return;
    case 'read event':
      yield [ask.event, event === undefined ? { says: 'no event', owner: user } : { says: 'event', event }];
      return;
    case 'read booking':
      if (booking === undefined) yield [ask.event, { says: 'no booking', booking: ask.booking }];
      else yield* bookingAndName(booking);
      return;
    case 'list events':
      for (const { id } of beginning.events) yield [id, eventOrNone(id, events, user)];
      return;
    case 'list bookings':
      if (answer.isWhole) {
        const owner = user === beginning.admin ? undefined : user;
        for (const { id } of beginning.events) yield [id, { says: 'bookings', owner, bookings: bookings.filter((row) => row.event === id) }];
      }
      for (const row of bookings) {
        const [ofBooking, ...ofName] = bookingAndName(row);
        if (!answer.isWhole && ofBooking !== undefined) yield ofBooking;
        yield* ofName;
      }
  }
}

/** A booking's view shows the event's name, which the server reads with a separate statement. */
function* bookingAndName(booking: BookingRow): Generator<[event: string, step: Step]> {
  yield [booking.event, { says: 'booking', booking }];
  if (booking.eventName !== undefined) yield [booking.event, { says: 'event name', name: booking.eventName }];
}
