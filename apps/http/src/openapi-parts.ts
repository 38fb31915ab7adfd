import { KEY_CHARACTERS_MAX } from '@ticket/domain';
import { resolver } from 'hono-openapi';
import type * as v from 'valibot';
import { TABLE_EXAMPLE } from './attendees-csv.ts';
import { IF_MATCH_CHARACTERS_MAX, IF_MATCH_TAGS_MAX } from './entity-tag.ts';

export const header = (description: string, type: 'string' | 'integer') => ({ description, schema: { type } });

export const json = (schema: v.GenericSchema) => ({ 'application/json': { schema: resolver(schema) } });

export const LIST_HEADERS = {
  'X-Total-Count': header('The number of all rows, if it is cheap to count or was asked for with total=true.', 'integer'),
  Link: header('The pages beside this one, as absolute URLs: rel="first", "prev" and "next" (RFC 8288).', 'string'),
};
export const TABLE = {
  schema: { type: 'string' as const, description: 'A table with a header, as RFC 4180 describes it.' },
  example: TABLE_EXAMPLE,
};
export const X_REQUEST_ID = {
  'X-Request-Id': header('The id of the request in the log of the server. Send one of your own to choose it.', 'string'),
};
export const LOCATION = { Location: header('The path of what was created.', 'string') };
export const ETAG = { ETag: header('The name of this content, if it is sent as one part.', 'string') };
export const IF_NONE_MATCH = {
  in: 'header' as const,
  name: 'If-None-Match',
  required: false,
  description: 'The ETag of an earlier answer. If the content is still the same, the answer is 304 without a body.',
  schema: { type: 'string' as const },
};
export const IF_MATCH = {
  in: 'header' as const,
  name: 'If-Match',
  required: false,
  description: `The ETag of the row as you read it, or a list of up to ${IF_MATCH_TAGS_MAX}. If the row was edited since, nothing is changed, and the answer is 412. Sales do not count as edits of an event.`,
  schema: { type: 'string' as const, minLength: 1, maxLength: IF_MATCH_CHARACTERS_MAX },
};
export const KEYED_HEADERS = { 'Idempotency-Replayed': header('true: this is the first answer, given again.', 'string') };
export const IDEMPOTENCY_KEY = {
  in: 'header' as const,
  name: 'Idempotency-Key',
  required: false,
  description:
    'A name that the client gives to this request, such as a new UUID. If you repeat the request with the same key within 24 hours, nothing is created twice. A placeholder such as `<string>` is refused.',
  schema: { type: 'string' as const, minLength: 1, maxLength: KEY_CHARACTERS_MAX },
};
