import { anId, OPERATOR } from '@ticket/domain/testing';
import { describe, expect, it } from 'vitest';
import { TOKENS } from '../packages/adapters/src/container.ts';
import { NO_MEASURES } from '../packages/adapters/src/measures.ts';
import { type Engine, engines } from './engines.ts';
import { CONCERT, openApi } from './open-api.ts';
import { openContainer } from './open-store.ts';

/** A scrape's series, by name and labels. */
const scrape = async ({ metrics }: Awaited<ReturnType<typeof openApi>>) => {
  const text = await metrics.registry.metrics();
  return new Map([...text.matchAll(/^([^#\s]\S*) (\S+)$/gm)].map(([, series = '', value]) => [series, Number(value)]));
};

describe.each(engines)('what is counted, %s', (engine: Engine) => {
  it('is what was asked for: bookings, refusals, failed logins, batches and their locks', async () => {
    const api = await openApi(engine, 'open');
    try {
      const [admin, buyer] = [await api.account({ role: 'admin' }), await api.account()];
      const event = (await api.send('POST', '/api/events', { as: admin, body: { ...CONCERT, total_tickets: 30 } })).body.data.id;
      const order = () => api.send('POST', '/api/bookings', { as: buyer, body: { event_id: event, quantity: 1 } });
      const before = await scrape(api);
      const answers = await Promise.all(Array.from({ length: 40 }, order));
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(30);
      for (let n = 0; n < 3; n++) await api.send('POST', '/api/auth/login', { body: { email: 'nobody@example.com', password: 'wrong' } });
      const after = await scrape(api);
      const rise = (series: string) => (after.get(series) ?? 0) - (before.get(series) ?? 0);
      const requests = (method: string, route: string, status: number) =>
        rise(`http_request_duration_seconds_count{method="${method}",route="${route}",status="${status}"}`);
      expect(requests('POST', '/api/bookings', 201)).toBe(30);
      expect(requests('POST', '/api/bookings', 400)).toBe(10);
      expect(requests('POST', '/api/auth/login', 401)).toBe(3);
      expect(rise('tickets_refusals_total{reason="insufficient_tickets"}')).toBe(10);
      expect(rise('tickets_refusals_total{reason="wrong_credentials"}')).toBe(3);
      // Every order was in one batch. Each batch waited once for the lock, and there were fewer batches than orders.
      expect(rise('tickets_batch_size_sum')).toBe(40);
      expect(rise('tickets_batch_size_count')).toBeGreaterThan(0);
      expect(rise('tickets_batch_size_count')).toBeLessThan(40);
      expect(rise('tickets_queue_wait_seconds_count')).toBe(rise('tickets_batch_size_count'));
      expect(rise('tickets_lock_wait_seconds_count')).toBe(rise('tickets_batch_size_count'));
      for (const idle of ['tickets_stock_queue_length', 'tickets_password_queue_length', 'tickets_unknown_outcomes_total'])
        expect(after.get(idle)).toBe(0);
      // Only servers have a pool. Every connection that was taken from it was returned.
      expect(after.get('tickets_connections_in_use')).toBe(engine === 'sqlite' ? undefined : 0);
      expect(after.get('tickets_connection_queue_length')).toBe(engine === 'sqlite' ? undefined : 0);
      if (engine !== 'sqlite') expect(after.get('tickets_connections_idle')).toBeGreaterThan(0);
    } finally {
      await api.close();
    }
  });

  it('never stops the work that is counted', async () => {
    const bug = () => {
      throw new Error('a bug in the counting');
    };
    const broken = Object.fromEntries(Object.keys(NO_MEASURES).map((name) => [name, bug])) as unknown as typeof NO_MEASURES;
    const { container, close } = await openContainer(engine, {}, broken);
    try {
      const { createUser, createEvent } = container.get(TOKENS.useCases);
      const { value: admin } = await createUser(OPERATOR, { name: 'Ani', email: `${anId()}@example.com`, password: 'correct horse', role: 'admin' });
      const context = { actor: { userId: admin.id, tokenVersion: admin.tokenVersion } };
      const { value: event } = await createEvent(context, {
        name: 'Jazz',
        location: 'Palembang',
        eventDate: new Date('2031-01-02T19:00:00Z'),
        ticketPriceCents: 1,
        totalTickets: 1,
      });
      await expect(container.get(TOKENS.useCases).bookTickets(context, { eventId: event.id, quantity: 1 })).resolves.toMatchObject({
        value: { status: 'confirmed' },
      });
    } finally {
      await close();
    }
  });
});
