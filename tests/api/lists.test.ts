import { nameKey, searchedWordsOf } from '@ticket/domain/spi';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engines } from '../engines.ts';
import { type Api, type Caller, CONCERT, openApi, type Reply } from '../open-api.ts';

interface EventRow {
  readonly id: string;
  readonly name: string;
  readonly location: string;
  readonly description: string | null;
  readonly event_date: string;
  readonly ticket_price: string;
  readonly available_tickets: number;
  readonly updatedAt: string;
}

const HOST = { Host: 'tickets.example' };
const pathOf = (link: string) => link.replace('http://tickets.example', '');
/** The links of an answer by their relation. */
const linksOf = ({ headers }: Reply): Partial<Record<'first' | 'prev' | 'next', string>> =>
  Object.fromEntries([...(headers.get('Link') ?? '').matchAll(/<([^>]*)>; rel="(\w+)"/g)].map(([, url = '', rel]) => [rel, url]));
const ids = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id);
const day = (number: number) => `2031-03-${String(number).padStart(2, '0')}T10:00:00.000Z`;

const NAMES = [
  'Konser Malam',
  'konser jazz',
  'Pameran Seni',
  'ÉTOILE Élégante',
  'étoile',
  'Straße der Musik',
  '東京コンサート',
  'Pesta 🎉',
  '  Ångström',
  'Zebra',
  '007 Malam',
];
const PLACES = ['Palembang', 'Jakarta Pusat', 'São Paulo'];

describe.each(engines)('lists on %s', (engine) => {
  let api: Api;
  let admin: Caller;
  let [sari, budi]: [Caller, Caller] | [] = [];
  let events: EventRow[];
  const get = (path: string, as?: Caller, headers: Record<string, string> = HOST) => api.send('GET', path, { as, headers });
  const rowsOf = async (path: string, as?: Caller): Promise<EventRow[]> => (await get(path, as)).body.data;

  /** Every row of a list, page by page, and every page again on the way back. */
  async function walk(path: string, as?: Caller) {
    const pages: string[][] = [];
    let url: string | undefined = path;
    let last = path;
    for (let steps = 0; url !== undefined && steps < 200; steps++) {
      const reply: Reply = await get(url, as);
      expect(reply.status, `${url} ${reply.text}`).toBe(200);
      pages.push(ids(reply.body.data));
      last = url;
      const next: string | undefined = linksOf(reply).next;
      url = next && pathOf(next);
    }
    const back: string[][] = [];
    for (let at: string | undefined = last; at !== undefined && back.length < 200; ) {
      const reply: Reply = await get(at, as);
      back.unshift(ids(reply.body.data));
      const prev: string | undefined = linksOf(reply).prev;
      at = prev && pathOf(prev);
    }
    return { rows: pages.flat(), back: back.flat(), pages };
  }

  beforeAll(async () => {
    api = await openApi(engine, 'open');
    admin = await api.account({ role: 'admin' });
    [sari, budi] = [await api.account(), await api.account()];
    for (let number = 0; number < 33; number++) {
      const body = {
        ...CONCERT,
        name: `${NAMES[number % NAMES.length]}${number % 2 === 0 ? '' : ` ${number}`}`,
        location: PLACES[number % 3],
        description: number % 4 === 0 ? null : `Hari ke-${number}, bersama Nadín & kawan-kawan`,
        event_date: day(1 + (number % 7)),
        ticket_price: (number % 5) * 1000,
        total_tickets: 2,
      };
      const { status, body: reply } = await api.send('POST', '/api/events', { as: admin, body });
      expect(status).toBe(201);
      const book = (quantity: number, as = sari) => api.send('POST', '/api/bookings', { as, body: { event_id: reply.data.id, quantity } });
      if (number % 3 === 0) await book(2);
      if (number % 6 === 0) {
        const { id } = (await rowsOf('/api/bookings?limit=1', sari))[0] ?? { id: '' };
        await api.send('PATCH', `/api/bookings/${id}/status`, { as: sari, body: { status: 'cancelled' } });
        await book(1, budi);
      }
    }
    events = await rowsOf('/api/events');
    expect(events).toHaveLength(33);
  });
  afterAll(async () => {
    expect(api.logged).toEqual([]);
    await api.close();
  });

  const at = ({ event_date: date }: EventRow) => date;
  const codePoints = (one: string, other: string) => Buffer.compare(Buffer.from(one), Buffer.from(other));
  const hasWords = (row: EventRow, words: readonly string[]) => {
    const own = searchedWordsOf(row);
    return words.every((word) => own.some((one) => one.startsWith(word)));
  };
  const by =
    (place: (row: EventRow) => string, direction = 1) =>
    (one: EventRow, other: EventRow) =>
      direction * (codePoints(place(one), place(other)) || codePoints(one.id, other.id));
  const price = ({ ticket_price }: EventRow) => ticket_price.padStart(12, '0');

  const CASES: readonly [query: string, (row: EventRow) => boolean, (one: EventRow, other: EventRow) => number][] = [
    ['', () => true, by(at)],
    ['sort=-event_date', () => true, by(at, -1)],
    [`from=${day(3)}`, (row) => at(row) >= day(3), by(at)],
    [`to=${day(3)}`, (row) => at(row) < day(3), by(at)],
    [`from=${day(2)}&to=${day(5)}&sort=-event_date`, (row) => at(row) >= day(2) && at(row) < day(5), by(at, -1)],
    [`from=2031-03-03T17:00:00%2B07:00`, (row) => at(row) >= day(3), by(at)],
    [`from=2031-03-03T17:00:00+07:00`, (row) => at(row) >= day(3), by(at)],
    ['available=true', (row) => row.available_tickets > 0, by(at)],
    [`available=true&from=${day(2)}&to=${day(6)}`, (row) => row.available_tickets > 0 && at(row) >= day(2) && at(row) < day(6), by(at)],
    ['sort=name', () => true, by(({ name }) => nameKey(name))],
    ['sort=-name', () => true, by(({ name }) => nameKey(name), -1)],
    ['sort=ticket_price', () => true, by(price)],
    ['sort=-ticket_price', () => true, by(price, -1)],
    ['q=konser', (row) => hasWords(row, ['konser']), by(at)],
    ['q=KONS', (row) => hasWords(row, ['kons']), by(at)],
    ['q=mal%20konser', (row) => hasWords(row, ['mal', 'konser']), by(at)],
    ['q=%C3%89toile', (row) => hasWords(row, ['etoile']), by(at)],
    ['q=strasse', (row) => hasWords(row, ['strasse']), by(at)],
    ['q=nad%C3%ADn&sort=-event_date', (row) => hasWords(row, ['nadin']), by(at, -1)],
    ['q=%E4%BA%AC', (row) => hasWords(row, ['京']), by(at)],
    ['q=%F0%9F%8E%89', (row) => hasWords(row, ['🎉']), by(at)],
    ['q=7', (row) => hasWords(row, ['7']), by(at)],
    ['q=true', () => false, by(at)],
    [`q=sao&from=${day(2)}&to=${day(6)}`, (row) => hasWords(row, ['sao']) && at(row) >= day(2) && at(row) < day(6), by(at)],
  ];

  it.each(CASES)('have the events of "%s", in its order, by pages of any size and back', async (query, isListed, order) => {
    const expected = ids(events.filter(isListed).toSorted(order));
    const join = query === '' ? '?' : `?${query}&`;
    expect(ids(await rowsOf(`/api/events${join}`.slice(0, -1)))).toEqual(expected);
    for (const limit of [1, 4, 40]) {
      const { rows, back, pages } = await walk(`/api/events${join}limit=${limit}`);
      expect([rows, back], `pages of ${limit}`).toEqual([expected, expected]);
      for (const page of pages) expect(page.length).toBeLessThanOrEqual(limit);
    }
  });

  it('count the rows of a filter when that is asked, and all events always', async () => {
    const total = async (query: string, as?: Caller) => (await get(query, as)).headers.get('X-Total-Count');
    expect(await total('/api/events?limit=1')).toBe('33');
    expect(await total('/api/events?limit=1&sort=name')).toBe('33');
    expect(await total('/api/events?available=true&limit=1')).toBeNull();
    expect(await total('/api/events?available=true&limit=1&total=true')).toBe(String(events.filter((row) => row.available_tickets > 0).length));
    expect(await total(`/api/bookings?limit=1&from=2000-01-01T00:00:00Z&total=true`, admin)).toBe('17');
  });

  it('follow an event that sells out and comes back, and one that gets another name', async () => {
    const { body } = await api.send('POST', '/api/events', {
      as: admin,
      body: { ...CONCERT, name: 'Wayang Semalam', total_tickets: 1, event_date: day(20) },
    });
    const { id } = body.data;
    const listed = async (query: string) => ids(await rowsOf(`/api/events?${query}`)).includes(id);
    expect(await listed('available=true')).toBe(true);
    const booking = await api.send('POST', '/api/bookings', { as: budi, body: { event_id: id, quantity: 1 } });
    expect(await listed('available=true')).toBe(false);
    await api.send('DELETE', `/api/bookings/${booking.body.data.id}`, { as: budi });
    expect(await listed('available=true')).toBe(true);
    expect([await listed('q=wayang'), await listed('q=topeng')]).toEqual([true, false]);
    const before = new Date().toISOString();
    await api.send('PUT', `/api/events/${id}`, { as: admin, body: { name: 'Topeng Semalam' } });
    expect([await listed('q=wayang'), await listed('q=topeng'), await listed('q=semalam')]).toEqual([false, true, true]);
    expect(ids(await rowsOf(`/api/events?modified_since=${before}`))).toEqual([id]);
    await api.send('DELETE', `/api/events/${id}`, { as: admin });
    expect([await listed('q=topeng'), await listed('')]).toEqual([false, false]);
  });

  it('neither repeat nor skip a row that was there, while others come and go between pages', async () => {
    for (const sort of ['event_date', '-event_date', 'name', '-ticket_price']) {
      const there = ids(await rowsOf(`/api/events?sort=${sort}`));
      const seen: string[] = [];
      const made: string[] = [];
      for (let url: string | undefined = `/api/events?sort=${sort}&limit=5`; url !== undefined; ) {
        const reply: Reply = await get(url);
        seen.push(...ids(reply.body.data));
        for (const name of ['Aa', 'Mm', 'zz']) {
          const body = { ...CONCERT, name, event_date: day(1 + made.length), ticket_price: made.length };
          made.push((await api.send('POST', '/api/events', { as: admin, body })).body.data.id);
        }
        await api.send('DELETE', `/api/events/${made.shift()}`, { as: admin });
        const next: string | undefined = linksOf(reply).next;
        url = next && pathOf(next);
      }
      expect(seen.filter((id) => there.includes(id))).toEqual(there);
      expect(new Set(seen).size).toBe(seen.length);
      for (const id of made) await api.send('DELETE', `/api/events/${id}`, { as: admin });
    }
  });

  it('have the bookings of a filter, of all users for admins and else of one’s own', async () => {
    const all = await rowsOf('/api/bookings', admin);
    type Booking = { readonly id: string; readonly user_id: string; readonly event_id: string; readonly status: string };
    const bookings = all as unknown as readonly Booking[];
    const [{ event_id: event = '' } = {}] = bookings.filter(({ status }) => status === 'cancelled');
    const cases: readonly [query: string, as: Caller | undefined, (row: Booking) => boolean][] = [
      ['status=cancelled', admin, (row) => row.status === 'cancelled'],
      ['status=confirmed', sari, (row) => row.status === 'confirmed' && row.user_id === sari?.id],
      [`user_id=${sari?.id}`, admin, (row) => row.user_id === sari?.id],
      [`user_id=${sari?.id}`, sari, (row) => row.user_id === sari?.id],
      [`user_id=${sari?.id}&status=cancelled`, admin, (row) => row.user_id === sari?.id && row.status === 'cancelled'],
      [`event_id=${event}`, admin, (row) => row.event_id === event],
      [`event_id=${event}`, budi, (row) => row.event_id === event && row.user_id === budi?.id],
      [`event_id=${event}&status=cancelled`, admin, (row) => row.event_id === event && row.status === 'cancelled'],
      [`event_id=${event}&user_id=${budi?.id}`, admin, (row) => row.event_id === event && row.user_id === budi?.id],
      ['from=2000-01-01T00:00:00Z&to=2001-01-01T00:00:00Z', admin, () => false],
      ['from=2000-01-01T00:00:00Z&to=2900-01-01T00:00:00Z', admin, () => true],
    ];
    for (const [query, as, isListed] of cases) {
      const expected = ids(bookings.filter(isListed));
      expect(ids(await rowsOf(`/api/bookings?${query}`, as)), query).toEqual(expected);
      for (const limit of [1, 3]) {
        const { rows, back } = await walk(`/api/bookings?${query}&limit=${limit}`, as);
        expect([rows, back], `${query} by ${limit}`).toEqual([expected, expected]);
      }
    }
    expect((await get(`/api/bookings?user_id=${sari?.id}`, budi)).status).toBe(403);
  });

  it('have the attendees of an event for admins, also as a table in which no cell is run', async () => {
    const evil = await api.account({ name: '=HYPERLINK("http://evil";"x"); +1;x' });
    const comma = await api.account({ name: 'Budi, "si kecil"' });
    const { id } = (await api.send('POST', '/api/events', { as: admin, body: CONCERT })).body.data;
    for (const as of [evil, comma]) await api.send('POST', '/api/bookings', { as, body: { event_id: id, quantity: 1 } });
    const path = `/api/events/${id}/bookings`;
    const json = await get(path, admin);
    expect([json.status, json.body.data.map(({ user }: { user: { id: string } }) => user.id)]).toEqual([200, [comma.id, evil.id]]);
    const table = await get(path, admin, { Accept: 'text/csv' });
    const [head, first, second, end] = table.text.split('\r\n');
    expect(table.headers.get('Content-Type')).toBe('text/csv; charset=UTF-8; header=present');
    expect(head).toBe('id,user_id,user_name,user_email,quantity,total_price,status,booking_date');
    expect(first).toContain(`,${comma.id},"Budi, ""si kecil""",`);
    expect(second).toContain(`,${evil.id},"'=HYPERLINK(""http://evil"";""x""); '+1;x",`);
    expect(end).toBe('');
    const typeOf = async (Accept: string) => (await get(path, admin, { Accept })).headers.get('Content-Type')?.split(';')[0];
    expect([
      await typeOf('text/csv;q=0.5, */*'),
      await typeOf('text/*'),
      await typeOf('text/csv, application/json;q=0.9'),
      await typeOf('x'),
    ]).toEqual([...['application/json', 'text/csv', 'text/csv', 'application/json']]);
    expect(table.headers.get('Vary')).toBe('Accept, Authorization, Accept-Encoding');
    const statuses = [await get(path), await get(path, evil), await get('/api/events/770e8400-e29b-41d4-a716-446655440000/bookings', admin)];
    expect(statuses.map(({ status }) => status)).toEqual([401, 403, 404]);
  });

  it('refuse the cursor of an admin’s list of one event to its user, and the other way round', async () => {
    const { id } = (await api.send('POST', '/api/events', { as: admin, body: CONCERT })).body.data;
    for (let number = 0; number < 3; number++) await api.send('POST', '/api/bookings', { as: sari, body: { event_id: id, quantity: 1 } });
    const nextFor = async (as?: Caller) => pathOf(linksOf(await get(`/api/bookings?event_id=${id}&limit=1`, as)).next ?? '');
    for (const [from, to] of [
      [admin, sari],
      [sari, admin],
    ]) {
      const { status, body } = await get(await nextFor(from), to);
      expect([status, body.errors]).toEqual([400, [{ field: 'cursor', message: 'Cursor tidak valid untuk daftar dan filter ini' }]]);
    }
  });

  it('lead back to the first page from a page that is empty by now', async () => {
    const made: string[] = [];
    for (const name of ['! 1', '! 2']) made.push((await api.send('POST', '/api/events', { as: admin, body: { ...CONCERT, name } })).body.data.id);
    const last = pathOf(linksOf(await get('/api/events?sort=name&limit=1')).next ?? '');
    const prev = pathOf(linksOf(await get(last)).prev ?? '');
    for (const id of made) await api.send('DELETE', `/api/events/${id}`, { as: admin });
    const empty = await get(prev);
    expect([empty.status, empty.body.data]).toEqual([200, []]);
    expect(linksOf(empty).first).toBe('http://tickets.example/api/events?sort=name&limit=1');
  });

  it.each([
    ['events?cursor=x', 'cursor'],
    ['events?cursor=', 'cursor'],
    ['events?from=yesterday', 'from'],
    ['events?from=2031-03-03', 'from'],
    ['events?available=false', 'available'],
    ['events?available=1', 'available'],
    ['events?q=', 'q'],
    ['events?q=%20.%20', 'q'],
    [`events?q=${'a'.repeat(101)}`, 'q'],
    ['events?q=a%20b%20c%20d%20e%20f%20g%20h%20i', 'q'],
    ['events?sort=stock', 'sort'],
    ['events?sort=', 'sort'],
    ['events?sort=name&available=true', 'available'],
    [`events?sort=ticket_price&from=${day(1)}`, 'from'],
    ['events?sort=name&q=a', 'q'],
    ['events?q=a&available=true', 'available'],
    ['events?q=a&offset=2&limit=1', 'offset'],
    ['events?q=a&total=true', 'total'],
    [`events?modified_since=${day(1)}&sort=name`, 'sort'],
    ['bookings?status=paid', 'status'],
    ['bookings?event_id=7', 'event_id'],
    ['bookings?status=pending&offset=1&limit=1', 'offset'],
    ['bookings?available=true', 'available'],
    ['users?available=true', 'available'],
  ])('refuse /api/%s, and name the parameter', async (path, field) => {
    const { status, body } = await get(`/api/${path}`, admin);
    expect([status, body.errors?.map((fault: { field: string }) => fault.field)]).toEqual([400, [field]]);
  });

  it('refuse the cursor of another list, of another filter, one that was changed, and one beside an offset', async () => {
    const next = linksOf(await get(`/api/events?limit=1&from=${day(1)}`)).next ?? '';
    const cursor = new URL(next).searchParams.get('cursor') ?? '';
    const status = async (query: string, as = admin) => (await get(query, as)).status;
    expect(await status(`/api/events?from=${day(1)}&cursor=${cursor}`)).toBe(200);
    expect(await status(`/api/events?cursor=${cursor}&from=${encodeURIComponent(day(1))}&limit=7&total=true`)).toBe(200);
    const refused = [
      `/api/events?cursor=${cursor}`,
      `/api/events?from=${day(2)}&cursor=${cursor}`,
      `/api/bookings?from=${day(1)}&cursor=${cursor}`,
      `/api/events?from=${day(1)}&cursor=${cursor}a`,
      `/api/events?from=${day(1)}&cursor=a${cursor}`,
      `/api/events?from=${day(1)}&cursor=${cursor}.`,
      `/api/events?from=${day(1)}&cursor=${cursor}&offset=1`,
    ];
    for (const query of refused) expect(await status(query), query).toBe(400);
  });
});
