export type Value = string | number | Date | null;
/** A value, or a list for engines that accept one as a value. */
export type Parameter = Value | readonly Value[];

/** One statement that writes. `rows` is the number of rows that it must change. */
export interface Statement {
  readonly sql: string;
  readonly parameters: readonly Parameter[];
  readonly rows?: number;
}

/** A row that was read under a lock has changed, so another writer did not take the lock. The transaction runs again. */
export class StaleRow extends Error {
  override readonly name = 'StaleRow';
}

export function requireRows(found: number | undefined, expected: number | undefined): void {
  if (expected !== undefined && found !== expected) throw new StaleRow(`${found} rows changed where ${expected} were locked`);
}

/** Placeholders for this number of values. Every statement uses `?`. An engine with other placeholders translates them in its connections. */
export const placesFor = (values: readonly unknown[]): string => values.map(() => '?').join(', ');

/**
 * Waits for the answers to all statements, so that none still runs when the transaction is rolled back. If several failed, it throws the
 * first error, because the engine may have refused the later ones only for that.
 */
export async function allSettled<Sent extends readonly unknown[] | []>(
  sent: Sent,
): Promise<{ -readonly [Index in keyof Sent]: Awaited<Sent[Index]> }> {
  await Promise.allSettled(sent);
  return Promise.all(sent);
}
