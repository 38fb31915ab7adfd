import type { Ask } from './dialect.ts';
import { errors } from './postgres-errors.ts';
import { NOW } from './postgres-statements.ts';
import { weaknessOfCheck } from './sql.ts';

const NAMES = ['transaction_isolation', 'synchronous_commit', 'fsync', 'full_page_writes', 'session_replication_role'];

/** Checks the settings that are in effect in a session, whatever the server or a proxy has set. */
export async function weaknessesOfServer(ask: Ask): Promise<readonly string[]> {
  const rows = await ask(`SELECT name, setting FROM pg_settings WHERE name IN (${NAMES.map((name) => `'${name}'`).join(', ')})`);
  const settings = new Map(rows.map((row) => [row['name'], String(row['setting'])]));
  const isolation = settings.get('transaction_isolation');
  const isOff = (name: string, what: string): string[] => (settings.get(name) === 'off' ? [`${name} is off: ${what}. Set it to on`] : []);
  return [
    ...(isolation === 'read committed'
      ? []
      : [`transactions run at ${isolation}, though every one asks for READ COMMITTED: does a proxy drop what it is told?`]),
    ...isOff('synchronous_commit', 'a power cut may lose bookings that were confirmed'),
    ...isOff('fsync', 'a power cut may lose bookings that were confirmed, or damage the tables'),
    ...isOff('full_page_writes', 'a power cut may damage the tables'),
    ...(settings.get('session_replication_role') === 'origin'
      ? []
      : [`session_replication_role is ${settings.get('session_replication_role')}: foreign keys are not enforced. Set it to origin`]),
    // This comes last, because on PostgreSQL no statement works after one that failed.
    ...(await weaknessOfCheck(ask, { now: NOW, errors })),
  ];
}
