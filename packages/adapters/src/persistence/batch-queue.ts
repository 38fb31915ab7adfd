import { Unavailable } from '@ticket/domain';
import { UnforeseenFailure } from './database-errors.ts';

/**
 * Lets what arrives while a batch is in flight share the next one, in arrival order. No timer: a lone request goes out at once.
 * For writes it is group commit: the limit of a row lock is one commit after another, so a commit is made to count for many.
 * For reads it makes one statement of many, begun after all of them were asked, so that no answer is older than its question.
 */
export class BatchQueue<Request, Answer> {
  readonly #lanes: Lane<Request, Answer>[];
  readonly #options: BatchQueueOptions<Request, Answer>;

  constructor(options: BatchQueueOptions<Request, Answer>) {
    this.#options = options;
    this.#lanes = Array.from({ length: options.lanes }, () => ({ waiting: [], busy: false, msPerRequest: 0 }));
  }

  /** How many wait now. */
  get waiting(): number {
    return this.#lanes.reduce((sum, { waiting }) => sum + waiting.length, 0);
  }

  /** Requests of one key are answered in the order they came. Refuses with `Unavailable` when too many wait. */
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

  /** Moves those who may join from the lane into the batch, in the order they came, up to its size. A batch that was halved takes none. */
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

  /** Decisions that have waited too long are refused, not served late: the client may be gone, and others wait behind. */
  #isInTime({ since, reject }: Waiting<Request, Answer>, now: number): boolean {
    const late = now - since > this.#options.waitingMs;
    if (late) reject(new Unavailable(`waited ${Math.round(now - since)} ms for others`));
    return !late;
  }

  /** Waits on as long as each turn brings more, so that a crowd that is just connecting shares a batch too. */
  async #gather({ waiting }: Lane<Request, Answer>, size: number): Promise<void> {
    const { gather } = this.#options;
    if (gather === undefined) return;
    for (let before = 0; waiting.length > before && before < size; ) {
      before = waiting.length;
      await gather();
    }
  }

  /** As many as the last batch's pace allows in the time a batch may take; never so few that the commit is the cost. */
  #sizeFor({ msPerRequest }: Lane<Request, Answer>): number {
    const { batchMax, batchMs } = this.#options;
    return batchMs === undefined || msPerRequest === 0 ? batchMax : Math.min(batchMax, Math.max(BATCH_MIN, Math.floor(batchMs / msPerRequest)));
  }

  /** A batch that fails has stored nothing: it is halved until the culprit stands alone, so its neighbours are answered. */
  async #commit(batch: Waiting<Request, Answer>[], openTo?: OpenTo<Request, Answer>): Promise<void> {
    // The database may still answer a try that was given up. A decision that joined it then would never be answered.
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

/** Errors that concern every request of the batch. An unexpected error may be caused by a single request. */
const isOutage = (error: unknown): boolean => error instanceof Unavailable && !(error instanceof UnforeseenFailure);

export interface BatchQueueOptions<Request, Answer> {
  /** Transactions in flight at once; a key always takes the same lane. */
  readonly lanes: number;
  readonly batchMax: number;
  /** The longest time of a batch, where the process serves nobody else meanwhile. */
  readonly batchMs?: number | undefined;
  /** Requests that may wait in a lane, and how long. */
  readonly waitingMax: number;
  readonly waitingMs: number;
  /** One turn of the event loop, awaited before a batch is taken where the engine answers so fast that nothing else would be read meanwhile. */
  readonly gather?: (() => Promise<void>) | undefined;
  /** Told of every batch that was answered: how many were in it, and how long the first of them had waited. Must not throw. */
  readonly onBatch?: (size: number, longestWaitMs: number) => void;
  /**
   * Stores a batch whole or not at all, and gives each request its answer: those of the batch, then those it admitted. With
   * `admitWaiting` it lets requests join that came while it waited (for the database); what it does not take waits on.
   */
  readonly commit: (batch: readonly Request[], admitWaiting: AdmitWaiting<Request>) => Promise<readonly Answer[]>;
}

/** Moves requests that wait, and that may join, into the batch: in the order they came, up to its size. It gives those that joined. */
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
  /** Of the last batch; 0 before the first. */
  msPerRequest: number;
}

/** Where more may join a batch from, and how many there may be of it then. */
interface OpenTo<Request, Answer> {
  readonly lane: Lane<Request, Answer>;
  readonly size: number;
}

/**
 * What serves every queue here. Bigger batches gain nothing and lock longer; behind more than some seconds of work nobody waits:
 * who would is told to come back.
 */
export const QUEUE_LIMITS = { batchMax: 256, waitingMax: 10_000, waitingMs: 5000 };

/** A bound on time makes batches no smaller than this. */
const BATCH_MIN = 16;

/** FNV-1a: spreads ids that differ in few characters. */
function hash(key: string): number {
  let sum = 0x811c9dc5;
  for (let index = 0; index < key.length; index++) sum = Math.imul(sum ^ key.charCodeAt(index), 0x01000193);
  return sum >>> 0;
}
