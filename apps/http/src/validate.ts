import type { Language } from '@ticket/adapters';
import { type Fault, type Input, Refusal } from '@ticket/domain';
import * as v from 'valibot';

/**
 * Returns the value in the schema's form, or a refusal that names every faulty field once, in the language of the answer. The refusal is returned
 * and not thrown: see body.ts.
 */
export function validate<Schema extends v.GenericSchema<unknown, object>>(
  schema: Schema,
  value: unknown,
  language: Language,
): Input<v.InferOutput<Schema>> {
  const result = v.safeParse(schema, value, { abortPipeEarly: true, lang: language });
  return result.success ? result.output : invalid(result.issues.map((issue) => ({ field: v.getDotPath(issue) ?? 'body', message: issue.message })));
}

export const invalid = (faults: readonly Fault[]): Refusal => new Refusal('invalid_input', { faults });
