import type { StockFacts, StockQueries } from '@ticket/domain';
import type { Database } from './database.ts';

/** An event of a million bookings takes a while to add up; it blocks no sale meanwhile. */
const TRY = { tryMs: 10 * 60_000 };

export class TypeOrmStockQueries implements StockQueries {
  readonly #database: Database;
  constructor(database: Database) {
    this.#database = database;
  }

  async page(after: string | undefined, limit: number): Promise<readonly StockFacts[]> {
    // Which events there are is read first; what is true of them is one statement.
    const rows = await this.#database.query<{ id: string }>(
      `SELECT id FROM (
         SELECT id FROM (SELECT id FROM events WHERE id > ? ORDER BY id LIMIT ?) present
         UNION
         SELECT id FROM (SELECT DISTINCT event_id AS id FROM stock_movements WHERE event_id > ? ORDER BY event_id LIMIT ?) recorded
       ) known ORDER BY id LIMIT ?`,
      [after ?? '', limit, after ?? '', limit, limit],
      TRY,
    );
    return this.#factsOf(rows.map(({ id }) => id));
  }

  async find(eventId: string): Promise<readonly StockFacts[]> {
    return (await this.#factsOf([eventId])).filter(({ event, movements, heldTickets }) => event !== undefined || movements > 0 || heldTickets > 0);
  }

  /** One statement, and so one snapshot: a sale in between shows in all of its parts or in none. */
  async #factsOf(ids: readonly string[]): Promise<readonly StockFacts[]> {
    if (ids.length === 0) return [];
    const list = ids.map(() => '?').join(', ');
    const rows = await this.#database.query<FactColumns>(
      `SELECT e.id, 'event' AS fact, e.total_tickets AS a, e.available_tickets AS b, e.stock_version AS c FROM events e WHERE e.id IN (${list})
       UNION ALL
       SELECT event_id, 'ledger', SUM(delta), COUNT(*), MAX(stock_version) FROM stock_movements WHERE event_id IN (${list}) GROUP BY event_id
       UNION ALL
       SELECT event_id, 'held', SUM(quantity), 0, 0 FROM bookings WHERE event_id IN (${list}) AND status <> 'cancelled' GROUP BY event_id
       UNION ALL
       SELECT event_id, 'unmatched', COUNT(*), 0, 0 FROM (
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
        lastVersion: Number(ledger?.c ?? 0),
        unmatchedBookings: Number(unmatched.get(eventId)?.a ?? 0),
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
}
