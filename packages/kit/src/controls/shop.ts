import { createHmac, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { ShopFlaw } from './shop-flaws.ts';
import type { Booking, Event, User } from './shop-rows.ts';

type Fields = Readonly<Record<string, unknown>>;
type Reply = readonly [status: number, message: string, data?: unknown, errors?: unknown];

const SECRET = 'a secret of the controls';
const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const signed = (text: string): string => createHmac('sha256', SECRET).update(text).digest('base64url');
const invalid: Reply = [400, 'Validasi gagal', undefined, []];
const isWhole = (value: unknown, min: number): value is number => typeof value === 'number' && Number.isInteger(value) && value >= min;
const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const priced = (cents: number): string => (cents / 100).toFixed(2);

/** A small server in memory that has the specified API, without a bug or with one. The laws of HTTP are tested on it. */
export async function openShop(
  flaw?: ShopFlaw | 'the server answers nobody',
  { letsRegisterAdmins = true, accountsMax = 1000, tooMany = 'Terlalu banyak permintaan' } = {},
) {
  const has = (one: typeof flaw): boolean => flaw === one;
  const users = new Map<string, User>();
  const events = new Map<string, Event>();
  const bookings = new Map<string, Booking>();
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  let sold = 0;
  /** Runs calls one after the other, as a lock of the event's row does. */
  const locked = <Value>(work: () => Promise<Value>): Promise<Value> => {
    waiting += 1;
    const next = last.then(() => pause(1)).then(work);
    last = next.catch(() => undefined).then(() => (waiting -= 1));
    return next;
  };

  const shownUser = ({ password, ...user }: User) => (has('an account is shown with its hash') ? { ...user, passwordHash: signed(password) } : user);
  const shownEvent = ({ id, name, priceCents, total, available }: Event) => {
    const numbers = { ticket_price: priced(priceCents), total_tickets: total, available_tickets: available };
    return { id, name, ...numbers };
  };
  const shownBooking = ({ id, userId, eventId, quantity, cents, status }: Booking) => {
    const now = has('a booking costs what its event costs now') ? quantity * (events.get(eventId)?.priceCents ?? 0) : cents;
    return { id, user_id: userId, event_id: eventId, quantity, total_price: priced(now), status };
  };
  const tokenOf = ({ id, role }: User): string => {
    const claims = `${encoded({ alg: 'HS256', typ: 'JWT' })}.${encoded({ id, role })}`;
    return `${claims}.${signed(claims)}`;
  };
  const userOf = (authorization = ''): { readonly id: string; readonly role: unknown } | undefined => {
    const [header = '', payload = '', signature] = authorization.replace(/^Bearer /, '').split('.');
    if (signature !== signed(`${header}.${payload}`) && !(has('tokens are read and not verified') && signature !== undefined)) return undefined;
    const { id, role } = fieldsIn(Buffer.from(payload, 'base64url').toString('utf8'));
    return typeof id === 'string' && users.has(id) ? { id, role } : undefined;
  };

  const owner: User = { id: randomUUID(), name: 'owner', email: 'owner@example.com', password: 'owner', role: 'admin' };
  if (!letsRegisterAdmins) users.set(owner.id, owner);
  const register = ({ name, email, password, role = 'user' }: Fields): Reply => {
    if (!isText(name) || !isText(email) || !isText(password) || !isText(role)) return invalid;
    const isTaken = [...users.values()].some((user) => user.email === email);
    if (users.size >= accountsMax) return [429, tooMany];
    if (role === 'admin' && !letsRegisterAdmins) return [403, 'Akses ditolak'];
    if (isTaken && !has('an e-mail is registered twice')) return [400, 'Email sudah terdaftar'];
    const user: User = { id: randomUUID(), name, email, password, role };
    users.set(user.id, user);
    return [201, 'Registrasi berhasil', { user: shownUser(user), token: tokenOf(user) }];
  };
  const login = ({ email, password }: Fields): Reply => {
    const user = [...users.values()].find((each) => each.email === email && each.password === password);
    return user === undefined ? [401, 'Email atau password salah'] : [200, 'Login berhasil', { user: shownUser(user), token: tokenOf(user) }];
  };

  const areValid = ({ name, location, event_date, ticket_price, total_tickets }: Fields): boolean => {
    const isPriced = typeof ticket_price === 'number' && (ticket_price >= 0 || has('an event has a price below zero'));
    return isText(name) && isText(location) && isText(event_date) && !Number.isNaN(Date.parse(event_date)) && isPriced && isWhole(total_tickets, 1);
  };
  const centsOf = (price: unknown): number => Math.round(Number(price) * 100);
  const createEvent = (plan: Fields): Reply => {
    if (!areValid(plan)) return invalid;
    const total = Number(plan['total_tickets']);
    const event: Event = { id: randomUUID(), name: String(plan['name']), priceCents: centsOf(plan['ticket_price']), total, available: total };
    events.set(event.id, event);
    return [201, 'Event berhasil dibuat', shownEvent(event)];
  };
  const editEvent = async (event: Event, changes: Fields): Promise<Reply> => {
    const current = { name: event.name, location: 'x', event_date: '2031-01-02', ticket_price: event.priceCents / 100, total_tickets: event.total };
    if (!areValid({ ...current, ...changes })) return invalid;
    const read = { ...event };
    if (has('an edit stores the whole event as it was read')) await pause(5);
    const edit = async (): Promise<Reply> => {
      const { name = event.name, ticket_price = event.priceCents / 100, total_tickets = event.total } = changes;
      const moved = Number(total_tickets) - event.total;
      if (event.available + moved < 0) return [400, 'Total tiket kurang dari tiket yang sudah dipesan'];
      const available = has('an edit stores the whole event as it was read') ? read.available + moved : event.available + moved;
      const kept = has('another total leaves the available tickets as they are') ? event.available : available;
      Object.assign(event, { name: String(name), priceCents: centsOf(ticket_price), total: Number(total_tickets), available: kept });
      return [200, 'Event berhasil diupdate', shownEvent(event)];
    };
    return locked(edit);
  };
  const deleteEvent = (event: Event): Promise<Reply> =>
    locked(async () => {
      const own = [...bookings.values()].filter(({ eventId }) => eventId === event.id);
      const staysBehind = has('bookings stay behind their deleted event');
      if (!staysBehind && own.some(({ status }) => status !== 'cancelled')) return [400, 'Event masih memiliki booking aktif'];
      if (!staysBehind) for (const { id } of own) bookings.delete(id);
      events.delete(event.id);
      return [200, 'Event berhasil dihapus'];
    });
  const readEvent = (event: Event): Reply => {
    const seen = has('an event is read as it was a moment ago') ? (event.before ?? event) : event;
    return [200, 'Berhasil mengambil data event', shownEvent(seen)];
  };

  const book = async (userId: string, { event_id, quantity }: Fields): Promise<Reply> => {
    const min = has('a quantity below zero gives tickets') ? -100 : has('a quantity of zero is sold') ? 0 : 1;
    if (!isText(event_id) || !/^[\da-f-]{36}$/.test(event_id) || !isWhole(quantity, min)) return invalid;
    const early = events.get(event_id);
    const seen = early && { ...early };
    if (has('an order is refused while another one is sold') && waiting > 0) return [400, 'Stok tiket tidak mencukupi', undefined, { available: 0 }];
    return locked(async () => {
      const event = events.get(event_id);
      if (event === undefined || seen === undefined)
        return has('an event that is not there is an error of the server') ? [500, 'Terjadi kesalahan'] : [404, 'Event tidak ditemukan'];
      const known = has('tickets are sold that were seen before others were sold') ? seen : event;
      const taken = has('of an order that does not fit, what is left is sold') ? Math.min(quantity, Math.max(event.available, 1)) : quantity;
      const told = { available: has('a refusal says how many tickets there are in total') ? event.total : event.available, requested: quantity };
      if (known.available < taken) return [400, 'Stok tiket tidak mencukupi', undefined, told];
      event.before = { ...event };
      event.available -= taken;
      const booking: Booking = { id: randomUUID(), userId, eventId: event.id, quantity: taken, cents: taken * event.priceCents, status: 'confirmed' };
      sold += 1;
      if (!(has('one booking in ten is answered and not stored') && sold % 10 === 0)) bookings.set(booking.id, booking);
      return [201, 'Booking berhasil dibuat', shownBooking(booking)];
    });
  };
  const giveBack = (booking: Booking, tickets: number): void => {
    const event = events.get(booking.eventId);
    if (event === undefined || has('tickets of a cancelled booking never come back')) return;
    event.before = { ...event };
    event.available += tickets;
  };
  const setStatus = async (booking: Booking, status: unknown, isAdmin: boolean): Promise<Reply> => {
    if (status !== 'pending' && status !== 'confirmed' && status !== 'cancelled') return invalid;
    return locked(async () => {
      if (!bookings.has(booking.id)) return [404, 'Booking tidak ditemukan'];
      const heldNow =
        booking.status === 'cancelled' && !(has('each cancellation gives the tickets back') && status === 'cancelled') ? 0 : booking.quantity;
      const isFree = status === 'pending' && has('a booking that becomes pending gives its tickets back');
      const heldThen =
        status === 'cancelled' || isFree || (heldNow === 0 && has('a booking that is confirmed again takes no tickets')) ? 0 : booking.quantity;
      const available = events.get(booking.eventId)?.available ?? 0;
      const isBold = isAdmin && has('an admin confirms a cancelled booking that does not fit');
      if (heldThen - heldNow > available && !isBold)
        return [400, 'Stok tiket tidak mencukupi', undefined, { available, requested: booking.quantity }];
      if (has('a cancellation is answered before its tickets come back')) setTimeout(() => giveBack(booking, heldNow - heldThen), 30);
      else giveBack(booking, heldNow - heldThen);
      booking.status = status;
      return [200, 'Status booking berhasil diupdate', shownBooking(booking)];
    });
  };
  const deleteBooking = (booking: Booking, isAdmin: boolean): Promise<Reply> =>
    locked(async () => {
      if (!bookings.delete(booking.id) && !has('deletions at once all succeed')) return [404, 'Booking tidak ditemukan'];
      const isHeld = booking.status !== 'cancelled' || has('the deletion of a cancelled booking gives its tickets back again');
      const isAgain = isAdmin && has('an admin deletes a cancelled booking, and its tickets come back again');
      const times = booking.status === 'pending' && has('a deleted pending booking gives its tickets back twice') ? 2 : 1;
      giveBack(booking, isHeld || isAgain ? times * booking.quantity : 0);
      return [200, 'Booking berhasil dihapus'];
    });

  const answer = async (method: string, path: string, authorization: string | undefined, body: Fields): Promise<Reply> => {
    const [, , kind, id, more] = path.split('/');
    if (path === '/') return [200, 'up', { name: 'shop of the controls' }];
    if (kind === 'auth' && method === 'POST') return id === 'register' ? register(body) : login(body);
    const user = userOf(authorization);
    if (kind === 'auth') return user === undefined ? [401, 'Token tidak valid'] : [200, 'Data user', shownUser(users.get(user.id) as User)];
    if (kind === 'users') return eachUser(method, id ?? '');
    const event = events.get(id ?? '');
    if (kind === 'events' && method === 'GET') return event === undefined ? [404, 'Event tidak ditemukan'] : readEvent(event);
    if (user === undefined) return [401, 'Token tidak valid'];
    const isAdmin = user.role === 'admin';
    if (kind === 'events') {
      if (!isAdmin && !(method === 'POST' && has('every user creates events')))
        return [403, 'Akses ditolak. Hanya admin yang dapat melakukan aksi ini'];
      if (method === 'POST') return createEvent(body);
      if (event === undefined) return [404, 'Event tidak ditemukan'];
      return method === 'PUT' ? editEvent(event, body) : deleteEvent(event);
    }
    if (method === 'POST') return book(user.id, body);
    if (id === undefined) {
      const own = [...bookings.values()].filter(({ userId }) => isAdmin || userId === user.id || has('a list has the bookings of everybody'));
      return [200, 'Berhasil mengambil data bookings', own.map(shownBooking)];
    }
    const booking = bookings.get(id);
    if (booking === undefined) return [404, 'Booking tidak ditemukan'];
    const isLetIn = (method === 'GET' && has('everybody reads every booking')) || (method === 'PATCH' && has('everybody cancels every booking'));
    if (booking.userId !== user.id && !isAdmin && !isLetIn) return [403, 'Akses ditolak'];
    if (method === 'GET') return [200, 'Berhasil mengambil data booking', shownBooking(booking)];
    return more === 'status' ? setStatus(booking, body['status'], isAdmin) : deleteBooking(booking, isAdmin);
  };
  const eachUser = (method: string, id: string): Reply => {
    const user = users.get(id);
    if (user === undefined) return [404, 'User tidak ditemukan'];
    if (method === 'DELETE') users.delete(id);
    return [200, 'Berhasil', shownUser(user)];
  };

  const server = createServer(async (request, response) => {
    const body = fieldsIn(await text(request));
    const [status, message, data, errors = null] = await answer(request.method ?? '', request.url ?? '', request.headers.authorization, body);
    if (has('the server answers nobody')) return;
    const isFine = status < 400;
    response.writeHead(status, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(isFine ? { success: true, message, data } : { success: has('a refusal says success'), message, errors }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    users,
    events,
    bookings,
    /** The token of an admin who exists from the start, for a server on which nobody can register as admin. */
    adminToken: tokenOf(owner),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function fieldsIn(json: string): Fields {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null ? (value as Fields) : {};
  } catch {
    return {};
  }
}
