import type { StockQueries } from '@ticket/domain';
import type { StockFacts } from '@ticket/domain/spi';
import type { Database } from './database.ts';

/** To add up an event with a million bookings takes long. It blocks no sale. */
const TRY = { tryMs: 10 * 60_000 };

/**
 * `available_after` of each line must be the sum of the deltas up to that line. Over versions 1 to n, each delta is part of n + 1 − version
 * of these sums. So the sum of all of them follows from one pass over the lines.
 */
const AVAILABLE_AFTER_IS_OFF_BY = 'SUM(available_after) - ((COUNT(*) + 1) * SUM(delta) - SUM(delta * stock_version))';

export class TypeOrmStockQueries implements StockQueries {
  readonly #database: Database;
  constructor(database: Database) {
    this.#database = database;
  }

  async page(after: string | undefined, limit: number): Promise<readonly StockFacts[]> {
    const behind = [after ?? '', limit];
    // The ids of the events are read first. Their facts are then read with one statement.
    const rows = await this.#database.query<{ id: string }>(
      `SELECT id FROM (
         SELECT id FROM (SELECT id FROM events WHERE id > ? ORDER BY id LIMIT ?) present
         UNION
         SELECT id FROM (SELECT DISTINCT event_id AS id FROM stock_movements WHERE event_id > ? ORDER BY event_id LIMIT ?) recorded
         UNION
         SELECT id FROM (SELECT DISTINCT event_id AS id FROM bookings WHERE event_id > ? ORDER BY event_id LIMIT ?) booked
       ) known ORDER BY id LIMIT ?`,
      [...behind, ...behind, ...behind, limit],
      TRY,
    );
    return this.#factsOf(rows.map(({ id }) => id));
  }

  async find(eventId: string): Promise<readonly StockFacts[]> {
    const facts = await this.#factsOf([eventId]);
    return facts.filter(({ event, movements, unmatchedBookings }) => event !== undefined || movements > 0 || unmatchedBookings > 0);
  }

  /** It is one statement and so one snapshot. A simultaneous sale is in all its parts or in none. */
  async #factsOf(ids: readonly string[]): Promise<readonly StockFacts[]> {
    if (ids.length === 0) return [];
    const list = ids.map(() => '?').join(', ');
    const rows = await this.#database.query<FactColumns>(
      `SELECT e.id, 'event' AS fact, e.total_tickets AS a, e.available_tickets AS b, e.stock_version AS c, 0 AS d, 0 AS e, NULL AS booking_id
         FROM events e WHERE e.id IN (${list})
       UNION ALL
       SELECT event_id, 'ledger', SUM(delta), COUNT(*), MIN(stock_version), MAX(stock_version), ${AVAILABLE_AFTER_IS_OFF_BY}, NULL
         FROM stock_movements WHERE event_id IN (${list}) GROUP BY event_id
       UNION ALL
       SELECT event_id, 'held', SUM(quantity), 0, 0, 0, 0, NULL
         FROM bookings WHERE event_id IN (${list}) AND status <> 'cancelled' GROUP BY event_id
       UNION ALL
       SELECT event_id, 'unmatched', COUNT(*), 0, 0, 0, 0, MIN(booking_id) FROM (
         SELECT event_id, booking_id FROM (
           SELECT event_id, id AS booking_id, CASE status WHEN 'cancelled' THEN 0 ELSE quantity END AS tickets, 0 AS movement
           FROM bookings WHERE event_id IN (${list})
           UNION ALL
           SELECT event_id, booking_id, delta, 1 FROM stock_movements WHERE event_id IN (${list}) AND booking_id IS NOT NULL
         ) line GROUP BY event_id, booking_id HAVING SUM(tickets) <> 0 OR SUM(movement) = 0
       ) unmatched GROUP BY event_id`,
      [...ids, ...ids, ...ids, ...ids, ...ids],
      TRY,
    );
    const byFact = (fact: FactColumns['fact']) => new Map(rows.filter((row) => row.fact === fact).map((row) => [row.id, row]));
    const [events, ledgers, held, unmatched] = [byFact('event'), byFact('ledger'), byFact('held'), byFact('unmatched')];
    return ids.map((eventId) => {
      const event = events.get(eventId);
      const ledger = ledgers.get(eventId);
      return {
        eventId,
        event: event && { totalTickets: Number(event.a), availableTickets: Number(event.b), stockVersion: Number(event.c) },
        heldTickets: Number(held.get(eventId)?.a ?? 0),
        movedTickets: Number(ledger?.a ?? 0),
        movements: Number(ledger?.b ?? 0),
        firstVersion: Number(ledger?.c ?? 0),
        lastVersion: Number(ledger?.d ?? 0),
        availableAfterIsOffBy: Number(ledger?.e ?? 0),
        unmatchedBookings: Number(unmatched.get(eventId)?.a ?? 0),
        unmatchedBookingId: unmatched.get(eventId)?.booking_id ?? undefined,
      };
    });
  }
}

interface FactColumns {
  readonly id: string;
  readonly fact: 'event' | 'ledger' | 'held' | 'unmatched';
  readonly a: number | string;
  readonly b: number | string;
  readonly c: number | string;
  readonly d: number | string;
  readonly e: number | string;
  readonly booking_id: string | null;
}
