import fc from 'fast-check';
import type { Operation, Parameter, Schema } from './document.ts';
import * as hostile from './hostile.ts';

/** A client's request. `<users.ann>` and similar words stand for rows of the world (world.ts). */
export interface Asked {
  /** The operation of the request. It is undefined if method or path were changed, so that it may be anything. */
  readonly operation: string | undefined;
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | undefined;
}

type Text = fc.Arbitrary<string>;

/** Hostile names that people may still give to their event. */
const legal = hostile.TEXTS.filter((text) => /^[^\p{Cc}\p{Surrogate}]*[^\p{Z}\p{C}][^\p{Cc}\p{Surrogate}]*$/u.test(text));

const anyText = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...hostile.TEXTS) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 300 }) },
);
const anyJson = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...hostile.JSON_TEXTS) },
  { weight: 4, arbitrary: anyText.map((text) => JSON.stringify(text)) },
  { weight: 1, arbitrary: fc.json() },
);

const often = <Value>(usual: fc.Arbitrary<Value>, share: number, rare: fc.Arbitrary<Value>): fc.Arbitrary<Value> =>
  fc.oneof({ weight: share, arbitrary: usual }, { weight: 1, arbitrary: rare });

/** Requests that a client may send to the declared operations. */
export function requestsOf(operations: readonly Operation[], words: readonly string[]) {
  /** The words of a kind, as `<events.onSale>`. If the world has none of that kind, all words. */
  const wordsOf = (kind: string): Text => {
    const named = words.filter((word) => word.startsWith(`${kind}.`));
    return fc.constantFrom(...(named.length > 0 ? named : words).map((word) => `<${word}>`));
  };
  const ids = (kind: string): Text =>
    often(
      wordsOf(kind),
      6,
      fc.oneof(
        wordsOf('users'),
        wordsOf('events'),
        wordsOf('bookings'),
        fc.uuid(),
        fc.uuid().map((id) => id.toUpperCase()),
      ),
    );

  /** JSON of a value that the schema allows. */
  function validJson(schema: Schema, name: string): Text {
    if (schema.const !== undefined) return fc.constant(JSON.stringify(schema.const));
    if (schema.enum !== undefined) return fc.constantFrom(...schema.enum.map((value) => JSON.stringify(value)));
    if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map((one) => validJson(one, name)));
    const { type, minimum = -1e9, maximum = 1e9 } = schema;
    if (type === 'null') return fc.constant('null');
    if (type === 'boolean') return fc.constantFrom('true', 'false');
    if (type === 'integer') return often(fc.integer({ min: minimum, max: minimum + 2 }), 1, fc.integer({ min: minimum, max: maximum })).map(String);
    if (type === 'number') {
      const cents = fc.integer({ min: Math.ceil(minimum * 100), max: Math.floor(maximum * 100) }).map((whole) => whole / 100);
      return often(cents, 6, fc.double({ min: minimum, max: maximum, noNaN: true })).map((number) => JSON.stringify(number));
    }
    if (type === 'string') return validText(schema, name).map((text) => JSON.stringify(text));
    throw new Error(`the fuzz suite knows no values for ${JSON.stringify(schema)}`);
  }

  function validText({ format, minLength = 0, maxLength = 1000 }: Schema, name: string): Text {
    const known = words.some((word) => word.startsWith(`${name}s.`)) ? wordsOf(`${name}s`) : undefined;
    if (format === 'uuid') return ids(`${name.replace(/_id$/, '')}s`);
    if (format === 'date-time') return dates;
    const free =
      format === 'email'
        ? fc.emailAddress()
        : format === 'password'
          ? fc.constantFrom('correct horse', 'battery staple', 'p'.repeat(maxLength), 'é'.repeat(Math.max(minLength, 4)).padEnd(minLength, 'x'))
          : fc.oneof(
              { weight: 3, arbitrary: fc.constantFrom(...legal.filter((text) => text.length >= minLength && text.length <= maxLength)) },
              { weight: 1, arbitrary: fc.string({ unit: 'grapheme', minLength, maxLength: Math.min(maxLength, 20) }) },
              { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength, maxLength: Math.min(maxLength, 20) }) },
              { weight: 1, arbitrary: fc.constantFrom('x'.repeat(minLength), 'x'.repeat(maxLength), '🎫'.repeat(maxLength)) },
            );
    return known === undefined ? free : often(known, 2, free);
  }

  const dates = fc
    .tuple(
      often(
        fc.date({ min: new Date('2027-01-01T00:00:00Z'), max: new Date('9999-12-30T00:00:00Z'), noInvalidDate: true }),
        3,
        fc.date({ min: new Date(0), max: new Date('2026-01-01T00:00:00Z'), noInvalidDate: true }),
      ),
      fc.constantFrom('Z', '+07:00', '-11:30', '+00:00'),
    )
    .map(([date, zone]) => date.toISOString().replace('Z', zone));

  /** JSON of a value just outside the schema. */
  function nearJson(schema: Schema): Text {
    const { minLength = 0, maxLength = 1000, minimum = 0, maximum = 1e9 } = schema;
    const texts = [
      'x'.repeat(maxLength + 1),
      '🎫'.repeat(maxLength + 1),
      'x'.repeat(Math.max(0, minLength - 1)),
      ...(schema.enum ?? []).map((one) => `${one} `.toUpperCase()),
    ];
    const numbers = [minimum - 1, minimum - 0.01, minimum - 1e-9, maximum + 1, maximum + 0.01, minimum + 0.001, minimum + 0.5, 2 ** 31, 2 ** 53];
    const twisted = validJson(schema, '').chain((json) =>
      fc.constantFrom(`[${json}]`, `{"a":${json}}`, JSON.stringify(json), `${json}${json}`, json.toUpperCase(), ` ${json} `),
    );
    return fc.oneof(
      fc.constantFrom(...texts, ...numbers).map((value) => JSON.stringify(value)),
      twisted,
    );
  }

  const object = (parts: readonly (readonly string[])[]) => `{${parts.flat().join(',')}}`;

  /** The fields of a body that the schema allows, as a list of texts. So a field may occur twice. */
  const fieldsOf = ({ properties = {}, required = [] }: Schema) =>
    fc.tuple(
      ...Object.entries(properties).map(([name, schema]) => {
        const field = validJson(schema, name).map((json): readonly string[] => [`${JSON.stringify(name)}:${json}`]);
        return required.includes(name) ? field : often(field, 1, fc.constant([]));
      }),
    );

  function bodies(schema: Schema): fc.Arbitrary<string | Uint8Array> {
    const { properties = {} } = schema;
    const names = Object.keys(properties);
    const fields = fieldsOf(schema);
    const wrong =
      names.length === 0
        ? fc.constant('{}')
        : fc.tuple(fields, fc.nat(names.length - 1)).chain(([parts, index]) => {
            const name = names[index] ?? '';
            const said = (json: string) => `${JSON.stringify(name)}:${json}`;
            return fc
              .oneof(
                nearJson(properties[name] ?? {}).map((json) => [said(json)]),
                anyJson.map((json) => [said(json)]),
                anyJson.map((json) => [...(parts[index] ?? []), said(json)]),
                fc.constant<string[]>([]),
              )
              .map((field) => object(parts.with(index, field)));
          });
    const foreign = fc
      .tuple(
        fields,
        fc.constantFrom(...hostile.FOREIGN_FIELDS),
        fc.oneof(
          anyJson,
          ids('users').map((id) => `"${id}"`),
        ),
      )
      .map(([parts, name, json]) => object([...parts, [`${JSON.stringify(name)}:${json}`]]));
    return fc.oneof(
      { weight: 10, arbitrary: fields.map(object) },
      { weight: 6, arbitrary: wrong },
      { weight: 2, arbitrary: foreign },
      { weight: 1, arbitrary: anyJson },
      { weight: 1, arbitrary: fc.constantFrom(...hostile.NO_JSON) },
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) },
    );
  }

  const paths = ({ path }: Operation): Text => {
    const segments = path
      .split('/')
      .map((segment, index, all) =>
        segment.startsWith('{') ? often(ids(all[index - 1] ?? ''), 8, fc.constantFrom(...hostile.PATH_PARTS)) : fc.constant(segment),
      );
    return fc.tuple(...segments).map((parts) => parts.join('/'));
  };

  function queries(parameters: readonly Parameter[]): Text {
    const known = parameters.filter((parameter) => parameter.in === 'query');
    const parts = known.map(({ name, schema }) => {
      const said = (json: string) => `${name}=${encode(json.replace(/^"|"$/g, ''))}`;
      const valid = validJson(schema, name).map(said);
      return fc.oneof(
        // Few parameters go together, so a request has few of many.
        { weight: 4 * known.length, arbitrary: fc.constant('') },
        { weight: 4, arbitrary: valid },
        { weight: 1, arbitrary: nearJson(schema).map(said) },
        { weight: 1, arbitrary: anyJson.map(said) },
        { weight: 1, arbitrary: fc.tuple(valid, valid).map((twice) => twice.join('&')) },
      );
    });
    const foreign = often(fc.constant(''), 1, fc.constantFrom(...hostile.QUERIES));
    return fc.tuple(...parts, foreign).map((all) => {
      const text = all.filter((part) => part !== '').join('&');
      return text === '' ? '' : `?${text}`;
    });
  }

  const authorization = fc.oneof(
    { weight: 8, arbitrary: fc.constant('Bearer <tokens.admin>') },
    { weight: 5, arbitrary: fc.constantFrom('Bearer <tokens.ann>', 'bearer <tokens.bob>') },
    { weight: 2, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constant('Bearer <tokens.gone>') },
    { weight: 2, arbitrary: fc.constantFrom(...hostile.AUTHORIZATIONS) },
  );

  function headers({ body, parameters }: Operation): fc.Arbitrary<Record<string, string>> {
    const type =
      body === undefined
        ? fc.constantFrom(undefined, 'application/json')
        : often(fc.constantFrom('application/json', 'application/json; charset=utf-8'), 12, fc.constantFrom(...hostile.CONTENT_TYPES));
    const declared = parameters
      .filter((parameter) => parameter.in === 'header')
      .map(({ name, schema }) =>
        fc
          .oneof(
            { weight: 6, arbitrary: fc.constant(undefined) },
            { weight: 3, arbitrary: fc.constantFrom('k1', 'k2', '*') },
            { weight: 1, arbitrary: often(validJson(schema, name), 1, nearJson(schema)).map((json) => json.replace(/^"|"$/g, '')) },
          )
          .map((value) => [name, value] as const),
      );
    const others = often(
      fc.constant<(readonly [string, string])[]>([]),
      2,
      fc.array(
        fc.constantFrom(...hostile.HEADERS).chain(([name, values]) => fc.constantFrom(...values).map((value) => [name, value] as const)),
        { maxLength: 3 },
      ),
    );
    return fc.tuple(authorization, type, fc.tuple(...declared), others).map(([credentials, contentType, own, rest]) => {
      const all = [['Authorization', credentials], ['Content-Type', contentType], ...own, ...rest] as const;
      return Object.fromEntries(all.flatMap(([name, value]) => (value === undefined || !isSendable(value) ? [] : [[name, value]])));
    });
  }

  const any = (operation: Operation): fc.Arbitrary<Asked> =>
    fc.record({
      operation: fc.constant(operation.name),
      method: fc.constant(operation.method),
      headers: headers(operation),
      target: fc.tuple(paths(operation), queries(operation.parameters)).map((parts) => parts.join('')),
      body: operation.body === undefined ? fc.constant(undefined) : bodies(operation.body),
    });
  // A password hash takes as long as thirty other requests. A request without id and body has few ways to be wrong.
  const straight = fc.oneof(
    ...operations.map((operation) => ({
      weight: operation.hashesPassword || (operation.body === undefined && operation.parameters.length === 0) ? 1 : 4,
      arbitrary: any(operation),
    })),
  );
  const bent = fc.tuple(straight, fc.constantFrom(...hostile.METHODS), fc.constantFrom(...hostile.TARGETS), fc.nat(2)).map(
    ([asked, method, target, which]): Asked => ({
      ...asked,
      operation: undefined,
      method: which === 0 ? asked.method : method,
      target: which === 1 ? asked.target : target,
    }),
  );

  /** A valid request for existing rows by a signed-in user, sometimes with a key. */
  const meant = (operation: Operation): fc.Arbitrary<Asked> => {
    const isKeyed = operation.parameters.some(({ name }) => name === 'Idempotency-Key');
    const segments = operation.path.split('/');
    const path = segments.map((segment, index) => (segment.startsWith('{') ? wordsOf(segments[index - 1] ?? '') : fc.constant(segment)));
    return fc.record({
      operation: fc.constant(operation.name),
      method: fc.constant(operation.method),
      target: fc.tuple(...path).map((parts) => parts.join('/')),
      headers: fc
        .tuple(
          fc.constantFrom('admin', 'admin', 'chief', 'ann', 'bob'),
          isKeyed ? fc.constantFrom(undefined, undefined, 'k1', 'k2') : fc.constant(undefined),
        )
        .map(([who, key]) => ({
          Authorization: `Bearer <tokens.${who}>`,
          'Content-Type': 'application/json',
          ...(key === undefined ? {} : { 'Idempotency-Key': key }),
        })),
      body: operation.body === undefined ? fc.constant(undefined) : fieldsOf(operation.body).map(object),
    });
  };
  const writes = operations.filter(({ method }) => method !== 'GET');

  return {
    /** Any request: valid, almost valid, hostile, or changed so that it fits no operation. */
    anything: often(straight, 15, bent),
    /** A valid write. */
    write: fc.oneof(...writes.map((operation) => ({ weight: operation.hashesPassword ? 1 : 16, arbitrary: meant(operation) }))),
  };
}

/** Header values that a client library sends. wire.test.ts sends the others. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is left out
const isSendable = (value: string): boolean => /^[^\u0000-\u0008\u000a-\u001f\u007f\u0100-\uffff]*$/.test(value);

/** A lone surrogate has no UTF-8, so it cannot stand in a URL. */
const encode = (text: string): string => encodeURIComponent(text.replace(/\p{Surrogate}/gu, ''));
