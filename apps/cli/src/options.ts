import { TICKET_PRICE_CENTS_MAX, TOTAL_TICKETS_MAX } from '@ticket/domain';
import { instantOf } from '@ticket/http/wire';
import { InvalidArgumentError } from 'commander';
import * as v from 'valibot';

/** Reads an option with a schema. An invalid value gives one line and exit code 2. */
export const parsed =
  <Schema extends v.GenericSchema<string, unknown>>(schema: Schema) =>
  (text: string): v.InferOutput<Schema> => {
    const result = v.safeParse(schema, text);
    if (!result.success) throw new InvalidArgumentError(result.issues.map(({ message }) => message).join('; '));
    return result.output;
  };

export const Id = v.pipe(
  v.string(),
  v.regex(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i, 'must be a UUID'),
  v.transform((id) => id.toLowerCase()),
);

/** The name of a file. It must not be empty, because an unset variable in the shell gives an empty name. */
export const FileName = v.pipe(v.string(), v.trim(), v.minLength(1, 'must be the name of a file'));

/** A whole number from `min` to `max`. */
export const wholeNumber = (min: number, max: number) =>
  v.pipe(
    v.string(),
    v.regex(/^\d{1,9}$/, `must be a whole number from ${min} to ${max}`),
    v.transform(Number),
    v.check((n) => n >= min && n <= max, `must be a whole number from ${min} to ${max}`),
  );

export const TicketCount = wholeNumber(1, TOTAL_TICKETS_MAX);

/** A time with a zone. */
export const Instant = v.pipe(
  v.string(),
  v.transform(instantOf),
  v.instance(Date, 'must be a time such as 2027-02-15T19:00:00+07:00, in the years 1970 to 9999'),
);

/** A price as people write it, in cents. */
export const PriceCents = v.pipe(
  v.string(),
  v.regex(/^\d{1,8}(?:\.\d{1,2})?$/, `must be an amount from 0 to ${TICKET_PRICE_CENTS_MAX / 100} with at most two decimals`),
  v.transform((text) => Math.round(Number(text) * 100)),
);
