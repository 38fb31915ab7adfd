import type { Difference } from '@ticket/domain';
import { anId } from './builders.ts';
import { type Rows, rowsOf } from './rows.ts';
import { type NamedStep, type Sale, type Step, saleIn, take } from './sale-model.ts';
import { differencesOf } from './stock-facts.ts';
import type { Store } from './store.ts';

/** A sale of one event on a store. */
export interface RunningSale {
  readonly eventId: string;
  /**
   * Takes a step through the ports, and gives the answer in a few words, such as `booked for 200` or `insufficient_tickets 3`. It gives
   * undefined when the outcome is unknown, and throws every error that is no refusal. You can take steps at the same time.
   */
  take(step: Step): Promise<string | undefined>;
  /**
   * Reads the rows from `stored`, and gives what is wrong: available and held tickets are not the total, or the ledger does not explain
   * them. It gives an empty list while the invariants hold. Call it while no step is running.
   */
  differences(): Promise<readonly Difference[]>;
}

/**
 * Makes an event on the store and gives its sale. One ticket is booked and confirmed, and another booking of one ticket is cancelled, so
 * that a step has something to change. `totalTickets` is 2 or more.
 */
export async function beginSale(store: Store, totalTickets: number): Promise<RunningSale> {
  const rows = rowsOf(store);
  const { eventId, userId, made } = await begin(rows, totalTickets);
  return {
    eventId,
    take: (step) => take(rows, eventId, userId, named(step, made)),
    differences: () => differencesOf(store.stored, eventId),
  };
}

/** An event with two bookings, as the model sees it. */
interface Beginning {
  readonly eventId: string;
  readonly userId: string;
  /** The ids of the bookings in the order in which they were made. `named` adds to it. */
  readonly made: string[];
  readonly sale: Sale;
}
export async function begin(rows: Rows, totalTickets: number): Promise<Beginning> {
  const userId = await rows.user();
  const { id: eventId } = await rows.event({ totalTickets, ticketPriceCents: 100 });
  const [held, cancelled] = [await rows.book({ id: eventId }, { userId }), await rows.book({ id: eventId }, { userId })];
  await rows.setStatus(cancelled, 'cancelled');
  return { eventId, userId, made: [held.id, cancelled.id], sale: await saleIn(rows, eventId) };
}

/** The step with the id of the booking that it makes or names. A new id is added to `made`. */
export function named(step: Step, made: string[]): NamedStep {
  if (step.does === 'book') {
    const id = anId();
    made.push(id);
    return { ...step, id };
  }
  if (step.does !== 'set' && step.does !== 'delete booking') return step;
  const id = made[step.booking % made.length] ?? anId();
  return step.does === 'set' ? { does: step.does, id, status: step.status } : { does: step.does, id };
}
