import type { MigrationInterface, QueryRunner } from 'typeorm';
import { recordOldestProgram } from './program-versions.ts';
import { inDialect } from './texts.ts';

/**
 * An index for a user's bookings of an event by status and date. The limits on users are read from it under the event's lock. It replaces
 * the index by event, because it also begins with the event. So a booking writes the same number of indexes.
 */
export class BookingsByUser1765100000000 implements MigrationInterface {
  readonly name = 'BookingsByUser1765100000000';

  async up(runner: QueryRunner): Promise<void> {
    await recordOldestProgram(runner, this.name, '0.1.0');
    await replaceIndex(runner, 'idx_bookings_event_id', 'idx_bookings_event_user', 'event_id, user_id, status, booking_date, quantity');
  }

  async down(runner: QueryRunner): Promise<void> {
    await replaceIndex(runner, 'idx_bookings_event_user', 'idx_bookings_event_id', 'event_id');
  }
}

/** The foreign key needs one of the two indexes at every moment. The statements can run again after a failure. */
const replaceIndex = (runner: QueryRunner, old: string, name: string, columns: string): Promise<void> =>
  inDialect(runner, { mysql: replaceInOneStatement, sqlite: replaceOneByOne, postgres: replaceOneByOne })(runner, old, name, columns);

async function replaceOneByOne(runner: QueryRunner, old: string, name: string, columns: string): Promise<void> {
  await runner.query(`CREATE INDEX IF NOT EXISTS ${name} ON bookings (${columns})`);
  await runner.query(`DROP INDEX IF EXISTS ${old}`);
}

async function replaceInOneStatement(runner: QueryRunner, old: string, name: string, columns: string): Promise<void> {
  const rows: { readonly name: string }[] = await runner.query(
    "SELECT DISTINCT index_name AS name FROM information_schema.statistics WHERE table_schema = DATABASE() AND table_name = 'bookings'",
  );
  const there = new Set(rows.map((row) => row.name));
  const changes = [...(there.has(name) ? [] : [`ADD INDEX ${name} (${columns})`]), ...(there.has(old) ? [`DROP INDEX ${old}`] : [])];
  if (changes.length > 0) await runner.query(`ALTER TABLE bookings ${changes.join(', ')}`);
}
