export type Value = string | number | Date | null;
/** A list where an engine takes one as a value. */
export type Parameter = Value | readonly Value[];

/** One statement that writes; `rows`: how many it has to find. */
export interface Statement {
  readonly sql: string;
  readonly parameters: readonly Parameter[];
  readonly rows?: number;
}

/** A row that was read under a lock has changed. Something wrote around the lock, so the transaction is run again. */
export class StaleRow extends Error {
  override readonly name = 'StaleRow';
}

export function requireRows(found: number | undefined, expected: number | undefined): void {
  if (expected !== undefined && found !== expected) throw new StaleRow(`${found} rows changed where ${expected} were locked`);
}

/** Placeholders for this number of values. Every statement uses `?`; an engine with other signs translates them in its connections. */
export const placesFor = (values: readonly unknown[]): string => values.map(() => '?').join(', ');

/**
 * The answers to statements sent one behind the other, once all are there: none may run when the transaction is already rolled back. Where
 * several failed, the first is told, since an engine may refuse those behind it for that alone.
 */
export async function allSettled<Sent extends readonly unknown[] | []>(
  sent: Sent,
): Promise<{ -readonly [Index in keyof Sent]: Awaited<Sent[Index]> }> {
  await Promise.allSettled(sent);
  return Promise.all(sent);
}
