import { inWords, isRead, meaningOf, shown } from './answers.ts';
import { Sightings } from './claims.ts';
import { type BookingRow, beginningOf, type History, type Operation } from './history.ts';

/**
 * Checks of a history that need no search. Each broken promise is a sentence. The search finds most of them too, but these sentences are
 * easier to read.
 */
export function brokenPromises(history: History): readonly string[] {
  const zero = beginningOf(history);
  const words = (operation: Operation) => inWords(operation, zero);
  const sightings = new Sightings(history);
  return [
    ...unspecified(history, words),
    ...stock(history, words),
    ...keys(history, words),
    ...acknowledged(history, sightings, words),
    ...unacknowledged(history, sightings, words),
    ...ownWrites(history, words),
  ];
}

type Words = (operation: Operation) => string;

/** Each kind of answer once, with its first example. */
function* unspecified({ operations }: History, words: Words): Generator<string> {
  const byKind = new Map<string, Operation[]>();
  for (const operation of operations) {
    if (meaningOf(operation) !== 'unspecified') continue;
    const kind = `${operation.ask.do} ${operation.answer.status} ${operation.answer.message}`;
    byKind.set(kind, [...(byKind.get(kind) ?? []), operation]);
  }
  for (const [first, ...more] of byKind.values())
    if (first !== undefined)
      yield `no client can make anything of this answer${more.length > 0 ? ` and ${more.length} like it` : ''}: ${words(first)}`;
}

function* stock({ operations, ending, beginning }: History, words: Words): Generator<string> {
  for (const operation of operations)
    for (const { total, available } of [operation.answer.event ?? [], operation.answer.events ?? []].flat())
      if (available < 0 || available > total) yield `${available} of ${total} tickets are available: ${words(operation)}`;
  for (const { id } of beginning.events) {
    const event = ending.events.find((row) => row.id === id);
    const held = sum(ending.bookings.filter((row) => row.event === id && row.status !== 'cancelled').map(({ quantity }) => quantity));
    const [available, total] = [event?.available ?? 0, event?.total ?? 0];
    if (available + held !== total) yield `the tables hold ${available} available tickets of event ${shown(id)} and ${held} held ones, of ${total}`;
  }
}

function* keys({ operations, ending }: History, words: Words): Generator<string> {
  const byKey = new Map<string, Operation[]>();
  for (const operation of operations) {
    const { ask, user } = operation;
    if (ask.do !== 'book' || ask.key === undefined) continue;
    const name = `${user} ${ask.key}`;
    byKey.set(name, [...(byKey.get(name) ?? []), operation]);
  }
  const kept = new Map(ending.keys.map(({ owner, key, booking }) => [`${owner} ${key}`, booking]));
  for (const [name, asked] of byKey) {
    const answered = asked.filter(({ answer }) => answer.booking !== undefined);
    const ids = new Set(answered.map(({ answer }) => answer.booking?.id));
    if (ids.size > 1 || answered.filter(({ answer }) => !answer.replayed).length > 1)
      yield `one key was answered with more than one booking:\n  ${answered.map(words).join('\n  ')}`;
    for (const id of ids)
      if (kept.get(name) !== id)
        yield `the answer under a key is not kept, but ${shown(kept.get(name) ?? 'none')}:\n  ${answered.map(words).join('\n  ')}`;
    for (const operation of asked) {
      if (operation.answer.status !== 409) continue;
      const { invokedAt, completedAt } = operation;
      // A client without an answer may have a request in progress for any length of time.
      const isUnderWay = (other: Operation) =>
        other !== operation && other.invokedAt <= completedAt && (meaningOf(other) === 'unknown' || other.completedAt >= invokedAt);
      if (!asked.some(isUnderWay)) yield `no other request under the key was under way: ${words(operation)}`;
    }
  }
}

/** An acknowledged booking is in the tables, unchanged, unless a client requested its deletion. */
function* acknowledged({ operations, ending }: History, sightings: Sightings, words: Words): Generator<string> {
  const rows = new Map(ending.bookings.map((row) => [row.id, row]));
  const events = new Set(ending.events.map(({ id }) => id));
  const deleted = deletedBookings(operations);
  const factsOf = ({ id, owner, event, quantity, priceCents }: BookingRow) => shown({ id, owner, event, quantity, priceCents });
  for (const [id, operation] of sightings.acknowledged) {
    const row = rows.get(id);
    const { booking } = operation.answer;
    if (booking === undefined) continue;
    if (row === undefined && events.has(booking.event) && !deleted.has(id)) yield `an acknowledged booking is lost: ${words(operation)}`;
    if (row !== undefined && factsOf(row) !== factsOf(booking)) yield `an acknowledged booking became ${shown(row)}: ${words(operation)}`;
  }
}

/** Bookings with a possible request for deletion, and the time of the first such request. */
function deletedBookings(operations: readonly Operation[]): ReadonlyMap<string, number> {
  const deleted = new Map<string, number>();
  for (const operation of operations) {
    if (operation.ask.do !== 'delete booking' || meaningOf(operation) === 'nothing') continue;
    const { booking } = operation.ask;
    deleted.set(booking, Math.min(deleted.get(booking) ?? Number.POSITIVE_INFINITY, operation.invokedAt));
  }
  return deleted;
}

/** A booking that no answer mentions needs a request of unknown outcome. */
function* unacknowledged({ operations, ending }: History, sightings: Sightings, words: Words): Generator<string> {
  const orders = operations.filter(({ ask }) => ask.do === 'book');
  const unexplained = new Set(ending.bookings.map(({ id }) => id).filter((id) => !sightings.acknowledged.has(id)));
  for (const operation of orders) {
    if (meaningOf(operation) !== 'unknown' && meaningOf(operation) !== 'unspecified') continue;
    const made = sightings.madeBy(operation).find(({ id }) => unexplained.has(id));
    if (made !== undefined) unexplained.delete(made.id);
  }
  for (const id of unexplained) {
    const row = ending.bookings.find((one) => one.id === id);
    const suspects = orders.filter(
      (order) =>
        meaningOf(order) === 'nothing' &&
        order.ask.do === 'book' &&
        order.ask.event === row?.event &&
        order.user === row.owner &&
        order.ask.quantity === row.quantity,
    );
    yield `a booking was stored that nobody was told of: ${shown(row)}. These were told that nothing was done:\n  ${suspects.slice(0, SUSPECTS_MAX).map(words).join('\n  ')}`;
  }
}
const SUSPECTS_MAX = 3;

/** The server that acknowledged a booking shows it at once. */
function* ownWrites({ operations }: History, words: Words): Generator<string> {
  const deleted = deletedBookings(operations);
  const eventsDeleted = new Set(operations.flatMap(({ ask }) => (ask.do === 'delete event' ? [ask.event] : [])));
  const made = new Map<string, Operation>();
  for (const operation of operations) {
    const { ask, answer } = operation;
    if (ask.do === 'book' && answer.booking !== undefined && !made.has(answer.booking.id)) made.set(answer.booking.id, operation);
  }
  for (const read of operations) {
    if (!isRead(read) || read.ask.do !== 'read booking' || read.answer.status !== 404) continue;
    const write = made.get(read.ask.booking);
    const isLater = write !== undefined && write.server === read.server && write.completedAt < read.invokedAt;
    const mayBeGone = eventsDeleted.has(read.ask.event) || (deleted.get(read.ask.booking) ?? Number.POSITIVE_INFINITY) <= read.completedAt;
    if (isLater && !mayBeGone) yield `a server does not show what it has acknowledged:\n  ${words(write)}\n  ${words(read)}`;
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
