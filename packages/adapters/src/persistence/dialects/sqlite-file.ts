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

/** That the path leads to the file is looked at after every COMMIT: before a transaction, only where that was longer ago than this. */
const FRESH_MS = 20;
/** The header and the index are looked at this often, and the header whenever the file was written. */
const THOROUGH_MS = 100;
const IDLE_MS = 1000;
/** Another process may be copying the log while it is looked at; then it is looked at again. */
const LOOKS = 5;
/** File systems keep times to two seconds at worst: two changes of a folder that are closer may leave the same time. */
const FOLDER_TIME_MS = 2500;

/**
 * The file that was opened, and whether its path still leads to it. SQLite does not look: it would go on writing into a file that was
 * moved, deleted or replaced, and nobody would find there what was sold.
 */
export class SqliteFile {
  readonly path: string;
  readonly #held: Held;
  readonly #opened: { readonly main: BigIntStats; readonly log: BigIntStats; readonly index: BigIntStats };
  readonly #indexDescriptor: number;
  readonly #logDescriptor: number;
  /** Only reads, so that it is free whenever somebody looks: the one that writes may be busy on another thread. */
  readonly #reader: Libsql.Database;
  readonly #onLost: (why: string) => void;
  readonly #onReleased: () => void;
  readonly #timer: NodeJS.Timeout;
  readonly #header = Buffer.alloc(HEADER_BYTES);
  readonly #logStart = Buffer.alloc(4);
  readonly #index = new Uint32Array(25);
  /** Headers that the file has had, the last one apart. Going back to one is not SQLite's work. */
  readonly #past = new Set<string>();
  #known: string;
  #mainBytes: bigint;
  #writtenAt: bigint;
  #logBytes: bigint;
  #lookedAt = 0;
  #thoroughAt = 0;
  #folder: BigIntStats | undefined;
  #folderSeenAt = 0;
  /** Since the index was read last, the log may have been copied into the file as a whole. */
  #mayBeginAnew = true;
  #users = 2;
  #lost: string | undefined;

  /** Once both connections have read of it. */
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

  /** Before a statement: nothing is read from a file, or begun on it, that may be lost. */
  requireThere({ looks }: { readonly looks: boolean }): void {
    if (looks && !this.#isFresh()) this.#look();
    if (this.#lost !== undefined) throw Object.assign(new Error(this.#lost), { code: MOVED });
  }

  /** After a COMMIT, before the answers: it may be in a file that is lost. */
  requireStored(): void {
    if (!this.#isAsBefore()) this.#look();
    if (this.#lost !== undefined) throw new Unavailable(this.#lost, { outcome: 'unknown' });
  }

  /** Before a COMMIT: what to write into the header where this transaction may be the first of a log; see sqlite-log.ts. */
  stamp(): readonly string[] {
    if (!this.#mayBeginAnew && this.#isFresh()) return [];
    readSync(this.#indexDescriptor, this.#index, 0, this.#index.byteLength, 0);
    this.#mayBeginAnew = this.#index[INDEX_FRAMES] === this.#index[INDEX_COPIED];
    return this.#mayBeginAnew ? stampFor(this.#held.header()) : [];
  }

  #isFresh(): boolean {
    return performance.now() - this.#lookedAt < FRESH_MS;
  }

  /** Each of its two connections, when it is closed. */
  release(): void {
    if (--this.#users > 0) return;
    clearInterval(this.#timer);
    this.#held.release();
    this.#onReleased();
  }

  /**
   * Whether a new check would find what the last one found: nothing in the folder was renamed, the file was not written, and the log has
   * its beginning. The log's own times are not read. Since Linux 6.13 the next write after such a read gets a time of its own. Then every
   * COMMIT also waits for the file system's journal: a lone booking was a tenth slower.
   */
  #isAsBefore(): boolean {
    const now = performance.now();
    if (this.#lost !== undefined || now - this.#thoroughAt > THOROUGH_MS) return false;
    // A change soon after the one that is known may have the same time: only a look that came later has seen it.
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
    this.#lost = `${what} while it was open. Orders and reads are refused, since nobody would find again what is sold. Stop the server, put the file back that belongs there with its log, or: tickets restore FILE. Then start it.`;
    clearInterval(this.#timer);
    this.#onLost(this.#lost);
  }

  /** Before the names in it are looked at. */
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
    // The log was emptied between two checks and grew again: SQLite went on writing behind a hole, so a restart finds no log.
    if (log.size > 0n && this.#logBegins() === 'with something else') return `${logOf(this.path)} was cut off`;
    this.#logBytes = log.size;
    if (main.size < this.#mainBytes && !this.#isMainWhole(main.size)) return `${this.path} was cut off`;
    if ((thorough || main.mtimeNs !== this.#writtenAt) && !this.#isHeaderKnown()) return `${this.path} was overwritten`;
    this.#mainBytes = main.size;
    this.#writtenAt = main.mtimeNs;
    if (thorough && !isSame(statsOf(indexOf(this.path)), this.#opened.index)) return `${indexOf(this.path)} was moved, deleted or replaced`;
    return undefined;
  }

  /**
   * No other process can read a log without a name. So its pages are copied into the file, which is still there while this process lives.
   */
  #withoutLog(): string {
    const what = `${logOf(this.path)} was moved or deleted`;
    try {
      this.#reader.prepare('PRAGMA wal_checkpoint(PASSIVE)').all();
    } catch {
      // the disk is full, or others write: what is told stays true
    }
    return what;
  }

  /** Another process may have emptied it, and then the index says so. Read in this order, the log is never behind the index. */
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

  /** VACUUM by hand makes it smaller. */
  #isMainWhole(size: bigint): boolean {
    const header = this.#held.header();
    return hasMagic(header) && size >= BigInt(bytesOf(header));
  }

  /** SQLite writes the header when it copies the log into the file: then it is the last one that was committed, or an earlier one of that log. */
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

/** SQLite's own code for it, from before it stopped to look. */
const MOVED = 'SQLITE_READONLY_DBMOVED';

export const stampFor = (header: Buffer): readonly string[] => [`PRAGMA application_id = ${sumOf(header)}`, `PRAGMA user_version = ${drawVersion()}`];

/** Words of four bytes in the index: frames in the log, and those of them that are copied into the file. */
const [INDEX_FRAMES, INDEX_COPIED] = [4, 24];
