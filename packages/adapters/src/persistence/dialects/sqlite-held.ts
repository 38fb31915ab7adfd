import { type BigIntStats, closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { HEADER_BYTES } from './sqlite-log.ts';

/** The path of the log, which is beside the file. */
export const logOf = (file: string): string => `${file}-wal`;
export const indexOf = (file: string): string => `${file}-shm`;

/**
 * Keeps a file open without SQLite, to read its header. When a process closes any descriptor of a file, it loses all its locks on the file,
 * also SQLite's. So all users of a file in this process share one descriptor, which is closed after the last of them.
 */
export class Held {
  static readonly #all = new Map<string, Held>();
  readonly main: BigIntStats;
  readonly #name: string;
  readonly #descriptors: number[] = [];
  #users = 0;

  private constructor(name: string, main: BigIntStats) {
    this.#name = name;
    this.main = main;
  }

  static of(file: string): Held {
    const seen = statSync(file, { bigint: true });
    const before = Held.#all.get(nameOf(seen));
    const held = before ?? Held.#open(file);
    held.#users++;
    return held;
  }

  static #open(file: string): Held {
    const descriptor = openSync(file, 'r');
    const main = fstatSync(descriptor, { bigint: true });
    const held = Held.#all.get(nameOf(main)) ?? new Held(nameOf(main), main);
    held.#descriptors.push(descriptor);
    Held.#all.set(held.#name, held);
    return held;
  }

  hold(file: string): number {
    const descriptor = openSync(file, 'r');
    this.#descriptors.push(descriptor);
    return descriptor;
  }

  header(into = Buffer.alloc(HEADER_BYTES)): Buffer {
    const read = readSync(this.#descriptors[0] ?? -1, into, 0, HEADER_BYTES, 0);
    return into.fill(0, read);
  }

  release(): void {
    if (--this.#users > 0) return;
    Held.#all.delete(this.#name);
    for (const descriptor of this.#descriptors.splice(0)) closeSync(descriptor);
  }
}

const nameOf = ({ dev, ino }: BigIntStats): string => `${dev} ${ino}`;
export const isSame = <Other extends BigIntStats | undefined>(one: BigIntStats | undefined, other: Other): one is BigIntStats =>
  one !== undefined && one.ino === other?.ino && one.dev === other?.dev;

/** undefined if the file does not exist or cannot be read. */
export function statsOf(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
