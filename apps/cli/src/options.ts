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
