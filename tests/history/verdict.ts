import { inWords, kindOf, meaningOf, shown } from './answers.ts';
import { type Claim, claimsByEvent } from './claims.ts';
import { EventModel } from './event-model.ts';
import { beginningOf, type EventRow, type History, type Operation } from './history.ts';
import { linearize, type Search, STEPS_MAX } from './linearizability.ts';
import { brokenPromises } from './promises.ts';

export interface Verdict {
  /** What is wrong, for people. None: every answer is true. */
  readonly broken: readonly string[];
  /** Of `broken`, what the search found. */
  readonly unexplained: readonly string[];
  readonly steps: number;
  readonly milliseconds: number;
}

/** Whether the answers of a history can all be true. */
export function judge(history: History, stepsMax = STEPS_MAX): Verdict {
  const began = performance.now();
  let steps = 0;
  const unexplained: string[] = [];
  for (const [id, claims] of claimsByEvent(history)) {
    const event = history.beginning.events.find((row) => row.id === id);
    if (event === undefined) continue;
    const search = linearize(claims, new EventModel(event), stepsMax);
    steps += search.steps;
    if (search.verdict !== 'linearizable') unexplained.push(explanation(history, event, claims, search));
  }
  return { broken: [...brokenPromises(history), ...unexplained], unexplained, steps, milliseconds: performance.now() - began };
}

/** How often each kind of answer was heard; added to those that were counted before. */
export function countAnswers({ operations }: Pick<History, 'operations'>, counts = new Map<string, number>()): Map<string, number> {
  for (const operation of operations) counts.set(kindOf(operation), (counts.get(kindOf(operation)) ?? 0) + 1);
  return counts;
}

/** Most frequent first. */
export const countsInWords = (counts: ReadonlyMap<string, number>): string =>
  [...counts]
    .toSorted(([, one], [, other]) => other - one)
    .map(([kind, count]) => `${count} x ${kind}`)
    .join(', ');

const PLACED_SHOWN = 6;
const BESIDE_SHOWN = 6;

/** The shortest piece of the history that shows what is wrong: what was placed last, what cannot come next, and what ran meanwhile. */
function explanation(
  { operations }: History,
  event: EventRow,
  claims: readonly Claim[],
  search: Exclude<Search, { verdict: 'linearizable' }>,
): string {
  const zero = beginningOf({ operations });
  const words = (claim: Claim | undefined) =>
    claim?.operation === undefined ? 'the tables after the last operation' : inWords(claim.operation, zero, event.id);
  const stuck = search.stuck.map(({ index, why }) => ({ claim: claims[index], why }));
  const isPlaced = new Set(search.placed);
  const from = Math.min(...stuck.map(({ claim }) => claim?.invokedAt ?? 0));
  const to = Math.max(...stuck.map(({ claim }) => claim?.completedAt ?? 0));
  const isBeside = ({ invokedAt, completedAt }: Operation) => invokedAt <= to && completedAt >= from;
  const nothing = operations.filter(
    (operation) => 'event' in operation.ask && operation.ask.event === event.id && meaningOf(operation) === 'nothing' && isBeside(operation),
  );
  const open = claims.filter(
    ({ completedAt, invokedAt }, index) => completedAt === Number.POSITIVE_INFINITY && invokedAt <= to && !isPlaced.has(index),
  );
  const lines = [
    `event ${shown(event.id)}: ${search.verdict}${search.verdict === 'undecided' ? ` after ${search.steps} steps` : ''}; no order of the operations gives these answers`,
    `  placed last, of ${search.placed.length}:`,
    // An operation may claim several things of one event.
    ...[...new Set(search.placed.map((index) => words(claims[index])))].slice(-PLACED_SHOWN).map((line) => `    ${line}`),
    `  then: ${search.state}`,
    '  what comes next cannot be placed:',
    ...stuck.map(({ claim, why }) => `    ${words(claim)}\n      ${why}`),
    ...section('  outcome unknown, and not placed:', open.slice(-BESIDE_SHOWN).map(words)),
    ...section(
      '  told at that time that nothing was done:',
      nothing.slice(-BESIDE_SHOWN).map((operation) => inWords(operation, zero, event.id)),
    ),
  ];
  return lines.join('\n');
}

const section = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : [title, ...lines.map((line) => `    ${line}`)];
