import type { BookingView, Page } from '@ticket/domain';
import { stringify } from 'csv-stringify/sync';
import type { Context } from 'hono';
import { linksOf, type Paging } from './links.ts';
import { streamAnswer } from './lists.ts';
import { priceOf } from './money.ts';
import type { Report } from './report.ts';

const CSV_UTF8 = { 'Content-Type': 'text/csv; charset=UTF-8; header=present' } as const;

const COLUMNS = ['id', 'user_id', 'user_name', 'user_email', 'quantity', 'total_price', 'status', 'booking_date'] as const;

/** Names are what people typed. `escape_formulas` puts a `'` before a cell that a spreadsheet would run (CWE-1236). */
const textOf = (rows: readonly (readonly string[])[]): string => stringify([...rows], { record_delimiter: 'windows', escape_formulas: true });

const cellsOf = ({ id, userId, user, quantity, totalPriceCents, status, bookingDate }: BookingView): readonly string[] => [
  ...[id, userId, user?.name ?? '', user?.email ?? '', String(quantity), priceOf(totalPriceCents), status, bookingDate.toISOString()],
];

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
