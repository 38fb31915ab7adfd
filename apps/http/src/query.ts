import type { Input } from '@ticket/domain';
import { createMiddleware } from 'hono/factory';
import { resolver, uniqueSymbol } from 'hono-openapi';
import type * as v from 'valibot';
import { faults } from './messages.ts';
import { invalid, validate } from './validate.ts';

/** A complete query of a list has about 45 characters. Without a limit, every parameter of a longer query would be decoded, also unknown ones. */
const QUERY_CHARACTERS_MAX = 2000;

/** Reads and validates the query, and only records its faults, as `body` does. A repeated parameter is a fault. An unknown parameter is ignored. */
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

/** A query is text. A text that looks like a whole number or a boolean is converted to one, so that one schema validates and documents it. */
function readAs(text: string | undefined): string | number | boolean | undefined {
  if (text === 'true' || text === 'false') return text === 'true';
  return text !== undefined && /^(?:0|[1-9]\d{0,15})$/.test(text) ? Number(text) : text;
}
