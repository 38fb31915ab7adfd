import type { Input } from '@ticket/domain';
import { createMiddleware } from 'hono/factory';
import { resolver, uniqueSymbol } from 'hono-openapi';
import type * as v from 'valibot';
import { faults } from './messages.ts';
import { invalid, validate } from './validate.ts';

/** A complete query of a list has about 45 characters. Without a limit, every parameter of a longer query would be decoded, also unknown ones. */
const QUERY_CHARACTERS_MAX = 2000;

/** Parameters that other programs add to links, to follow clicks or to pass by caches. They are ignored. */
const OF_OTHERS = /^(?:utm_.+|fbclid|gclid|_)$/u;

/**
 * Reads and validates the query, and only records its faults, as `body` does. A repeated parameter is a fault, and so is an unknown one: a
 * client that misspells `limit` must not get all rows.
 */
export const query = <Schema extends v.ObjectSchema<v.ObjectEntries, undefined>>(schema: Schema) =>
  Object.assign(
    createMiddleware<{ Variables: { input: Input<v.InferOutput<Schema>> } }>(async (c, next) => {
      const at = c.req.url.indexOf('?');
      const text = at < 0 ? '' : c.req.url.slice(at + 1);
      if (text.length > QUERY_CHARACTERS_MAX) {
        c.set('input', invalid([{ field: 'query', message: faults.query(QUERY_CHARACTERS_MAX) }]));
        return next();
      }
      // Hono's own reading loses names that every object has, such as `constructor`.
      const parameters = new URLSearchParams(`?${text}`); // of two question marks, it would drop the second
      const isKnown = (name: string): boolean => Object.hasOwn(schema.entries, name);
      const names = [...new Set(parameters.keys())];
      const unknown = names.filter((name) => !isKnown(name) && !OF_OTHERS.test(name)).slice(0, UNKNOWN_MAX);
      if (unknown.length > 0) {
        c.set('input', invalid(unknown.map((name) => ({ field: shortened(name), message: faults.unknownParameter }))));
        return next();
      }
      // Only the few known ones are looked up: a query has room for a thousand names, and each look-up reads them all.
      const given = names.filter(isKnown).map((name) => [name, parameters.getAll(name)] as const);
      const values = given.map(([name, texts]) => [name, texts.length === 1 ? readAs(texts[0]) : texts]);
      c.set('input', validate(schema, Object.fromEntries(values)));
      return next();
    }),
    { [uniqueSymbol]: { target: 'query', ...resolver(schema, { options: { typeMode: 'input' } }) } },
  );

/** The name of an unknown parameter, which may have any text. */
const shortened = (name: string): string => (name.length > NAME_CHARACTERS_MAX ? `${name.slice(0, NAME_CHARACTERS_MAX)}…` : name);
const NAME_CHARACTERS_MAX = 50;
/** A query has room for a thousand names, and an answer that repeats them all would be thirty times as long. */
const UNKNOWN_MAX = 10;

/** A query is text. A text that looks like a whole number or a boolean is converted to one, so that one schema validates and documents it. */
function readAs(text: string | undefined): string | number | boolean | undefined {
  if (text === 'true' || text === 'false') return text === 'true';
  return text !== undefined && /^(?:0|[1-9]\d{0,15})$/.test(text) ? Number(text) : text;
}
