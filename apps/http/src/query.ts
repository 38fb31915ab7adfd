import type { Input } from '@ticket/domain';
import { createMiddleware } from 'hono/factory';
import { resolver, uniqueSymbol } from 'hono-openapi';
import type * as v from 'valibot';
import { faults } from './messages.ts';
import { invalid, validate } from './validate.ts';

/** A list's whole query has some 45. Each parameter of a longer one would be decoded, known or not. */
const QUERY_CHARACTERS_MAX = 2000;

/**
 * Reads and validates the query, and only records what is wrong with it, as `body` does. A parameter given twice is a fault;
 * one the schema does not name is ignored.
 */
export const query = <Schema extends v.GenericSchema<unknown, object>>(schema: Schema) =>
  Object.assign(
    createMiddleware<{ Variables: { input: Input<v.InferOutput<Schema>> } }>(async (c, next) => {
      const [, text = ''] = c.req.url.split('?', 2);
      if (text.length > QUERY_CHARACTERS_MAX) {
        c.set('input', invalid([{ field: 'query', message: faults.query(QUERY_CHARACTERS_MAX) }]));
        return next();
      }
      const values = Object.entries(c.req.queries()).map(([name, texts]) => [name, texts.length === 1 ? readAs(texts[0]) : texts]);
      c.set('input', validate(schema, Object.fromEntries(values)));
      return next();
    }),
    { [uniqueSymbol]: { target: 'query', ...resolver(schema, { options: { typeMode: 'input' } }) } },
  );

/** A query is text; what reads as a whole number or a truth value is one, so that one schema validates and documents it. */
function readAs(text: string | undefined): string | number | boolean | undefined {
  if (text === 'true' || text === 'false') return text === 'true';
  return text !== undefined && /^(?:0|[1-9]\d{0,15})$/.test(text) ? Number(text) : text;
}
