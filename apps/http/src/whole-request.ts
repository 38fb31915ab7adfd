import type { IncomingMessage } from 'node:http';
import { BODY_BYTES_MAX } from './body.ts';

/** As many as Apache's httpd takes by default; browsers and proxies send some 30. Each costs a microsecond or more, in a turn that buyers share. */
const HEADERS_MAX = 100;

export const hasTooManyHeaders = ({ rawHeaders }: IncomingMessage): boolean => rawHeaders.length > 2 * HEADERS_MAX; // names and values take turns

/** Each chunk is handed over by itself, which costs microseconds: bodies in more and smaller chunks cost milliseconds. */
const CHUNKS_FREE = 32;
const CHUNK_BYTES_MIN = 2048;

/**
 * Goes on when the whole request was read, its body into `rawBody`, where Hono looks first. A body over the limit is not read
 * to its end: the app refuses it by its length. A body in many tiny chunks is refused here.
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
    if (bytes > BODY_BYTES_MAX) return; // handed over, and refused
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
 * Whether a proxy in front may read this request in another way than Node: another of two hosts, or a body that ends elsewhere (RFC 9112,
 * 3.2 and 6.1). Node itself refuses two lengths, or a length with chunks. Only HTTP/1.0 needs no host.
 */
export function isAmbiguous({ headers, rawHeaders, httpVersion }: IncomingMessage): boolean {
  const coding = headers['transfer-encoding'];
  if (coding !== undefined && (coding.toLowerCase() !== 'chunked' || httpVersion === '1.0')) return true;
  let hosts = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) if (isHost(rawHeaders[index])) hosts += 1;
  return hosts > 1 || headers.host === '' || (hosts === 0 && httpVersion !== '1.0');
}
const isHost = (name: string | undefined): boolean => name?.length === 4 && name.toLowerCase() === 'host';
