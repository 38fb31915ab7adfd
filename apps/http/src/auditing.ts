import { setTimeout as sleep } from 'node:timers/promises';
import type { Difference, UseCases } from '@ticket/domain';
import type { Metrics } from './metrics.ts';
import { factsOf, type Log } from './report.ts';

/** The first audit runs soon after the start. Otherwise a server that is restarted every hour would never be audited. */
const FIRST_AFTER_MS = 60_000;
/** The pause between two pages, because SQLite runs in this process, and sales go first. */
const REST_MS = 10;
/** The most differences in one log line. `ticketctl audit` shows all. */
const SHOWN_MAX = 20;

export interface Auditing {
  readonly auditStock: UseCases['auditStock'];
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'audited'>;
}

/** Audits the stock every `minutes` minutes, one audit after the other, as long as the process runs. 0 means never. */
export async function auditNowAndThen(minutes: number, auditing: Auditing): Promise<void> {
  const intervalMs = minutes * 60_000;
  if (intervalMs === 0) return;
  for (let waitMs = Math.min(FIRST_AFTER_MS, intervalMs); ; waitMs = intervalMs) {
    await sleep(waitMs, undefined, { ref: false });
    await audit(auditing);
  }
}

/**
 * Runs one audit. A difference is logged as an error, and never repaired. An audit that cannot be finished is logged too, and reports no
 * differences.
 */
export async function audit({ auditStock, log, metrics }: Auditing): Promise<void> {
  try {
    const shown: Difference[] = [];
    let [events, differences] = [0, 0];
    for await (const part of auditStock({ actor: 'operator' })) {
      events += part.events;
      differences += part.differences.length;
      shown.push(...part.differences.slice(0, SHOWN_MAX - shown.length));
      await sleep(REST_MS, undefined, { ref: false });
    }
    metrics.audited(events, differences);
    if (differences > 0) log({ level: 'error', message: 'stock, bookings and ledger do not agree', events, differences, shown });
  } catch (error) {
    log({ level: 'warn', message: 'the audit could not be finished', error: factsOf(error) });
  }
}
