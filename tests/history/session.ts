import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../../packages/domain/src/testing/random.ts';
import { meaningOf } from './answers.ts';
import { type Answer, type Ask, type BookingRow, centsOf, type EventRow, now, type Operation, type Status } from './history.ts';

/** What a client process is started with. */
export interface ClientPlan {
  readonly seed: number;
  /** Each client of a history has its own number, below 9. */
  readonly client: number;
  /** Below 10. */
  readonly sessions: number;
  /** The client stops when each session has sent this many requests, or when the time is over. */
  readonly operationsPerSession: number;
  readonly seconds: number;
  readonly servers: readonly ServerAddress[];
  readonly admin: Person;
  readonly users: readonly Person[];
  /** The last one may be deleted. */
  readonly events: readonly EventRow[];
  readonly file: string;
}

export interface ServerAddress {
  readonly name: string;
  readonly url: string;
  /** The address at which requests reach the same server slowly. */
  readonly slowUrl?: string;
}

export interface Person {
  readonly id: string;
  readonly token: string;
}

const WEIGHTS = {
  book: 20,
  'book slowly': 0.5,
  'book under a key': 10,
  'ask again under an old key': 3,
  'book at two servers under one key': 2,
  cancel: 12,
  confirm: 9,
  'set pending': 4,
  'delete booking': 9,
  'change price': 5,
  rename: 4,
  resize: 6,
  'edit what was read': 8,
  'delete event': 0.3,
  'read event': 16,
  'read booking': 8,
  'list events': 4,
  'list bookings': 5,
  'list all bookings': 0.5,
} as const;
type Intention = keyof typeof WEIGHTS;

/** Longer than any server may take. A request without an answer by then has an unknown outcome. */
const PATIENCE_MS = 30_000;
const PAUSE_MS_MAX = 4;
const PAUSE_AFTER_OUTAGE_MS = 100;
const PAUSE_WHERE_NOBODY_LISTENS_MS = 500;
const TRIES_UNDER_A_KEY_MAX = 4;
/** The session forgets the oldest ones above this number, because other sessions change the newest ones. */
const BOOKINGS_KNOWN = 15;
const KEYS_KNOWN = 10;
const QUANTITY_MAX = 3;

export const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });

type Booked = Pick<BookingRow, 'id' | 'event'>;
type Order = Extract<Ask, { do: 'book' }>;

/** A client that sends one request after the other, as a seed selects them, and records the answers. */
export class Session {
  readonly #plan: ClientPlan;
  readonly #number: number;
  readonly #name: string;
  readonly #random: Random;
  readonly #user: Person;
  readonly #home: number;
  readonly #record: (operation: Operation) => void;
  #bookings: readonly Booked[] = [];
  #orders: readonly Order[] = [];
  /** Answers that had an ETag, by user and path. */
  readonly #tagged = new Map<string, { readonly tag: string; readonly answer: Answer }>();
  #asked = 0;
  #until = 0;

  constructor(plan: ClientPlan, session: number, record: (operation: Operation) => void) {
    this.#plan = plan;
    this.#number = session;
    this.#name = `${plan.client}.${session}`;
    this.#random = new Random((plan.seed * 100 + plan.client) * 100 + session);
    const user = plan.users[session % plan.users.length];
    if (user === undefined) throw new Error('there is no user');
    this.#user = user;
    this.#home = plan.client % plan.servers.length;
    this.#record = record;
  }

  async run(): Promise<void> {
    this.#until = now() + this.#plan.seconds * 1_000_000;
    while (this.#asked < this.#plan.operationsPerSession && now() < this.#until) {
      await this.#act(this.#random.weighted<Intention>(WEIGHTS));
      await sleep(this.#random.below(PAUSE_MS_MAX + 1));
    }
  }

  /** Everything that each server says about the events and the bookings. */
  async lookAtAll(): Promise<void> {
    for (const at of this.#plan.servers.keys()) {
      await this.#send({ do: 'list events' }, { at });
      await this.#send({ do: 'list bookings' }, { as: this.#plan.admin, at });
      for (const { id } of this.#plan.events) await this.#send({ do: 'read event', event: id }, { at });
    }
  }

  async #act(intention: Intention): Promise<void> {
    switch (intention) {
      case 'book':
        return void (await this.#send(this.#order()));
      case 'book slowly':
        return void (await this.#send(this.#order(), { isSlow: true }));
      case 'book under a key':
        return this.#bookUnderKey({ ...this.#order(), key: randomUUID() });
      case 'ask again under an old key': {
        const order = this.#random.pick(this.#orders);
        return order && void (await this.#send(order, { at: this.#anyServer() }));
      }
      case 'book at two servers under one key': {
        const order = { ...this.#order(), key: randomUUID() };
        await Promise.all([this.#send(order), this.#send(order, { at: this.#anyServer() })]);
        return this.#bookUnderKey(order);
      }
      case 'cancel':
        return this.#setStatus('cancelled');
      case 'confirm':
        return this.#setStatus('confirmed');
      case 'set pending':
        return this.#setStatus('pending');
      case 'delete booking': {
        const booked = this.#random.pick(this.#bookings);
        if (booked === undefined) return;
        await this.#send({ do: 'delete booking', event: booked.event, booking: booked.id }, { as: this.#ownerOrAdmin() });
        // Sometimes the session remembers it, so that it also asks for deleted bookings.
        if (this.#random.chance(0.8)) this.#bookings = this.#bookings.filter(({ id }) => id !== booked.id);
        return;
      }
      case 'change price':
        return this.#edit({ ticket_price: this.#unique() / 100 });
      case 'rename':
        return this.#edit({ name: `Concert ${this.#unique()}` });
      case 'resize': {
        const event = this.#event();
        return this.#edit({ total_tickets: Math.max(1, event.total - 5 + this.#random.below(11)) }, event);
      }
      case 'edit what was read': {
        const { id } = this.#event();
        const known = this.#tagged.get(`${this.#user.id} /api/events/${id}`);
        const { name, priceCents, total } = known?.answer.event ?? {};
        if (known === undefined || name === undefined || priceCents === undefined || total === undefined) return;
        const ask: Ask = { do: 'edit event', event: id, changes: { name: `Concert ${this.#unique()}` }, ifSeen: { name, priceCents, total } };
        return void (await this.#send(ask, { as: this.#plan.admin, ifMatch: known.tag }));
      }
      case 'delete event': {
        const event = this.#plan.events.at(-1);
        return event && void (await this.#send({ do: 'delete event', event: event.id }, { as: this.#plan.admin }));
      }
      case 'read event':
        return this.#look({ do: 'read event', event: this.#event().id });
      case 'read booking': {
        const booked = this.#random.pick(this.#bookings);
        return booked && this.#look({ do: 'read booking', event: booked.event, booking: booked.id }, this.#ownerOrAdmin());
      }
      case 'list events':
        return void (await this.#send({ do: 'list events' }));
      case 'list bookings':
        return this.#learn(await this.#send({ do: 'list bookings' }));
      case 'list all bookings':
        return void (await this.#send({ do: 'list bookings' }, { as: this.#plan.admin }));
    }
  }

  /** Sometimes the read is repeated, to ask whether it has changed since. */
  async #look(ask: Ask, as = this.#user): Promise<void> {
    await this.#send(ask, { as });
    if (this.#random.chance(0.25)) await this.#send(ask, { as, at: this.#anyServer() });
  }

  #order(): Order {
    return { do: 'book', event: this.#event().id, quantity: 1 + this.#random.below(QUANTITY_MAX) };
  }

  /** The first event is hot. */
  #event(): EventRow {
    const { events } = this.#plan;
    const event = this.#random.chance(0.3) ? events[0] : this.#random.pick(events);
    if (event === undefined) throw new Error('there is no event');
    return event;
  }

  /** Repeats the request in most cases until its outcome is known. */
  async #bookUnderKey(order: Order): Promise<void> {
    this.#orders = [...this.#orders, order].slice(-KEYS_KNOWN);
    for (let tries = 0; tries < TRIES_UNDER_A_KEY_MAX; tries++) {
      const { answer } = await this.#send(order, { at: tries === 0 ? this.#home : this.#anyServer() });
      if (answer.status !== undefined && answer.status < 409) return;
      await sleep(this.#random.below(PAUSE_AFTER_OUTAGE_MS));
    }
  }

  async #setStatus(status: Status): Promise<void> {
    const booked = this.#random.pick(this.#bookings);
    if (booked === undefined) return;
    await this.#send({ do: 'set status', event: booked.event, booking: booked.id, status }, { as: this.#ownerOrAdmin() });
  }

  async #edit(changes: Extract<Ask, { do: 'edit event' }>['changes'], event = this.#event()): Promise<void> {
    await this.#send({ do: 'edit event', event: event.id, changes }, { as: this.#plan.admin });
  }

  /** No other operation of any session uses it, so a written value can be recognised. As a price it is below the maximum. */
  #unique(): number {
    return (this.#plan.client + 1) * 1_000_000_000 + this.#number * 100_000_000 + this.#asked;
  }

  #ownerOrAdmin(): Person {
    return this.#random.chance(0.1) ? this.#plan.admin : this.#user;
  }

  #anyServer(): number {
    return this.#random.below(this.#plan.servers.length);
  }

  #learn({ answer }: Operation): void {
    const { booking, bookings = [] } = answer;
    const known = new Set(this.#bookings.map(({ id }) => id));
    const news = [booking ?? [], bookings].flat().filter(({ id }) => !known.has(id));
    this.#bookings = [...this.#bookings, ...news.map(({ id, event }) => ({ id, event }))].slice(-BOOKINGS_KNOWN);
  }

  async #send(
    ask: Ask,
    {
      as = this.#user,
      at = this.#random.chance(0.15) ? this.#anyServer() : this.#home,
      isSlow = false,
      ifMatch,
    }: { as?: Person; at?: number; isSlow?: boolean; ifMatch?: string } = {},
  ): Promise<Operation> {
    const server = this.#plan.servers[at];
    if (server === undefined) throw new Error('there is no server');
    const { method, path, body } = httpOf(ask);
    const resource = `${as.id} ${path}`;
    const known = method === 'GET' && this.#random.chance(0.7) ? this.#tagged.get(resource) : undefined;
    const headers = {
      Authorization: `Bearer ${as.token}`,
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...(ask.do === 'book' && ask.key !== undefined ? { 'Idempotency-Key': ask.key } : {}),
      ...(known === undefined ? {} : { 'If-None-Match': known.tag }),
      ...(ifMatch === undefined ? {} : { 'If-Match': ifMatch }),
    };
    const id = `${this.#name}#${this.#asked++}`;
    const invokedAt = now();
    const heard = await send(`${(isSlow ? server.slowUrl : undefined) ?? server.url}${path}`, method, headers, body, {
      isOwn: isSlow || this.#random.chance(0.1),
    });
    const completedAt = now();
    const answer = heard.status === 304 && known !== undefined ? { ...known.answer, status: 304 } : this.#read(ask, heard);
    if (heard.status === 200 && heard.tag !== undefined) this.#tagged.set(resource, { tag: heard.tag, answer });
    const operation: Operation = { id, server: server.name, user: as.id, invokedAt, completedAt, ask, answer };
    this.#record(operation);
    if (ask.do === 'book') this.#learn(operation);
    const meaning = meaningOf(operation);
    const pauseMs = answer.nobodyListened ? PAUSE_WHERE_NOBODY_LISTENS_MS : PAUSE_AFTER_OUTAGE_MS;
    if (meaning === 'unknown' || meaning === 'nothing') await sleep(this.#random.below(pauseMs));
    return operation;
  }

  /** The record of an answer. It leaves out events that are not in the plan. */
  #read(ask: Ask, { status, nobodyListened, tag, replayed, body }: Heard): Answer {
    if (status === undefined) return { status, ...(nobodyListened ? { nobodyListened } : {}) };
    const { message, errors, data } = body;
    const told = { status, message, ...(replayed ? { replayed } : {}) };
    if (status >= 300) return { ...told, ...(errors === null || Array.isArray(errors) || errors === undefined ? {} : { facts: errors }) };
    const mine = new Set(this.#plan.events.map(({ id }) => id));
    switch (ask.do) {
      case 'read event':
      case 'edit event':
        return { ...told, event: eventRow(data) };
      case 'list events':
        return { ...told, events: data.map(eventRow).filter(({ id }: EventRow) => mine.has(id)) };
      case 'list bookings':
        return { ...told, isWhole: tag !== undefined, bookings: data.map(bookingRow).filter(({ event }: BookingRow) => mine.has(event)) };
      case 'delete booking':
      case 'delete event':
        return told;
      default:
        return { ...told, booking: bookingRow(data) };
    }
  }
}

function httpOf(ask: Ask): { readonly method: string; readonly path: string; readonly body?: unknown } {
  switch (ask.do) {
    case 'book':
      return { method: 'POST', path: '/api/bookings', body: { event_id: ask.event, quantity: ask.quantity } };
    case 'set status':
      return { method: 'PATCH', path: `/api/bookings/${ask.booking}/status`, body: { status: ask.status } };
    case 'delete booking':
      return { method: 'DELETE', path: `/api/bookings/${ask.booking}` };
    case 'edit event':
      return { method: 'PUT', path: `/api/events/${ask.event}`, body: ask.changes };
    case 'delete event':
      return { method: 'DELETE', path: `/api/events/${ask.event}` };
    case 'read event':
      return { method: 'GET', path: `/api/events/${ask.event}` };
    case 'read booking':
      return { method: 'GET', path: `/api/bookings/${ask.booking}` };
    case 'list events':
      return { method: 'GET', path: '/api/events' };
    case 'list bookings':
      return { method: 'GET', path: '/api/bookings' };
  }
}

interface Heard {
  readonly status: number | undefined;
  readonly nobodyListened: boolean;
  readonly tag?: string | undefined;
  readonly replayed?: boolean;
  // biome-ignore lint/suspicious/noExplicitAny: what a client gets is what the tests are about, so nothing is assumed of it
  readonly body?: any;
}

/** Sends one request, on a new connection or on one that is kept open. It never repeats a request. */
function send(url: string, method: string, headers: Record<string, string>, body: unknown, { isOwn }: { readonly isOwn: boolean }): Promise<Heard> {
  return new Promise((resolve) => {
    const nothing = (error: NodeJS.ErrnoException) => resolve({ status: undefined, nobodyListened: error.code === 'ECONNREFUSED' });
    const sent = request(url, { method, headers, agent: isOwn ? false : agent, signal: AbortSignal.timeout(PATIENCE_MS) }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('error', nothing);
      response.on('end', () => {
        const { etag: tag, 'idempotency-replayed': replay } = response.headers;
        resolve({ status: response.statusCode, nobodyListened: false, tag, replayed: replay === 'true', body: text === '' ? {} : JSON.parse(text) });
      });
    });
    sent.on('error', nothing);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

// biome-ignore lint/suspicious/noExplicitAny: as above
const eventRow = ({ id, name, ticket_price, total_tickets, available_tickets }: any): EventRow => ({
  id,
  name,
  priceCents: centsOf(ticket_price),
  total: total_tickets,
  available: available_tickets,
});

// biome-ignore lint/suspicious/noExplicitAny: as above
const bookingRow = ({ id, user_id, event_id, quantity, total_price, status, event }: any): BookingRow => ({
  id,
  owner: user_id,
  event: event_id,
  quantity,
  priceCents: centsOf(total_price),
  status,
  ...(event === undefined ? {} : { eventName: event.name }),
});
