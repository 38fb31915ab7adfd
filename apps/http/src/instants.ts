import { isEventDate } from '@ticket/domain';

const ISO_8601 = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(?:Z|([+-])(\d{2}):(\d{2}))$/;
const MINUTE_MS = 60_000;

/**
 * The time of an ISO 8601 date-time with a zone, to the millisecond; undefined for any other text. Days that do not exist (30 February),
 * 24:00 and leap seconds also give undefined, because `Date` would silently turn them into another day.
 */
export function instantOf(text: string): Date | undefined {
  const found = ISO_8601.exec(text);
  if (found === null) return undefined;
  const [, years, months, days, hours, minutes, seconds = '0', fraction = '', sign, zoneHours = '0', zoneMinutes = '0'] = found;
  const fields = [Number(years), Number(months) - 1, Number(days), Number(hours), Number(minutes), Number(seconds)] as const;
  const local = new Date(Date.UTC(...fields, Number(fraction.padEnd(3, '0').slice(0, 3))));
  const kept = [local.getUTCFullYear(), local.getUTCMonth(), local.getUTCDate(), local.getUTCHours(), local.getUTCMinutes(), local.getUTCSeconds()];
  if (kept.some((field, index) => field !== fields[index]) || Number(zoneHours) > 23 || Number(zoneMinutes) > 59) return undefined;
  const ahead = (Number(zoneHours) * 60 + Number(zoneMinutes)) * (sign === '-' ? -MINUTE_MS : MINUTE_MS);
  const instant = new Date(local.getTime() - ahead);
  return isEventDate(instant) ? instant : undefined;
}
