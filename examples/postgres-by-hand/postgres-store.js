// A store of the level `stock` on plain pg. docs/write-an-adapter.md walks through it.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Unavailable } from '@ticket/domain';
import { settle } from '@ticket/domain/spi';
import pg from 'pg';
import { connectNowhere, meetDeadlock } from './faults.js';

const ADDRESS = process.env.POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';
const TABLES = readFileSync(new URL('tables.sql', import.meta.url), 'utf8');
const TRIES_MAX = 5;
const HELD = `SELECT "eventId", "userId", sum("quantity") AS tickets FROM bookings
  WHERE "eventId" = $1 AND "userId" = $2 AND "status" <> 'cancelled' GROUP BY 1, 2`;

const namesOf = (row) => Object.keys(row).map((name) => `"${name}"`);
const placesOf = (row) => Object.keys(row).map((_, index) => `$${index + 1}`);
const insertInto = (table) => (row) => [`INSERT INTO ${table} (${namesOf(row)}) VALUES (${placesOf(row)})`, Object.values(row)];
/** The version is what the row had under the lock. If another one is there, no row is found. */
const update = ({ before, after }) => [
  `UPDATE events SET (${namesOf(after)}) = (${placesOf(after)}) WHERE "id" = $${namesOf(after).length + 1} AND "stockVersion" = $${namesOf(after).length + 2}`,
  [...Object.values(after), after.id, before.stockVersion],
];
const statementsOf = (writes) => [
  ...writes.insertedEvents.map(insertInto('events')),
  ...writes.changedEvents.map(update),
  ...writes.insertedBookings.map(insertInto('bookings')),
  ...writes.changedBookings.map((row) => ['UPDATE bookings SET "status" = $2, "version" = $3 WHERE "id" = $1', [row.id, row.status, row.version]]),
  ...writes.deletedBookings.map(({ id }) => ['DELETE FROM bookings WHERE "id" = $1', [id]]),
  ...writes.deletedEvents.map(({ id }) => ['DELETE FROM events WHERE "id" = $1', [id]]), // its cancelled bookings go with it
  ...writes.movements.map(insertInto('movements')),
];

/** PostgreSQL gives BIGINT as text, since it may be larger than a number of JavaScript. Prices in cents are not. */
const types = { getTypeParser: (oid, format) => (oid === 20 ? Number : pg.types.getTypeParser(oid, format)) };
const SETTINGS = '-c TimeZone=UTC -c statement_timeout=8000 -c idle_in_transaction_session_timeout=8000';
const configOf = (schema) => ({ connectionString: ADDRESS, connectionTimeoutMillis: 5000, types, options: `-c search_path=${schema} ${SETTINGS}` });
/** A lost connection is told by the query that meets it. Without a listener it would end the process. */
const quiet = (emitter) => emitter.on('error', () => {});

/** Rolled back for another transaction, or two servers made one event at the same time: run it again. */
const isRace = ({ code, constraint }) => code === '40001' || code === '40P01' || constraint === 'events_pkey';
/** The server's classes connection, resources, lock, operator and system; and what sockets and the pool say. */
const isOutage = (error) =>
  error instanceof pg.DatabaseError
    ? /^(08|40|53|55|57|58|25P0[23])/.test(error.code)
    : !(error instanceof Unavailable) && /ECONN|EPIPE|connection|timeout/i.test(error.message);
const outage = (cause, outcome) => new Unavailable(`PostgreSQL: ${cause.message}`, { outcome, cause });

function storeOn(schema, atClose) {
  const pool = quiet(new pg.Pool(configOf(schema))).on('connect', quiet);
  const last = new Map();
  const faults = new Set(); // those that the kit asked for and that have not happened yet

  /** Calls for one event go one after the other, in the order in which they came. */
  function inOrder(name, run) {
    const mine = (last.get(name) ?? Promise.resolve()).then(run, run);
    const end = () => last.get(name) === mine && last.delete(name);
    mine.then(end, end);
    return last.set(name, mine) && mine;
  }

  async function decided(decision, tries = 1) {
    const outcome = await transaction(decision).catch((error) => {
      if (isRace(error) && tries < TRIES_MAX) return undefined;
      throw isOutage(error) ? outage(error, 'not_done') : error;
    });
    if (outcome === undefined) return decided(decision, tries + 1);
    if (!outcome.done) throw outcome.error;
    return outcome;
  }

  async function transaction(decision) {
    const client = await (faults.delete('no_connection') ? connectNowhere() : pool.connect());
    let isBroken = true;
    try {
      await client.query('BEGIN');
      const { outcome, statements } = await decideOn(client, decision);
      if (faults.delete('in_transaction')) client.connection.stream.destroy();
      if (faults.delete('deadlock')) await meetDeadlock(pool, client);
      for (const [sql, values] of statements)
        if ((await client.query(sql, values)).rowCount !== 1) throw new Error(`a row that was locked is another one: ${sql}`);
      if (statements.length === 0) await client.query('ROLLBACK');
      else await commit(client);
      isBroken = false;
      return outcome;
    } finally {
      client.release(isBroken); // the server rolls back when a connection ends
    }
  }

  /** Locks the event, reads what the decision needs, and lets the domain decide. */
  async function decideOn(client, decision) {
    const { eventId, bookingId, actor } = decision;
    const { rows: events } = await client.query('SELECT * FROM events WHERE "id" = $1 FOR NO KEY UPDATE', [eventId]);
    const { rows: bookings } = await client.query('SELECT * FROM bookings WHERE "id" = $1 AND "eventId" = $2', [bookingId, eventId]);
    const { rows: holdings } = await client.query(HELD, [eventId, bookings[0]?.userId ?? actor.userId]);
    const rows = { events, bookings, holdings, actors: new Map(), budget: 'unlimited', idempotencyRecords: [] };
    const { outcomes, writes } = settle([decision], rows, new Date());
    return { outcome: outcomes[0], statements: statementsOf(writes) };
  }

  async function commit(client) {
    const mark = randomUUID();
    await client.query('INSERT INTO marks VALUES ($1, $2)', [mark, faults.delete('refused') ? 'nothing' : null]);
    try {
      if (faults.delete('before_commit')) client.connection.stream.destroy();
      const { command } = await client.query('COMMIT');
      if (faults.delete('at_commit')) throw new Error('the answer was lost by a fault');
      if (command !== 'COMMIT') throw new Error(`COMMIT was answered with ${command}`); // a statement before it had failed
    } catch (error) {
      if (!(await isStored(mark))) throw outage(error, 'not_done');
    }
  }

  /** Waits until the transaction of the mark has ended. If it was not stored, its mark is taken now, so that it never can be. */
  async function isStored(mark) {
    const client = quiet(new pg.Client(configOf(schema)));
    try {
      await client.connect();
      return (await client.query('INSERT INTO marks VALUES ($1) ON CONFLICT DO NOTHING', [mark])).rowCount === 0;
    } catch (error) {
      throw outage(error, 'unknown');
    } finally {
      client.end().catch(() => {});
    }
  }

  const read = async (sql, id) => (await pool.query(sql, [id])).rows;
  function ask(decision) {
    if (decision.key !== undefined) throw new TypeError('this store keeps no idempotency keys');
    return inOrder(decision.eventId ?? decision.bookingId, () => decided(decision));
  }
  return {
    about: 'postgres-by-hand on PostgreSQL',
    events: {
      reserveTickets: async (eventId, context, decide) => ask({ subject: 'booking', eventId, bookingId: undefined, ...context, decide }),
      change: async (eventId, context, decide) => ask({ subject: 'event', eventId, ...context, decide }),
    },
    bookings: {
      async change(bookingId, { actor }, decide) {
        const find = () => read('SELECT "eventId" FROM bookings WHERE "id" = $1', bookingId); // the event of a booking never changes
        const [booking] = await inOrder(bookingId, find).catch((error) => Promise.reject(isOutage(error) ? outage(error, 'not_done') : error));
        return (await ask({ subject: 'booking', eventId: booking?.eventId, bookingId, actor, decide })).value;
      },
    },
    stored: {
      event: async (id) => (await read('SELECT * FROM events WHERE "id" = $1', id))[0],
      bookings: (eventId) => read('SELECT * FROM bookings WHERE "eventId" = $1', eventId),
      movements: (eventId) => read('SELECT * FROM movements WHERE "eventId" = $1 ORDER BY "stockVersion"', eventId),
    },
    beside: async () => storeOn(schema, async () => {}),
    fault: (which) => {
      faults.add(which);
      return () => !faults.has(which);
    },
    close: async () => {
      await pool.end();
      await atClose();
    },
  };
}

/** An empty store, in a schema of its own that `close` drops. */
export async function openStore() {
  const schema = `tickets_${randomUUID().replaceAll('-', '')}`;
  const client = new pg.Client({ connectionString: ADDRESS });
  await client.connect();
  await client.query(`CREATE SCHEMA ${schema}; SET search_path = ${schema}; ${TABLES}`);
  return storeOn(schema, async () => {
    await client.query(`DROP SCHEMA ${schema} CASCADE`);
    await client.end();
  });
}
