import { shown } from './answers.ts';
import type { BookingRow, Edited, EventRow, Status } from './history.ts';
import { type Hash, hashOf, type SequentialModel, type Undo } from './linearizability.ts';

/** What an operation does to one event, or says about it. A write without an answer has an unknown outcome. */
export type Step = Write | Read;

export type Write =
  | { readonly do: 'book'; readonly booking: BookingFacts; readonly key?: string | undefined; readonly isKnown: boolean }
  | { readonly do: 'set status'; readonly booking: string; readonly status: Status; readonly answer?: BookingRow }
  | { readonly do: 'delete booking'; readonly booking: string; readonly isKnown: boolean }
  | { readonly do: 'edit event'; readonly changes: Changes; readonly ifSeen?: Edited | undefined; readonly answer?: EventRow }
  | { readonly do: 'delete event'; readonly isKnown: boolean };

export type Read =
  | { readonly says: 'event'; readonly event: EventRow }
  | { readonly says: 'event name'; readonly name: string }
  | { readonly says: 'no event'; readonly key?: string | undefined; readonly owner: string }
  | { readonly says: 'event has bookings' }
  | { readonly says: 'booking'; readonly booking: BookingRow }
  | { readonly says: 'no booking'; readonly booking: string }
  /** Exactly these bookings, of one owner or of all. */
  | { readonly says: 'bookings'; readonly owner: string | undefined; readonly bookings: readonly BookingRow[] }
  | { readonly says: 'too few tickets'; readonly key?: string | undefined; readonly owner: string; readonly quantity: number; readonly facts: Facts }
  | { readonly says: 'too few tickets to leave cancelled'; readonly booking: string; readonly status: Status; readonly facts: Facts }
  /** The event was edited since it was as it was seen. */
  | { readonly says: 'edited since'; readonly seen: Edited }
  | { readonly says: 'total below held'; readonly total: number | undefined; readonly facts: Facts }
  | { readonly says: 'first answer under the key'; readonly key: string; readonly booking: BookingRow };

type Facts = Readonly<Record<string, number>>;

interface Changes {
  readonly name?: string | undefined;
  readonly priceCents?: number | undefined;
  readonly total?: number | undefined;
}

/** The parts of a booking that never change. The price is that of the whole booking. */
export type BookingFacts = Omit<BookingRow, 'status' | 'event' | 'eventName'>;

interface Booking extends BookingFacts {
  readonly status: Status;
}

const BOOKINGS_SHOWN = 12;

const heldBy = (booking: Booking | undefined): number => (booking === undefined || booking.status === 'cancelled' ? 0 : booking.quantity);

/** One event with its bookings and keys, as specified: every ticket is available or held by a booking. */
export class EventModel implements SequentialModel<Step> {
  #name: string;
  #priceCents: number;
  #total: number;
  #isGone = false;
  #held = 0;
  readonly #bookings = new Map<string, Booking>();
  /** The booking that was made under an owner's key. */
  readonly #keys = new Map<string, Booking>();
  /** How often an edit has changed each content of the event. */
  readonly #left = new Map<string, number>();
  #high = 0;
  #low = 0;

  constructor({ name, priceCents, total }: Omit<EventRow, 'id' | 'available'>) {
    this.#name = name;
    this.#priceCents = priceCents;
    this.#total = total;
  }

  get hash(): Hash {
    return { high: this.#high, low: this.#low };
  }

  inWords(): string {
    const event = this.#isGone
      ? 'deleted'
      : shown({ name: this.#name, priceCents: this.#priceCents, total: this.#total, available: this.#available });
    const bookings = [...this.#bookings.values()].map(({ id, quantity, status }) => `${shown(id)}: ${quantity} ${status}`);
    const more = bookings.length > BOOKINGS_SHOWN ? ` and ${bookings.length - BOOKINGS_SHOWN} older ones` : '';
    return `${event}, bookings ${bookings.slice(-BOOKINGS_SHOWN).join(', ') || 'none'}${more}`;
  }

  apply(step: Step): Undo | string {
    return 'says' in step ? (this.#contradiction(step) ?? NOTHING) : this.#write(step);
  }

  get #available(): number {
    return this.#total - this.#held;
  }

  #write(step: Write): Undo | string {
    switch (step.do) {
      case 'book':
        return this.#book(step);
      case 'set status': {
        const before = this.#bookings.get(step.booking);
        if (before === undefined) return `there is no booking ${shown(step.booking)}`;
        const after = { ...before, status: step.status };
        const taken = heldBy(after) - heldBy(before);
        if (taken > this.#available) return `it takes ${taken} tickets, and ${this.#available} are left`;
        if (step.answer === undefined) return before.status === after.status ? CHANGES_NOTHING : this.#put(before.id, after);
        return differences(factsOf(step.answer), after) ?? this.#put(before.id, after);
      }
      case 'delete booking':
        return this.#bookings.has(step.booking) ? this.#put(step.booking, undefined) : `there is no booking ${shown(step.booking)}`;
      case 'edit event':
        return this.#edit(step);
      case 'delete event': {
        if (this.#isGone) return 'the event is deleted';
        if (this.#held > 0) return `bookings hold ${this.#held} tickets`;
        const undos = [...this.#bookings.keys()].map((id) => this.#put(id, undefined));
        return inverse([...undos, this.#become({ isGone: true })]);
      }
    }
  }

  #book({ booking, key, isKnown }: Extract<Write, { do: 'book' }>): Undo | string {
    if (this.#isGone) return 'the event is deleted';
    const first = key === undefined ? undefined : this.#keys.get(nameOf(booking.owner, key));
    if (first !== undefined) return isKnown ? `the key has made the booking ${shown(first.id)} before` : CHANGES_NOTHING;
    if (booking.quantity > this.#available) return `it takes ${booking.quantity} tickets, and ${this.#available} are left`;
    const priceCents = booking.quantity * this.#priceCents;
    if (booking.priceCents !== priceCents) return `it costs ${booking.priceCents} cents, and the price makes ${priceCents}`;
    if (this.#bookings.has(booking.id)) return `the booking ${shown(booking.id)} is there already`;
    const made: Booking = { ...booking, status: 'confirmed' };
    const undo = this.#put(booking.id, made);
    return key === undefined ? undo : inverse([undo, this.#keep(nameOf(booking.owner, key), made)]);
  }

  get #edited(): Edited {
    return { name: this.#name, priceCents: this.#priceCents, total: this.#total };
  }

  #edit({ changes, ifSeen, answer }: Extract<Write, { do: 'edit event' }>): Undo | string {
    if (this.#isGone) return 'the event is deleted';
    const edited = ifSeen && differences(ifSeen, this.#edited);
    if (edited !== undefined) return `the event was edited since the condition was read: ${edited}`;
    const { name = this.#name, priceCents = this.#priceCents, total = this.#total } = changes;
    if (total < this.#held) return `bookings hold ${this.#held} tickets`;
    if (answer !== undefined) {
      const { id: _, ...told } = answer;
      const contradiction = differences(told, { name, priceCents, total, available: total - this.#held });
      if (contradiction !== undefined) return contradiction;
    } else if (name === this.#name && priceCents === this.#priceCents && total === this.#total) return CHANGES_NOTHING;
    const isEdit = name !== this.#name || priceCents !== this.#priceCents || total !== this.#total;
    return isEdit ? inverse([this.#leave(this.#edited, 1), this.#become({ name, priceCents, total })]) : NOTHING;
  }

  /** Why the read does not match this state. */
  #contradiction(read: Read): string | undefined {
    switch (read.says) {
      case 'event': {
        if (this.#isGone) return 'the event is deleted';
        const { id: _, ...told } = read.event;
        return differences(told, { name: this.#name, priceCents: this.#priceCents, total: this.#total, available: this.#available });
      }
      case 'event name':
        return this.#isGone ? 'the event is deleted' : differences({ name: read.name }, { name: this.#name });
      case 'no event':
        return this.#isGone ? this.#unused(read.owner, read.key) : 'the event is there';
      case 'event has bookings':
        return this.#isGone ? 'the event is deleted' : this.#held > 0 ? undefined : 'no booking holds tickets';
      case 'booking': {
        const booking = this.#bookings.get(read.booking.id);
        return booking === undefined ? `there is no booking ${shown(read.booking.id)}` : differences(factsOf(read.booking), booking);
      }
      case 'no booking':
        return this.#bookings.has(read.booking) ? `the booking ${shown(read.booking)} is there` : undefined;
      case 'bookings':
        return this.#listed(read);
      case 'too few tickets':
        return this.#isGone ? 'the event is deleted' : (this.#unused(read.owner, read.key) ?? this.#tooFew(read.quantity, read.facts));
      case 'too few tickets to leave cancelled': {
        const booking = this.#bookings.get(read.booking);
        if (booking === undefined) return `there is no booking ${shown(read.booking)}`;
        if (booking.status !== 'cancelled' || read.status === 'cancelled') return `a booking that is ${booking.status} takes no tickets`;
        return this.#tooFew(booking.quantity, read.facts);
      }
      case 'edited since':
        if (this.#isGone) return 'the event is deleted';
        // An edit may have been taken back, so the content may be the same again.
        return differences(read.seen, this.#edited) === undefined && !this.#left.has(contentOf(read.seen))
          ? 'no edit came since it was read'
          : undefined;
      case 'total below held':
        if (this.#isGone) return 'the event is deleted';
        if (read.total === undefined || read.total >= this.#held) return `bookings hold ${this.#held} tickets`;
        return differences(read.facts, { sold: this.#held, requested: read.total });
      case 'first answer under the key': {
        const first = this.#keys.get(nameOf(read.booking.owner, read.key));
        return first === undefined ? 'nothing was made under the key before' : differences(factsOf(read.booking), first);
      }
    }
  }

  #listed({ owner, bookings }: Extract<Read, { says: 'bookings' }>): string | undefined {
    for (const told of bookings) {
      const booking = this.#bookings.get(told.id);
      if (booking === undefined) return `it lists ${shown(told)}, and there is no such booking`;
      const contradiction = differences(factsOf(told), booking);
      if (contradiction !== undefined) return `it lists ${shown(told.id)}: ${contradiction}`;
    }
    let count = 0;
    for (const booking of this.#bookings.values()) if (owner === undefined || booking.owner === owner) count += 1;
    const ids = new Set(bookings.map(({ id }) => id));
    if (ids.size < bookings.length) return 'it lists a booking twice';
    if (count === ids.size) return undefined;
    const missing = [...this.#bookings.values()].filter((booking) => (owner === undefined || booking.owner === owner) && !ids.has(booking.id));
    return `it does not list ${shown(missing)}`;
  }

  #tooFew(quantity: number, facts: Facts): string | undefined {
    if (quantity <= this.#available) return `${this.#available} tickets are left, so ${quantity} can be taken`;
    return differences(facts, { available: this.#available, requested: quantity });
  }

  #unused(owner: string, key: string | undefined): string | undefined {
    const first = key === undefined ? undefined : this.#keys.get(nameOf(owner, key));
    return first && `the key has made the booking ${shown(first.id)} before`;
  }

  #put(id: string, after: Booking | undefined): Undo {
    const before = this.#bookings.get(id);
    const swap = (from: Booking | undefined, to: Booking | undefined) => {
      if (to === undefined) this.#bookings.delete(id);
      else this.#bookings.set(id, to);
      this.#held += heldBy(to) - heldBy(from);
      this.#mix(from && textOf(from));
      this.#mix(to && textOf(to));
    };
    swap(before, after);
    return () => swap(after, before);
  }

  #leave(content: Edited, times: 1 | -1): Undo {
    const text = contentOf(content);
    const before = this.#left.get(text) ?? 0;
    const after = before + times;
    if (after === 0) this.#left.delete(text);
    else this.#left.set(text, after);
    if (before === 0 || after === 0) this.#mix(`left ${text}`);
    return () => void this.#leave(content, times === 1 ? -1 : 1);
  }

  #keep(name: string, booking: Booking): Undo {
    this.#keys.set(name, booking);
    this.#mix(`key ${name} ${booking.id}`);
    return () => {
      this.#keys.delete(name);
      this.#mix(`key ${name} ${booking.id}`);
    };
  }

  #become({ name = this.#name, priceCents = this.#priceCents, total = this.#total, isGone = this.#isGone }: Changes & { isGone?: boolean }): Undo {
    const before = { name: this.#name, priceCents: this.#priceCents, total: this.#total, isGone: this.#isGone };
    this.#mix(JSON.stringify(before));
    this.#name = name;
    this.#priceCents = priceCents;
    this.#total = total;
    this.#isGone = isGone;
    this.#mix(JSON.stringify({ name, priceCents, total, isGone }));
    return () => void this.#become(before);
  }

  /** Adds a part of the state to the hash, or removes it. */
  #mix(text: string | undefined): void {
    if (text === undefined) return;
    const { high, low } = hashOf(text);
    this.#high ^= high;
    this.#low ^= low;
  }
}

const NOTHING: Undo = () => undefined;
const CHANGES_NOTHING = 'it changes nothing here';
const contentOf = ({ name, priceCents, total }: Edited): string => `${name} ${priceCents} ${total}`;
const nameOf = (owner: string, key: string): string => `${owner} ${key}`;
const textOf = ({ id, owner, quantity, priceCents, status }: Booking): string => `${id} ${owner} ${quantity} ${priceCents} ${status}`;
const factsOf = ({ id, owner, quantity, priceCents, status }: BookingRow): Booking => ({ id, owner, quantity, priceCents, status });

const inverse =
  (undos: readonly Undo[]): Undo =>
  () => {
    for (const undo of undos.toReversed()) undo();
  };

/** How an answer differs from the state, in words. */
function differences(told: object, held: object): string | undefined {
  const names = [...new Set([...Object.keys(told), ...Object.keys(held)])].filter((name) => Reflect.get(told, name) !== Reflect.get(held, name));
  if (names.length === 0) return undefined;
  return names
    .map((name) => `it says ${name} ${shown(Reflect.get(told, name) ?? 'nothing')}, and it is ${shown(Reflect.get(held, name) ?? 'nothing')}`)
    .join(', ');
}
