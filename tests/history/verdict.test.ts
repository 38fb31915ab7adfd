import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WORDS } from './answers.ts';
import {
  type Answer,
  type Ask,
  type BookingRow,
  type EventRow,
  type History,
  type Operation,
  readHistory,
  type Status,
  writeHistory,
} from './history.ts';
import { judge } from './verdict.ts';

const CONCERT: EventRow = { id: 'concert', name: 'Concert', priceCents: 100, total: 4, available: 4 };
const ADMIN = 'admin';

interface Told {
  readonly from: number;
  readonly to: number;
  readonly ask: Ask;
  readonly answer: Answer;
  readonly user?: string;
}

const event = (changes: Partial<EventRow> = {}): EventRow => ({ ...CONCERT, ...changes });
const booking = (id: string, changes: Partial<BookingRow> = {}): BookingRow => {
  const { quantity = 2 } = changes;
  return { id, owner: 'ann', event: 'concert', quantity, priceCents: quantity * 100, status: 'confirmed', ...changes };
};
const UNKNOWN: Answer = { status: undefined };
const NOTHING: Answer = { status: 503, message: WORDS.unavailable };
const TOO_SLOW: Answer = { status: 408, message: WORDS.tooSlow };
const UNDER_WAY: Answer = { status: 409, message: WORDS.underWay };
const EDITED_SINCE: Answer = { status: 412, message: WORDS.editedSince };
const NO_BOOKING: Answer = { status: 404, message: WORDS.noBooking };

const during = (from: number, to: number) => {
  const told = (ask: Ask, answer: Answer, user?: string): Told => ({ from, to, ask, answer, ...(user === undefined ? {} : { user }) });
  const of = { event: 'concert' } as const;
  return {
    book: (answer: Answer | string, { quantity = 2, key, replayed = false }: { quantity?: number; key?: string; replayed?: boolean } = {}) =>
      told(
        { do: 'book', ...of, quantity, ...(key === undefined ? {} : { key }) },
        typeof answer === 'string' ? { status: 201, replayed, booking: booking(answer, { quantity }) } : answer,
      ),
    soldOut: (available: number, requested: number) =>
      told({ do: 'book', ...of, quantity: requested }, { status: 400, message: WORDS.tooFewTickets, facts: { available, requested } }),
    setStatus: (id: string, status: Status, answer: Answer = { status: 200, booking: booking(id, { status }) }) =>
      told({ do: 'set status', ...of, booking: id, status }, answer),
    deleteBooking: (id: string, answer: Answer = { status: 200 }) => told({ do: 'delete booking', ...of, booking: id }, answer),
    edit: (changes: Extract<Ask, { do: 'edit event' }>['changes'], answer: Answer) => told({ do: 'edit event', ...of, changes }, answer, ADMIN),
    /** An edit of the name under the condition that the event is as it was seen. */
    editIf: (seen: Partial<EventRow>, name: string, answer: Answer | 'done' = 'done') => {
      const { priceCents, total } = event();
      const ifSeen = { name: CONCERT.name, priceCents, total, ...seen };
      const done = { status: 200, event: event({ name }) };
      return told({ do: 'edit event', ...of, changes: { name }, ifSeen }, answer === 'done' ? done : answer, ADMIN);
    },
    read: (changes: Partial<EventRow> = {}, status = 200) => told({ do: 'read event', ...of }, { status, event: event(changes) }),
    readBooking: (id: string, answer: Answer) => told({ do: 'read booking', ...of, booking: id }, answer),
    list: (...bookings: readonly BookingRow[]) => told({ do: 'list bookings' }, { status: 200, isWhole: true, bookings }),
  };
};

/** A history of one event, with the final content of its tables. */
function history(
  told: readonly Told[],
  bookings: readonly BookingRow[] = [],
  changes: Partial<EventRow> = {},
  keys: History['ending']['keys'] = [],
): History {
  const held = bookings.reduce((sum, { quantity, status }) => sum + (status === 'cancelled' ? 0 : quantity), 0);
  const end = 1000;
  return {
    seed: 1,
    beginning: { admin: ADMIN, events: [CONCERT] },
    operations: told.map(({ from, to, user = 'ann', ...rest }, index): Operation => {
      return { id: `1.0#${index}`, server: 'server 1', user, invokedAt: from, completedAt: to, ...rest };
    }),
    ending: { askedAt: end, answeredAt: end + 1, events: [event({ available: CONCERT.total - held, ...changes })], bookings, keys },
  };
}

const kept = (booking: string) => [{ owner: 'ann', key: 'k', booking }];

describe('a history is accepted where', () => {
  const ACCEPTED: Readonly<Record<string, History>> = {
    'two ask for the last tickets at once, and one is told that none are left': history(
      [during(0, 9).book('b1', { quantity: 4 }), during(1, 8).soldOut(0, 4)],
      [booking('b1', { quantity: 4 })],
    ),
    'a read beside a booking shows either stock': history(
      [during(0, 9).book('b1'), during(1, 3).read({ available: 4 }), during(4, 8).read({ available: 2 })],
      [booking('b1')],
    ),
    'what became of an order is unknown, and it was stored': history(
      [during(0, 9).book(UNKNOWN), during(20, 21).list(booking('b1'))],
      [booking('b1')],
    ),
    'it was stored much later': history([during(0, 9).book(UNKNOWN), during(20, 21).read(), during(30, 31).read({ available: 2 })], [booking('b1')]),
    'it was never stored': history([during(0, 9).book(UNKNOWN), during(20, 21).read()]),
    'an order is asked again under its key, and was stored the first time': history(
      [during(0, 9).book(UNKNOWN, { key: 'k' }), during(10, 12).book('b1', { key: 'k', replayed: true })],
      [booking('b1')],
      {},
      kept('b1'),
    ),
    'two ask under one key at once, and one is told to wait': history(
      [during(0, 9).book('b1', { key: 'k' }), during(1, 2).book(UNDER_WAY, { key: 'k' })],
      [booking('b1')],
      {},
      kept('b1'),
    ),
    'a cancellation of unknown outcome gives the tickets back late': history(
      [during(0, 1).book('b1'), during(2, 3).setStatus('b1', 'cancelled', UNKNOWN), during(4, 5).read({ available: 2 }), during(6, 7).read()],
      [booking('b1', { status: 'cancelled' })],
    ),
    'a representation is unchanged, since the stock came back': history([
      during(0, 1).read(),
      during(2, 3).book('b1'),
      during(4, 5).deleteBooking('b1'),
      during(6, 7).read({}, 304),
    ]),
    'of two edits of what both have read, one is refused': history([during(0, 9).editIf({}, 'A'), during(1, 8).editIf({}, 'B', EDITED_SINCE)], [], {
      name: 'A',
    }),
    'an edit that no answer shows is why another is refused': history(
      [during(0, 9).editIf({}, 'A', UNKNOWN), during(10, 11).editIf({}, 'B', EDITED_SINCE), during(12, 13).editIf({ name: 'A' }, 'C')],
      [],
      { name: 'C' },
    ),
    'an edit was taken back, and the version is another all the same': history([
      during(0, 1).edit({ total_tickets: 3 }, { status: 200, event: event({ total: 3, available: 3 }) }),
      during(2, 3).edit({ total_tickets: 4 }, { status: 200, event: event() }),
      during(4, 5).editIf({}, 'A', EDITED_SINCE),
    ]),
    'a smaller total is refused with what is held': history(
      [
        during(0, 1).book('b1'),
        during(2, 3).edit({ total_tickets: 1 }, { status: 400, message: WORDS.totalBelowHeld, facts: { sold: 2, requested: 1 } }),
      ],
      [booking('b1')],
    ),
  };
  it.each(Object.entries(ACCEPTED))('%s', (_, one) => {
    expect(judge(one).broken).toEqual([]);
  });
});

describe('a history is rejected where', () => {
  const put = (cents: number) => during(10, 60).edit({ ticket_price: cents / 100 }, { status: 200, event: event({ priceCents: cents }) });
  /** `true`: only the search finds it. Otherwise a rule without a search finds it too. */
  const REJECTED: Readonly<Record<string, readonly [found: string, one: History]>> = {
    'a read is older than its question': [
      'it says available 4, and it is 2',
      history([during(0, 1).book('b1'), during(2, 3).read()], [booking('b1')]),
    ],
    'a read goes back': [
      'it says available 4, and it is 2',
      history([during(0, 9).book('b1'), during(1, 2).read({ available: 2 }), during(3, 4).read({ available: 4 })], [booking('b1')]),
    ],
    'a cancelled booking gives its tickets back twice': [
      'it says available 4, and it is 2',
      history(
        [
          ...[during(0, 1).book('b1'), during(2, 3).book('b2'), during(4, 5).setStatus('b1', 'cancelled'), during(6, 7).deleteBooking('b1')],
          during(8, 9).read({ available: 4 }),
        ],
        [booking('b2')],
        { available: 4 },
      ),
    ],
    'an acknowledged booking is lost': ['an acknowledged booking is lost', history([during(0, 1).book('b1')])],
    'a list leaves a booking out': ['it does not list', history([during(0, 1).book('b1'), during(2, 3).list()], [booking('b1')])],
    'a list has a cancelled booking confirmed': [
      'it says status confirmed, and it is cancelled',
      history(
        [during(0, 1).book('b1'), during(2, 3).setStatus('b1', 'cancelled'), during(4, 5).list(booking('b1'))],
        [booking('b1', { status: 'cancelled' })],
      ),
    ],
    'one key makes two bookings': [
      'one key was answered with more than one booking',
      history([during(0, 1).book('b1', { key: 'k' }), during(2, 3).book('b2', { key: 'k' })], [booking('b1'), booking('b2')], {}, kept('b2')),
    ],
    'an answer under a key is not the first': [
      'it says id b2, and it is b1',
      history([during(0, 1).book('b1', { key: 'k' }), during(2, 3).book('b2', { key: 'k', replayed: true })], [booking('b1')], {}, kept('b1')),
    ],
    'a 503 that nothing was done was stored': [
      'a booking was stored that nobody was told of',
      history([during(0, 1).book(NOTHING)], [booking('b1')]),
    ],
    'a 408 was stored': ['a booking was stored that nobody was told of', history([during(0, 1).book(TOO_SLOW)], [booking('b1')])],
    'a 503 that nothing was done changed a status': [
      'it says status cancelled, and it is confirmed',
      history([during(0, 1).book('b1'), during(2, 3).setStatus('b1', 'cancelled', NOTHING)], [booking('b1', { status: 'cancelled' })]),
    ],
    'a 409 was stored': [
      'nothing was made under the key before',
      history(
        [
          during(0, 9).book(NOTHING, { key: 'k' }),
          during(1, 2).book(UNDER_WAY, { key: 'k' }),
          during(10, 11).book('b1', { key: 'k', replayed: true }),
        ],
        [booking('b1')],
        {},
        kept('b1'),
      ),
    ],
    'a 409 names another request, and there is none': [
      'no other request under the key was under way',
      history([during(0, 1).book('b1', { key: 'k' }), during(2, 3).book(UNDER_WAY, { key: 'k' })], [booking('b1')], {}, kept('b1')),
    ],
    'a refusal tells another number than is left': [
      'it says available 1, and it is 2',
      history([during(0, 1).book('b1'), during(2, 3).soldOut(1, 3)], [booking('b1')]),
    ],
    'an order is refused for which there are tickets': [
      '2 tickets are left, so 2 can be taken',
      history([during(0, 1).book('b1'), during(2, 3).soldOut(2, 2)], [booking('b1')]),
    ],
    'a refused total is not below what is held': [
      'it says sold 3, and it is 2',
      history(
        [
          during(0, 1).book('b1'),
          during(2, 3).edit({ total_tickets: 1 }, { status: 400, message: WORDS.totalBelowHeld, facts: { sold: 3, requested: 1 } }),
        ],
        [booking('b1')],
      ),
    ],
    'more is sold than there is': [
      'it takes 2 tickets, and 0 are left',
      history([during(0, 1).book('b1'), during(0, 1).book('b2'), during(2, 3).book('b3')], [booking('b1'), booking('b2'), booking('b3')]),
    ],
    'a representation is called unchanged after a sale': [
      'it says available 4, and it is 2',
      history([during(0, 1).read(), during(2, 3).book('b1'), during(4, 5).read({}, 304)], [booking('b1')]),
    ],
    'a confirmation takes effect again after a later cancellation': [
      'it says status confirmed, and it is cancelled',
      history(
        [
          ...[during(0, 1).book('b1'), during(2, 3).setStatus('b1', 'cancelled'), during(4, 90).setStatus('b1', 'confirmed')],
          ...[during(10, 11).read({ available: 2 }), during(20, 21).setStatus('b1', 'cancelled'), during(30, 31).read()],
          during(95, 96).readBooking('b1', { status: 200, booking: booking('b1') }),
        ],
        [booking('b1')],
      ),
    ],
    'a price is put again over a newer one': [
      'it says priceCents 200, and it is 300',
      history(
        [
          put(200),
          during(15, 16).read({ priceCents: 200 }),
          during(20, 21).edit({ ticket_price: 3 }, { status: 200, event: event({ priceCents: 300 }) }),
          during(30, 31).read({ priceCents: 200 }),
        ],
        [],
        { priceCents: 200 },
      ),
    ],
    'a booking costs another price than the event’s': [
      'it costs 200 cents, and the price makes 400',
      history([{ ...put(200), from: 0, to: 1 }, during(2, 3).book('b1')], [booking('b1')], { priceCents: 200 }),
    ],
    'a server does not know a booking that it has acknowledged': [
      'a server does not show what it has acknowledged',
      history([during(0, 1).book('b1'), during(2, 3).readBooking('b1', NO_BOOKING)], [booking('b1')]),
    ],
    'a deletion is answered 404 for a booking that is there': [
      'the booking b1 is there',
      history([during(0, 1).book('b1'), during(2, 3).deleteBooking('b1', NO_BOOKING)], [booking('b1')]),
    ],
    'an edit is stored over one that came since its condition was read': [
      'the event was edited since the condition was read: it says name Concert, and it is A',
      history([during(0, 1).editIf({}, 'A'), during(2, 3).editIf({}, 'B')], [], { name: 'B' }),
    ],
    'a conditional edit of unknown outcome took effect over a later one': [
      'it says name B, and it is A',
      history([during(0, 1).editIf({}, 'A'), during(2, 3).editIf({}, 'B', UNKNOWN), during(4, 5).read({ name: 'B' })], [], { name: 'B' }),
    ],
    'a conditional edit is refused though nobody has edited': [
      'no edit came since it was read',
      history([during(0, 1).editIf({}, 'A', EDITED_SINCE)]),
    ],
    'an answer is a 500': ['no client can make anything of this answer', history([during(0, 1).book({ status: 500 })])],
    'the tables do not add up': ['the tables hold 4 available tickets', history([during(0, 1).book('b1')], [booking('b1')], { available: 4 })],
  };
  it.each(Object.entries(REJECTED))('%s', (_, [found, one]) => {
    expect(judge(one).broken.join('\n')).toContain(found);
  });
});

it('a verdict shows the operations around what cannot be placed, and the one that was stored against its word', () => {
  const { unexplained } = judge(
    history(
      [
        during(0, 1).book('b1'),
        during(2, 3).setStatus('b1', 'cancelled', NOTHING),
        during(2, 5).readBooking('b1', { status: 200, booking: booking('b1', { status: 'cancelled' }) }),
      ],
      [booking('b1', { status: 'cancelled' })],
    ),
  );
  expect(unexplained).toHaveLength(1);
  expect(unexplained[0]).toMatch(/placed last, of 1:\n.*1\.0#0 at server 1 for ann: book/);
  expect(unexplained[0]).toMatch(/cannot be placed:\n.*1\.0#2.*read booking.*\n +it says status cancelled, and it is confirmed/);
  expect(unexplained[0]).toMatch(/though it was told that nothing was done:\n.*1\.0#1.*set status.*503[^\n]*$/);
});

it('a search that takes too many steps is a failure, and says so', () => {
  const bookings = Array.from({ length: 4 }, (_, index) => booking(`b${index}`, { quantity: 1 }));
  const orders = bookings.map(({ id }) => during(0, 9).book(id, { quantity: 1 }));
  expect(judge(history(orders, bookings), 2).broken.join()).toContain('undecided after');
  expect(judge(history(orders, bookings)).broken).toEqual([]);
});

it('a history is read from its file as it was written', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ticket-history-'));
  const one = history([during(0, 1).book('b1'), during(2, 3).read({ available: 2 })], [booking('b1')]);
  writeHistory(join(folder, 'one.jsonl'), one);
  expect(readHistory(join(folder, 'one.jsonl'))).toEqual(one);
  rmSync(folder, { recursive: true });
});

describe('whatever a sound event answers', () => {
  const draw = fc.record({
    what: fc.constantFrom('book', 'cancel', 'confirm', 'delete', 'resize', 'price', 'read', 'list', 'read booking', 'replay'),
    choice: fc.nat(),
    quantity: fc.integer({ min: 1, max: 3 }),
    key: fc.option(fc.constantFrom('k1', 'k2', 'k3'), { nil: undefined }),
    before: fc.nat({ max: 40 }),
    after: fc.nat({ max: 40 }),
    fate: fc.constantFrom('answered', 'answered', 'answered', 'answer lost', 'never done', 'told that nothing was done'),
  });
  const histories = fc.array(draw, { maxLength: 30 }).map(recorded);

  it('is accepted, however its operations overlap and whatever answers are lost', () => {
    fc.assert(
      fc.property(histories, (one) => {
        expect(judge(one).broken).toEqual([]);
      }),
      { seed: 1, numRuns: 1500 },
    );
  });

  it('is rejected once an answer tells of what never was', () => {
    fc.assert(
      fc.property(histories, fc.nat(), (one, choice) => {
        const reads = one.operations.filter(({ answer }) => answer.event !== undefined);
        fc.pre(reads.length > 0);
        const wrong = reads[choice % reads.length];
        const operations = one.operations.map((operation) =>
          operation === wrong ? { ...operation, answer: { ...operation.answer, event: event({ available: 4, name: 'Nobody’s name' }) } } : operation,
        );
        expect(judge({ ...one, operations }).unexplained).toHaveLength(1);
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  type Draw = typeof draw extends fc.Arbitrary<infer One> ? One : never;

  /** An event of this test alone. Its operations follow each other, and each takes effect at a tenth of its number. */
  function recorded(draws: readonly Draw[]): History {
    let [name, priceCents, total] = [CONCERT.name, CONCERT.priceCents, CONCERT.total];
    let bookings: readonly BookingRow[] = [];
    const made: BookingRow[] = [];
    const keys = new Map<string, BookingRow>();
    const held = () => bookings.reduce((sum, { quantity, status }) => sum + (status === 'cancelled' ? 0 : quantity), 0);
    const row = () => event({ name, priceCents, total, available: total - held() });
    const told: Told[] = [];
    for (const [index, { what, choice, quantity, key, before, after, fate }] of draws.entries()) {
      const at = 100 + index * 10;
      const say = during(at - before, at + after);
      const isRead = what === 'read' || what === 'list' || what === 'read booking';
      const isDone = fate === 'answered' || fate === 'answer lost' || isRead;
      const target = made[choice % Math.max(1, made.length)];
      const now = bookings.find(({ id }) => id === target?.id);
      const lost = fate === 'told that nothing was done' ? NOTHING : UNKNOWN;
      const answered = (one: Told): Told => (fate === 'answered' || isRead ? one : { ...one, answer: lost });
      if (what === 'book' || (what === 'replay' && keys.size > 0)) {
        const [used, first] = what === 'replay' ? ([...keys][choice % keys.size] ?? []) : [key, key === undefined ? undefined : keys.get(key)];
        const asked = { quantity: first?.quantity ?? quantity, ...(used === undefined ? {} : { key: used }) };
        if (first !== undefined) told.push(answered(say.book({ status: 201, replayed: true, booking: first }, asked)));
        else if (asked.quantity > total - held()) {
          const facts = { available: total - held(), requested: asked.quantity };
          told.push(answered(say.book({ status: 400, message: WORDS.tooFewTickets, facts }, asked)));
        } else {
          const booked = booking(`b${index}`, { quantity: asked.quantity, priceCents: asked.quantity * priceCents });
          told.push(answered(say.book({ status: 201, booking: booked }, asked)));
          if (!isDone) continue;
          bookings = [...bookings, booked];
          if (fate === 'answered') made.push(booked);
          if (used !== undefined) keys.set(used, booked);
        }
      } else if (what === 'resize' || what === 'price') {
        const resized = Math.max(1, total - 2 + (choice % 5));
        if (what === 'resize' && resized < held()) {
          const facts = { sold: held(), requested: resized };
          told.push(answered(say.edit({ total_tickets: resized }, { status: 400, message: WORDS.totalBelowHeld, facts })));
          continue;
        }
        const price = 1000 + index;
        const kept = { name, priceCents, total };
        if (what === 'resize') total = resized;
        else priceCents = price;
        const changes = what === 'resize' ? { total_tickets: resized } : { ticket_price: price / 100 };
        told.push(answered(say.edit(changes, { status: 200, event: row() })));
        if (!isDone) ({ name, priceCents, total } = kept);
      } else if (what === 'read') told.push(say.read(row()));
      else if (what === 'list') told.push(say.list(...bookings));
      else if (target === undefined) continue;
      else if (what === 'read booking') told.push(say.readBooking(target.id, now === undefined ? NO_BOOKING : { status: 200, booking: now }));
      else if (now === undefined) {
        const { id } = target;
        told.push(answered(what === 'delete' ? say.deleteBooking(id, NO_BOOKING) : say.setStatus(id, 'cancelled', NO_BOOKING)));
      } else if (what === 'delete') {
        told.push(answered(say.deleteBooking(now.id)));
        if (isDone) bookings = bookings.filter(({ id }) => id !== now.id);
      } else {
        const status: Status = what === 'cancel' ? 'cancelled' : 'confirmed';
        const taken = now.status === 'cancelled' && status === 'confirmed' ? now.quantity : 0;
        if (taken > total - held()) {
          const facts = { available: total - held(), requested: taken };
          told.push(answered(say.setStatus(now.id, status, { status: 400, message: WORDS.tooFewTickets, facts })));
          continue;
        }
        told.push(answered(say.setStatus(now.id, status, { status: 200, booking: { ...now, status } })));
        if (isDone) bookings = bookings.map((one) => (one.id === now.id ? { ...one, status } : one));
      }
    }
    const kept = [...keys].map(([key, { id }]) => ({ owner: 'ann', key, booking: id }));
    return history(told, bookings, row(), kept);
  }
});
