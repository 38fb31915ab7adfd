import { describe, expect, it } from 'vitest';
import { audit } from '../apps/http/src/auditing.ts';
import { TOKENS } from '../packages/adapters/src/container.ts';
import { engines } from './engines.ts';
import { CONCERT, openApi } from './open-api.ts';

describe.each(engines)('the audit that the server makes by itself, on %s', (engine) => {
  it('F30: tells of a difference in one line and in the metrics, repairs nothing, and tells when it is gone', async () => {
    const api = await openApi(engine, 'open');
    try {
      const { auditStock } = api.container.get(TOKENS.useCases);
      const lines: unknown[] = [];
      const auditing = { auditStock, log: (line: unknown) => void lines.push(line), metrics: api.metrics };
      const write = (sql: string, ids: readonly string[]) =>
        api.container.get(TOKENS.database).transaction((manager) => manager.query(`${sql} WHERE id IN (${ids.map(() => '?').join(', ')})`, [...ids]));
      const found = async () =>
        Promise.all(
          ['tickets_audit_events', 'tickets_audit_differences', 'tickets_audit_timestamp_seconds'].map(async (name) =>
            Number(/^\w+ (\S+)$/m.exec(await api.metrics.registry.getSingleMetricAsString(name))?.[1]),
          ),
        );
      expect(await found()).toEqual([0, 0, 0]);

      const admin = await api.account({ role: 'admin' });
      const made = await Promise.all(Array.from({ length: 60 }, () => api.send('POST', '/api/events', { as: admin, body: CONCERT })));
      const ids: string[] = made.map(({ body }) => body.data.id);
      await audit(auditing);
      expect([await found(), lines]).toEqual([[60, 0, expect.closeTo(Date.now() / 1000, -3)], []]);

      const spoilt = ids.slice(5, 30);
      await write('UPDATE events SET available_tickets = available_tickets - 1', spoilt);
      await audit(auditing);
      expect((await found()).slice(0, 2)).toEqual([60, 50]);
      expect(lines).toHaveLength(1);
      expect(lines[0]).toMatchObject({ level: 'error', message: 'stock, bookings and ledger do not agree', events: 60, differences: 50 });
      const { shown } = lines[0] as { shown: { eventId: string }[] };
      expect(shown).toHaveLength(20); // the line stays one line, for any number of differences
      expect(shown[0]).toEqual({ eventId: spoilt.toSorted()[0], rule: 'held_and_available_are_total', expected: 100, found: 99 });

      await audit(auditing);
      expect(lines).toHaveLength(2); // the state is the same as before
      await write('UPDATE events SET available_tickets = available_tickets + 1', spoilt);
      await audit(auditing);
      expect([(await found()).slice(0, 2), lines.length]).toEqual([[60, 0], 2]);
    } finally {
      await api.close();
    }
  });
});
