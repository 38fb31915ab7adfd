import { OFFSET_MAX, type Policy } from '@ticket/domain';
import * as v from 'valibot';
import { faults } from '../messages.ts';

/** How a list may be asked for. The domain judges the same limits again, for callers that are no HTTP client. */
export function listRequest({ list: { limit, limitMax } }: Policy) {
  const fault = faults.limit(limitMax);
  const rows = limit === undefined ? 'Tanpa limit: semua baris.' : `Tanpa limit: ${limit} baris.`;
  return v.object({
    limit: v.optional(v.pipe(v.number(fault), v.integer(fault), v.minValue(1, fault), v.maxValue(limitMax, fault), v.description(rows))),
    offset: v.optional(
      v.pipe(
        v.number(faults.offset),
        v.safeInteger(faults.offset),
        v.minValue(0, faults.offset),
        v.maxValue(OFFSET_MAX, faults.offset),
        v.description('Baris yang dilewati'),
      ),
    ),
    total: v.optional(v.pipe(v.boolean(faults.total), v.description('true: hitung semua baris untuk header X-Total-Count'))),
  });
}
