import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { CONCERT } from '../open-api.ts';
import { PATIENCE_MS } from './programs.ts';

/** An API client that records its requests and the answers. */
export interface Person {
  readonly id: string;
  readonly token: string;
}

export interface Heard {
  /** undefined: the connection broke before an answer arrived. */
  readonly status: number | undefined;
  /** Nothing listened, so the request was never read. */
  readonly refused: boolean;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: what a client gets is what the tests are about, so nothing is assumed of it
  readonly body: any;
  readonly milliseconds: number;
}

interface Asking {
  readonly as?: Person | undefined;
  readonly body?: unknown;
  readonly key?: string | undefined;
  /** For clients that do not wait. */
  readonly leavesAfterMs?: number | undefined;
}

/** A request that gets no answer within the time limit fails its test: every request has to end. */
export async function ask(url: string, method: string, path: string, { as, body, key, leavesAfterMs }: Asking = {}): Promise<Heard> {
  const began = performance.now();
  const headers = {
    ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    ...(as === undefined ? {} : { Authorization: `Bearer ${as.token}` }),
    ...(key === undefined ? {} : { 'Idempotency-Key': key }),
  };
  const signal = AbortSignal.timeout(leavesAfterMs ?? PATIENCE_MS);
  try {
    const response = await fetch(url + path, { method, headers, signal, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    const answer: unknown = await response.json();
    return { status: response.status, refused: false, headers: response.headers, body: answer, milliseconds: performance.now() - began };
  } catch (error) {
    if (signal.aborted && leavesAfterMs === undefined) throw new Error(`${method} ${path} was not answered in ${PATIENCE_MS} ms`, { cause: error });
    const refused = error instanceof Error && error.cause instanceof Error && 'code' in error.cause && error.cause.code === 'ECONNREFUSED';
    return { status: undefined, refused, headers: new Headers(), body: undefined, milliseconds: performance.now() - began };
  }
}

/** What a client knows after an answer. */
export type Certainty = 'done' | 'not done' | 'unknown';

/** One POST /api/bookings. */
export interface Order {
  readonly buyer: Person;
  readonly eventId: string;
  readonly quantity: number;
  readonly key: string | undefined;
  certainty: Certainty;
  /** The booking as the answer acknowledged it. */
  booking?: Booking;
  /** The statuses that the booking may have after all later requests. */
  statuses: readonly string[];
}

export interface Booking {
  readonly id: string;
  readonly user_id: string;
  readonly event_id: string;
  readonly quantity: number;
  readonly total_price: string;
  readonly status: string;
  readonly booking_date: string;
}

export interface Sale {
  readonly id: string;
  readonly total: number;
}

const UNDER_WAY = 'Permintaan dengan Idempotency-Key ini masih diproses';
const SOLD_OUT = 'Stok tiket tidak mencukupi';
const UNAVAILABLE = 'Layanan sementara tidak tersedia';
const OUTCOME_UNKNOWN = 'Hasil tidak diketahui, periksa kembali sebelum mencoba lagi';

/** All sales and requests at one store, through any server. The reckoning compares them with the rows. */
export class BoxOffice {
  url: string;
  readonly admin: Person;
  readonly buyers: readonly Person[];
  readonly sales: readonly Sale[];
  readonly orders: Order[] = [];
  /** How many answers of each kind arrived. */
  readonly heard = new Map<string, number>();
  slowestMs = 0;

  private constructor(url: string, admin: Person, buyers: readonly Person[], sales: readonly Sale[]) {
    this.url = url;
    this.admin = admin;
    this.buyers = buyers;
    this.sales = sales;
  }

  /** Makes the people, and one event for each total. */
  static async open(url: string, totals: readonly number[] = [20, 5000, 5000]): Promise<BoxOffice> {
    const [admin, ...buyers] = await Promise.all([register(url, 'admin'), ...Array.from({ length: 4 }, () => register(url, 'user'))]);
    if (admin === undefined) throw new Error('there is no admin');
    const sales = await Promise.all(
      totals.map(async (total) => {
        const { status, body } = await ask(url, 'POST', '/api/events', { as: admin, body: { ...CONCERT, total_tickets: total } });
        if (status !== 201) throw new Error(`an event was not made: ${status} ${JSON.stringify(body)}`);
        return { id: String(body.data.id), total };
      }),
    );
    return new BoxOffice(url, admin, buyers, sales);
  }

  /** The same people, events and orders at a copy of the store. */
  at(url: string): BoxOffice {
    const office = new BoxOffice(url, this.admin, this.buyers, this.sales);
    office.orders.push(...this.orders);
    return office;
  }

  /** By default the first buyer orders tickets of the last event. */
  async order(
    wish: { buyer?: Person; eventId?: string; quantity?: number; key?: string | undefined; at?: string; leavesAfterMs?: number } = {},
  ): Promise<Heard & { readonly order: Order }> {
    const { buyer = this.buyers[0], eventId = this.sales.at(-1)?.id, quantity = 1, key, at = this.url, leavesAfterMs } = wish;
    if (buyer === undefined || eventId === undefined) throw new Error('nobody to buy, or nothing to be bought');
    const order: Order = { buyer, eventId, quantity, key, certainty: 'unknown', statuses: [] };
    this.orders.push(order);
    const heard = await ask(at, 'POST', '/api/bookings', { as: buyer, body: { event_id: eventId, quantity }, key, leavesAfterMs });
    this.#note(heard, order);
    return { ...heard, order };
  }

  /** Repeats the request under the same key until its outcome is known. */
  async askAgain(order: Order): Promise<Heard> {
    for (const began = Date.now(); ; await sleep(100)) {
      const { buyer: as, eventId, quantity, key } = order;
      if (key === undefined) throw new Error('without a key, to ask again is to order again');
      const heard = await ask(this.url, 'POST', '/api/bookings', { as, body: { event_id: eventId, quantity }, key });
      this.#note(heard, order);
      if (order.certainty !== 'unknown') return heard;
      if (Date.now() > began + PATIENCE_MS) throw new Error(`it is not known whether an order was done: ${heard.status}`);
    }
  }

  async settleUnknown(): Promise<void> {
    for (const order of this.orders) if (order.certainty === 'unknown' && order.key !== undefined) await this.askAgain(order);
  }

  async cancel(order: Order): Promise<Heard> {
    const body = { status: 'cancelled' };
    const heard = await ask(this.url, 'PATCH', `/api/bookings/${order.booking?.id}/status`, { as: order.buyer, body });
    const certainty = this.#hear(heard, false);
    if (certainty === 'done') order.statuses = ['cancelled'];
    if (certainty === 'unknown') order.statuses = [...order.statuses, 'cancelled'];
    return heard;
  }

  #note(heard: Heard, order: Order): void {
    order.certainty = this.#hear(heard, order.key !== undefined);
    if (order.certainty !== 'done') return;
    const booking: Booking = heard.body.data;
    if (order.booking !== undefined && order.booking.id !== booking.id) throw new Error(`two bookings under the key ${order.key}`);
    order.booking = booking;
    order.statuses = [booking.status];
  }

  #hear({ status, refused, headers, body, milliseconds }: Heard, keyed: boolean): Certainty {
    this.slowestMs = Math.max(this.slowestMs, milliseconds);
    const [kind, certainty] = ((): [string, Certainty] => {
      if (status === undefined) return refused ? ['nobody listens', 'not done'] : ['cut off', 'unknown'];
      if (status === 201 || status === 200) return [String(status), 'done'];
      if (status === 400 && body.message === SOLD_OUT) return ['sold out', 'not done'];
      const mayBeAskedAgain = headers.get('retry-after') !== null;
      if (status === 409 && body.message === UNDER_WAY && mayBeAskedAgain) return ['under way', 'unknown'];
      if (status === 503 && body.message === UNAVAILABLE && mayBeAskedAgain) return ['503', 'not done'];
      if (status === 503 && body.message === OUTCOME_UNKNOWN && mayBeAskedAgain === keyed) return ['503 unknown', 'unknown'];
      return [`${status} ${JSON.stringify(body)} retry-after ${headers.get('retry-after')}`, 'unknown'];
    })();
    this.heard.set(kind, (this.heard.get(kind) ?? 0) + 1);
    return certainty;
  }
}

/** A person with an account, made through the API. */
async function register(url: string, role: 'admin' | 'user'): Promise<Person> {
  const account = { name: 'Jane', email: `${randomUUID()}@example.com`, password: 'correct horse', role };
  const { status, body } = await ask(url, 'POST', '/api/auth/register', { body: account });
  if (status !== 201) throw new Error(`nobody could be registered: ${status} ${JSON.stringify(body)}`);
  return { id: body.data.user.id, token: body.data.token };
}
