import * as v from 'valibot';
import type { Environment, Variable } from './config-names.ts';

/** Reads one variable with its schema. An invalid value adds a fault, and the result is undefined. */
export type Read = <Schema extends v.GenericSchema<string, unknown>>(
  name: Variable,
  schema: Schema,
  fallback: string,
) => v.InferOutput<Schema> | undefined;

/** The lists to which the parts of the configuration add their messages. */
export interface Telling {
  readonly read: Read;
  readonly faults: string[];
  readonly notices: string[];
  /** Settings without effect. */
  readonly ignored: string[];
}

export const reader =
  (env: Environment, faults: string[]): Read =>
  (name, schema, fallback) => {
    const parsed = v.safeParse(schema, env[name] ?? fallback);
    if (parsed.success) return parsed.output;
    faults.push(`${name}: ${parsed.issues[0].message}`);
    return undefined;
  };

export const wholeNumber = (min: number, max: number) =>
  v.pipe(
    v.string(),
    v.regex(/^\d{1,9}$/, `must be a whole number from ${min} to ${max}`),
    v.transform(Number),
    v.check((number) => number >= min && number <= max, `must be a whole number from ${min} to ${max}`),
  );

export const Switch = v.pipe(
  v.picklist(['yes', 'no', 'true', 'false'], 'must be yes or no'),
  v.transform((word) => word === 'yes' || word === 'true'),
);
