import type { Ask } from './dialect.ts';
import { errors } from './mysql-errors.ts';
import { weaknessOfCheck } from './sql.ts';

const NAMES = ['transaction_isolation', 'tx_isolation', 'innodb_flush_log_at_trx_commit', 'innodb_flush_method', 'log_bin', 'sync_binlog'];
/** MariaDB also has 3, which syncs the log even more often. */
const SYNCED = ['1', '3'];

/** Checks the settings that are in effect in a session, whatever the server or a proxy has set. */
export async function weaknessesOfServer(ask: Ask, now: string): Promise<readonly string[]> {
  const rows = await ask(`SHOW VARIABLES WHERE Variable_name IN (${NAMES.map((name) => `'${name}'`).join(', ')})`);
  const variables = new Map(rows.map((row) => [row['Variable_name'], String(row['Value'])]));
  const isolation = variables.get('transaction_isolation') ?? variables.get('tx_isolation');
  const flush = variables.get('innodb_flush_log_at_trx_commit');
  const method = variables.get('innodb_flush_method');
  const binlog = variables.get('log_bin') === 'ON' ? variables.get('sync_binlog') : undefined;
  return [
    ...(await weaknessOfCheck(ask, { now, errors })),
    ...(isolation === undefined || isolation === 'READ-COMMITTED'
      ? []
      : [`transactions run at ${isolation}, though every connection asks for READ COMMITTED: does a proxy drop what it is told?`]),
    ...(flush === undefined || SYNCED.includes(flush)
      ? []
      : [`innodb_flush_log_at_trx_commit is ${flush}: a power cut may lose bookings that were confirmed. Set it to 1`]),
    ...(method === 'nosync' || method === 'littlesync'
      ? [`innodb_flush_method is ${method}: a power cut may lose bookings that were confirmed, or damage the tables. Set it to fsync or O_DIRECT`]
      : []),
    ...(binlog === undefined || binlog === '1'
      ? []
      : [`sync_binlog is ${binlog} with a binlog: a power cut may lose bookings that were confirmed. Set it to 1, or turn the binlog off`]),
  ];
}
