import type { Page } from '@ticket/domain';
import type { Context } from 'hono';
import { cachedBody, cachingFor, okCompressed, type Readers } from './cached-body.ts';
import { codingForStream, compressedStream } from './compression.ts';
import { answer, JSON_IN, messageVaries } from './envelope.ts';
import { languageOf } from './language.ts';
import { linksOf, type Paging } from './links.ts';
import type { Message } from './messages.ts';
import { once } from './once.ts';
import type { Report } from './report.ts';

/**
 * Makes the answer to a list. A list of a single part is rendered once, with its ETag, for all requests that share it. A longer list is
 * sent part by part, so memory does not grow with its length. Each part is rendered once for all readers, so memory does not grow with slow
 * readers. A failure in the middle breaks the connection, so half a list never looks complete. If the client closes the connection, reading
 * stops. Both kinds are compressed if the client wants that.
 */
export function listAnswer<Row>(message: Message, rowText: (row: Row) => string, readers: Readers) {
  const textOf = (rows: readonly Row[]) => rows.map(rowText).join(',');
  const render = cachedBody(message, (rows: readonly Row[]) => `[${textOf(rows)}]`);
  const encoder = new TextEncoder();
  const renderPart = once((rows: readonly Row[]) => encoder.encode(textOf(rows)));

  return async (c: Context, { parts, total, ...beside }: Page<Row>, paging: Paging): Promise<Response> => {
    const walk = parts[Symbol.asyncIterator]();
    const ahead = [await walk.next(), await walk.next()];
    const [first, second] = ahead;
    const headers = Object.assign(total === undefined ? {} : { 'X-Total-Count': String(total) }, linksOf(c, beside, paging));
    if (first?.done || second?.done) return okCompressed(c, render(c, first?.done === false ? first.value : []), readers, headers);
    const language = languageOf(c);
    return streamAnswer(c, envelope(), readers, { ...JSON_IN[language], ...headers }, messageVaries(c));

    async function* envelope(): AsyncGenerator<Uint8Array> {
      try {
        yield encoder.encode(`{"success":true,"message":${JSON.stringify(message[language])},"data":[`);
        let before = '';
        // Each part is taken out of `ahead` when it is sent, so that it does not stay in memory.
        for (let step = ahead.shift(); step !== undefined && !step.done; step = ahead.shift() ?? (await walk.next())) {
          if (step.value.length === 0) continue;
          if (before !== '') yield encoder.encode(before);
          yield renderPart(step.value);
          before = ',';
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

/** Sends chunks as they come, compressed if the client wants that. `varies` are the request headers on which the chunks depend. */
export async function streamAnswer(
  c: Context,
  chunks: AsyncGenerator<Uint8Array>,
  readers: Readers,
  headers: Readonly<Record<string, string>>,
  varies: readonly string[] = [],
): Promise<Response> {
  const coding = codingForStream(c.req.header('Accept-Encoding'));
  const all = { ...headers, ...cachingFor(c, readers, [...varies, 'Accept-Encoding']), ...(coding && { 'Content-Encoding': coding }) };
  if (c.req.method !== 'HEAD') return answer(c, 200, coding ? compressedStream(chunks, coding, c.req.raw.signal) : ReadableStream.from(chunks), all);
  await chunks.next(); // a generator that never began would not end its walk
  await chunks.return(undefined);
  return answer(c, 200, null, all);
}
