import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Booking, type Event, type Ports, type StockMovement, TOTAL_TICKETS_MAX } from '@ticket/domain';
import type { UserQueries, UserRepository } from '@ticket/domain/accounts';
import { loadConfig } from './config.ts';
import { createSellingContainer, sellingPorts, TOKENS } from './container.ts';
import type { Database } from './persistence/database.ts';
import type { DatabaseConfig } from './persistence/dialects/config.ts';
import { dialectOf } from './persistence/dialects/index.ts';
import {
  BOOKING_COLUMNS,
  type BookingColumns,
  EVENT_COLUMNS,
  type EventColumns,
  type Moment,
  toBooking,
  toDate,
  toEvent,
} from './persistence/rows.ts';
import type { Accounts } from './persistence/schemas.ts';
import { TypeOrmUserQueries } from './persistence/typeorm-queries.ts';
import { TypeOrmUserRepository } from './persistence/typeorm-user-repository.ts';
import { PROFILES } from './profiles.ts';
import { PROGRAM_VERSION } from './program-version.ts';
import { faultsOf, type ScratchFault } from './scratch-faults.ts';

/**
 * Our adapters on an empty database of their own, as `@ticket/kit` tries them: a `Store` of the kit, which this package does not import.
 * `fault` makes the next transaction go wrong, and says later whether it did. `beside` opens another server on the same rows.
 */
export interface ScratchStore
  extends Pick<Ports, 'events' | 'bookings' | 'eventQueries' | 'bookingQueries' | 'stockQueries' | 'idempotencyRecords' | 'rateLimitStore'> {
  /** This package and the engine, each with its version. */
  readonly about: string;
  readonly stored: {
    /** undefined if no event has the id, or if it was deleted. */
    event(id: string): Promise<Event | undefined>;
    /** Of one event, in any order. */
    bookings(eventId: string): Promise<readonly Booking[]>;
    /** The ledger of one event, also of a deleted one, by version. */
    movements(eventId: string): Promise<readonly StockMovement[]>;
  };
  /** Left out without accounts. */
  readonly users?: UserRepository;
  readonly userQueries?: UserQueries;
  /** Another server on the same rows, with connections, queues and caches of its own. Close it before this store. */
  beside(): Promise<ScratchStore>;
  /** Makes the next transaction of this store that writes go wrong, once. The function that it gives says whether that has happened. */
  fault(fault: ScratchFault): () => boolean;
  /** Closes every connection. The store that was opened first also removes its database. */
  close(): Promise<void>;
}

/**
 * Opens our adapters on a database that is made for this call and removed by `close`. `sqlite:` makes a file in a temporary folder. The
 * address of a server names a user who may create databases; the database that it names is not touched.
 */
export async function openScratchStore(url: string): Promise<ScratchStore> {
  if (url.startsWith('sqlite:')) {
    if (url !== 'sqlite:') throw new TypeError('sqlite: takes no path: it makes a database of its own, and removes it');
    const folder = mkdtempSync(join(tmpdir(), 'ticket-kit-'));
    return storeOn({ engine: 'sqlite', folder }, async () => rmSync(folder, { recursive: true, force: true }));
  }
  const { database: server } = loadConfig({ DATABASE_URL: url }, { signsTokens: false });
  if (server.engine === 'sqlite') throw new TypeError('the address is not one of a server');
  const name = `ticket_kit_${randomBytes(8).toString('hex')}`;
  return storeOn({ ...server, database: name }, () => onServer(server, `DROP DATABASE IF EXISTS ${name}`));
}

/** Runs a statement in the database that the address names. No tables are made there. */
async function onServer(config: DatabaseConfig, sql: string): Promise<void> {
  const { writer, close } = await dialectOf(config).open({ makes: false, accounts: 'none', onLost: () => {} });
  try {
    await writer.query(sql);
  } finally {
    await close();
  }
}

/** Our adapters on an empty database. `remove` is called when the store is closed. Holdings are counted: a limit is set, and is never reached. */
export async function storeOn(config: DatabaseConfig, remove: () => Promise<void>, accounts: Accounts = 'ours'): Promise<ScratchStore> {
  const policies = { selling: { ...PROFILES.open.selling, ticketsPerUserMax: TOTAL_TICKETS_MAX } };
  const container = createSellingContainer({ database: config, policies }, undefined, accounts);
  const database = container.get(TOKENS.database);
  try {
    await database.connect();
  } catch (error) {
    await remove().catch(() => undefined); // the first error is more useful than an error of the clean-up
    throw error;
  }
  const [engine] = await database.query<{ version: string }>(`SELECT ${database.dialect.version} AS version`);
  const { events, bookings, eventQueries, bookingQueries, stockQueries, idempotencyRecords, rateLimitStore } = sellingPorts(container);
  return {
    about: `@ticket/adapters ${PROGRAM_VERSION} on ${config.engine} ${engine?.version}`,
    events,
    bookings,
    eventQueries,
    bookingQueries,
    stockQueries,
    idempotencyRecords,
    rateLimitStore,
    stored: storedIn(database),
    ...(accounts === 'none' ? {} : { users: new TypeOrmUserRepository(database), userQueries: new TypeOrmUserQueries(database) }),
    beside: () => storeOn(config, async () => {}, accounts),
    fault: faultsOf(database),
    close: async () => {
      await container.unbindAllAsync();
      await remove();
    },
  };
}

const LATEST = { freshness: 'latest' } as const;
/** The rows as they are stored now. */
export function storedIn(database: Database): ScratchStore['stored'] {
  const columns = (names: readonly string[]) => names.join(', ');
  return {
    event: async (id) => {
      const [row] = await database.query<EventColumns>(`SELECT ${columns(EVENT_COLUMNS)} FROM events WHERE id = ?`, [id], LATEST);
      return row && toEvent(row);
    },
    bookings: async (eventId) => {
      const rows = await database.query<BookingColumns>(`SELECT ${columns(BOOKING_COLUMNS)} FROM bookings WHERE event_id = ?`, [eventId], LATEST);
      return rows.map(toBooking);
    },
    movements: async (eventId) => {
      const rows = await database.query<MovementColumns>(
        'SELECT * FROM stock_movements WHERE event_id = ? ORDER BY stock_version',
        [eventId],
        LATEST,
      );
      return rows.map(toMovement);
    },
  };
}

interface MovementColumns {
  readonly event_id: string;
  readonly stock_version: number;
  readonly booking_id: string | null;
  readonly delta: number;
  readonly available_after: number;
  readonly reason: StockMovement['reason'];
  readonly at: Moment;
}
const toMovement = (row: MovementColumns): StockMovement => ({
  eventId: row.event_id,
  stockVersion: row.stock_version,
  bookingId: row.booking_id,
  delta: row.delta,
  availableAfter: row.available_after,
  reason: row.reason,
  at: toDate(row.at),
});
