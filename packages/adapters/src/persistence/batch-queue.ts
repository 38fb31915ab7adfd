import { Unavailable } from '@ticket/domain';
import { UnforeseenFailure } from './database-errors.ts';

/**
 * Requests that arrive while a batch runs share the next batch, in arrival order. There is no timer: a single request starts at once. For
 * writes this is group commit: commits on one row follow each other, so one commit stores many decisions. For reads, one statement answers
 * many requests. It starts after all of them arrived, so no answer shows data from before the request.
 */
export class BatchQueue<Request, Answer> {
  readonly #lanes: Lane<Request, Answer>[];
  readonly #options: BatchQueueOptions<Request, Answer>;

  constructor(options: BatchQueueOptions<Request, Answer>) {
    this.#options = options;
    this.#lanes = Array.from({ length: options.lanes }, () => ({ waiting: [], busy: false, msPerRequest: 0 }));
  }

  /** The number of waiting requests. */
  get waiting(): number {
    return this.#lanes.reduce((sum, { waiting }) => sum + waiting.length, 0);
  }

  /** Requests with the same key are answered in arrival order. Rejects with `Unavailable` if too many requests wait. */
  submit(key: string, request: Request): Promise<Answer> {
    const lane = this.#lanes[hash(key) % this.#lanes.length];
    return new Promise((resolve, reject) => {
      if (lane === undefined || lane.waiting.length >= this.#options.waitingMax) {
        reject(new Unavailable('too many requests are waiting'));
        return;
      }
      lane.waiting.push({ request, resolve, reject, since: performance.now() });
      if (!lane.busy) void this.#drain(lane);
    });
  }

  async #drain(lane: Lane<Request, Answer>): Promise<void> {
    lane.busy = true;
    while (lane.waiting.length > 0) {
      const size = this.#sizeFor(lane);
      await this.#gather(lane, size);
      const began = performance.now();
      const longestWaitMs = began - (lane.waiting[0]?.since ?? began);
      const batch = lane.waiting.splice(0, size).filter((waiting) => this.#isInTime(waiting, began));
      if (batch.length === 0) continue;
      await this.#commit(batch, { lane, size });
      this.#options.onBatch?.(batch.length, longestWaitMs);
      lane.msPerRequest = (performance.now() - began) / batch.length;
    }
    lane.busy = false;
  }

  /** Moves waiting requests that may join into the batch, in arrival order, up to its size. A half of a batch accepts none. */
  #admit(batch: Waiting<Request, Answer>[], openTo: OpenTo<Request, Answer> | undefined, mayJoin: (request: Request) => boolean): Request[] {
    if (openTo === undefined || batch.length >= openTo.size) return [];
    const { waiting } = openTo.lane;
    const now = performance.now();
    const joined: Waiting<Request, Answer>[] = [];
    for (const one of waiting.splice(0)) {
      if (batch.length + joined.length >= openTo.size || !mayJoin(one.request)) waiting.push(one);
      else if (this.#isInTime(one, now)) joined.push(one);
    }
    batch.push(...joined);
    return joined.map(({ request }) => request);
  }

  /** Refuses a request that has waited too long. Its client may be gone, and other requests wait behind it. */
  #isInTime({ since, reject }: Waiting<Request, Answer>, now: number): boolean {
    const late = now - since > this.#options.waitingMs;
    if (late) reject(new Unavailable(`waited ${Math.round(now - since)} ms for others`));
    return !late;
  }

  /** Waits as long as each turn of the event loop brings more requests, so that clients that are just connecting share the batch too. */
  async #gather({ waiting }: Lane<Request, Answer>, size: number): Promise<void> {
    const { gather } = this.#options;
    if (gather === undefined) return;
    for (let before = 0; waiting.length > before && before < size; ) {
      before = waiting.length;
      await gather();
    }
  }

  /**
   * The number of requests that fit into `batchMs` at the speed of the last batch. It is at least BATCH_MIN, because in a small batch the
   * commit takes most of the time.
   */
  #sizeFor({ msPerRequest }: Lane<Request, Answer>): number {
    const { batchMax, batchMs } = this.#options;
    return batchMs === undefined || msPerRequest === 0 ? batchMax : Math.min(batchMax, Math.max(BATCH_MIN, Math.floor(batchMs / msPerRequest)));
  }

  /**
   * A batch that fails has stored nothing. Each half is tried as a batch of its own, until the request that fails is alone. So the other
   * requests get their answers.
   */
  async #commit(batch: Waiting<Request, Answer>[], openTo?: OpenTo<Request, Answer>): Promise<void> {
    // The database may still answer a try that was given up. A request that joined that try would never get an answer.
    let ended = false;
    try {
      const answers = await this.#options
        .commit(
          batch.map(({ request }) => request),
          (mayJoin) => (ended ? [] : this.#admit(batch, openTo, mayJoin)),
        )
        .finally(() => {
          ended = true;
        });
      for (const [index, { resolve, reject }] of batch.entries()) {
        const answer = answers[index];
        if (answer === undefined) reject(new Error('a request got no answer'));
        else resolve(answer);
      }
    } catch (error) {
      if (batch.length === 1 || isOutage(error)) {
        for (const { reject } of batch) reject(error);
        return;
      }
      const half = Math.ceil(batch.length / 2);
      await this.#commit(batch.slice(0, half));
      await this.#commit(batch.slice(half));
    }
  }
}

/** Whether the error affects every request of the batch. A single request may have caused an unexpected error. */
const isOutage = (error: unknown): boolean => error instanceof Unavailable && !(error instanceof UnforeseenFailure);

export interface BatchQueueOptions<Request, Answer> {
  /** The number of batches that may run at once. A key always has the same lane. */
  readonly lanes: number;
  readonly batchMax: number;
  /** The longest time of a batch, if the process serves nobody else meanwhile. */
  readonly batchMs?: number | undefined;
  /** The number of requests that may wait in a lane, and how long each may wait. */
  readonly waitingMax: number;
  readonly waitingMs: number;
  /** Waits for one turn of the event loop before a batch starts. For engines that answer so fast that the process would read no other input. */
  readonly gather?: (() => Promise<void>) | undefined;
  /** Called after every batch, with the number of its requests and how long the first of them had waited. Must not throw. */
  readonly onBatch?: (size: number, longestWaitMs: number) => void;
  /**
   * Stores a batch completely or not at all. Returns the answers of the batch's requests, then of those that joined. `admitWaiting` lets
   * waiting requests join while the batch waits for the database. The others continue to wait.
   */
  readonly commit: (batch: readonly Request[], admitWaiting: AdmitWaiting<Request>) => Promise<readonly Answer[]>;
}

/** Moves waiting requests that may join into the batch, in arrival order, up to its size. Returns those that joined. */
export type AdmitWaiting<Request> = (mayJoin: (request: Request) => boolean) => readonly Request[];

interface Waiting<Request, Answer> {
  readonly request: Request;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
  readonly since: number;
}

interface Lane<Request, Answer> {
  readonly waiting: Waiting<Request, Answer>[];
  busy: boolean;
  /** The average time of a request in the last batch; 0 before the first batch. */
  msPerRequest: number;
}

/** The lane whose requests may join a batch, and the largest size of the batch. */
interface OpenTo<Request, Answer> {
  readonly lane: Lane<Request, Answer>;
  readonly size: number;
}

/**
 * The limits of every queue. Larger batches are not faster, and hold locks longer. Nobody should wait for more than a few seconds of work,
 * so further requests are refused.
 */
export const QUEUE_LIMITS = { batchMax: 256, waitingMax: 10_000, waitingMs: 5000 };

/** `batchMs` does not make batches smaller than this. */
const BATCH_MIN = 16;

/** FNV-1a: spreads ids that differ in few characters. */
function hash(key: string): number {
  let sum = 0x811c9dc5;
  for (let index = 0; index < key.length; index++) sum = Math.imul(sum ^ key.charCodeAt(index), 0x01000193);
  return sum >>> 0;
}
