import type { ListLimits } from '@ticket/domain';
import * as v from 'valibot';
import { faults } from '../messages.ts';

/** The query of a list. The domain checks the same limits again, for callers that do not use HTTP. */
export function listRequest({ limit, limitMax, offsetMax }: ListLimits) {
  const fault = faults.limit(limitMax);
  const offsetFault = faults.offset(offsetMax);
  const rows = limit === undefined ? 'The most rows. All when left out.' : `The most rows. ${limit} when left out.`;
  return v.object({
    limit: v.optional(v.pipe(v.number(fault), v.integer(fault), v.minValue(1, fault), v.maxValue(limitMax, fault), v.description(rows))),
    offset: v.optional(
      v.pipe(
        v.number(offsetFault),
        v.safeInteger(offsetFault),
        v.minValue(0, offsetFault),
        v.maxValue(offsetMax, offsetFault),
        v.description('Rows that are skipped.'),
      ),
    ),
    total: v.optional(v.pipe(v.boolean(faults.total), v.description('true: count all rows for the header X-Total-Count.'))),
  });
}
