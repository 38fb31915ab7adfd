import type { QueryRunner } from 'typeorm';

/**
 * Stands among the migrations of a database whose tables were made without accounts, and is none. A program that does not know it takes it for
 * one of a newer program, and does not start.
 */
export const WITHOUT_ACCOUNTS = 'WithoutAccounts1764000000001';
const TIMESTAMP = 1_764_000_000_001;

/**
 * Whether the first tables are to be made with users, and keys to them. Where they are not, that is written down before the first of them is
 * there. Tables that were begun in one way are finished in it.
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
