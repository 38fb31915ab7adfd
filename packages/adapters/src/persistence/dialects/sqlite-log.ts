import { createHash, randomInt } from 'node:crypto';
import { closeSync, lstatSync, openSync, readSync } from 'node:fs';

/*
 * These functions tell which file a write-ahead log belongs to. SQLite does not check this: it applies any log to the file beside it. So
 * the first transaction of each log writes two header fields that SQLite leaves to applications. `application_id` becomes a checksum of the
 * header before that transaction. `user_version` becomes a random number, so that no two headers are equal.
 * https://www.sqlite.org/fileformat2.html
 */

/** The size of the header, which is at the start of page 1, in the file and in the log. */
export const HEADER_BYTES = 100;
const MAGIC = 'SQLite format 3\0';
const INT31 = 2 ** 31 - 1;

export const hasMagic = (header: Buffer): boolean => header.subarray(0, MAGIC.length).toString('latin1') === MAGIC;
export function headerOf(file: string): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  const descriptor = openSync(file, 'r');
  try {
    readSync(descriptor, header, 0, HEADER_BYTES, 0);
    return header;
  } finally {
    closeSync(descriptor);
  }
}

/** The size of the file that its header states. */
export const bytesOf = (header: Buffer): number => pageBytesOf(header) * header.readUInt32BE(28);
const pageBytesOf = (header: Buffer): number => (header.readUInt16BE(16) === 1 ? 65_536 : header.readUInt16BE(16));
/** The size of a log with this number of frames. */
export const logBytesOf = (header: Buffer, frames: number): number =>
  frames === 0 ? 0 : LOG_HEADER_BYTES + frames * (FRAME_HEADER_BYTES + pageBytesOf(header));
export const versionOf = (header: Buffer): number => header.readInt32BE(60);
export const applicationOf = (header: Buffer): number => header.readInt32BE(68);
/** SQLite's schema cookie, which grows by one with each change of the tables and each VACUUM. */
export const cookieOf = (header: Buffer): number => header.readUInt32BE(40);

/** The checksum that the first transaction of a log writes for a file with this header. */
export const sumOf = (header: Buffer): number => createHash('sha256').update(header).digest().readInt32BE(0);
export const drawVersion = (): number => randomInt(1, INT31);

/** Whether the log belongs to a file with this header. A log without a committed header may belong to any file. */
export function isContinuedBy(header: Buffer, log: string): boolean {
  const headers = headersIn(log);
  const [first] = headers;
  if (first === undefined || sumOf(header) === applicationOf(first)) return true;
  if (headers.some((later) => later.equals(header))) return true; // this part of the log was already copied into the file
  // Another program, or an older version of this one, did not change the two fields. So they are the same in the file and in its log.
  return versionOf(header) === versionOf(first) && applicationOf(header) === applicationOf(first) && cookieOf(header) <= cookieOf(first);
}

const LOG_HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;

/** Whether a log begins with one of its two magic numbers, which differ by the byte order of checksums. */
export const isLogMagic = (start: Buffer): boolean => (start.readUInt32BE(0) & ~1) === 0x377f0682;

/** Whether the path is not a plain file, but a folder or a link. */
export const isNoPlainFile = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false })?.isFile() === false;

/**
 * Whether the file has content that is not a log, which SQLite would silently erase. After a power cut, a log may have only zeros or a part
 * of its header. Then it has no committed transaction, because the header is on the disk before the first transaction.
 */
export function isNoLog(log: string): boolean {
  const isOther = withStart(log, (start, file) => {
    if (start.length === LOG_HEADER_BYTES ? headerOfLog(start) !== undefined : start.length < 4 || isLogMagic(start)) return false;
    const part = Buffer.alloc(65_536);
    for (let at = 0; ; at += part.length) {
      const read = readSync(file, part, 0, part.length, at);
      if (part.subarray(0, read).some((byte) => byte !== 0)) return true;
      if (read < part.length) return false;
    }
  });
  return isOther === true;
}

/**
 * Calls `look` with the first bytes of the log. Returns undefined if the log cannot be opened. SQLite has no locks on a log, so closing it
 * here loses none.
 */
function withStart<Result>(log: string, look: (start: Buffer, file: number) => Result): Result | undefined {
  let file: number;
  try {
    file = openSync(log, 'r');
  } catch {
    return undefined;
  }
  try {
    const start = Buffer.alloc(LOG_HEADER_BYTES);
    return look(start.subarray(0, readSync(file, start, 0, LOG_HEADER_BYTES, 0)), file);
  } finally {
    closeSync(file);
  }
}

/**
 * The checksum of the log's header, from which the checksums of frames continue, and the page size. undefined if the bytes are not the
 * header of a log.
 */
function headerOfLog(start: Buffer): { readonly sum: Checksum; readonly pageBytes: number } | undefined {
  if (start.length < LOG_HEADER_BYTES || !isLogMagic(start)) return undefined;
  const sum = new Checksum(start.readUInt32BE(0) === 0x377f0683);
  sum.add(start, 0, FRAME_HEADER_BYTES);
  const pageBytes = start.readUInt32BE(8);
  return sum.is(start, 24) && pageBytes >= 512 && pageBytes <= 65_536 ? { sum, pageBytes } : undefined;
}

/** The headers that the log's committed transactions write into the file, in order. Empty if there are none or the log cannot be read. */
function headersIn(log: string): Buffer[] {
  return (
    withStart(log, (start, file) => {
      const header = headerOfLog(start);
      if (header === undefined) return [];
      const { sum, pageBytes } = header;
      const committed: Buffer[] = [];
      let pending: Buffer[] = [];
      const frame = Buffer.alloc(FRAME_HEADER_BYTES + pageBytes);
      for (let at = LOG_HEADER_BYTES; readSync(file, frame, 0, frame.length, at) === frame.length; at += frame.length) {
        if (frame.compare(start, 16, 24, 8, 16) !== 0) break; // a frame from before the log was begun again
        sum.add(frame, 0, 8);
        sum.add(frame, FRAME_HEADER_BYTES, frame.length);
        if (!sum.is(frame, 16)) break;
        if (frame.readUInt32BE(0) === 1) pending.push(Buffer.from(frame.subarray(FRAME_HEADER_BYTES, FRAME_HEADER_BYTES + HEADER_BYTES)));
        if (frame.readUInt32BE(4) === 0) continue;
        committed.push(...pending);
        pending = [];
      }
      return committed;
    }) ?? []
  );
}

/** The checksum of a log. The checksum of each frame continues from the frame before it. */
class Checksum {
  readonly #bigEndian: boolean;
  #one = 0;
  #other = 0;
  constructor(bigEndian: boolean) {
    this.#bigEndian = bigEndian;
  }
  add(bytes: Buffer, from: number, to: number): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let at = from; at < to; at += 8) {
      this.#one = (this.#one + view.getUint32(at, !this.#bigEndian) + this.#other) >>> 0;
      this.#other = (this.#other + view.getUint32(at + 4, !this.#bigEndian) + this.#one) >>> 0;
    }
  }
  is(bytes: Buffer, at: number): boolean {
    return bytes.readUInt32BE(at) === this.#one && bytes.readUInt32BE(at + 4) === this.#other;
  }
}
