import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Concurrent, hashOf, linearize, type SequentialModel, type Undo } from './linearizability.ts';

/** A register: the smallest object whose reads can be wrong. */
type Step = { readonly write: number } | { readonly read: number };

class Register implements SequentialModel<Step> {
  #value = 0;
  get hash() {
    return hashOf(`value ${this.#value}`);
  }
  inWords = () => `it holds ${this.#value}`;
  apply(step: Step): Undo | string {
    if ('read' in step) return step.read === this.#value ? () => undefined : `it holds ${this.#value}`;
    const before = this.#value;
    this.#value = step.write;
    return () => {
      this.#value = before;
    };
  }
}

const operation = (invokedAt: number, completedAt: number, step: Step): Concurrent<Step> => ({
  invokedAt,
  completedAt,
  steps: [step],
  isRead: 'read' in step,
});
const verdictOf = (...history: readonly Concurrent<Step>[]) => linearize(history, new Register()).verdict;
const NEVER = Number.POSITIVE_INFINITY;

describe('the search for an order', () => {
  it('lets a read that overlaps a write see either value', () => {
    expect(verdictOf(operation(0, 10, { write: 1 }), operation(2, 4, { read: 0 }), operation(5, 6, { read: 1 }))).toBe('linearizable');
  });

  it('lets no read go back', () => {
    expect(verdictOf(operation(0, 10, { write: 1 }), operation(2, 4, { read: 1 }), operation(5, 6, { read: 0 }))).toBe('not linearizable');
  });

  it('lets no read be older than its question', () => {
    expect(verdictOf(operation(0, 1, { write: 1 }), operation(2, 3, { read: 0 }))).toBe('not linearizable');
  });

  it('lets a write of unknown outcome take effect late, or never, but once', () => {
    expect(verdictOf(operation(0, NEVER, { write: 1 }), operation(5, 6, { read: 0 }), operation(7, 8, { read: 1 }))).toBe('linearizable');
    expect(verdictOf(operation(0, NEVER, { write: 1 }), operation(5, 6, { read: 0 }))).toBe('linearizable');
    const again = [operation(0, NEVER, { write: 1 }), operation(5, 6, { read: 1 }), operation(7, 8, { write: 2 }), operation(9, 10, { read: 1 })];
    expect(verdictOf(...again)).toBe('not linearizable');
  });

  it('says what cannot come next and why, behind the longest order', () => {
    const search = linearize([operation(0, 1, { write: 1 }), operation(2, 3, { read: 1 }), operation(4, 5, { read: 7 })], new Register());
    expect(search).toMatchObject({ verdict: 'not linearizable', placed: [0, 1], state: 'it holds 1', stuck: [{ index: 2, why: 'it holds 1' }] });
  });

  it('says that it gave up, rather than that all is well', () => {
    const writes = Array.from({ length: 12 }, (_, value) => operation(0, 10, { write: value + 1 }));
    expect(linearize([...writes, operation(11, 12, { read: 99 })], new Register(), 1000).verdict).toBe('undecided');
  });

  it('answers what the trial of every order answers', () => {
    const step = fc.oneof(fc.record({ write: fc.integer({ min: 1, max: 3 }) }), fc.record({ read: fc.integer({ min: 0, max: 3 }) }));
    const timed = fc
      .record({ step, invokedAt: fc.integer({ min: 0, max: 12 }), lasts: fc.integer({ min: 0, max: 6 }), isKnown: fc.boolean() })
      .map(({ step, invokedAt, lasts, isKnown }) => operation(invokedAt, isKnown || 'read' in step ? invokedAt + lasts : NEVER, step));
    const heard = { linearizable: 0, 'not linearizable': 0, undecided: 0 };
    fc.assert(
      fc.property(fc.array(timed, { maxLength: 6 }), (history) => {
        const { verdict } = linearize(history, new Register());
        heard[verdict] += 1;
        expect(verdict).toBe(hasOrder(history, 0) ? 'linearizable' : 'not linearizable');
      }),
      { seed: 1, numRuns: 3000 },
    );
    expect(Math.min(heard.linearizable, heard['not linearizable'])).toBeGreaterThan(300);
  });
});

/** Tries every order. For operations of unknown outcome it tries both: they took effect, or did not. */
function hasOrder(left: readonly Concurrent<Step>[], value: number): boolean {
  const known = left.filter(({ completedAt }) => completedAt !== NEVER);
  if (known.length === 0) return true;
  const firstCompletion = Math.min(...known.map(({ completedAt }) => completedAt));
  return left.some((one) => {
    const [step] = one.steps;
    if (step === undefined || one.invokedAt > firstCompletion) return false;
    if ('read' in step && step.read !== value) return false;
    return hasOrder(
      left.filter((other) => other !== one),
      'write' in step ? step.write : value,
    );
  });
}
