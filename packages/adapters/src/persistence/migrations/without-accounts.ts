import type { QueryRunner } from 'typeorm';

/**
 * A row in the table of migrations that marks a database without accounts. It is not a migration. A program that does not know it treats it
 * as a newer migration, and does not start.
 */
export const WITHOUT_ACCOUNTS = 'WithoutAccounts1764000000001';
const TIMESTAMP = 1_764_000_000_001;

/**
 * Whether the first tables are created with users and foreign keys to them. If not, the mark is written before the first table is created.
 * If the creation was interrupted, it continues in the same way.
 */
export async function areMadeWithUsers(runner: QueryRunner): Promise<boolean> {
  if (runner.dataSource.hasMetadata('user')) return true;
  if (await runner.hasTable('events')) {
    const marks: unknown[] = await runner.query('SELECT name FROM migrations WHERE name = ?', [WITHOUT_ACCOUNTS]);
    return marks.length === 0;
  }
  await runner.query('DELETE FROM migrations WHERE name = ?', [WITHOUT_ACCOUNTS]);
  await runner.query('INSERT INTO migrations (timestamp, name) VALUES (?, ?)', [TIMESTAMP, WITHOUT_ACCOUNTS]);
  return false;
}
