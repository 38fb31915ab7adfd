import type { IncomingMessage } from 'node:http';
import { BODY_BYTES_MAX } from './body.ts';

/**
 * Apache's httpd has the same default. Browsers and proxies send about 30 headers. Each costs a microsecond or more, during which no other
 * request is served.
 */
const HEADERS_MAX = 100;

export const hasTooManyHeaders = ({ rawHeaders }: IncomingMessage): boolean => rawHeaders.length > 2 * HEADERS_MAX; // names and values alternate

/** Node calls the server for each chunk, which costs microseconds. So bodies in many small chunks would cost milliseconds. */
const CHUNKS_FREE = 32;
const CHUNK_BYTES_MIN = 2048;

/**
 * Calls `goOn` when the whole request has been read. The body is then in `rawBody`, where Hono looks first. A body over the limit is not
 * read to its end, and the app refuses it because of its length. A body in many tiny chunks is refused here.
 */
export function onceWhole(request: IncomingMessage, goOn: () => void, refuse: () => void): void {
  const { 'content-length': length = '0', 'transfer-encoding': coding } = request.headers;
  if (hasNoBody(request) || Number(length) > BODY_BYTES_MAX) {
    goOn();
    return;
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  const handOver = () => {
    request.off('end', handOver);
    const [first = Buffer.alloc(0)] = chunks;
    Object.assign(request, { rawBody: chunks.length > 1 ? Buffer.concat(chunks) : first });
    goOn();
  };
  const take = (chunk: Buffer) => {
    if (bytes > BODY_BYTES_MAX) return; // already passed to the app, which refuses it
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) handOver();
    else if (coding !== undefined && chunks.length > CHUNKS_FREE + bytes / CHUNK_BYTES_MIN) {
      request.off('end', handOver).off('data', take);
      refuse();
    }
  };
  request.on('end', handOver).on('data', take);
}

export const hasNoBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? '0') === 0;

/**
 * Whether a proxy in front may understand this request differently from Node (RFC 9112, 3.2 and 6.1). It may use the other of two hosts, or
 * see another end of the body. Node itself refuses two lengths, and a length together with chunks. Only HTTP/1.0 needs no host.
 */
export function isAmbiguous({ headers, rawHeaders, httpVersion }: IncomingMessage): boolean {
  const coding = headers['transfer-encoding'];
  if (coding !== undefined && (coding.toLowerCase() !== 'chunked' || httpVersion === '1.0')) return true;
  let hosts = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) if (isHost(rawHeaders[index])) hosts += 1;
  return hosts > 1 || headers.host === '' || (hosts === 0 && httpVersion !== '1.0');
}
const isHost = (name: string | undefined): boolean => name?.length === 4 && name.toLowerCase() === 'host';
