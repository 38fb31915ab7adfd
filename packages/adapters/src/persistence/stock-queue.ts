import type { Answer, Booking, Event } from '@ticket/domain';
import type { Outcome, StockDecision } from '@ticket/domain/spi';
import { BatchQueue, QUEUE_LIMITS } from './batch-queue.ts';
import { gather } from './shared-reads.ts';
import { type Rerouted, type Sales, StockTransaction } from './stock-transaction.ts';

export type StockQueue = BatchQueue<StockDecision, Outcome | Rerouted>;

/** Every write to an event or a booking goes through this queue, also a rename. So the writes of each event keep their order. */
export function createStockQueue(sales: Sales): StockQueue {
  const { database, measures } = sales;
  const { lanes, batchMs } = database.dialect.capabilities;
  const queue: StockQueue = new BatchQueue({
    lanes,
    ...QUEUE_LIMITS,
    ...(batchMs === undefined ? {} : { gather, batchMs }),
    commit: (batch, admitWaiting) => new StockTransaction(sales, batch, admitWaiting).run(),
    onBatch: measures.stockBatch,
  });
  database.letSalesGoFirst(() => queue.waiting > 0);
  measures.watch('stock_queue', () => queue.waiting);
  return queue;
}

export const isRerouted = (answer: Outcome | Rerouted): answer is Rerouted => 'eventId' in answer;

/** The decision's result as it was stored, or the error that it threw. */
export function unwrap<Result extends Event | Booking | undefined>(outcome: Outcome | Rerouted): Answer<Result> {
  if (isRerouted(outcome)) throw new Error('only a decision on a booking goes to another event');
  if (!outcome.done) throw outcome.error;
  const { value, replayed } = outcome;
  return { value: value as Result, replayed }; // settle() returns the type of row that the decision returned
}
