import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engines } from '../engines.ts';
import { type Api, type Caller, CONCERT, openApi, type Reply } from '../open-api.ts';

/** The effects of simultaneous HTTP requests on each other. */
describe.each(engines)('at the same moment, on %s', (engine) => {
  let api: Api;
  let admin: Caller;
  beforeAll(async () => {
    api = await openApi(engine, 'open');
    admin = await api.account({ role: 'admin' });
  });
  afterAll(async () => {
    expect(api.logged).toEqual([]); // no unexpected failure happened
    await api.close();
  });

  const openEvent = async (total_tickets: number): Promise<string> =>
    (await api.send('POST', '/api/events', { as: admin, body: { ...CONCERT, total_tickets } })).body.data.id;
  const book = (event_id: string, as: Caller, quantity = 1) => api.send('POST', '/api/bookings', { as, body: { event_id, quantity } });
  const setStatus = (id: string, as: Caller, status: string) => api.send('PATCH', `/api/bookings/${id}/status`, { as, body: { status } });
  const remove = (path: string, as: Caller) => api.send('DELETE', path, { as });
  const stockOf = async (event: string): Promise<number | undefined> => (await api.send('GET', `/api/events/${event}`)).body.data?.available_tickets;
  const statuses = (replies: readonly Reply[]) => replies.map(({ status }) => status).toSorted();
  const many = <Value>(count: number, make: (index: number) => Promise<Value>) =>
    Promise.all(Array.from({ length: count }, (_, index) => make(index)));

  /** I2: available + held = total, and the ledger agrees. */
  async function expectBooksRight(event: string): Promise<void> {
    const [row] = await api.query<{
      total: number;
      available: number;
      held: number | string;
      moved: number | string;
      ledger_lines: number | string;
      version: number;
    }>(
      `SELECT e.total_tickets AS total, e.available_tickets AS available, e.stock_version AS version,
        (SELECT COALESCE(SUM(quantity), 0) FROM bookings b WHERE b.event_id = e.id AND b.status <> 'cancelled') AS held,
        (SELECT SUM(delta) FROM stock_movements m WHERE m.event_id = e.id) AS moved,
        (SELECT COUNT(*) FROM stock_movements m WHERE m.event_id = e.id) AS ledger_lines
       FROM events e WHERE e.id = ?`,
      [event],
    );
    if (row === undefined) return;
    expect(row.available + Number(row.held)).toBe(row.total);
    expect(Number(row.moved)).toBe(row.available);
    expect(Number(row.ledger_lines)).toBe(row.version);
  }

  it('50 buyers order the last ticket: one gets it, 49 are told that none is left', async () => {
    const event = await openEvent(1);
    const buyers = await many(50, () => api.account());
    const replies = await Promise.all(buyers.map((buyer) => book(event, buyer)));
    expect(statuses(replies)).toEqual([201, ...Array.from({ length: 49 }, () => 400)]);
    for (const { status, body } of replies) if (status === 400) expect(body.errors).toEqual({ available: 0, requested: 1 });
    expect(await stockOf(event)).toBe(0);
    await expectBooksRight(event);
  });

  it('a booking is cancelled twenty times: its tickets come back once', async () => {
    const [event, buyer] = [await openEvent(10), await api.account()];
    const { body } = await book(event, buyer, 3);
    const replies = await many(20, () => setStatus(body.data.id, buyer, 'cancelled'));
    expect(new Set(statuses(replies))).toEqual(new Set([200]));
    expect(await stockOf(event)).toBe(10);
    await expectBooksRight(event);
  });

  it('a booking is cancelled and deleted: its tickets come back once', async () => {
    const [event, buyer] = [await openEvent(10), await api.account()];
    const { body } = await book(event, buyer, 3);
    const replies = await many(20, (index) =>
      index % 2 === 0 ? setStatus(body.data.id, buyer, 'cancelled') : remove(`/api/bookings/${body.data.id}`, buyer),
    );
    for (const { status } of replies) expect([200, 404]).toContain(status);
    expect(replies.filter(({ body: reply }) => reply.message === 'Booking berhasil dihapus')).toHaveLength(1);
    expect(await stockOf(event)).toBe(10);
    await expectBooksRight(event);
  });

  it('a cancellation is taken back while another books the last tickets: one of them gets them', async () => {
    for (let round = 0; round < 5; round++) {
      const [event, owner, rival] = [await openEvent(2), await api.account(), await api.account()];
      const { body } = await book(event, owner, 2);
      await setStatus(body.data.id, owner, 'cancelled');
      const [back, booked] = await Promise.all([setStatus(body.data.id, owner, 'confirmed'), book(event, rival, 2)]);
      expect([back.status, booked.status].toSorted()).toSatisfy((codes: number[]) => codes.join() === '200,400' || codes.join() === '201,400');
      expect(await stockOf(event)).toBe(0);
      await expectBooksRight(event);
    }
  });

  it('an event is made smaller while people book it: never below what is held', async () => {
    const [event, buyer] = [await openEvent(20), await api.account()];
    const resize = (total_tickets: number) => api.send('PUT', `/api/events/${event}`, { as: admin, body: { total_tickets } });
    const replies = await Promise.all([
      ...Array.from({ length: 15 }, () => book(event, buyer)),
      resize(10),
      resize(12),
      resize(5),
      ...Array.from({ length: 15 }, () => book(event, buyer)),
    ]);
    for (const { status } of replies) expect([200, 201, 400]).toContain(status);
    await expectBooksRight(event);
  });

  it('an event is deleted while it is booked: either it stays with its booking or it is gone without one', async () => {
    for (let round = 0; round < 5; round++) {
      const [event, buyer] = [await openEvent(5), await api.account()];
      const [booked, deleted] = await Promise.all([book(event, buyer), remove(`/api/events/${event}`, admin)]);
      expect([booked.status, deleted.status].join()).toMatch(/^(201,400|404,200)$/);
      expect(await stockOf(event)).toBe(booked.status === 201 ? 4 : undefined);
      const left = await api.query('SELECT id FROM bookings WHERE event_id = ?', [event]);
      expect(left).toHaveLength(booked.status === 201 ? 1 : 0);
    }
  });

  it('a user is deleted while they book: no booking without its user', async () => {
    for (let round = 0; round < 5; round++) {
      const [event, buyer] = [await openEvent(5), await api.account()];
      const [booked, deleted] = await Promise.all([book(event, buyer), remove(`/api/users/${buyer.id}`, admin)]);
      expect([booked.status, deleted.status].join()).toMatch(/^(201,400|401,200)$/);
      await expectBooksRight(event);
    }
  });
});
