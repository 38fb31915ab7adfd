import { inspect, isDeepStrictEqual } from 'node:util';
import { Refusal, Unavailable } from '@ticket/domain';

/** A law does not hold. The runner adds the law's name, and how to repeat the case. */
export class Broken extends Error {
  override readonly name = 'Broken';
  /** The place of the case in the draw of the seed, for laws that draw their cases. */
  readonly path: string | undefined;
  constructor(what: string, path?: string) {
    super(what);
    this.path = path;
  }
}

const shown = (value: unknown): string => inspect(value, { depth: 6, breakLength: 120, maxArrayLength: 30, maxStringLength: 300 });

export function check(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Broken(what);
}

/** Fields that are `undefined` count as left out. */
export function equal(actual: unknown, expected: unknown, what = 'the outcome'): void {
  if (!isDeepStrictEqual(plain(actual), plain(expected))) throw new Broken(`${what}: expected ${shown(expected)}, found ${shown(actual)}`);
}

/** Compares the fields of `part` alone. */
export function partly(actual: unknown, part: object, what = 'the outcome'): void {
  const found = isRecord(actual) ? Object.fromEntries(Object.keys(part).map((key) => [key, actual[key]])) : actual;
  equal(found, part, what);
}

/** The outcome of a call in a word: `done`, or the code of its refusal. Any other error is one of the store, and is thrown again. */
export async function answerTo(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'done';
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
}
export const answersTo = (calls: readonly Promise<unknown>[]): Promise<string[]> => allSettled(calls.map(answerTo));

/** As `answerTo`, but it returns the message of any other error. For laws that make a decision throw. */
const wordOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'done',
    (error: unknown) => {
      if (error instanceof Refusal) return error.code;
      if (error instanceof Unavailable) return `unavailable: ${error.outcome}`;
      return error instanceof Error ? error.message : String(error);
    },
  );
export const wordsOf = (calls: readonly Promise<unknown>[]): Promise<string[]> => Promise.all(calls.map(wordOf));

/** All values, or the first error after every call has ended. So no call goes on after its law has ended. */
export async function allSettled<Value>(calls: readonly Promise<Value>[]): Promise<Value[]> {
  const settled = await Promise.allSettled(calls);
  return settled.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  });
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (!isRecord(value) || value instanceof Date || value instanceof Error) return value;
  return Object.fromEntries(Object.entries(value).flatMap(([key, each]) => (each === undefined ? [] : [[key, plain(each)]])));
}
