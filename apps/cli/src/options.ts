import { InvalidArgumentError } from 'commander';
import * as v from 'valibot';

/** Reads an option by a schema; a value that does not fit is said in one line and is exit code 2. */
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

/** A name from the shell, where a variable that is not set leaves an empty one. */
export const FileName = v.pipe(v.string(), v.trim(), v.minLength(1, 'must be the name of a file'));
