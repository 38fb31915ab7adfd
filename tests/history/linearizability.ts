/**
 * The search of Wing and Gong, with Lowe's cache of tried states. It looks for an order of operations that explains the history. In that
 * order each operation takes effect at one moment between its invocation and its completion. Its answer is the sequential model's.
 */
export interface Concurrent<Step> {
  readonly invokedAt: number;
  /** Infinity: the outcome is unknown, so it may take effect at any later moment, or never. */
  readonly completedAt: number;
  /** One of these steps may have happened. */
  readonly steps: readonly Step[];
  /** The operation never changes the state. */
  readonly isRead: boolean;
}

export interface SequentialModel<Step> {
  /** Applies the step and returns its undo function, or says why the state does not allow the step. */
  apply(step: Step): Undo | string;
  /** Equal states have equal hashes. */
  readonly hash: Hash;
  /** The state, for readers of the report. */
  inWords(): string;
}
export type Undo = () => void;

/** 64 bits, combined by exclusive or. */
export interface Hash {
  readonly high: number;
  readonly low: number;
}

export type Search =
  | { readonly verdict: 'linearizable'; readonly steps: number }
  | {
      /** `undecided`: the search gave up after this number of steps. */
      readonly verdict: 'not linearizable' | 'undecided';
      readonly steps: number;
      /** The longest order that was found, as indexes, and the state after it. */
      readonly placed: readonly number[];
      readonly state: string;
      /** The operations that would have to come next, by completion, and why they cannot. */
      readonly stuck: readonly { readonly index: number; readonly why: string }[];
    };

export const STEPS_MAX = 1_000_000;

interface Choice<Step> {
  readonly index: number;
  readonly step: Step;
}

/** A place in the search: the choice that led here, the reads that were placed at once, and the possible next operations. */
interface Place<Step> {
  readonly undo: Undo | undefined;
  readonly placed: readonly number[];
  /** All known operations before this one are placed. */
  readonly lowest: number;
  readonly choices: readonly Choice<Step>[];
  next: number;
  isDeadEnd: boolean;
}

export function linearize<Step>(history: readonly Concurrent<Step>[], model: SequentialModel<Step>, stepsMax = STEPS_MAX): Search {
  const order = [...history.keys()].toSorted((one, other) => at(one).invokedAt - at(other).invokedAt);
  const known = order.filter((index) => at(index).completedAt !== Number.POSITIVE_INFINITY);
  const unknown = order.filter((index) => at(index).completedAt === Number.POSITIVE_INFINITY && !at(index).isRead);
  const hashes = history.map((_, index) => hashOf(`operation ${index}`));
  const isPlaced = new Uint8Array(history.length);
  const tried = new Set<number>();
  let [high, low, steps, left, placedCount] = [0, 0, 0, known.length, 0];
  let best: Omit<Extract<Search, { placed: unknown }>, 'verdict' | 'steps'> | undefined;
  const path: Place<Step>[] = [placeAfter(undefined, 0)];

  while (steps <= stepsMax) {
    const place = path.at(-1);
    if (place === undefined) return { verdict: 'not linearizable', steps, ...found() };
    if (left === 0) return { verdict: 'linearizable', steps };
    const choice = place.choices[place.next++];
    if (choice === undefined) {
      if (place.isDeadEnd) remember();
      path.pop();
      for (const index of place.placed) put(index, 0);
      place.undo?.();
      continue;
    }
    steps += 1;
    const undo = model.apply(choice.step);
    if (typeof undo === 'string') continue;
    put(choice.index, 1);
    const name = nameOf(model.hash);
    if (tried.has(name)) {
      put(choice.index, 0);
      undo();
      continue;
    }
    tried.add(name);
    place.isDeadEnd = false;
    path.push(placeAfter({ index: choice.index, undo }, place.lowest));
  }
  remember();
  return { verdict: 'undecided', steps, ...found() };

  function at(index: number): Concurrent<Step> {
    const one = history[index];
    if (one === undefined) throw new Error(`there is no operation ${index}`);
    return one;
  }

  function put(index: number, value: 0 | 1): void {
    isPlaced[index] = value;
    placedCount += value === 1 ? 1 : -1;
    const hash = hashes[index];
    high ^= hash?.high ?? 0;
    low ^= hash?.low ?? 0;
    if (at(index).completedAt !== Number.POSITIVE_INFINITY) left += value === 1 ? -1 : 1;
  }

  /** A hash of state and placed operations together: 53 bits, which fit into a number. */
  function nameOf(state: Hash): number {
    return ((high ^ state.high) >>> 0) * 2 ** 21 + (((low ^ state.low) >>> 0) & (2 ** 21 - 1));
  }

  /**
   * A read that the state allows is placed at once and for good. It changes nothing, so any order that has the read later also works with
   * the read here.
   */
  function placeAfter(choice: { readonly index: number; readonly undo: Undo } | undefined, lowestBefore: number): Place<Step> {
    const placed = choice === undefined ? [] : [choice.index];
    let lowest = lowestBefore;
    for (;;) {
      while (lowest < known.length && isPlaced[known[lowest] ?? 0] === 1) lowest += 1;
      const { open, firstCompletion } = openFrom(lowest);
      const reads = open.filter((index) => at(index).isRead && allows(index));
      for (const index of reads) put(index, 1);
      placed.push(...reads);
      steps += reads.length;
      if (reads.length > 0) continue;
      const writes = open.filter((index) => !at(index).isRead);
      const late = unknown.filter((index) => isPlaced[index] === 0 && at(index).invokedAt <= firstCompletion);
      const choices = [...writes, ...late].flatMap((index) => at(index).steps.map((step) => ({ index, step })));
      return { undo: choice?.undo, placed, lowest, choices, next: 0, isDeadEnd: true };
    }
  }

  /** The operations that may come next: those that were invoked before the first of them completed. */
  function openFrom(lowest: number): { readonly open: readonly number[]; readonly firstCompletion: number } {
    const open: number[] = [];
    let firstCompletion = Number.POSITIVE_INFINITY;
    for (let rank = lowest; rank < known.length; rank++) {
      const index = known[rank] ?? 0;
      if (isPlaced[index] === 1) continue;
      const { invokedAt, completedAt } = at(index);
      if (invokedAt > firstCompletion) break;
      open.push(index);
      firstCompletion = Math.min(firstCompletion, completedAt);
    }
    return { open, firstCompletion };
  }

  function allows(index: number): boolean {
    return at(index).steps.some((step) => {
      const undo = model.apply(step);
      if (typeof undo === 'string') return false;
      undo();
      return true;
    });
  }

  /** Keeps the longest order so far. */
  function remember(): void {
    if (best !== undefined && placedCount <= best.placed.length) return;
    const placed = path.flatMap((one) => one.placed);
    const { open } = openFrom(path.at(-1)?.lowest ?? 0);
    const byCompletion = open.toSorted((one, other) => at(one).completedAt - at(other).completedAt);
    best = { placed, state: model.inWords(), stuck: byCompletion.map((index) => ({ index, why: whyNot(index) })) };
  }

  function whyNot(index: number): string {
    const reasons = at(index).steps.map((step) => {
      const undo = model.apply(step);
      if (typeof undo === 'string') return undo;
      undo();
      return 'it can come here, but then what follows cannot';
    });
    return [...new Set(reasons)].join('; or ') || 'it has no way to take effect';
  }

  function found() {
    return best ?? { placed: [], state: model.inWords(), stuck: [] };
  }
}

/** FNV-1a twice, with different start values. Each hash is mixed at the end. */
export function hashOf(text: string): Hash {
  let [high, low] = [0x811c9dc5, 0x1b873593];
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    high = Math.imul(high ^ code, 0x01000193);
    low = Math.imul(low ^ code, 0x85ebca6b);
  }
  return { high: mixed(high), low: mixed(low ^ high) };
}

function mixed(bits: number): number {
  const once = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35);
  return twice ^ (twice >>> 16);
}
