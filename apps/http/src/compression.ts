import { pipeline } from 'node:stream';
import { promisify } from 'node:util';
import { brotliCompress, constants, createBrotliCompress, createGzip, gzip } from 'node:zlib';
import { weightsIn } from './accept.ts';

export type Coding = 'br' | 'gzip';

/** A smaller answer fits into one packet anyway. */
export const COMPRESSED_BYTES_MIN = 1024;

/**
 * Compressions that run at once. They share the threads of Node's pool with password hashes, and a stream holds memory as long as its client
 * reads. An answer beyond this number is sent uncompressed at once, so strangers cannot fill the pool with compressions.
 */
const AT_ONCE_MAX = 4;
let running = 0;

/** Five times as fast as Brotli's default of 11, and smaller than gzip. The window of 256 KiB keeps a stream below 2 MiB. */
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 5, [constants.BROTLI_PARAM_LGWIN]: 18 } };

/** The coding to send, by the client's Accept-Encoding (RFC 9110, 12.5.3). `undefined`: uncompressed, which every client can read. */
export function codingFor(acceptEncoding: string | undefined): Coding | undefined {
  const weights = weightsIn(acceptEncoding);
  const weightOf = (coding: Coding): number => weights.get(coding) ?? weights.get('*') ?? 0;
  const coding = weightOf('gzip') > weightOf('br') ? 'gzip' : 'br';
  const weight = weightOf(coding);
  return weight > 0 && weight >= (weights.get('identity') ?? 0) ? coding : undefined;
}

const COMPRESS = {
  br: (bytes: Uint8Array) => promisify(brotliCompress)(bytes, BROTLI),
  gzip: (bytes: Uint8Array) => promisify(gzip)(bytes),
};
const made = { br: new WeakMap<Uint8Array, Promise<Buffer<ArrayBuffer>>>(), gzip: new WeakMap<Uint8Array, Promise<Buffer<ArrayBuffer>>>() };

/** Compresses bytes once for all requests that share them. `undefined`: too much is being compressed, so send the bytes as they are. */
export function compressed(bytes: Uint8Array, coding: Coding): Promise<Buffer<ArrayBuffer>> | undefined {
  const known = made[coding].get(bytes);
  if (known !== undefined || running >= AT_ONCE_MAX) return known;
  running += 1;
  const making = COMPRESS[coding](bytes).finally(() => {
    running -= 1;
  });
  made[coding].set(bytes, making);
  return making;
}

/** The coding of a stream that begins now. `undefined`: too much is being compressed, so send the stream as it is. */
export const codingForStream = (acceptEncoding: string | undefined): Coding | undefined =>
  running < AT_ONCE_MAX ? codingFor(acceptEncoding) : undefined;

/**
 * Compresses chunks, each as soon as it is there, and reads the next one only when the client has room. An error of the source breaks the
 * result off, and a client that leaves ends the source.
 */
export function compressedStream(source: AsyncIterable<Uint8Array>, coding: Coding, signal: AbortSignal): ReadableStream<Uint8Array> {
  const stream =
    coding === 'br' ? createBrotliCompress({ ...BROTLI, flush: constants.BROTLI_OPERATION_FLUSH }) : createGzip({ flush: constants.Z_SYNC_FLUSH });
  running += 1;
  const leave = () => stream.destroy();
  signal.addEventListener('abort', leave);
  stream.once('close', () => {
    running -= 1;
    signal.removeEventListener('abort', leave);
  });
  // The error also ends the stream, where its reader sees it.
  pipeline(source, stream, () => {});
  return ReadableStream.from(stream);
}
