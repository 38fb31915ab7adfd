import { Broken } from '../assertions.ts';

/** An answer of the server, read to its end. */
export interface Answer {
  readonly status: number;
  readonly message: string;
  /** The member `data` of the body, unchecked. */
  readonly data: unknown;
  readonly errors: unknown;
  /** The whole body. */
  readonly text: string;
}

/** A user that the kit registered, or an admin whose token was given. */
export interface Account {
  readonly id: string;
  readonly token: string;
}

export interface EventView {
  readonly total: number;
  readonly available: number;
  readonly priceCents: number;
  readonly name: string;
}

export interface BookingView {
  readonly id: string;
  readonly userId: string;
  readonly eventId: string;
  readonly quantity: number;
  readonly totalCents: number;
  readonly status: string;
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
export interface Ask {
  readonly as?: Pick<Account, 'token'> | undefined;
  readonly body?: unknown;
}

/** The fields of an event that a law does not set. */
export const PLAN = {
  name: 'ticket-kit',
  location: 'Palembang',
  event_date: '2031-01-02T19:00:00.000Z',
  ticket_price: 1500,
  total_tickets: 10,
} as const;

/** The answers that the kit expects are much shorter. */
const ANSWER_BYTES_MAX = 4_000_000;

/** A client of the specified API. It uses one or more servers on the same rows in turn, and deletes what it made. */
export class SaleClient {
  readonly #servers: readonly string[];
  readonly #timeoutMs: number;
  #asked = 0;
  #isEnded = false;
  readonly #events = new Set<string>();
  readonly #bookings = new Set<string>();

  /** Each address is that of a server, without `/api`. A request that gets no answer within `timeoutMs` breaks the law. */
  constructor(servers: readonly string[], timeoutMs: number) {
    this.#servers = servers;
    this.#timeoutMs = timeoutMs;
  }

  /** From now on every request fails at once, until `begin`. */
  end(): void {
    this.#isEnded = true;
  }

  begin(): void {
    this.#isEnded = false;
  }

  async send(method: Method, path: string, { as, body }: Ask = {}): Promise<Answer> {
    if (this.#isEnded) throw new Broken('the time of this law is over');
    const server = this.#servers[this.#asked++ % this.#servers.length] ?? '';
    const what = `${method} ${path}`;
    const headers = { ...(as && { Authorization: `Bearer ${as.token}` }), ...(body !== undefined && { 'Content-Type': 'application/json' }) };
    const sent = body === undefined ? null : JSON.stringify(body);
    const signal = AbortSignal.timeout(this.#timeoutMs);
    const { status, text } = await fetch(`${server}${path}`, { method, headers, body: sent, redirect: 'manual', signal }).then(
      async (response) => ({ status: response.status, text: await textOf(response, what) }),
      (error: unknown) => {
        throw error instanceof Broken ? error : new Broken(`${what} got no answer: ${wordsOf(error)}`);
      },
    );
    const { message, data, errors } = fieldsOf(parsed(text));
    return { status, message: typeof message === 'string' ? message : '', data, errors, text };
  }

  async event(admin: Account, plan: Readonly<Record<string, unknown>> = {}): Promise<string> {
    const answer = await this.send('POST', '/api/events', { as: admin, body: { ...PLAN, ...plan } });
    if (answer.status !== 201) throw new Broken(`POST /api/events was answered ${said(answer)}`);
    const id = textIn(fieldsOf(answer.data), 'id', 'POST /api/events');
    this.#events.add(id);
    return id;
  }

  async book(as: Account, eventId: string, quantity: unknown = 1): Promise<Answer> {
    const answer = await this.send('POST', '/api/bookings', { as, body: { event_id: eventId, quantity } });
    if (answer.status === 201) this.#bookings.add(bookingIn(answer).id);
    return answer;
  }

  /** Makes a booking. A refusal breaks the law. */
  async booked(as: Account, eventId: string, quantity = 1): Promise<BookingView> {
    const answer = await this.book(as, eventId, quantity);
    if (answer.status !== 201) throw new Broken(`POST /api/bookings of ${quantity} tickets that are left was answered ${said(answer)}`);
    return bookingIn(answer);
  }

  setStatus(as: Account, id: string, status: string): Promise<Answer> {
    return this.send('PATCH', `/api/bookings/${id}/status`, { as, body: { status } });
  }

  async readEvent(id: string): Promise<EventView> {
    const answer = await this.send('GET', `/api/events/${id}`);
    if (answer.status !== 200) throw new Broken(`GET /api/events/:id of an event that is there was answered ${said(answer)}`);
    const fields = fieldsOf(answer.data);
    const where = 'GET /api/events/:id';
    return {
      total: numberIn(fields, 'total_tickets', where),
      available: numberIn(fields, 'available_tickets', where),
      priceCents: centsIn(fields, 'ticket_price', where),
      name: textIn(fields, 'name', where),
    };
  }

  async readBooking(as: Account, id: string): Promise<BookingView | undefined> {
    const answer = await this.send('GET', `/api/bookings/${id}`, { as });
    if (answer.status === 404) return undefined;
    if (answer.status !== 200) throw new Broken(`GET /api/bookings/:id of a booking that is there was answered ${said(answer)}`);
    return bookingIn(answer);
  }

  /** Requires that available tickets plus the tickets of these bookings are the total, and that available is not negative. */
  async requireBooks(admin: Account, eventId: string, bookingIds: readonly string[]): Promise<EventView> {
    const bookings = await Promise.all(bookingIds.map((id) => this.readBooking(admin, id)));
    const held = bookings.reduce((sum, booking) => sum + (booking === undefined || booking.status === 'cancelled' ? 0 : booking.quantity), 0);
    const event = await this.readEvent(eventId);
    const { available, total } = event;
    if (available + held !== total || available < 0)
      throw new Broken(`${available} tickets are available and bookings hold ${held}, and the event has ${total} in total`);
    return event;
  }

  /** Deletes the events and bookings that this client made, and returns how many events could not be deleted. */
  async clear(admin: Account): Promise<number> {
    for (const id of this.#bookings) await this.send('DELETE', `/api/bookings/${id}`, { as: admin });
    this.#bookings.clear();
    let left = 0;
    for (const id of this.#events) {
      const { status } = await this.send('DELETE', `/api/events/${id}`, { as: admin });
      if (status !== 200 && status !== 404) left += 1;
    }
    this.#events.clear();
    return left;
  }
}

/** Status and message, as laws compare them. */
export const said = ({ status, message }: Pick<Answer, 'status' | 'message'>): string =>
  // The server may be anybody's, so control characters are removed from its messages.
  `${status} ${message.slice(0, MESSAGE_CHARACTERS_MAX).replaceAll(/\p{C}/gu, '·')}`.trimEnd();
const MESSAGE_CHARACTERS_MAX = 200;

export function bookingIn({ data }: Answer): BookingView {
  return bookingOf(data, 'the answer to a booking');
}

function bookingOf(data: unknown, where: string): BookingView {
  const fields = fieldsOf(data);
  return {
    id: textIn(fields, 'id', where),
    userId: textIn(fields, 'user_id', where),
    eventId: textIn(fields, 'event_id', where),
    quantity: numberIn(fields, 'quantity', where),
    totalCents: centsIn(fields, 'total_price', where),
    status: textIn(fields, 'status', where),
  };
}

type Fields = Readonly<Record<string, unknown>>;
export const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {});

function textIn(fields: Fields, name: string, where: string): string {
  const { [name]: value } = fields;
  if (typeof value !== 'string') throw new Broken(`${where} has no text in ${name}`);
  return value;
}

function numberIn(fields: Fields, name: string, where: string): number {
  const { [name]: value } = fields;
  if (typeof value !== 'number' || !Number.isInteger(value)) throw new Broken(`${where} has no whole number in ${name}`);
  return value;
}

/** Prices are texts with two decimals, such as "50000.00". */
function centsIn(fields: Fields, name: string, where: string): number {
  const text = textIn(fields, name, where);
  if (!/^\d+\.\d{2}$/.test(text)) throw new Broken(`${where} has a ${name} that is no price with two decimals`);
  return Number(text.replace('.', ''));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function textOf(response: Response, what: string): Promise<string> {
  const decoder = new TextDecoder();
  let bytes = 0;
  let text = '';
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > ANSWER_BYTES_MAX) throw new Broken(`the answer to ${what} is longer than ${ANSWER_BYTES_MAX} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error ? `${error.message} (${'code' in cause ? String(cause.code) : cause.message})` : error.message;
}
