/** A call of a history: when it began and ended, in the order of one counter, and what it does to a state of the model. */
export interface Call<State> {
  readonly words: string;
  readonly began: number;
  /** Infinity for a call whose outcome is unknown: it may take effect at any time later, or never. */
  readonly ended: number;
  /** The answer that the call would get in that state, and the state after the call. */
  readonly apply: (state: State) => { readonly answer: string; readonly state: State };
  /** The answer that the call got; undefined if it is unknown. */
  readonly answer: string | undefined;
}

/**
 * An order in which the calls could have happened one by one: each between its beginning and its end, with every answer right, and with the
 * state `last` at the end. undefined if there is no such order: then the history is not linearizable. This is the search of Wing and Gong (1993)
 * with the cache of Lowe (2017), so it tries each pair of a set of calls and a state once.
 */
export function linearized<State>(first: State, calls: readonly Call<State>[], last: State): readonly Call<State>[] | undefined {
  const tried = new Set<string>();
  const lastKey = JSON.stringify(last);
  const search = (state: State, left: readonly Call<State>[], order: readonly Call<State>[]): readonly Call<State>[] | undefined => {
    const key = JSON.stringify(state);
    const certain = left.filter(({ answer }) => answer !== undefined);
    if (certain.length === 0 && key === lastKey) return order;
    const name = `${left.map((call) => calls.indexOf(call)).join(',')} ${key}`;
    if (tried.has(name)) return undefined;
    tried.add(name);
    const firstEnd = Math.min(...certain.map(({ ended }) => ended));
    for (const call of left) {
      if (call.began > firstEnd) continue;
      const after = call.apply(state);
      if (call.answer !== undefined && after.answer !== call.answer) continue;
      const found = search(
        after.state,
        left.filter((other) => other !== call),
        [...order, call],
      );
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return search(first, calls, []);
}
