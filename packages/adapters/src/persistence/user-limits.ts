import type { Booking, SellingPolicy } from '@ticket/domain';
import { changesSubject, type LockedRows, madeWithin, type StockDecision, userIdOf } from '@ticket/domain/spi';
import type { EntityManager } from 'typeorm';
import type { Dialect, Owner } from './dialects/dialect.ts';
import { type Moment, toDate } from './rows.ts';
import { type Parameter, placesFor } from './statement.ts';
import { hashOf } from './typeorm-rate-limit-store.ts';

/**
 * Reads the facts for the limits of users that the policy sets: the tickets that a user holds of an event, and their recent changes of its
 * bookings. Neither changes while the events are locked. One statement reads both. For bookings it reads only an index, so earlier
 * cancelled bookings cost little.
 */
export async function limitsIn(
  dialect: Dialect,
  manager: EntityManager,
  batch: readonly StockDecision[],
  bookings: readonly Booking[],
  { ticketsPerUserMax, bookingChangesPerHourMax: changesMax }: SellingPolicy,
  now: Date,
): Promise<Pick<LockedRows, 'holdings' | 'budget'>> {
  if (ticketsPerUserMax === 'unlimited' && changesMax === 'unlimited') return { holdings: 'not_counted', budget: 'unlimited' };
  const owners = ownersOf(batch, bookings);
  // An owner may be in the list twice, which does not change the result.
  const named = dialect.listOf(owners);
  const asked: { readonly sql: string; readonly parameters: readonly Parameter[] }[] = [];
  if (owners.length > 0 && ticketsPerUserMax !== 'unlimited') asked.push(heldOf(dialect, named));
  if (owners.length > 0 && changesMax !== 'unlimited') asked.push(madeBy(dialect, named, now), countsOf(named));
  const rows: LimitColumns[] =
    asked.length === 0
      ? []
      : await manager.query(
          asked.map(({ sql }) => sql).join(' UNION ALL '),
          asked.flatMap(({ parameters }) => parameters),
        );
  const facts = new Map(rows.map((row) => [[row.fact, row.subject, row.user_id].join(' '), row]));
  const holdings = owners.map(({ eventId, userId }) => ({ eventId, userId, tickets: Number(facts.get(`held ${eventId} ${userId}`)?.number ?? 0) }));
  const recentOf = ({ eventId, userId }: Owner) => {
    const subject = changesSubject({ eventId, userId });
    const [made, others] = [facts.get(`made ${eventId} ${userId}`), facts.get(`others ${hashOf(subject)} `)];
    return {
      eventId,
      userId,
      made: Number(made?.number ?? 0),
      firstMadeAt: made && toDate(made.moment),
      others: others && { subject, count: Number(others.number), endsAt: toDate(others.moment) },
    };
  };
  return {
    holdings: ticketsPerUserMax === 'unlimited' ? 'not_counted' : holdings,
    budget: changesMax === 'unlimited' ? 'unlimited' : { changesMax, recent: owners.map(recentOf) },
  };
}

interface LimitColumns {
  readonly fact: 'held' | 'made' | 'others';
  /** The id of an event, or the hash that is the key of a count. */
  readonly subject: string;
  readonly user_id: string;
  readonly number: number | string;
  readonly moment: Moment;
}

function ownersOf(batch: readonly StockDecision[], bookings: readonly Booking[]): readonly Owner[] {
  const owner = new Map(bookings.map(({ id, userId }) => [id, userId]));
  const owners = new Map<string, Owner>();
  for (const decision of batch) {
    if (decision.subject === 'event' || decision.eventId === undefined) continue;
    const { eventId, bookingId, actor } = decision;
    const userId = (bookingId === undefined ? undefined : owner.get(bookingId)) ?? userIdOf(actor);
    if (userId !== undefined) owners.set(`${eventId} ${userId}`, { eventId, userId });
  }
  return [...owners.values()];
}

const heldOf = (dialect: Dialect, owners: readonly Owner[]) => {
  const { from, which, parameters } = bookingsOf(dialect, owners);
  return {
    sql: `SELECT 'held' AS fact, event_id AS subject, user_id, SUM(quantity) AS number, NULL AS moment FROM ${from}
      WHERE ${which} AND status IN ('pending', 'confirmed') GROUP BY event_id, user_id`,
    parameters,
  };
};

const madeBy = (dialect: Dialect, owners: readonly Owner[], now: Date) => {
  const { from, which, parameters } = bookingsOf(dialect, owners);
  const window = madeWithin(now);
  return {
    // All statuses are listed, so that the engine uses the index up to the date.
    sql: `SELECT 'made' AS fact, event_id AS subject, user_id, COUNT(*) AS number, MIN(booking_date) AS moment FROM ${from}
      WHERE ${which} AND status IN ('pending', 'confirmed', 'cancelled') AND booking_date > ? AND booking_date <= ? GROUP BY event_id, user_id`,
    parameters: [...parameters, dialect.date(window.from), dialect.date(window.to)],
  };
};

const countsOf = (owners: readonly Owner[]) => ({
  sql: `SELECT 'others' AS fact, subject_hash AS subject, '' AS user_id, counted AS number, ends_at AS moment FROM rate_counts
    WHERE subject_hash IN (${placesFor(owners)})`,
  parameters: owners.map((owner) => hashOf(changesSubject(owner))),
});

function bookingsOf(dialect: Dialect, owners: readonly Owner[]) {
  const { sql: which, parameters } = dialect.bookedBy(owners);
  return { from: dialect.indexed('bookings', 'idx_bookings_event_user'), which, parameters };
}
