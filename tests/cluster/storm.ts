import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HttpServer } from './programs.ts';
import { eventually, must, seconds } from './waiting.ts';

/** Longer than any answer may take. A buyer without an answer by then asks again under their key. */
const PATIENCE_MS = 30_000;
/** An unknown outcome has to be known within this time. */
const RESOLVED_WITHIN_MS = 90_000;
const PAUSE_MS = 150;

const UNKNOWN = 'Hasil tidak diketahui';

type Answer =
  | { readonly kind: 'booked'; readonly id: string; readonly replayed: boolean }
  | { readonly kind: 'soldOut' | 'unavailable' | 'unknown' | 'unheard' | 'unexpected'; readonly text: string };

/** One order and its answers. */
interface Order {
  readonly key: string;
  readonly answers: { readonly at: number; readonly server: HttpServer; readonly answer: Answer }[];
}

/** Answers that leave a doubtful order open. */
const OPEN: readonly Answer['kind'][] = ['unknown', 'unheard', 'unavailable'];
const isDoubtful = ({ kind }: Answer): boolean => kind === 'unknown' || kind === 'unheard';
const lastKind = ({ answers }: Order): Answer['kind'] => answers.at(-1)?.answer.kind ?? 'unheard';

/**
 * Buyers order one ticket after another of one event, each at their own server. They end when the event is sold out, or when they are
 * stopped. A plain 503 says that nothing was done. The buyer gives up that order, and its booking must never appear. After an unknown
 * outcome, or no answer, the buyer asks the next server under the same key until the outcome is known.
 */
export class Storm {
  readonly eventId: string;
  readonly orders: Order[] = [];
  readonly #servers: readonly HttpServer[];
  readonly #buyers: Promise<void>[];
  readonly #began = Date.now();
  #ended = 0;
  #stopped = false;

  constructor(eventId: string, servers: readonly HttpServer[], tokens: readonly string[]) {
    this.eventId = eventId;
    this.#servers = servers;
    this.#buyers = tokens.map((token, index) => this.#buy(token, index % servers.length));
  }

  /** Waits until `count` more tickets are sold at these servers. By default all servers count. */
  async sold(count: number, at: readonly HttpServer[] = this.#servers, withinMs = 60_000): Promise<void> {
    const target = this.#times(at).length + count;
    await eventually(`${count} more sold`, withinMs, async () => this.#times(at).length >= target);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.finished();
  }

  async finished(): Promise<void> {
    await Promise.all(this.#buyers);
    this.#ended = Date.now();
  }

  /** Every acknowledged booking. Each key has one id. */
  get acknowledged(): string[] {
    return this.orders.flatMap(({ answers }) => [...new Set(answers.flatMap(({ answer }) => (answer.kind === 'booked' ? [answer.id] : [])))]);
  }

  get unresolved(): number {
    return this.#doubted().filter((order) => OPEN.includes(lastKind(order))).length;
  }

  /** Answers that no client should get: other refusals, 5xx other than 503, silence. */
  get unexpected(): string[] {
    return this.#answers().flatMap(({ answer }) => (answer.kind === 'unexpected' || answer.kind === 'unheard' ? [answer.text] : []));
  }

  /** How many answers of each kind the server gave in this time. */
  heardAt(server: HttpServer, since: number, until = Date.now()): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const heard of this.#answers()) {
      if (heard.server !== server || heard.at < since || heard.at > until) continue;
      counts[heard.answer.kind] = (counts[heard.answer.kind] ?? 0) + 1;
    }
    return counts;
  }

  /** The longest time in which these servers together sold nothing. */
  stall(at: readonly HttpServer[], since: number, until: number): number {
    const times = [since, ...this.#times(at).filter((time) => time > since && time < until), until].sort((a, b) => a - b);
    return Math.max(...times.slice(1).map((time, index) => time - must(times[index])));
  }

  /** The time of the first sale at the server after `since`. */
  firstSale(server: HttpServer, since: number): number | undefined {
    return this.#times([server]).find((time) => time > since);
  }

  get figures(): string {
    const answers = this.#answers().map(({ answer }) => answer);
    const count = (kind: Answer['kind']) => answers.filter((answer) => answer.kind === kind).length;
    const doubted = this.#doubted();
    const last = doubted.map(({ answers: heard }) => heard.at(-1)?.answer);
    const stored = last.filter((answer) => answer?.kind === 'booked' && answer.replayed).length;
    const booked = last.filter((answer) => answer?.kind === 'booked').length;
    return [
      `${answers.length} requests of ${this.orders.length} orders in ${seconds(this.#ended - this.#began)}`,
      `201: ${count('booked')}`,
      `sold out: ${count('soldOut')}`,
      `503 nothing done: ${count('unavailable')}`,
      `503 unknown: ${count('unknown')} (${doubted.length} orders; resolved by retry: ${doubted.length - this.unresolved}, of which ${stored} had been stored, ${booked - stored} booked by the retry)`,
      `no answer: ${count('unheard')}`,
    ].join(', ');
  }

  #doubted(): Order[] {
    return this.orders.filter(({ answers }) => answers.some(({ answer }) => isDoubtful(answer)));
  }

  #answers() {
    return this.orders.flatMap(({ answers }) => answers);
  }

  #times(at: readonly HttpServer[]): number[] {
    return this.#answers()
      .filter(({ server, answer }) => answer.kind === 'booked' && at.includes(server))
      .map(({ at: time }) => time)
      .sort((a, b) => a - b);
  }

  async #buy(token: string, home: number): Promise<void> {
    while (!this.#stopped) {
      const order: Order = { key: randomUUID(), answers: [] };
      this.orders.push(order);
      const kind = await this.#settle(order, token, home);
      if (kind === 'soldOut' || kind === 'unexpected') return;
      if (kind === 'unavailable') await sleep(PAUSE_MS);
    }
  }

  async #settle(order: Order, token: string, home: number): Promise<Answer['kind']> {
    const until = Date.now() + RESOLVED_WITHIN_MS;
    for (let turn = home, doubted = false; ; turn++) {
      const server = must(this.#servers[turn % this.#servers.length]);
      const answer = await this.#ask(server, order.key, token);
      order.answers.push({ at: Date.now(), server, answer });
      doubted ||= isDoubtful(answer);
      if (!doubted || !OPEN.includes(answer.kind) || Date.now() > until) return answer.kind;
      await sleep(PAUSE_MS);
    }
  }

  async #ask(server: HttpServer, key: string, token: string): Promise<Answer> {
    try {
      const response = await fetch(`${server.url}/api/bookings`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}`, 'Idempotency-Key': key },
        body: JSON.stringify({ event_id: this.eventId, quantity: 1 }),
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      const text = await response.text();
      const body = JSON.parse(text);
      if (response.status === 201) return { kind: 'booked', id: body.data.id, replayed: response.headers.get('idempotency-replayed') === 'true' };
      if (response.status === 400 && body.errors?.available !== undefined) return { kind: 'soldOut', text };
      if (response.status === 503) return { kind: String(body.message).startsWith(UNKNOWN) ? 'unknown' : 'unavailable', text };
      // The buyer gave up on a request that the server still works on.
      if (response.status === 409 && response.headers.has('retry-after')) return { kind: 'unavailable', text };
      return { kind: 'unexpected', text: `${response.status} ${text}` };
    } catch (error) {
      return { kind: 'unheard', text: String(error) };
    }
  }
}
