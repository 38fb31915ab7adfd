import { Unavailable } from '@ticket/domain';
import { QUEUE_LIMITS } from './batch-queue.ts';
import { gather } from './shared-reads.ts';

/** Sales come first. While both wait, accounts get one turn in this number. */
const TURNS_TO_SHARE = 10;

/** Whose turn it is: a batch of sales, or anything else that writes (accounts, counts, sweeping). */
export type Turn = 'sales' | 'accounts';

/**
 * Gives turns to an engine with only one writer, one after the other. Between two turns the event loop runs, so reads are answered while
 * many writes wait. The stock queue limits sales, and only one of its batches waits here. All other writes are limited here in number and
 * in time. Beyond these limits they are refused (503).
 */
export class WriterTurns {
  readonly #waiting: { readonly [Kind in Turn]: Waiting[] } = { sales: [], accounts: [] };
  readonly #limits: { readonly waitingMax: number; readonly waitingMs: number };
  #isBusy = false;
  #salesInARow = 0;
  /** Whether sales are being collected into a batch that has not asked for a turn yet. */
  salesGather: () => boolean = () => false;

  constructor(limits: { readonly waitingMax: number; readonly waitingMs: number } = QUEUE_LIMITS) {
    this.#limits = limits;
  }

  run<Result>(turn: Turn, work: () => Promise<Result>): Promise<Result> {
    const { waitingMax } = this.#limits;
    if (turn === 'accounts' && this.#waiting.accounts.length >= waitingMax)
      return Promise.reject(new Unavailable('too many writes are waiting for their turn'));
    return new Promise((resolve, reject) => {
      this.#waiting[turn].push({ run: () => work().then(resolve, reject), reject, since: performance.now() });
      if (!this.#isBusy) void this.#serve();
    });
  }

  async #serve(): Promise<void> {
    this.#isBusy = true;
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      await next.run();
      if (this.#isAwaited) await gather();
      // A batch that is being collected will ask for its turn within a few turns of the event loop.
      while (this.#waiting.sales.length === 0 && this.#isAwaited && !this.#isAccountsTurn && this.salesGather()) await gather();
    }
    this.#isBusy = false;
  }

  get #isAwaited(): boolean {
    return this.#waiting.sales.length + this.#waiting.accounts.length > 0;
  }

  get #isAccountsTurn(): boolean {
    return this.#salesInARow >= TURNS_TO_SHARE - 1;
  }

  #next(): Waiting | undefined {
    const { sales, accounts } = this.#waiting;
    this.#refuseLate();
    if (sales.length > 0 && !(accounts.length > 0 && this.#isAccountsTurn)) {
      this.#salesInARow = accounts.length > 0 ? this.#salesInARow + 1 : 0;
      return sales.shift();
    }
    this.#salesInARow = 0;
    return accounts.shift();
  }

  /** The list is in arrival order, so the first ones have waited longest. */
  #refuseLate(): void {
    const { accounts } = this.#waiting;
    const now = performance.now();
    for (let first = accounts[0]; first !== undefined && now - first.since > this.#limits.waitingMs; first = accounts[0]) {
      accounts.shift();
      first.reject(new Unavailable(`waited ${Math.round(now - first.since)} ms for other writes`));
    }
  }
}

interface Waiting {
  readonly run: () => Promise<void>;
  readonly reject: (error: unknown) => void;
  readonly since: number;
}
