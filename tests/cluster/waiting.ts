import { setTimeout as sleep } from 'node:timers/promises';

/** Waits at most `withinMs` for the condition. It stops early when `goOn` returns false. A check that throws is repeated. */
export async function eventually(what: string, withinMs: number, isSo: () => Promise<boolean>, goOn = () => true): Promise<void> {
  const until = Date.now() + withinMs;
  let trouble: unknown;
  while (Date.now() < until && goOn()) {
    try {
      if (await isSo()) return;
    } catch (error) {
      trouble = error;
    }
    await sleep(100);
  }
  throw new Error(`waited in vain: ${what}`, { cause: trouble });
}

export function must<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('something is missing that has to be there');
  return value;
}

export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
