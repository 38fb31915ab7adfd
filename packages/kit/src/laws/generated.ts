import fc from 'fast-check';
import { arbitraries } from '../arbitraries.ts';
import { allSettled, Broken, equal } from '../assertions.ts';
import { type Call, linearized } from '../history.ts';
import type { Draw, LawDefinition } from '../law.ts';
import { type Rows, times } from '../rows.ts';
import { begin, named } from '../running-sale.ts';
import { foresee, type Sale, type Step, saleIn, take } from '../sale-model.ts';
import { differencesOf, wordsOfDifference } from '../stock-facts.ts';
import type { Store } from '../store.ts';

const { step: steps, totalTickets: total } = arbitraries;

/** Tries a property until the time is over. If it breaks, reports the shortest case, and how to repeat that case. */
export async function holdsFor<Case>(
  { seed, path, forMs }: Draw,
  cases: fc.Arbitrary<Case>,
  words: (one: Case) => string,
  hold: (one: Case) => Promise<void>,
): Promise<void> {
  let last: Promise<void> = Promise.resolve();
  const property = fc.asyncProperty(cases, (one) => {
    last = hold(one);
    return last;
  });
  const details = await fc.check(property, {
    seed,
    numRuns: Number.MAX_SAFE_INTEGER,
    interruptAfterTimeLimit: forMs,
    ...(path === undefined ? {} : { path }),
  });
  await last.catch(() => undefined); // the time may end in the middle of a case, whose calls still go on
  if (!details.failed || details.counterexample === null) return;
  const { errorInstance } = details;
  const [fewest] = details.counterexample;
  const found = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
  throw new Broken(`${found}\n  the fewest steps that show it:\n    ${words(fewest)}`, details.counterexamplePath ?? undefined);
}

const wordsOfStep = (step: Step): string => JSON.stringify(step).replaceAll('"', '');

async function requireConserved({ stored }: Store, eventId: string): Promise<void> {
  const differences = await differencesOf(stored, eventId);
  if (differences.length > 0) throw new Broken(`an audit finds ${differences.map(wordsOfDifference).join('; ')}`);
}

/** Runs each client's steps one after the other and the clients at once, and requires an order that explains every answer. */
async function requireLinear(store: Store, sides: readonly Rows[], totalTickets: number, clients: readonly (readonly Step[])[]): Promise<void> {
  const [rows] = sides;
  if (rows === undefined) return;
  const { eventId, userId, made, sale } = await begin(rows, totalTickets);
  let clock = 0;
  const calls: Call<Sale>[] = [];
  await allSettled(
    clients.map(async (client, index) => {
      const own = [...made];
      for (const step of client) {
        const namedStep = named(step, own);
        const began = clock++;
        const answer = await take(sides[index % sides.length] ?? rows, eventId, userId, namedStep);
        const ended = answer === undefined ? Number.POSITIVE_INFINITY : clock++;
        calls.push({
          words: `client ${index}: ${wordsOfStep(step)}: ${answer ?? 'unknown'}`,
          began,
          ended,
          answer,
          apply: (state) => foresee(state, namedStep),
        });
      }
    }),
  );
  const last = await saleIn(rows, eventId);
  const history = () => calls.toSorted((one, other) => one.began - other.began).map(({ words, began, ended }) => `[${began} to ${ended}] ${words}`);
  if (linearized(sale, calls, last) === undefined)
    throw new Broken(
      `no order of the calls explains their answers and the rows in the end (${JSON.stringify(last)}):\n    ${history().join('\n    ')}`,
    );
  await requireConserved(store, eventId);
}

const clientsOf = (count: number) =>
  fc.array(fc.array(steps, { minLength: 1, maxLength: 4, size: 'max' }), { minLength: 2, maxLength: count, size: 'max' });
const wordsOfClients = (clients: readonly (readonly Step[])[]): string =>
  clients.map((client, index) => `client ${index}: ${client.map(wordsOfStep).join(', then ')}`).join('\n    ');

/** Random sales, compared with a small model. */
export const GENERATED: readonly LawDefinition[] = [
  {
    id: 'G1',
    level: 'stock',
    title: 'any steps, one after the other, are answered as a small model answers them, and available and held tickets are the total after each',
    hold: async ({ rows, store, draw }) => {
      const cases = fc.record({ total, steps: fc.array(steps, { minLength: 1, maxLength: 25, size: 'max' }) });
      await holdsFor(
        draw,
        cases,
        (one) => [`an event of ${one.total} tickets`, ...one.steps.map(wordsOfStep)].join('\n    '),
        async (one) => {
          const { eventId, userId, made, sale } = await begin(rows, one.total);
          const ids = [...made];
          let state = sale;
          for (const step of one.steps) {
            const namedStep = named(step, ids);
            const expected = foresee(state, namedStep);
            equal(await take(rows, eventId, userId, namedStep), expected.answer, `the answer to ${wordsOfStep(step)}`);
            state = expected.state;
            equal(await saleIn(rows, eventId), state, `the rows after ${wordsOfStep(step)}`);
            await requireConserved(store, eventId);
          }
        },
      );
    },
  },
  {
    id: 'G2',
    level: 'stock',
    title: 'there is an order that explains every answer of clients that act at once (linearizability)',
    hold: async ({ rows, store, draw }) => {
      const cases = fc.record({ total, clients: clientsOf(4) });
      await holdsFor(
        draw,
        cases,
        (one) => `an event of ${one.total} tickets\n    ${wordsOfClients(one.clients)}`,
        (one) => requireLinear(store, [rows], one.total, one.clients),
      );
    },
  },
  {
    id: 'G3',
    level: 'stock',
    needs: ['beside'],
    title: 'there is an order that explains every answer of clients that act at once at two servers (linearizability)',
    hold: async ({ rows, store, other, draw }) => {
      const cases = fc.record({ total, clients: clientsOf(4) });
      await holdsFor(
        draw,
        cases,
        (one) => `an event of ${one.total} tickets\n    ${wordsOfClients(one.clients)}`,
        (one) => requireLinear(store, [rows, other.rows], one.total, one.clients),
      );
    },
  },
  {
    id: 'G4',
    level: 'stock',
    title: 'after every wave of calls for several events at once, available and held tickets are the total of each',
    hold: async ({ rows, store, draw }) => {
      const wave = fc.array(fc.record({ event: fc.nat(2), step: steps }), { minLength: 2, maxLength: 20, size: 'max' });
      const cases = fc.record({ total, waves: fc.array(wave, { minLength: 1, maxLength: 3, size: 'max' }) });
      const words = (one: { readonly total: number; readonly waves: readonly (readonly { readonly event: number; readonly step: Step }[])[] }) =>
        [
          `three events of ${one.total} tickets`,
          ...one.waves.map((each) => `at once: ${each.map(({ event, step }) => `event ${event} ${wordsOfStep(step)}`).join(', ')}`),
        ].join('\n    ');
      await holdsFor(draw, cases, words, async (one) => {
        const sales = await allSettled(times(3, () => begin(rows, one.total)));
        for (const each of one.waves) {
          await allSettled(
            each.map(async ({ event, step }) => {
              const sale = sales[event];
              if (sale !== undefined) await take(rows, sale.eventId, sale.userId, named(step, sale.made));
            }),
          );
          for (const { eventId } of sales) await requireConserved(store, eventId);
        }
      });
    },
  },
];
