import fc from 'fast-check';
import { ENGINES } from '../engine-names.ts';
import { engines } from '../engines.ts';

/** The cases are the same each time, so that a change does not fail by chance. Other seeds find other faults. */
const SEED = Number(process.env['FUZZ_SEED'] ?? 1);
/** All suites together have this many cases, on all engines. */
const CASES = Number(process.env['FUZZ_CASES'] ?? 20_000);

const placesOf = (names: typeof engines) =>
  names.flatMap((engine) => (['open', 'locked'] as const).map((profile) => ({ engine, profile, place: `${engine}, ${profile}` })));
/** Each place has a seed of its own. */
const ALL_PLACES = placesOf(ENGINES).map(({ place }) => place);

/** Where each suite runs: the engines that this run has, in both profiles. */
export const places = placesOf(engines);

/** A share of all cases, for each engine and profile. */
export const casesOf = (share: number): number => Math.max(1, Math.round((CASES * share) / ALL_PLACES.length));

/** Whether there are enough cases for rare outcomes. */
export const areMany = CASES >= 10_000;

/** Tries this many cases. It shows the smallest failing case, and the command that repeats it. */
export async function fuzz<Case>(
  suite: string,
  place: string,
  cases: number,
  arbitrary: fc.Arbitrary<Case>,
  holds: (one: Case) => Promise<void>,
): Promise<void> {
  const seed = SEED * ALL_PLACES.length + ALL_PLACES.indexOf(place);
  const details = await fc.check(fc.asyncProperty(arbitrary, holds), { seed, numRuns: cases });
  if (!details.failed) return;
  const command = `FUZZ_SEED=${SEED} FUZZ_CASES=${CASES} npx vitest run --project house fuzz/${suite} -t '${place}'`;
  const { message = '' } = details.errorInstance instanceof Error ? details.errorInstance : {};
  throw new Error(`${command}\n${message}\n${await fc.asyncDefaultReportMessage(details)}`);
}
