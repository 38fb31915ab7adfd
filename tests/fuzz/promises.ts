import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { searchedWordsOf } from '@ticket/domain/spi';
import { FAILURE_CODES } from '../../apps/http/src/failures.ts';
import { messages } from '../../apps/http/src/messages.ts';
import { LANGUAGES } from '../../packages/adapters/src/languages.ts';
import { COMMON_PASSWORDS } from '../../packages/adapters/src/security/common-passwords.ts';
import { INDONESIAN, textsIn } from '../languages.ts';
import type { Document, Operation, Schema } from './document.ts';
import type { Asked } from './requests.ts';

/** The answer that a client gets. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** What must never stand in an answer, unless the client itself wrote it. */
const SECRETS: readonly RegExp[] = [
  ...[/\$2[abxy]\$\d\d\$/, /password_?hash/i, /a secret of the tests/],
  ...[
    /\bat (?:async )?[\w.<>]+ \(/,
    /\.[cm]?[jt]s:\d+/,
    /node_modules/,
    new RegExp(`${escaped(fileURLToPath(new URL('../..', import.meta.url)))}|${escaped(tmpdir())}`),
  ],
  ...[/\b(?:SELECT|INSERT INTO|UPDATE|DELETE FROM)\b.*\b(?:FROM|VALUES|SET|WHERE)\b/i, /SQLITE_|\bER_[A-Z]+_|constraint/i],
  ...[/typeorm|mysql2|libsql|valibot|QueryFailedError|TypeError/i, /\[object Object\]/],
  // A cursor may hold any letters too. Inside it such a word has no boundaries.
  ...[/postgres|SQLSTATE|(?<![\w-])pg(?![\w-])|\bpg_\w|pg-pool/i, /deadlock detected|canceling statement|relation "/i],
];

/** Statuses that are allowed for a request to no declared operation. */
const TO_ANYTHING = [400, 401, 403, 404, 405, 413, 415];

/** Checks what holds for every answer, and describes what does not. */
export function brokenAnywhere(document: Document, said: string, isHead: boolean, { status, headers, text }: Answer): readonly string[] {
  const broken: string[] = [];
  const expect = (kept: boolean, promise: string) => kept || broken.push(promise);
  // A token may hold any letters, so also one of these words.
  const told = `${text.replace(/"token":"[\w.-]+"/, '"token":"…"')}\n${[...headers].map((header) => header.join(': ')).join('\n')}`;
  for (const secret of SECRETS) expect(!secret.test(told) || secret.test(said), `the answer holds ${secret}`);
  expect(status < 500, `the status is ${status}`);
  expect(status !== 401 || headers.get('WWW-Authenticate') !== null, 'a 401 names a way in');
  expect(status !== 405 || headers.get('Allow') !== null, 'a 405 names the methods');
  expect((status !== 409 && status !== 429) || headers.get('Retry-After') !== null, 'it is said when to come again');
  if (isHead || status === 204 || status === 304) {
    expect(text === '', 'there is no body');
    return broken;
  }
  expect(headers.get('Content-Type') === 'application/json; charset=UTF-8', `the type is JSON, not ${headers.get('Content-Type')}`);
  const isDocument = text.startsWith('{"openapi":');
  expect(isDocument || document.isValid(status < 400 ? SUCCESS : FAILURE, parsed(text)), 'the body is the envelope');
  return broken;
}

/** The promises that the app's answer breaks. An answer may repeat text of this request or of `before`. */
export function brokenPromises(document: Document, asked: Asked, answer: Answer, before = ''): readonly string[] {
  const { status, headers, text } = answer;
  const said = [before, asked.target, ...Object.values(asked.headers), typeof asked.body === 'string' ? asked.body : ''].join('\n');
  const broken = [...brokenAnywhere(document, said, asked.method === 'HEAD', answer)];
  const expect = (kept: boolean, promise: string) => kept || broken.push(promise);
  expect(headers.get('X-Request-Id') !== null, 'an X-Request-Id is there');
  const kept = headers.get('Cache-Control') ?? '';
  // What may be kept has to be asked for again, and is never a failure, a change or a token.
  const hasToken = !text.startsWith('{"openapi":') && text.includes('"token":"'); // the document has an example of one
  const mayBeKept = /^(?:GET|HEAD)$/i.test(asked.method) && (status === 200 || status === 304) && !hasToken;
  expect(kept === 'no-store' || (mayBeKept && /^(?:public|private), no-cache$/.test(kept)), `this may not be kept: ${kept}`);
  expect(kept !== 'private, no-cache' || headers.get('Vary')?.includes('Authorization') === true, 'what is private is kept for its caller');
  expect(headers.get('X-Content-Type-Options') === 'nosniff', 'no type may be guessed');
  broken.push(...brokenByLanguage(answer));

  const operation = document.operations.find(({ name }) => name === asked.operation);
  if (operation === undefined) expect(status < 400 || TO_ANYTHING.includes(status), `${status} answers what is no request`);
  else expect(operation.statuses.includes(status), `${operation.name} declares a ${status}`);
  const isNobody = operation?.needsToken === true && asked.headers['Authorization'] === undefined;
  expect(!isNobody || status === 401 || status === 413, 'nobody is let in where the document asks for a token');
  if (operation === undefined || text === '' || broken.length > 0) return broken;
  const reply: unknown = JSON.parse(text);
  const fault = document.faultOfReply(operation, status, reply);
  expect(fault === undefined, `the reply is as declared: ${fault}`);
  return [...broken, ...brokenByValidation(document, operation, asked, status, reply as Failure)];
}

/** The message and the faults are in the language that the answer names. */
function* brokenByLanguage({ headers, text }: Answer): Generator<string> {
  if (!text.startsWith('{"success":')) return;
  const language = LANGUAGES.find((one) => one === headers.get('Content-Language'));
  if (language === undefined) yield 'an answer with a message names its language';
  const { message, errors }: { message: string; errors?: readonly { message: string }[] | object | null } = JSON.parse(text);
  if (language !== undefined && !textsIn(messages, language).includes(message)) yield `the message is not in ${language}`;
  const faults = Array.isArray(errors) ? errors.map((fault: { message: string }) => fault.message) : [];
  if (faults.some((fault) => INDONESIAN.test(fault) !== (language === 'id'))) yield `a fault is not in ${language}`;
}

const SUCCESS = {
  type: 'object',
  properties: { success: { const: true }, message: { type: 'string' }, data: { type: ['object', 'array'] } },
  required: ['success', 'message'],
  additionalProperties: false,
};
const FAILURE = {
  type: 'object',
  properties: { success: { const: false }, code: { enum: FAILURE_CODES }, message: { type: 'string' }, errors: {} },
  required: ['success', 'code', 'message', 'errors'],
  additionalProperties: false,
};
const OBJECT: Schema = { type: 'object' };
interface Failure {
  readonly code: string;
  readonly errors: readonly { readonly field: string; readonly message: string }[];
}

/** A longer query is refused before it is parsed (docs/api.md). */
const QUERY_CHARACTERS_MAX = 2000;

/** A refused value breaks the document or a rule in docs/api.md. An accepted value is valid by the document. */
function* brokenByValidation(document: Document, operation: Operation, asked: Asked, status: number, reply: Failure): Generator<string> {
  const fields = fieldsOf(operation, asked);
  if (status === 400 && reply.code === 'invalid_input') {
    if (reply.errors.length === 0) yield 'a refusal says what is wrong';
    for (const { field } of reply.errors) {
      const sent = fields.get(field);
      if (field === 'query' && new URL(asked.target, 'http://localhost').search.length - 1 > QUERY_CHARACTERS_MAX) continue;
      if (isUnknownParameter(operation, asked, field)) continue;
      if (sent === undefined) yield `${field} is refused and was never a field`;
      else if (!isFaulty(document, field, sent, fields)) yield `${field} is refused and has no fault: ${JSON.stringify(sent.value)?.slice(0, 200)}`;
    }
  }
  if (status >= 300 || operation.body === undefined) return;
  for (const [field, sent] of fields)
    if (isFaultyByDocument(document, sent)) yield `${field} is accepted and has a fault: ${JSON.stringify(sent.value)?.slice(0, 200)}`;
}

/** A list refuses query parameters that it does not declare (docs/api.md). A long name is told in part. */
function isUnknownParameter({ parameters }: Operation, { target }: Asked, field: string): boolean {
  const names = [...new URL(target, 'http://localhost').searchParams.keys()];
  const declared = parameters.filter(({ in: place }) => place === 'query').map(({ name }) => name);
  return declared.length > 0 && names.some((name) => !declared.includes(name) && (name === field || `${name.slice(0, 50)}…` === field));
}

type Fields = ReadonlyMap<string, Field>;

interface Field {
  readonly schema: Schema;
  readonly isRequired: boolean;
  readonly value: unknown;
}

/** All fields that the operation declares, with the value that was sent for each. */
function fieldsOf({ path, parameters, body }: Operation, { target, headers, body: sent }: Asked): ReadonlyMap<string, Field> {
  const fields = new Map<string, Field>();
  const { pathname, searchParams } = new URL(target, 'http://localhost');
  for (const { in: place, name, schema } of parameters) {
    const index = path.split('/').indexOf(`{${name}}`);
    const texts = place === 'query' ? searchParams.getAll(name) : [];
    const value =
      place === 'path'
        ? decoded(pathname.split('/')[index] ?? '')
        : place === 'header'
          ? headers[name]
          : texts.length > 1
            ? texts
            : typed(schema, texts[0]);
    fields.set(name, { schema, isRequired: place === 'path', value });
  }
  if (body === undefined) return fields;
  const json = typeof sent === 'string' ? parsed(sent) : undefined;
  fields.set('body', { schema: OBJECT, isRequired: true, value: json });
  for (const [name, schema] of Object.entries(body.properties ?? {})) {
    const value: unknown = typeof json === 'object' && json !== null ? Reflect.get(json, name) : undefined;
    fields.set(name, { schema, isRequired: body.required?.includes(name) ?? false, value });
  }
  return fields;
}

const isFaultyByDocument = (document: Document, { schema, isRequired, value }: Field): boolean => {
  if (value === undefined) return isRequired;
  // Spaces around a line do not count (docs/api.md).
  return !document.isValid(schema, value) && !document.isValid(schema, typeof value === 'string' ? value.trim() : value);
};

function isFaulty(document: Document, name: string, field: Field, fields: Fields): boolean {
  const { value } = field;
  if (isFaultyByDocument(document, field) || !document.isValid(field.schema, value) || value === null) return true;
  if (typeof value === 'string' && /\p{Surrogate}/u.test(value)) return true;
  return RULES[name]?.(value, fields) ?? false;
}

/** The rules of docs/api.md beyond the schemas: whether the value of the field breaks its rule. */
const RULES: Readonly<Record<string, (value: unknown, fields: Fields) => boolean>> = {
  name: (value) => isNoLine(String(value)),
  location: (value) => isNoLine(String(value)),
  description: (value) => /(?![\n\r\t])\p{Cc}/u.test(String(value)),
  email: (value) => !/^[\w.!#$%&'*+/=?^`{|}~-]+@[a-z\d-]+(\.[a-z\d-]+)+$/i.test(String(value).trim()),
  password: (value, fields) => isPoor(String(value).normalize('NFC'), fields),
  event_date: (value) => !isInCalendar(String(value)),
  from: (value, fields) => !isInCalendar(String(value)) || isUnlisted('from', fields),
  to: (value, fields) => !isInCalendar(String(value)) || isUnlisted('to', fields),
  modified_since: (value) => !isInCalendar(String(value)),
  role: (_, fields) => isUnlisted('role', fields),
  q: (value, fields) => !isSearch(String(value)) || isUnlisted('q', fields),
  sort: (_, fields) => isUnlisted('sort', fields),
  available: (_, fields) => isUnlisted('available', fields),
  offset: (_, fields) => isUnlisted('offset', fields),
  total: (_, fields) => isUnlisted('total', fields),
  cursor: () => true, // no text that is made up is a cursor
  ticket_price: (value) => typeof value === 'number' && !/^\d+(\.\d{1,2})?$/.test(String(value)),
  'Idempotency-Key': (value) => !/^[\x21-\x7e]*$/.test(String(value)) || /<.*>|\{\{.*\}\}/.test(String(value)),
  'If-Match': (value) => !isListOfTags(String(value).trim()),
};

/** One to eight words: see wordsOf in the domain, which words.test.ts tries. */
const isSearch = (text: string): boolean =>
  [1, 2, 3, 4, 5, 6, 7, 8].includes(searchedWordsOf({ name: text, location: '', description: null }).length);

/** The table of filters in docs/api.md, read the other way round. */
function isUnlisted(name: string, fields: Fields): boolean {
  const isGiven = (other: string) => fields.get(other)?.value !== undefined;
  if (name === 'offset' && isGiven('cursor')) return true;
  if (isGiven('modified_since')) return ['sort', 'from', 'to', 'available', 'q', 'role', 'total'].includes(name);
  if (/^-?(?:name|ticket_price)$/.test(String(fields.get('sort')?.value))) return ['from', 'to', 'available', 'q'].includes(name);
  if (isGiven('q')) return ['available', 'total', 'offset'].includes(name);
  return (isGiven('status') || isGiven('event_id')) && ['offset', 'total'].includes(name);
}

/** One to ten tags, or a star. */
function isListOfTags(text: string): boolean {
  const tags = text.match(/"[\x21\x23-\x7e\x80-\xff]*"/g) ?? [];
  const around = text.replaceAll(/(^|[,\s])(W\/)?"[\x21\x23-\x7e\x80-\xff]*"(?=$|[,\s])/g, '$1x').replaceAll(/\s*,[,\s]*/g, ',');
  return text === '*' || (tags.length > 0 && tags.length <= 10 && /^,?x(,x)*,?$/.test(around));
}

/** The names and e-mails of the world are allowed too: a change may keep them. */
function isPoor(password: string, fields: Fields): boolean {
  const letters = (text: string) => {
    const folded = text.normalize('NFC').toLowerCase().toUpperCase();
    return folded.replace(/[^\p{L}\p{M}\p{N}]/gu, '') || folded;
  };
  const told = ['name', 'email'].flatMap((name) => String(fields.get(name)?.value ?? ''));
  const own = [...told, 'ann@example.com', 'bob@example.com', 'admin@example.com', 'chief@example.com'];
  const names = own.slice(0, 1).flatMap((name) => name.split(/[^\p{L}\p{M}\p{N}]+/u));
  const words = [...names, ...own.flatMap((text) => [text, ...text.split(/\s+/), text.trim().split('@')[0] ?? ''])].filter((text) => text !== '');
  const isCommon = COMMON_PASSWORDS.has(password.toLowerCase());
  const seen = [...password.replace(/[\p{Z}\p{C}\p{Default_Ignorable_Code_Point}\u2800\u{1d159}]+/gu, ' ')];
  return Buffer.byteLength(password) > 72 || seen.length < 8 || isCommon || words.map(letters).includes(letters(password));
}

const isNoLine = (text: string): boolean =>
  /\p{Cc}/u.test(text.trim()) || !/[^\p{Z}\p{C}\p{Default_Ignorable_Code_Point}\u2800\u{1d159}]/u.test(text);

/** ISO 8601 with a zone, a day that exists, in the years 1970 to 9999. */
function isInCalendar(text: string): boolean {
  const day = text.slice(0, 10);
  const instant = new Date(text);
  if (Number.isNaN(instant.getTime()) || !/^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):/.test(text)) return false;
  return new Date(`${day}T00:00:00Z`).toISOString().startsWith(day) && instant.getTime() >= 0 && instant.getUTCFullYear() <= 9999;
}

function typed({ type }: Schema, text: string | undefined): unknown {
  if (type === 'integer' && text !== undefined && /^(0|[1-9]\d*)$/.test(text)) return Number(text);
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json.replace(/^\ufeff/, '')); // the byte order mark is no part of the text (docs/api.md)
  } catch {
    return undefined;
  }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
