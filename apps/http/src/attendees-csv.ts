import type { BookingView, Page } from '@ticket/domain';
import { stringify } from 'csv-stringify/sync';
import type { Context } from 'hono';
import { accepts } from 'hono/accepts';
import { defused } from './defused.ts';
import { linksOf, type Paging } from './links.ts';
import { streamAnswer } from './lists.ts';
import { priceOf } from './money.ts';
import type { Report } from './report.ts';

const CSV_UTF8 = { 'Content-Type': 'text/csv; charset=UTF-8; header=present' } as const;

const COLUMNS = ['id', 'user_id', 'user_name', 'user_email', 'quantity', 'total_price', 'status', 'booking_date'] as const;

/**
 * Names are what people typed. `escape_formulas` puts a `'` before a cell that a spreadsheet would treat as a formula (CWE-1236). A spreadsheet
 * may also split a name at `;`, `,` or `|`. So a formula after such a character gets a `'` too.
 */
const textOf = (rows: readonly (readonly string[])[]): string => stringify([...rows], { record_delimiter: 'windows', escape_formulas: true });

const cellsOf = ({ id, userId, user, quantity, totalPriceCents, status, bookingDate }: BookingView): readonly string[] => [
  ...[id, userId, defused(user?.name ?? ''), user?.email ?? '', String(quantity), priceOf(totalPriceCents), status, bookingDate.toISOString()],
];

/** A table as the OpenAPI document shows it. */
export const TABLE_EXAMPLE = textOf([
  COLUMNS,
  [
    ...['880e8400-e29b-41d4-a716-446655440000', '550e8400-e29b-41d4-a716-446655440000', 'John Doe', 'john@example.com'],
    ...['2', '100000.00', 'confirmed', '2025-01-15T08:30:00.000Z'],
  ],
]);

/** The attendees as a table (RFC 4180), sent part by part. As in lists.ts, a failure in the middle breaks the connection. */
export async function csvAnswer(c: Context, { parts, ...beside }: Page<BookingView>, name: string, paging: Paging): Promise<Response> {
  const walk = parts[Symbol.asyncIterator]();
  const first = await walk.next();
  const headers = { ...CSV_UTF8, 'Content-Disposition': `attachment; filename="${name}.csv"`, ...linksOf(c, beside, paging) };
  return streamAnswer(c, lines(), 'caller', headers);

  async function* lines(): AsyncGenerator<Uint8Array> {
    const encoder = new TextEncoder();
    try {
      yield encoder.encode(textOf([COLUMNS]));
      for (let step = first; !step.done; step = await walk.next()) if (step.value.length > 0) yield encoder.encode(textOf(step.value.map(cellsOf)));
    } catch (error) {
      const report: Report = c.get('report');
      report('error', 'a table broke off while it was being sent', error);
      throw new Error('table broke off'); // the server may write this error to the client, so it has no details
    } finally {
      await walk.return?.();
    }
  }
}

/** Whether the client prefers a table to JSON (RFC 9110, 12.5.1). The answer depends on `Accept` then, which caches have to know. */
export function wantsTable(c: Context): boolean {
  const headers: Record<string, string> = c.get('headers');
  headers['Vary'] = headers['Vary'] === undefined ? 'Accept' : `${headers['Vary']}, Accept`;
  const table = accepts(c, {
    header: 'Accept',
    supports: ['text/csv', 'application/json'],
    default: 'application/json',
    match: (asked, { supports }) => {
      const weightOf = (type: string) =>
        [type, type.replace(/[^/]*$/, '*'), '*/*']
          .map((one) => asked.find((given) => given.type.toLowerCase() === one)?.q)
          .find((q) => q !== undefined) ?? 0;
      const [csv = '', json = ''] = supports;
      return weightOf(csv) > weightOf(json) ? csv : json;
    },
  });
  return table === 'text/csv';
}
