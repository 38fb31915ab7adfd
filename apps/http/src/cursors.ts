import type { Cursor, ListRequest } from '@ticket/domain';
import * as v from 'valibot';

type Place = Pick<ListRequest, 'after' | 'before'>;

/** Writes and reads the texts of cursors. `list` is the list and its filter: a cursor is for these alone. */
export interface Cursors {
  readonly write: (place: Place, list: string) => string;
  /** undefined for a text that is no cursor of this list, or that another installation wrote. */
  readonly read: (text: string, list: string) => Place | undefined;
}

/** A cursor in short: the direction, the value in the list's order (a time is an array with its milliseconds), and the id. */
const Short = v.tuple([v.picklist(['after', 'before']), v.union([v.number(), v.string(), v.tuple([v.number()])]), v.string()]);

/** Cursors are signed, so that clients cannot make up values for a query. 96 bits are enough, because a cursor gives no rights. */
export function signedCursors(fingerprint: (parts: readonly string[]) => string): Cursors {
  const signatureOf = (text: string, list: string): string => fingerprint(['cursor\n', list, '\n', text]).slice(0, SIGNATURE_DIGITS);
  return {
    write: ({ after, before }, list) => {
      const cursor = after ?? before;
      if (cursor === undefined) throw new Error('a cursor names a place');
      const at = cursor.at instanceof Date ? ([cursor.at.getTime()] as [number]) : cursor.at;
      const short: v.InferOutput<typeof Short> = [after === undefined ? 'before' : 'after', at, cursor.id];
      const text = Buffer.from(JSON.stringify(short)).toString('base64url');
      return `${text}.${signatureOf(text, list)}`;
    },
    read: (given, list) => {
      const [text = '', signature] = given.split('.', 2);
      if (signature !== signatureOf(text, list) || given !== `${text}.${signature}`) return undefined;
      const [direction, at, id] = v.parse(Short, JSON.parse(Buffer.from(text, 'base64url').toString()));
      const place: Cursor = { at: Array.isArray(at) ? new Date(at[0]) : at, id };
      return direction === 'after' ? { after: place } : { before: place };
    },
  };
}
const SIGNATURE_DIGITS = 24;
