import type { Input, ListRequest } from '@ticket/domain';
import { createMiddleware } from 'hono/factory';
import { resolver, uniqueSymbol } from 'hono-openapi';
import type * as v from 'valibot';
import type { Cursors } from './cursors.ts';
import { faults } from './messages.ts';
import { invalid, validate } from './validate.ts';

/** Room for a filter and the longest cursor. Without a limit, every parameter of a longer query would be decoded, also unknown ones. */
const QUERY_CHARACTERS_MAX = 2000;

/** Parameters that other programs add to links, to follow clicks or to bypass caches. They are ignored. */
const OF_OTHERS = /^(?:utm_.+|fbclid|gclid|_)$/u;

/** The schema of a query. Each entry is one parameter. */
type QuerySchema = v.GenericSchema<unknown, { readonly cursor?: string | undefined; readonly offset?: number | undefined }> & {
  readonly entries: v.ObjectEntries;
};
/** A cursor becomes the place that it names. */
type Asked<Schema extends QuerySchema> = Omit<v.InferOutput<Schema>, 'cursor'> & Place;
type Place = Pick<ListRequest, 'after' | 'before'>;

/**
 * Reads and validates the query of a list, and only records its faults, as `body` does. A repeated parameter is a fault, and so is an unknown
 * one: a client that misspells `limit` must not get all rows.
 */
export const query = <Schema extends QuerySchema>(schema: Schema, cursors: Cursors) =>
  Object.assign(
    createMiddleware<{ Variables: { input: Input<Asked<Schema>>; filter: string } }>(async (c, next) => {
      const at = c.req.url.indexOf('?');
      const text = at < 0 ? '' : c.req.url.slice(at + 1);
      if (text.length > QUERY_CHARACTERS_MAX) {
        c.set('input', invalid([{ field: 'query', message: faults.query(QUERY_CHARACTERS_MAX) }]));
        return next();
      }
      // Hono's own reading loses names that every object has, such as `constructor`.
      const parameters = new URLSearchParams(`?${text}`); // without this `?`, it would drop one at the beginning of the text
      const isKnown = (name: string): boolean => Object.hasOwn(schema.entries, name);
      const names = [...new Set(parameters.keys())];
      const unknown = names.filter((name) => !isKnown(name) && !OF_OTHERS.test(name)).slice(0, UNKNOWN_MAX);
      if (unknown.length > 0) {
        c.set('input', invalid(unknown.map((name) => ({ field: shortened(name), message: faults.unknownParameter }))));
        return next();
      }
      // Only the few known parameters are looked up: a query has room for a thousand names, and each look-up reads them all.
      const given = names.filter(isKnown).map((name) => [name, parameters.getAll(name)] as const);
      const values = given.map(([name, texts]) => [name, texts.length === 1 ? readAs(texts[0], schema.entries[name]) : texts]);
      const filter = filterOf(given);
      c.set('filter', filter);
      c.set(
        'input',
        placed(validate(schema, Object.fromEntries(values)), (cursor) => cursors.read(cursor, `${c.req.path}?${filter}`)),
      );
      return next();
    }),
    { [uniqueSymbol]: { target: 'query', ...resolver(schema, { options: { typeMode: 'input' } }) } },
  );

/** The request with the place that its cursor names. */
function placed<Schema extends QuerySchema>(input: Input<v.InferOutput<Schema>>, read: (cursor: string) => Place | undefined): Input<Asked<Schema>> {
  if (input instanceof Error) return input;
  const { cursor, ...request } = input;
  if (cursor === undefined) return request;
  if (request.offset !== undefined) return invalid([{ field: 'offset', message: faults.notTogether }]);
  const place = read(cursor);
  return place === undefined ? invalid([{ field: 'cursor', message: faults.cursor }]) : { ...request, ...place };
}

/** Parameters that choose a page of a list. The others choose its rows and their order. */
const OF_A_PAGE: readonly string[] = ['limit', 'offset', 'cursor', 'total'];
/** The parameters that choose the rows, in one order for all spellings of a query. */
const filterOf = (given: readonly (readonly [name: string, texts: readonly string[]])[]): string =>
  given
    .filter(([name]) => !OF_A_PAGE.includes(name))
    .map(([name, [text = '']]) => `${name}=${encodeURIComponent(text)}`)
    .sort()
    .join('&');

/** The name of an unknown parameter, which may have any text. */
const shortened = (name: string): string => (name.length > NAME_CHARACTERS_MAX ? `${name.slice(0, NAME_CHARACTERS_MAX)}…` : name);
const NAME_CHARACTERS_MAX = 50;
/** A query has room for a thousand names, and an answer that repeats them all would be thirty times as long. */
const UNKNOWN_MAX = 10;

/** A query is text. Numbers and booleans are read from it, so that one schema validates and documents each parameter. */
function readAs(text: string | undefined, schema: v.ObjectEntries[string] | undefined): string | number | boolean | undefined {
  if (schema !== undefined && 'wrapped' in schema && schema.wrapped.type === 'string') return text;
  if (text === 'true' || text === 'false') return text === 'true';
  return text !== undefined && /^(?:0|[1-9]\d{0,15})$/.test(text) ? Number(text) : text;
}
