import type { Page } from '@ticket/domain';
import type { Context } from 'hono';
import { cachedBody, cachingFor, okCompressed, type Readers } from './cached-body.ts';
import { codingForStream, compressedStream } from './compression.ts';
import { answer, JSON_UTF8 } from './envelope.ts';
import { once } from './once.ts';
import type { Report } from './report.ts';

/**
 * Makes the answer to a list. A list of a single part is rendered once, with its ETag, for all requests that share it. A longer list is
 * sent part by part, so memory does not grow with its length. Each part is rendered once for all readers, so memory does not grow with slow
 * readers. A failure in the middle breaks the connection, so half a list never looks complete. If the client closes the connection, reading
 * stops. Both kinds are compressed if the client wants that.
 */
export function listAnswer<Row>(message: string, rowText: (row: Row) => string, readers: Readers) {
  const textOf = (rows: readonly Row[]) => rows.map(rowText).join(',');
  const render = cachedBody(message, (rows: readonly Row[]) => `[${textOf(rows)}]`);
  const encoder = new TextEncoder();
  const renderPart = once((rows: readonly Row[]) => encoder.encode(textOf(rows)));

  return async (c: Context, { parts, total, next }: Page<Row>): Promise<Response> => {
    const walk = parts[Symbol.asyncIterator]();
    const ahead = [await walk.next(), await walk.next()];
    const [first, second] = ahead;
    const headers = {
      ...(total === undefined ? {} : { 'X-Total-Count': String(total) }),
      ...(next === undefined ? {} : { Link: `<${c.req.path}?${nextQuery(c, next)}>; rel="next"` }),
    };
    if (first?.done || second?.done) return okCompressed(c, render(first?.done === false ? first.value : []), readers, headers);
    const coding = codingForStream(c.req.header('Accept-Encoding'));
    const all = { ...JSON_UTF8, ...cachingFor(c, readers, ['Accept-Encoding']), ...headers, ...(coding && { 'Content-Encoding': coding }) };
    if (c.req.method === 'HEAD') {
      await walk.return?.();
      return answer(c, 200, null, all);
    }
    const body = coding ? compressedStream(envelope(), coding, c.req.raw.signal) : ReadableStream.from(envelope());
    return answer(c, 200, body, all);

    async function* envelope(): AsyncGenerator<Uint8Array> {
      try {
        let opening = `{"success":true,"message":${JSON.stringify(message)},"data":[`;
        // Each part is taken out of `ahead` when it is sent, so that it does not stay in memory.
        for (let step = ahead.shift(); step !== undefined && !step.done; step = ahead.shift() ?? (await walk.next())) {
          if (step.value.length === 0) continue;
          yield encoder.encode(opening);
          yield renderPart(step.value);
          opening = ',';
        }
        yield encoder.encode(']}');
      } catch (error) {
        const report: Report = c.get('report'); // every route's context has AppEnv's variables
        report('error', 'a list broke off while it was being sent', error);
        throw new Error('list broke off'); // the server may write this error to the client, so it has no details
      } finally {
        await walk.return?.();
      }
    }
  };
}

function nextQuery(c: Context, { limit, offset }: { readonly limit: number; readonly offset: number }): string {
  const total = c.req.query('total') === 'true' ? '&total=true' : '';
  return `limit=${limit}&offset=${offset}${total}`;
}
