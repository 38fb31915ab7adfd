import { type ActorRef, type Answer, type Booking, type Event, heldBy, Refusal, Unavailable } from '@ticket/domain';
import { ownerOf, type RepositoryContext, type StockDecision, settle, type Writes } from '@ticket/domain/spi';
import type { Fault, Store } from '../store.ts';
import { EARLY, type Flaw, UNGUARDED, UNLOCKED, UNMARKED } from './flaws.ts';
import { decideAgain, endDeadlock, refuseConnection } from './step-faults.ts';
import { readsOf } from './step-reads.ts';
import { EMPTY, flawed } from './step-writes.ts';
import { Backwards, CommitRefused, ConnectionLost, commit, Deadlock, Locks, recordName, type Stored, storeIn, Tables } from './tables.ts';

let transactions = 0;

/**
 * A handwritten adapter with its usual steps: lock, read, settle, write, COMMIT. It is correct without a flaw, and has one bug with a flaw. If
 * a law does not notice its bug, the law proves nothing.
 */
export function stepStore(flaw?: Flaw, tables: Tables = new Tables()): Store {
  const has = (one: Flaw): boolean => one === flaw;
  /** The flaws without row locks have a queue in each server. So calls of one server wait for each other, and calls of two servers do not. */
  const locks = flaw !== undefined && UNLOCKED.has(flaw) ? new Locks() : tables.locks;
  const actors = new Map<string, ActorRef>();
  const soldOut = new Set<string>();
  const failing = new Map<string, number>();
  let armed: Fault | undefined;
  /** A transaction that a flaw sends again after its lock was released. */
  let unsent: Stored | undefined;

  /** Runs under the locks. Every call takes locks in the same order, so there are no deadlocks. */
  async function locked<Value>(names: readonly string[], run: () => Promise<Value>): Promise<Value> {
    const releases: (() => void)[] = [];
    for (const name of names) releases.push(await locks.take(name));
    const release = () => {
      for (const each of releases.toReversed()) each();
    };
    try {
      const value = await run();
      release();
      return value;
    } catch (error) {
      if (!has('the lock is kept when a decision throws') || !(error instanceof Error) || error.message !== 'a bug') release();
      throw error;
    }
  }

  async function decided(decision: StockDecision): Promise<Answer<Event | Booking | undefined>> {
    const { eventId = 'none', key, actor } = decision;
    const names = [...(key === undefined ? [] : [`key ${recordName(ownerOf(actor), key.value)}`]), `event ${eventId}`];
    const early = flaw !== undefined && EARLY.has(flaw) ? await read(decision) : undefined;
    const holdings = has('holdings are counted before the lock') ? (await read(decision)).holdings : undefined;
    const waitedSince = failing.get(eventId) ?? 0;
    const answer = await locked(names, async () => {
      if (armed === 'no_connection') {
        armed = undefined;
        refuseConnection(has);
      }
      if (has('a refusal fails the calls that wait behind it') && (failing.get(eventId) ?? 0) > waitedSince)
        throw new Error('rolled back with another');
      const isEarly = has('calls are decided before the lock') || decision.subject === 'event';
      const rows = (isEarly ? early : undefined) ?? (await read(decision));
      const judged = judge(holdings === undefined ? rows : { ...rows, holdings }, decision);
      if (judged.replayed !== undefined) return judged.replayed;
      await tables.statement();
      await store(judged.writes, eventId);
      return judged.answer;
    });
    await sendAgain();
    return answer;
  }

  async function sendAgain(): Promise<void> {
    const stored = unsent;
    unsent = undefined;
    if (stored === undefined) return;
    for (let turn = 0; turn < 20; turn += 1) await tables.statement(); // time for other transactions
    storeIn(tables, { ...stored, isUnguarded: true });
  }

  type Rows = Parameters<typeof settle>[1];
  async function read({ eventId, actor, key }: StockDecision): Promise<Rows> {
    await tables.statement();
    const event = eventId === undefined ? undefined : tables.events.get(eventId);
    const bookings = [...tables.bookings.values()].filter((booking) => booking.eventId === eventId);
    const tickets = new Map<string, number>();
    for (const booking of bookings) tickets.set(booking.userId, (tickets.get(booking.userId) ?? 0) + heldBy(booking));
    const record = key === undefined ? undefined : recordOf(ownerOf(actor), key.value);
    return {
      events: event === undefined ? [] : [event],
      bookings: has('an insert overwrites a row of the same id') ? bookings.filter(({ id }) => tables.events.size === 0 || id === '') : bookings,
      actors: new Map(),
      holdings: [...tickets].map(([userId, held]) => ({ eventId: eventId ?? '', userId, tickets: held })),
      budget: 'unlimited',
      idempotencyRecords: record === undefined || has('a key is stored and never looked up') ? [] : [record],
    };
  }

  function recordOf(owner: string, key: string) {
    const found = [...tables.records.values()].find((record) => {
      const isOwners = record.owner === owner || has('a key opens for every user');
      return isOwners && (record.key === key || (has('keys are compared without their case') && record.key.toLowerCase() === key.toLowerCase()));
    });
    return found && { ...found, owner, key };
  }

  /** Runs the decision, and returns its answer and its writes. */
  function judge(
    rows: Rows,
    decision: StockDecision,
  ): { answer: Answer<Event | Booking | undefined>; writes: Writes; replayed?: Answer<Event | Booking | undefined> } {
    const [record] = rows.idempotencyRecords;
    if (record !== undefined && has('a used key does not ask who has it'))
      return {
        answer: { value: record.answer as Booking, replayed: true },
        writes: EMPTY,
        replayed: { value: record.answer as Booking, replayed: true },
      };
    const records =
      record === undefined || !has('a key serves any request')
        ? rows.idempotencyRecords
        : [{ ...record, kind: decision.key?.kind, fingerprint: decision.key?.fingerprint ?? '' }];
    if (has('an event is deleted while its tickets are held') && decision.subject === 'event') {
      const [event] = rows.events;
      if (event !== undefined && event.availableTickets < event.totalTickets && decision.decide({ actor: 'operator', event }) === undefined)
        return { answer: { value: undefined, replayed: false }, writes: { ...EMPTY, deletedEvents: [event], deletedBookings: rows.bookings } };
    }
    let { outcomes, writes } = settle([remembering(decision)], { ...rows, idempotencyRecords: records }, new Date());
    if (
      has('a reinstatement does not look at the stock') &&
      decision.subject === 'booking' &&
      decision.bookingId !== undefined &&
      outcomes[0]?.done === false
    )
      ({ outcomes, writes } = settle(
        [decision],
        {
          ...rows,
          events: rows.events.map((event) => ({
            ...event,
            totalTickets: event.totalTickets + 1000,
            availableTickets: event.availableTickets + 1000,
          })),
        },
        new Date(),
      ));
    const [outcome] = outcomes;
    if (outcome === undefined) throw new Error('each decision has its outcome');
    if (!outcome.done) {
      noteRefusal(decision, outcome.error);
      throw has('an error of a decision is wrapped') ? new Error('failed', { cause: outcome.error }) : outcome.error;
    }
    const answer = { value: outcome.value, replayed: outcome.replayed };
    return outcome.replayed ? { answer, writes, replayed: answer } : { answer, writes };
  }

  function remembering(decision: StockDecision): StockDecision {
    const { actor } = decision;
    if (!has('the actor of a user is remembered') || typeof actor === 'string') return decision;
    const known = actors.get(actor.userId) ?? actor;
    actors.set(actor.userId, known);
    return { ...decision, actor: known };
  }

  function noteRefusal({ eventId = '', key, actor }: StockDecision, error: unknown): void {
    failing.set(eventId, (failing.get(eventId) ?? 0) + 1);
    if (error instanceof Refusal && error.code === 'insufficient_tickets') soldOut.add(eventId);
    if (has('a key is kept though its request was refused') && key !== undefined)
      tables.records.set(recordName(ownerOf(actor), key.value), {
        owner: ownerOf(actor),
        key: key.value,
        kind: key.kind,
        fingerprint: key.fingerprint,
        answer: {},
        at: Date.now(),
      });
  }

  async function store(settled: Writes, eventId: string): Promise<void> {
    const writes = flawed(settled, has, tables);
    transactions += 1;
    const isUnguarded = flaw !== undefined && UNGUARDED.has(flaw);
    const stored: Stored = { mark: transactions, writes, isUnguarded };
    const fault = armed;
    armed = undefined;
    if (has('the event’s row is not locked, and a version guard fails the loser'))
      for (const { before } of writes.changedEvents)
        if (tables.events.get(eventId)?.stockVersion !== before.stockVersion) throw new Error('the row was changed by another transaction');
    if (has('a key is stored before, in a transaction of its own'))
      storeIn(tables, { ...stored, writes: { ...EMPTY, idempotencyRecords: writes.idempotencyRecords } });
    if (has('a change is acknowledged before COMMIT')) {
      setTimeout(() => storeIn(tables, { ...stored, isUnguarded: true }), 5);
      return;
    }
    try {
      await commit(tables, stored, fault);
    } catch (error) {
      if (has('an outage is thrown as it is') || (has('an outage in the middle is thrown as it is') && fault === 'in_transaction')) throw error;
      if (error instanceof Deadlock) return endDeadlock(tables, stored, error, has);
      if (error instanceof CommitRefused && !has('a refused COMMIT is acknowledged'))
        throw new Unavailable('the database refused', { outcome: 'not_done', cause: error });
      if (error instanceof ConnectionLost) await settleLost(stored, error);
      else if (!(error instanceof CommitRefused)) throw error;
    }
  }

  /** Checks by its mark whether the transaction was stored. */
  async function settleLost(stored: Stored, error: ConnectionLost): Promise<void> {
    if (flaw !== undefined && UNMARKED.has(flaw)) throw new Unavailable('the connection was lost', { outcome: 'not_done', cause: error });
    if (has('a lost COMMIT is simply sent again')) return commit(tables, { ...stored, mark: stored.mark + 0.5 }, undefined);
    if (has('a lost COMMIT is written over what was sold meanwhile')) {
      unsent = stored;
      return;
    }
    await tables.statement();
    if (!tables.marks.has(stored.mark)) throw new Unavailable('the connection was lost', { outcome: 'not_done', cause: error });
  }

  const backwards = new Backwards();
  const decide = async <Value>(decision: StockDecision): Promise<Answer<Value>> => {
    if (has('calls are served last come, first served')) await backwards.turn();
    return (await decided(decision).catch((error) => decideAgain(error, has, () => decided(decision)))) as Answer<Value>;
  };
  const contextOf = ({ actor, key }: RepositoryContext) => ({ actor, key });
  const { reads, stored } = readsOf(tables, has);
  return {
    events: {
      reserveTickets: (eventId, context, run) => {
        if (has('a sold-out event is remembered') && soldOut.has(eventId))
          return Promise.reject(new Refusal('insufficient_tickets', { available: 0, requested: 1 }));
        return decide({ subject: 'booking', eventId, bookingId: undefined, ...contextOf(context), decide: run });
      },
      change: (eventId, context, run) => decide({ subject: 'event', eventId, ...contextOf(context), decide: run }),
    },
    bookings: {
      change: async (bookingId, { actor }, run) => {
        await tables.statement();
        const eventId = tables.bookings.get(bookingId)?.eventId;
        const answer = await decide<ReturnType<typeof run>>({ subject: 'booking', eventId, bookingId, actor, decide: run });
        return answer.value;
      },
    },
    ...reads,
    stored,
    beside: async () => stepStore(flaw, tables),
    fault: (fault) => {
      if (has('a fault that is asked for does not happen')) return () => false;
      armed = fault;
      return () => armed === undefined;
    },
    close: async () => {},
  };
}
