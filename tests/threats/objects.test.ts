import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { anId } from '@ticket/domain/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engines, environmentOf, freshDatabase } from '../engines.ts';
import { launch, temporaryFolder, until } from '../faults/programs.ts';
import { type Api, type Caller, CONCERT, openApi, type Reply } from '../open-api.ts';

/** The threats to objects, fields and the flow of business, T42 to T73: requests for rows that may not be shown. */
const cases = engines.flatMap((engine) => (['open', 'locked'] as const).map((profile) => [engine, profile] as const));

/** Values that got through somewhere: coerced, truncated, rounded, overflowed, or answered with a 500 from the database. */
const NO_COUNTS: readonly unknown[] = [0, -1, 1.5, '2', '', null, true, [2], {}, 900_001, 1e9, 2 ** 53, 1e308, -0.001];
const NO_PRICES: readonly unknown[] = [-1, -0.01, 0.001, 1.005, 1e15, 100_000_000, '50000', '1e3', '', true, null, [1], {}, 1e308, 2 ** 53];
const NO_DATES: readonly unknown[] = [
  ...['', 'tomorrow', '2025-02-30T10:00:00Z', '2025-13-01T10:00:00Z', '2025-02-15', '2025-02-15T14:00:00', '2025-02-15T24:00:00Z'],
  ...['0001-01-01T00:00:00Z', '10000-01-01T00:00:00Z', '+275760-09-13T00:00:00Z', '1969-12-31T23:59:59Z', 0, 1_900_000_000_000, null, true, {}],
];
const NO_STATUSES: readonly unknown[] = ['CONFIRMED', 'paid', ' confirmed', '', 1, null, ['cancelled'], {}];
const NO_IDS: readonly unknown[] = ['x', '', 1, null, {}, [anId()], `${anId()} `, `${anId()}\u0000`, "' OR '1'='1"];

describe.each(cases)('objects on %s, %s profile', (engine, profile) => {
  let api: Api;
  let admin: Caller;
  let buyer: Caller;
  let event: string;
  let booking: string;
  beforeAll(async () => {
    api = await openApi(engine, profile);
    [admin, buyer] = [await api.account({ role: 'admin' }), await api.account()];
    event = await openEvent();
    booking = (await book(event, 2)).body.data.id;
  });
  afterAll(async () => {
    expect(api.logged).toEqual([]); // no request causes an unexpected failure
    await api.close();
  });

  const openEvent = async (plan: object = {}): Promise<string> => (await create(plan)).body.data.id;
  const create = (plan: object) => api.send('POST', '/api/events', { as: admin, body: { ...CONCERT, ...plan } });
  const edit = (id: string, changes: object) => api.send('PUT', `/api/events/${id}`, { as: admin, body: changes });
  const eventNow = async (id: string) => (await api.send('GET', `/api/events/${id}`)).body.data;
  const stockOf = async (id: string): Promise<number | undefined> => (await eventNow(id))?.available_tickets;
  const book = (event_id: string, quantity: number, as = buyer) => api.send('POST', '/api/bookings', { as, body: { event_id, quantity } });
  const setStatus = (id: string, status: string, as = buyer) => api.send('PATCH', `/api/bookings/${id}/status`, { as, body: { status } });
  const bookingNow = async (id: string) => (await api.send('GET', `/api/bookings/${id}`, { as: admin })).body.data;
  const rows = async () => {
    const tables = ['users', 'events', 'bookings', 'stock_movements', 'idempotency_keys'];
    return JSON.stringify(await Promise.all(tables.map((table) => api.query(`SELECT * FROM ${table} ORDER BY 1, 2`))));
  };
  const refused = (message: string, errors: unknown = null) => [400, { success: false, code: expect.any(String), message, errors }];
  const answer = ({ status, body }: Reply) => [status, body];

  it('T44: a booking is whose token it is, at the price of the event, whatever else its body names', async () => {
    const [someone, id] = [await api.account(), anId()];
    const greedy = {
      id,
      user_id: admin.id,
      total_price: 0,
      price: 0,
      status: 'cancelled',
      booking_date: '2000-01-01T00:00:00.000Z',
      available_tickets: 1e6,
    };
    const { data } = (await api.send('POST', '/api/bookings', { as: someone, body: { ...greedy, event_id: event, quantity: 2 } })).body;
    expect(data).toMatchObject({ user_id: someone.id, event_id: event, quantity: 2, total_price: '100000.00', status: 'confirmed' });
    expect([data.id === id, data.booking_date.startsWith('2000')]).toEqual([false, false]);
    const changed = await api.send('PATCH', `/api/bookings/${data.id}/status`, { as: someone, body: { ...greedy, status: 'pending', quantity: 1 } });
    expect(changed.body.data).toEqual({ ...data, status: 'pending' });
  });

  it('T45: an event is the admin’s who made it, its stock what is not sold, whatever else a body names', async () => {
    const greedy = { id: anId(), organizer_id: buyer.id, available_tickets: 1e6, stock_version: 99, createdAt: '2000-01-01T00:00:00.000Z' };
    const made = await create({ ...greedy, total_tickets: 5 });
    expect(made.body.data).toMatchObject({ organizer_id: admin.id, total_tickets: 5, available_tickets: 5 });
    await book(made.body.data.id, 2);
    const edited = await edit(made.body.data.id, { ...greedy, location: 'Elsewhere' });
    const { updatedAt: _, ...kept } = { ...made.body.data, location: 'Elsewhere', available_tickets: 3 };
    expect(edited.body.data).toMatchObject(kept);
    expect(await api.query('SELECT stock_version FROM events WHERE id = ?', [kept.id])).toEqual([{ stock_version: 2 }]);
  });

  it('T46: an event gets no smaller than what is sold of it, and says how much that is', async () => {
    const id = await openEvent({ total_tickets: 9 });
    await book(id, 4);
    const before = await rows();
    const reply = await edit(id, { total_tickets: 3, name: 'Smaller' });
    expect(answer(reply)).toEqual(refused('Total tiket kurang dari tiket yang sudah dipesan', { sold: 4, requested: 3 }));
    expect(await rows()).toBe(before);
    expect((await edit(id, { total_tickets: 4 })).body.data).toMatchObject({ total_tickets: 4, available_tickets: 0 });
    expect((await edit(id, { total_tickets: 7 })).body.data).toMatchObject({ total_tickets: 7, available_tickets: 3 });
  });

  it('T48: a booking costs what the event costs when it is made, and keeps it', async () => {
    const id = await openEvent({ ticket_price: 10.5 });
    const first = (await book(id, 2)).body.data;
    await edit(id, { ticket_price: 99.99 });
    const second = (await book(id, 2)).body.data;
    expect([first.total_price, second.total_price]).toEqual(['21.00', '199.98']);
    await setStatus(first.id, 'cancelled');
    expect((await setStatus(first.id, 'confirmed')).body.data).toEqual(first);
  });

  /** The content of the table is known only when the tests run. */
  const filled = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value).replaceAll(':event', event).replaceAll(':booking', booking));
  const order = { event_id: ':event', quantity: 1 };
  const FIELDS: readonly (readonly [title: string, method: string, path: string, good: object, field: string, values: readonly unknown[]])[] = [
    ['T49, T50: a quantity', 'POST', '/api/bookings', order, 'quantity', NO_COUNTS],
    ['T49, T50: a total', 'POST', '/api/events', CONCERT, 'total_tickets', NO_COUNTS],
    ['T49, T50: a new total', 'PUT', '/api/events/:event', {}, 'total_tickets', NO_COUNTS],
    ['T52, T53, T54: a price', 'POST', '/api/events', CONCERT, 'ticket_price', NO_PRICES],
    ['T52, T53, T54: a new price', 'PUT', '/api/events/:event', {}, 'ticket_price', NO_PRICES],
    ['T58: a date', 'POST', '/api/events', CONCERT, 'event_date', NO_DATES],
    ['T58: a new date', 'PUT', '/api/events/:event', {}, 'event_date', NO_DATES],
    ['T64: a status', 'PATCH', '/api/bookings/:booking/status', {}, 'status', NO_STATUSES],
    ['T86: the id of an event in a body', 'POST', '/api/bookings', order, 'event_id', NO_IDS],
  ];
  it.each(FIELDS.map((one) => [one[0], one] as const))(
    '%s is refused by its name when it is none, and nothing is stored',
    async (_, [, method, path, good, field, values]) => {
      const before = await rows();
      for (const value of values) {
        const reply = await api.send(method, filled(path), { as: admin, body: { ...filled(good), [field]: value } });
        const faulty = [{ field, message: expect.any(String) }];
        expect(answer(reply), `${field}: ${JSON.stringify(value)}`).toEqual(refused('Validasi gagal', faulty));
      }
      expect(await rows()).toBe(before);
    },
  );

  it('T49: what is missing is named, all of it at once', async () => {
    const missing = async (method: string, path: string) => {
      const reply = await api.send(method, path, { as: admin, body: {} });
      return reply.body.errors.map(({ field }: { field: string }) => field).toSorted();
    };
    expect(await missing('POST', '/api/bookings')).toEqual(['event_id', 'quantity']);
    expect(await missing('POST', '/api/events')).toEqual(['event_date', 'location', 'name', 'ticket_price', 'total_tickets']);
    expect(await missing('PATCH', `/api/bookings/${booking}/status`)).toEqual(['status']);
  });

  it('T51: more than is left is refused with what is left and what was asked for', async () => {
    const id = await openEvent({ total_tickets: 5 });
    await book(id, 3);
    expect(answer(await book(id, 3))).toEqual(refused('Stok tiket tidak mencukupi', { available: 2, requested: 3 }));
    expect((await book(id, 2)).status).toBe(201);
    const [one, two] = [await openEvent({ total_tickets: 7 }), await openEvent({ total_tickets: 7 })];
    const replies = await Promise.all([3, 2, 3, 1, 2, 3, 1, 3].flatMap((quantity) => [book(one, quantity), book(two, quantity)]));
    for (const { status, body } of replies)
      if (status !== 201) expect(body.errors.available, 'an impossible refusal').toBeLessThan(body.errors.requested);
    expect([await stockOf(one), await stockOf(two)]).toEqual([0, 0]);
  });

  it('T55: the dearest event of all is sold out in one sum, exact to the cent', async () => {
    const id = await openEvent({ ticket_price: 99_999_999.99, total_tickets: 900_000 });
    const limit = { open: 900_000, locked: 10 }[profile];
    const total = { open: '89999999991000.00', locked: '999999999.90' }[profile];
    const reply = await book(id, limit);
    expect([reply.status, reply.body.data.total_price, await stockOf(id)]).toEqual([201, total, 900_000 - limit]);
    expect((await bookingNow(reply.body.data.id)).total_price).toBe(total);
  });

  it.each(['9007199254740993', '1e400', '-1e400', '2.0000000000000000001e9', '123456789012345678901234567890'])(
    'T56: the number %s, which JavaScript would read as another, is refused',
    async (number) => {
      for (const [path, text] of [
        ['/api/bookings', `{"event_id":"${event}","quantity":${number}}`],
        ['/api/events', JSON.stringify(CONCERT).replace('50000', number)],
        ['/api/events', JSON.stringify(CONCERT).replace(':100', `:${number}`)],
      ] as const) {
        const reply = await api.send('POST', path, { as: admin, body: text });
        expect([reply.status, reply.body.message], text).toEqual([400, 'Validasi gagal']);
      }
    },
  );

  it('T57: prices are text with two decimals in every answer, the one to the writing too', async () => {
    for (const [price, text] of [
      [50_000, '50000.00'],
      [0, '0.00'],
      [0.1, '0.10'],
      [19.99, '19.99'],
      [1e7, '10000000.00'],
    ] as const) {
      const made = await create({ ticket_price: price });
      const { id } = made.body.data;
      const edited = await edit(id, { ticket_price: price });
      const booked = await book(id, 1);
      const [listed] = (await api.send('GET', '/api/bookings?limit=1', { as: buyer })).body.data;
      expect([made, edited].map(({ body }) => body.data.ticket_price)).toEqual([text, text]);
      expect([(await eventNow(id)).ticket_price, booked.body.data.total_price, listed.total_price]).toEqual([text, text, text]);
    }
  });

  it.each([
    ['2030-02-15T21:00:00.007+07:00', '2030-02-15T14:00:00.007Z'],
    ['2031-12-31T23:30:00-01:30', '2032-01-01T01:00:00.000Z'],
    ['2032-02-29T00:00Z', '2032-02-29T00:00:00.000Z'],
    ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
  ])('T58: the event date %s is that instant and no other, to the millisecond', async (text, instant) => {
    const made = await create({ event_date: text });
    expect([made.body.data.event_date, (await eventNow(made.body.data.id)).event_date]).toEqual([instant, instant]);
  });

  it('T59: what is over is sold where the installation lets it, and nowhere else', async () => {
    const over = { event_date: '2025-02-15T14:00:00.000Z' };
    const isSold = profile === 'open';
    const statuses = (replies: readonly Reply[]) => replies.map(({ status }) => status);
    const id = await openEvent();
    const first = (await book(id, 1)).body.data;
    await edit(id, over);
    const replies = [await create(over), await book(id, 1), await setStatus(first.id, 'cancelled'), await setStatus(first.id, 'confirmed')];
    expect(statuses(replies)).toEqual(isSold ? [201, 201, 200, 200] : [400, 400, 200, 400]);
    for (const reply of replies) if (reply.status === 400) expect(answer(reply)).toEqual(refused('Event sudah berakhir'));
    expect(await stockOf(id)).toBe(isSold ? 98 : 100);
  });

  it('T60: a second cancellation answers as the first, and gives nothing back', async () => {
    const id = await openEvent({ total_tickets: 10 });
    const { data } = (await book(id, 4)).body;
    const first = await setStatus(data.id, 'cancelled');
    await book(id, 1);
    const second = await setStatus(data.id, 'cancelled');
    expect(answer(second)).toEqual(answer(first));
    expect([second.status, await stockOf(id)]).toEqual([200, 9]);
    expect((await api.send('DELETE', `/api/bookings/${data.id}`, { as: buyer })).status).toBe(200);
    expect(await stockOf(id)).toBe(9);
  });

  it('T62: taking a cancellation back buys the tickets again, or is refused when they are gone', async () => {
    const id = await openEvent({ total_tickets: 6 });
    const { data } = (await book(id, 4)).body;
    for (const status of ['confirmed', 'pending']) {
      await setStatus(data.id, 'cancelled');
      expect(await stockOf(id)).toBe(6);
      expect((await setStatus(data.id, status)).body.data.status).toBe(status);
      expect(await stockOf(id)).toBe(2);
    }
    await setStatus(data.id, 'cancelled');
    await book(id, 3, admin);
    expect(answer(await setStatus(data.id, 'confirmed'))).toEqual(refused('Stok tiket tidak mencukupi', { available: 3, requested: 4 }));
    expect([(await bookingNow(data.id)).status, await stockOf(id)]).toEqual(['cancelled', 3]);
  });

  it('T63: between pending and confirmed no ticket moves', async () => {
    const id = await openEvent({ total_tickets: 5 });
    const { data } = (await book(id, 5)).body;
    for (const status of ['pending', 'pending', 'confirmed', 'pending', 'confirmed']) {
      expect((await setStatus(data.id, status)).status).toBe(200);
      expect(await stockOf(id)).toBe(0);
    }
    expect(await api.query('SELECT delta FROM stock_movements WHERE event_id = ? ORDER BY stock_version', [id])).toEqual([
      { delta: 5 },
      { delta: -5 },
    ]);
  });

  it('T65: an event stays while its tickets are held, and then goes with its cancelled bookings', async () => {
    const id = await openEvent();
    const [kept, cancelled] = [(await book(id, 1)).body.data, (await book(id, 2)).body.data];
    await setStatus(cancelled.id, 'cancelled');
    await setStatus(kept.id, 'pending');
    const remove = () => api.send('DELETE', `/api/events/${id}`, { as: admin });
    expect(answer(await remove())).toEqual(refused('Event masih memiliki booking aktif'));
    expect([await stockOf(id), (await bookingNow(cancelled.id)).status]).toEqual([99, 'cancelled']);
    await setStatus(kept.id, 'cancelled');
    expect([(await remove()).status, (await remove()).status]).toEqual([200, 404]);
    expect(await api.query('SELECT id FROM bookings WHERE event_id = ?', [id])).toEqual([]);
  });

  it('T67, T68: a user stays while they hold tickets or organise an event, and no event or stock is lost with them', async () => {
    const [holder, organizer] = [await api.account(), await api.account({ role: 'admin' })];
    const made = await api.send('POST', '/api/events', { as: organizer, body: CONCERT });
    const { id } = made.body.data;
    const held = (await book(id, 3, holder)).body.data;
    const remove = async (user: Caller) => answer(await api.send('DELETE', `/api/users/${user.id}`, { as: admin }));
    expect(await remove(holder)).toEqual(refused('User masih memiliki booking aktif'));
    expect(await remove(organizer)).toEqual(refused('User masih menjadi organizer event'));
    expect([(await bookingNow(held.id)).user.id, (await eventNow(id)).organizer.id]).toEqual([holder.id, organizer.id]);
    await setStatus(held.id, 'cancelled', holder);
    expect((await remove(holder))[0]).toBe(200);
    expect(await remove(organizer)).toEqual(refused('User masih menjadi organizer event'));
    await api.send('DELETE', `/api/events/${id}`, { as: admin });
    expect((await remove(organizer))[0]).toBe(200);
  });

  it('T69: a booking takes ten tickets at most where strangers buy, and as many as there are in the open profile', async () => {
    const id = await openEvent();
    const reply = await book(id, 11);
    if (profile === 'open') expect(reply.status).toBe(201);
    else expect(answer(reply)).toEqual(refused('Jumlah tiket melebihi batas per booking', { maximum: 10, requested: 11 }));
    expect((await book(id, 10)).status).toBe(201);
  });

  it('T69: one account does not take all tickets in bookings of ten where strangers buy, and does in the open profile', async () => {
    const id = await openEvent({ total_tickets: 40 });
    const statuses: number[] = [];
    for (let booking = 0; booking < 4; booking += 1) statuses.push((await book(id, 10)).status);
    expect([statuses, await stockOf(id)]).toEqual(profile === 'open' ? [[201, 201, 201, 201], 0] : [[201, 400, 400, 400], 30]);
  });

  it.each([
    ...['limit=0', 'limit=-1', 'limit=1001', 'limit=x', 'limit=1.5', 'limit=', 'limit=1e2', 'limit=0x10', 'limit=1&limit=2'],
    ...['offset=-1', 'offset=1e18', 'offset=1000001', 'offset=99999999999999999999', 'offset=x', 'offset=', 'total=maybe', 'limit=-1&offset=1e18'],
  ])('T73: ?%s is no page of any list', async (query) => {
    for (const path of ['/api/events', '/api/bookings', '/api/users']) {
      const reply = await api.send('GET', `${path}?${query}`, { as: admin });
      expect([reply.status, reply.body.message], path).toEqual([400, 'Validasi gagal']);
    }
  });

  it('T73: an order or a filter that no list has is refused by its name', async () => {
    for (const path of ['/api/events', '/api/bookings', '/api/users']) {
      for (const query of ['sort=id;drop%20table%20users', 'order=password_hash', 'fields=password_hash', 'where[role]=admin']) {
        const { status, body } = await api.send('GET', `${path}?${query}`, { as: admin });
        const isKnown = path === '/api/events' && query.startsWith('sort=');
        const message = isKnown ? 'Harus event_date, name atau ticket_price, boleh diawali "-"' : 'Parameter tidak dikenal';
        const errors = [{ field: query.split('=')[0], message }];
        expect([status, body.code, body.errors], query).toEqual([400, 'invalid_input', errors]);
      }
    }
  });

  it('T73: the deepest page that may be asked for is an empty one, and the next is none', async () => {
    const deepest = profile === 'open' ? 1_000_000 : 10_000;
    for (const path of ['/api/events', '/api/bookings', '/api/users']) {
      expect((await api.send('GET', `${path}?offset=${deepest}`, { as: admin })).body.data, path).toEqual([]);
      const { status, body } = await api.send('GET', `${path}?offset=${deepest + 1}`, { as: admin });
      expect([status, body.errors], path).toEqual([400, [{ field: 'offset', message: `Harus bilangan bulat 0 sampai ${deepest}` }]]);
    }
  });
});

describe.each(engines)('two servers on %s', (engine) => {
  const LIMIT = 3;
  let drop = async () => {};
  afterAll(() => drop());

  it('T69: a user holds as many tickets of an event as one may and no more, however many bookings and reinstatements race on both', async () => {
    const fresh = await freshDatabase(engine);
    drop = fresh.drop;
    const store = environmentOf(fresh.config);
    const start = async () => {
      const main = join(fileURLToPath(new URL('../..', import.meta.url)), 'apps/http/src/main.ts');
      const { output } = launch(process.execPath, ['--import', import.meta.resolve('tsx'), '--conditions=@ticket/source', main], {
        cwd: temporaryFolder(),
        env: {
          DATA_DIR: temporaryFolder(),
          ...store,
          PORT: '0',
          JWT_SECRET: 'a secret of the tests, long enough for HS256',
          MAX_TICKETS_PER_USER: String(LIMIT),
        },
      });
      const port = await until('the server listens', () => output().match(/listens on http:\/\/[^\s,:]+:(\d+)/)?.[1], { output });
      return `http://127.0.0.1:${port}`;
    };
    const urls = [await start(), await start()] as const;
    const ask = async (
      server: number,
      method: string,
      path: string,
      token: string | undefined,
      body?: object,
    ): Promise<Pick<Reply, 'status' | 'body'>> => {
      const headers = { 'Content-Type': 'application/json', ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }) };
      const answered = await fetch(`${urls[server % 2]}${path}`, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
      return { status: answered.status, body: await answered.json() };
    };
    const register = async (name: string, role: string): Promise<string> =>
      (await ask(0, 'POST', '/api/auth/register', undefined, { name, email: `${name}@example.com`, password: 'kereta malam', role })).body.data.token;
    const [admin, buyer] = [await register('ani', 'admin'), await register('budi', 'user')];
    const event: string = (await ask(1, 'POST', '/api/events', admin, CONCERT)).body.data.id;
    const book = (server: number, token = buyer, quantity = 1) => ask(server, 'POST', '/api/bookings', token, { event_id: event, quantity });
    const held = async (): Promise<number> => {
      const { data } = (await ask(0, 'GET', '/api/bookings', buyer)).body;
      return data.reduce(
        (sum: number, { status, quantity }: { status: string; quantity: number }) => sum + (status === 'cancelled' ? 0 : quantity),
        0,
      );
    };
    const refusals = (replies: readonly Pick<Reply, 'status' | 'body'>[]) => replies.filter(({ status }) => status >= 400).map(({ body }) => body);
    const tooMany = (requested: number) => ({
      success: false,
      code: 'too_many_for_a_user',
      message: 'Jumlah tiket melebihi batas per user untuk event ini',
      errors: { maximum: LIMIT, held: expect.any(Number), requested },
    });

    const replies = await Promise.all(Array.from({ length: 24 }, (_, index) => book(index)));
    const made = replies.filter(({ status }) => status === 201).map(({ body }) => body.data.id as string);
    expect([made.length, await held()]).toEqual([LIMIT, LIMIT]);
    expect(refusals(replies)).toEqual(Array.from({ length: 24 - LIMIT }, () => tooMany(1)));
    expect((await book(0, admin, LIMIT)).status).toBe(201); // another user has their own limit

    const setStatus = (server: number, id: string, status: string, token = buyer) =>
      ask(server, 'PATCH', `/api/bookings/${id}/status`, token, { status });
    await Promise.all(made.map((id, index) => setStatus(index, id, 'cancelled')));
    expect(await held()).toBe(0);
    const race = await Promise.all([
      ...made.flatMap((id) => [setStatus(0, id, 'confirmed'), setStatus(1, id, 'pending', admin)]),
      ...Array.from({ length: 10 }, (_, index) => book(index)),
    ]);
    expect(await held()).toBe(LIMIT);
    for (const body of refusals(race)) expect(body).toEqual(tooMany(1));
  });
});
