import { type BigIntStats, readSync } from 'node:fs';
import { dirname } from 'node:path';
import { Unavailable } from '@ticket/domain';
import type Libsql from 'libsql';
import { StartFault } from '../../start-fault.ts';
import { type Held, indexOf, isSame, logOf, statsOf } from './sqlite-held.ts';
import {
  applicationOf,
  bytesOf,
  cookieOf,
  drawVersion,
  HEADER_BYTES,
  hasMagic,
  isContinuedBy,
  isLogMagic,
  logBytesOf,
  sumOf,
  versionOf,
} from './sqlite-log.ts';

/** The path is checked after every COMMIT. Before a transaction it is checked only if the last check is older than this. */
const FRESH_MS = 20;
/** The longest time between two checks of the header and the index. The header is also checked whenever the file was written. */
const THOROUGH_MS = 100;
const IDLE_MS = 1000;
/** Another process may copy the log during a check. So a failed check is repeated this many times. */
const LOOKS = 5;
/** Some file systems store times only to two seconds. Two changes of a folder within this time may leave the same time. */
const FOLDER_TIME_MS = 2500;

/**
 * Checks whether the path still leads to the file that was opened. SQLite does not check: it would continue to write into a file that was
 * moved, deleted or replaced, and the sold tickets would be lost.
 */
export class SqliteFile {
  readonly path: string;
  readonly #held: Held;
  readonly #opened: { readonly main: BigIntStats; readonly log: BigIntStats; readonly index: BigIntStats };
  readonly #indexDescriptor: number;
  readonly #logDescriptor: number;
  /** The connection that only reads. It is always free, while the writing connection may be busy on another thread. */
  readonly #reader: Libsql.Database;
  readonly #onLost: (why: string) => void;
  readonly #onReleased: () => void;
  readonly #timer: NodeJS.Timeout;
  readonly #header = Buffer.alloc(HEADER_BYTES);
  readonly #logStart = Buffer.alloc(4);
  readonly #index = new Uint32Array(25);
  /** Earlier headers of the file. SQLite never writes an earlier header again, so such a header means that the file was overwritten. */
  readonly #past = new Set<string>();
  #known: string;
  #mainBytes: bigint;
  #writtenAt: bigint;
  #logBytes: bigint;
  #lookedAt = 0;
  #thoroughAt = 0;
  #folder: BigIntStats | undefined;
  #folderSeenAt = 0;
  /** Whether the whole log may have been copied into the file since the index was last read. */
  #mayBeginAnew = true;
  #users = 2;
  #lost: string | undefined;

  /** Both connections must have read from the file before. */
  constructor(path: string, held: Held, reader: Libsql.Database, onLost: (why: string) => void, onReleased: () => void) {
    this.path = path;
    this.#onReleased = onReleased;
    this.#held = held;
    this.#reader = reader;
    this.#onLost = onLost;
    const [main, log, index] = [path, logOf(path), indexOf(path)].map(statsOf);
    if (!isSame(main, held.main) || log === undefined || index === undefined) {
      throw new StartFault(`${path} was replaced while it was opened. Nothing was written. Start again.`);
    }
    this.#opened = { main, log, index };
    this.#indexDescriptor = held.hold(indexOf(path));
    this.#logDescriptor = held.hold(logOf(path));
    this.#known = held.header().toString('latin1');
    this.#mainBytes = main.size;
    this.#writtenAt = main.mtimeNs;
    this.#logBytes = log.size;
    this.#timer = setInterval(() => this.#look(true), IDLE_MS).unref();
  }

  get isLost(): boolean {
    return this.#lost !== undefined;
  }

  /** Called before a statement. Throws if the file is lost. With `looks` it checks first. */
  requireThere({ looks }: { readonly looks: boolean }): void {
    if (looks && !this.#isFresh()) this.#look();
    if (this.#lost !== undefined) throw Object.assign(new Error(this.#lost), { code: MOVED });
  }

  /** Called after a COMMIT and before the answers. Throws if the file was lost meanwhile. */
  requireStored(): void {
    if (!this.#isAsBefore()) this.#look();
    if (this.#lost !== undefined) throw new Unavailable(this.#lost, { outcome: 'unknown' });
  }

  /** Called before a COMMIT. If this transaction may be the first of a log, returns statements that write into the header (sqlite-log.ts). */
  stamp(): readonly string[] {
    if (!this.#mayBeginAnew && this.#isFresh()) return [];
    readSync(this.#indexDescriptor, this.#index, 0, this.#index.byteLength, 0);
    this.#mayBeginAnew = this.#index[INDEX_FRAMES] === this.#index[INDEX_COPIED];
    return this.#mayBeginAnew ? stampFor(this.#held.header()) : [];
  }

  #isFresh(): boolean {
    return performance.now() - this.#lookedAt < FRESH_MS;
  }

  /** Called by each of the two connections when it is closed. */
  release(): void {
    if (--this.#users > 0) return;
    clearInterval(this.#timer);
    this.#held.release();
    this.#onReleased();
  }

  /**
   * A quick check whether all is as at the last full check: nothing in the folder was renamed, the file was not written, and the log starts
   * as a log. It does not read the log's times. Since Linux 6.13, the next write after such a read updates the time, and COMMIT then also
   * waits for the file system's journal. That made a single booking a tenth slower.
   */
  #isAsBefore(): boolean {
    const now = performance.now();
    if (this.#lost !== undefined || now - this.#thoroughAt > THOROUGH_MS) return false;
    // A second change of the folder may have the same time as the known one. Only a full check after FOLDER_TIME_MS has seen both.
    if (this.#thoroughAt - this.#folderSeenAt < FOLDER_TIME_MS) return false;
    const [folder, main] = [statsOf(dirname(this.path)), statsOf(this.path)];
    if (!isSame(folder, this.#folder) || folder.mtimeNs !== this.#folder?.mtimeNs) return false;
    if (!isSame(main, this.#opened.main) || main.mtimeNs !== this.#writtenAt || main.size !== this.#mainBytes) return false;
    this.#lookedAt = now;
    return this.#logBegins() === 'with a log';
  }

  #look(thorough = performance.now() - this.#thoroughAt > THOROUGH_MS): void {
    if (this.#lost !== undefined) return;
    this.#lookedAt = performance.now();
    if (thorough) this.#lookAtFolder();
    const what = this.#whatBecame(thorough);
    if (what === undefined) return;
    this.#lost = `${what} while it was open. Orders and reads are refused, because new bookings would be lost. Stop the server. Put the right file back together with its log, or run: ticketctl restore FILE. Then start the server.`;
    clearInterval(this.#timer);
    this.#onLost(this.#lost);
  }

  /** Reads the folder's state before the files in it are checked. */
  #lookAtFolder(): void {
    this.#thoroughAt = this.#lookedAt;
    const folder = statsOf(dirname(this.path));
    if (isSame(folder, this.#folder) && folder.mtimeNs === this.#folder?.mtimeNs) return;
    this.#folder = folder;
    this.#folderSeenAt = this.#lookedAt;
  }

  #whatBecame(thorough: boolean): string | undefined {
    const main = statsOf(this.path);
    const log = statsOf(logOf(this.path));
    if (main === undefined) return `${this.path} was moved or deleted`;
    if (!isSame(main, this.#opened.main)) return `${this.path} was replaced by another file`;
    if (log === undefined) return this.#withoutLog();
    if (!isSame(log, this.#opened.log)) return `${logOf(this.path)} was replaced by another file`;
    if (log.size < this.#logBytes || main.mtimeNs !== this.#writtenAt) this.#mayBeginAnew = true;
    if (log.size < this.#logBytes && !this.#isLogWhole()) return `${logOf(this.path)} was cut off`;
    // The log was emptied and grew again between two checks. SQLite wrote behind a hole, so a restart would find no log.
    if (log.size > 0n && this.#logBegins() === 'with something else') return `${logOf(this.path)} was cut off`;
    this.#logBytes = log.size;
    if (main.size < this.#mainBytes && !this.#isMainWhole(main.size)) return `${this.path} was cut off`;
    if ((thorough || main.mtimeNs !== this.#writtenAt) && !this.#isHeaderKnown()) return `${this.path} was overwritten`;
    this.#mainBytes = main.size;
    this.#writtenAt = main.mtimeNs;
    if (thorough && !isSame(statsOf(indexOf(this.path)), this.#opened.index)) return `${indexOf(this.path)} was moved, deleted or replaced`;
    return undefined;
  }

  /** The log has no name any longer, so no other process can read it. This copies its pages into the file while this process still has both open. */
  #withoutLog(): string {
    const what = `${logOf(this.path)} was moved or deleted`;
    try {
      this.#reader.prepare('PRAGMA wal_checkpoint(PASSIVE)').all();
    } catch {
      // the disk is full, or others write: the message is still true
    }
    return what;
  }

  /**
   * Whether the log has all the frames that the index counts. Another process may have emptied the log, and then the index says so. The
   * index is read first, so the log is never shorter than the index says.
   */
  #isLogWhole(): boolean {
    for (let looks = 0; looks < LOOKS; looks++) {
      readSync(this.#indexDescriptor, this.#index, 0, this.#index.byteLength, 0);
      const bytes = logBytesOf(this.#held.header(), this.#index[INDEX_FRAMES] ?? 0);
      if ((statsOf(logOf(this.path))?.size ?? 0n) >= BigInt(bytes)) return true;
    }
    return false;
  }

  #logBegins(): 'with a log' | 'with nothing' | 'with something else' {
    if (readSync(this.#logDescriptor, this.#logStart, 0, this.#logStart.length, 0) === 0) return 'with nothing';
    return isLogMagic(this.#logStart) ? 'with a log' : 'with something else';
  }

  /** Whether the file has the size that its header states. A VACUUM can make it smaller. */
  #isMainWhole(size: bigint): boolean {
    const header = this.#held.header();
    return hasMagic(header) && size >= BigInt(bytesOf(header));
  }

  /**
   * Whether the header is one that SQLite wrote. It writes the header when it copies the log: the last committed one, or an earlier one of
   * that log.
   */
  #isHeaderKnown(): boolean {
    for (let looks = 0; looks < LOOKS; looks++) {
      const header = this.#held.header(this.#header);
      const text = header.toString('latin1');
      if (text === this.#known) return true;
      if (this.#past.has(text)) return false;
      if (this.#isLast(header) || isContinuedBy(header, logOf(this.path))) {
        this.#past.add(this.#known);
        this.#known = text;
        return true;
      }
    }
    return false;
  }

  #isLast(header: Buffer): boolean {
    const pragma = (name: string) => Object.values(this.#reader.prepare(`PRAGMA ${name}`).get() as Record<string, number>)[0];
    return (
      pragma('user_version') === versionOf(header) &&
      pragma('application_id') === applicationOf(header) &&
      pragma('schema_version') === cookieOf(header)
    );
  }
}

/** SQLite's code for a moved file. Current versions of SQLite no longer check this. */
const MOVED = 'SQLITE_READONLY_DBMOVED';

export const stampFor = (header: Buffer): readonly string[] => [`PRAGMA application_id = ${sumOf(header)}`, `PRAGMA user_version = ${drawVersion()}`];

/** Positions in the index, in words of four bytes: the number of frames in the log, and how many of them are copied into the file. */
const [INDEX_FRAMES, INDEX_COPIED] = [4, 24];
