import { inWords, isRead, kindOf, meaningOf, shown } from './answers.ts';
import { type Claim, claimOfUnknown, claimsByEvent, Sightings } from './claims.ts';
import { EventModel } from './event-model.ts';
import { beginningOf, type EventRow, type History } from './history.ts';
import { linearize, type Search, STEPS_MAX } from './linearizability.ts';
import { brokenPromises } from './promises.ts';

export interface Verdict {
  /** Broken promises, in words for people. If there are none, every answer is true. */
  readonly broken: readonly string[];
  /** The part of `broken` that the search found. */
  readonly unexplained: readonly string[];
  readonly steps: number;
  readonly milliseconds: number;
}

/** Checks whether all answers of a history can be true. */
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

/** The number of answers of each kind, added to earlier counts. */
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
const OPEN_SHOWN = 6;

/** The shortest piece of the history that shows the fault: the last placed operations, those that cannot come next, and possible causes. */
function explanation(history: History, event: EventRow, claims: readonly Claim[], search: Exclude<Search, { verdict: 'linearizable' }>): string {
  const zero = beginningOf(history);
  const words = (claim: Claim | undefined) =>
    claim?.operation === undefined ? 'the tables after the last operation' : inWords(claim.operation, zero, event.id);
  const stuck = search.stuck.map(({ index, why }) => ({ claim: claims[index], why }));
  const isPlaced = new Set(search.placed);
  const to = Math.max(...stuck.map(({ claim }) => claim?.completedAt ?? 0));
  const open = claims.filter(
    ({ completedAt, invokedAt }, index) => completedAt === Number.POSITIVE_INFINITY && invokedAt <= to && !isPlaced.has(index),
  );
  const steps = search.verdict === 'undecided' ? ` after ${search.steps} steps` : '';
  const lines = [
    `event ${shown(event.id)}: ${search.verdict}${steps}; no order of the operations gives these answers`,
    `  placed last, of ${search.placed.length}:`,
    // An operation may make several claims about one event.
    ...[...new Set(search.placed.map((index) => words(claims[index])))].slice(-PLACED_SHOWN).map((line) => `    ${line}`),
    `  then: ${search.state}`,
    '  what comes next cannot be placed:',
    ...stuck.map(({ claim, why }) => `    ${words(claim)}\n      ${why}`),
    ...section('  outcome unknown, and not placed:', open.slice(-OPEN_SHOWN).map(words)),
    ...section('  all is explained if this was stored, though it was told that nothing was done:', toBlame(history, event, claims).map(words)),
  ];
  return lines.join('\n');
}

const section = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : [title, ...lines.map((line) => `    ${line}`)];

const SUSPECTS_MAX = 15;
const SUSPECT_STEPS_MAX = STEPS_MAX / 10;

/**
 * The smallest set of writes that explains the answers if they were stored, though their answers said that nothing was done. Empty if there
 * is no such set.
 */
function toBlame(history: History, event: EventRow, claims: readonly Claim[]): readonly Claim[] {
  const sightings = new Sightings(history);
  const explains = (suspects: readonly Claim[]) =>
    linearize([...claims, ...suspects], new EventModel(event), SUSPECT_STEPS_MAX).verdict === 'linearizable';
  let suspects = history.operations
    .filter((operation) => meaningOf(operation) === 'nothing' && !operation.answer.nobodyListened && !isRead(operation))
    .map((operation) => claimOfUnknown(operation, sightings))
    .flatMap(([id, claim]) => (id === event.id && claim.steps.length > 0 ? [claim] : []))
    .slice(-SUSPECTS_MAX);
  if (!explains(suspects)) return [];
  for (const suspect of suspects) {
    const others = suspects.filter((other) => other !== suspect);
    if (explains(others)) suspects = others;
  }
  return suspects;
}
