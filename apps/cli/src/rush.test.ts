import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { everyUseCase } from '@ticket/adapters';
import { Unavailable } from '@ticket/domain';
import { inMemoryPorts } from '@ticket/domain/testing';
import fc from 'fast-check';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { keptTerminal } from '../../../tests/kept-terminal.ts';
import { arrivalsMs, CURVES } from './arrivals.ts';
import { run } from './run.ts';
import { barsOf, percentile } from './rush-report.ts';
import { differencesOf, emptyTally, hold } from './sale.ts';
import { onScratchEvent } from './scratch-sale.ts';

const scratchFolders = () => readdirSync(tmpdir()).filter((name) => name.startsWith('ticketctl-rush-'));

describe('ticketctl rush', () => {
  it.each([
    [40, 15, 'burst'],
    [10, 15, 'flat'],
  ])(
    'sells to %i buyers of %i tickets (%s), audits them, and leaves no folder',
    async (buyers, tickets, curve) => {
      const before = scratchFolders();
      const said = keptTerminal();
      const argv = ['rush', '--buyers', String(buyers), '--tickets', String(tickets), ...(curve === 'burst' ? [] : ['--curve', curve])];
      expect(await run(argv, { terminal: said.terminal })).toBe(0);
      const sold = Math.min(buyers, tickets);
      expect(said.printed).toMatch(new RegExp(`sold +${sold}\\n +refused +${buyers - sold}`));
      expect(said.printed).toContain(`Audit: ${sold} of ${tickets} tickets sold, once each; the books agree.`);
      expect(scratchFolders()).toEqual(before);
    },
    60_000,
  );
});

describe('ticketctl rush --here', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ticket-here-'));
    vi.stubEnv('DATA_DIR', folder);
    return () => {
      vi.unstubAllEnvs();
      rmSync(folder, { recursive: true });
    };
  });
  const ticketctl = async (...argv: string[]) => {
    const said = keptTerminal();
    return [await run(argv, { terminal: said.terminal }), said.printed] as const;
  };

  it('leaves nothing on a database that has no admin, also of thousands of tickets', async () => {
    expect(await ticketctl('rush', '--here', '--buyers', '3000', '--tickets', '3000')).toEqual([
      0,
      expect.stringContaining('3000 of 3,000 tickets sold'),
    ]);
    for (const noun of ['user', 'event', 'booking']) expect(await ticketctl(noun, 'list')).toEqual([0, '']);
  });

  it('keeps an event that somebody else has booked, and says so', async () => {
    vi.stubEnv('TICKETS_PASSWORD', 'river stone');
    const [, made] = await ticketctl('user', 'create', '--name', 'Ann', '--email', 'ann@example.com');
    const sale = await onScratchEvent(3, keptTerminal().terminal);
    for (const userId of [sale.buyerOf(0).userId, made.split(' ')[0] ?? ''])
      await sale.useCases.bookTickets({ actor: { userId, role: 'user' } }, { eventId: sale.eventId, quantity: 1 });
    await expect(sale.end()).rejects.toMatchObject({ code: 'event_has_active_bookings' });
    expect(await ticketctl('booking', 'list')).toEqual([0, expect.stringMatching(/^[^\n]+ann@example\.com[^\n]+\n$/)]);
    expect(sale.leftovers).toContain(sale.eventId);
  });
});

/** A sale in memory, whose use cases a test may damage. */
async function saleOf(totalTickets: number, buyers: number) {
  const ports = inMemoryPorts();
  const useCases = everyUseCase(ports);
  const account = { name: 'Ann', email: 'ann@example.com', password: 'river stone', role: 'admin' } as const;
  const { id: userId } = (await useCases.createUser({ actor: 'operator' }, account)).value;
  const actor = { userId, role: 'admin' } as const;
  const plan = { name: 'Rush', location: 'here', eventDate: new Date('2999-01-01'), ticketPriceCents: 1, totalTickets };
  const eventId = (await useCases.createEvent({ actor }, plan)).value.id;
  return { ports, useCases, sale: { eventId, buyerOf: () => actor, arrivalsMs: arrivalsMs('burst', buyers) }, tally: emptyTally(buyers) };
}
const never = new AbortController().signal;

describe('the books of a rush', () => {
  it('agree after any sale', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 60 }), async (tickets, buyers) => {
        const { useCases, sale, tally } = await saleOf(tickets, buyers);
        await hold(useCases, sale, tally, never);
        expect([tally.sold.length, tally.sold.length + tally.refused]).toEqual([Math.min(tickets, buyers), buyers]);
        expect(await differencesOf(useCases, sale.eventId, tally)).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });

  it('name a booking that a buyer was told of and that is not stored', async () => {
    const { useCases, sale, tally } = await saleOf(3, 3);
    await hold(useCases, sale, tally, never);
    await useCases.deleteBooking({ actor: 'operator' }, tally.sold[0]?.id ?? '');
    expect(await differencesOf(useCases, sale.eventId, tally)).toEqual([
      expect.stringMatching(/^1 bookings that buyers were told of are not stored/),
    ]);
  });

  it('name a booking that two buyers were told of, and one that nobody was told of', async () => {
    const { useCases, sale, tally } = await saleOf(3, 2);
    await hold(useCases, sale, tally, never);
    tally.sold.splice(0, 1, ...tally.sold.slice(1));
    expect(await differencesOf(useCases, sale.eventId, tally)).toEqual([
      '1 buyers were told of a booking that another buyer has',
      expect.stringMatching(/^1 bookings are stored that no buyer was told of/),
    ]);
  });

  it('allow a stored booking for each order whose outcome nobody knows, and no more', async () => {
    const { useCases, sale, tally } = await saleOf(3, 3);
    let orders = 0;
    const lostOnce = async (...order: Parameters<typeof useCases.bookTickets>) => {
      const answer = await useCases.bookTickets(...order);
      orders += 1;
      if (orders === 1) throw new Unavailable('lost', { outcome: 'unknown' });
      return answer;
    };
    await hold({ bookTickets: lostOnce }, sale, tally, never);
    expect([tally.sold.length, tally.unknown, await differencesOf(useCases, sale.eventId, tally)]).toEqual([2, 1, []]);
    tally.unknown = 0;
    expect(await differencesOf(useCases, sale.eventId, tally)).toHaveLength(1);
  });

  it('a buyer who is told to come again does so, and counts once', async () => {
    const { useCases, sale, tally } = await saleOf(2, 2);
    let orders = 0;
    const busyOnce: typeof useCases.bookTickets = async (...order) => {
      orders += 1;
      if (orders === 1) throw new Unavailable('busy', { retryAfterSeconds: 0.01 });
      return useCases.bookTickets(...order);
    };
    await hold({ bookTickets: busyOnce }, sale, tally, never);
    expect([tally.sold.length, tally.repeated, tally.answeredMs.length]).toEqual([2, 1, 2]);
  });

  it('a buyer who is always told to come again gives up, and a fault that lasts ends the sale', async () => {
    const { useCases, sale, tally } = await saleOf(2, 12);
    const busy = { bookTickets: () => Promise.reject(new Unavailable('busy', { retryAfterSeconds: 0.001 })) };
    await hold(busy, sale, tally, never);
    expect([tally.turnedAway, await differencesOf(useCases, sale.eventId, tally)]).toEqual([12, []]);
    const full = { bookTickets: () => Promise.reject(new Unavailable('no room', { retryAfterSeconds: 10 })) };
    await expect(hold(full, sale, emptyTally(12), never)).rejects.toThrow('no room');
  });

  it('any other error ends the sale after every buyer has an answer', async () => {
    const { useCases, sale, tally } = await saleOf(5, 4);
    let orders = 0;
    const bug: typeof useCases.bookTickets = async (...order) => {
      orders += 1;
      if (orders === 2) throw new Error('a bug');
      return useCases.bookTickets(...order);
    };
    await expect(hold({ bookTickets: bug }, sale, tally, never)).rejects.toThrow('a bug');
    expect(tally.sold).toHaveLength(3);
  });
});

describe('the report of a rush', () => {
  it.each(CURVES)('with the curve %s every buyer arrives, in order, within 17 seconds', (curve) => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3000 }), (buyers) => {
        const at = arrivalsMs(curve, buyers);
        expect(at).toHaveLength(buyers);
        expect(at.every((ms, index) => ms >= (at[index - 1] ?? 0) && ms <= 17_000)).toBe(true);
      }),
    );
  });

  it('a percentile is one of the values, and the share of values at or below it is reached', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1 }), fc.double({ min: 0, max: 1, noNaN: true }), (values, share) => {
        const found = percentile(values, share) ?? Number.NaN;
        expect(values).toContain(found);
        expect(values.filter((one) => one <= found).length).toBeGreaterThanOrEqual(share * values.length);
      }),
    );
    expect(percentile([], 0.5)).toBeUndefined();
  });

  it('the bars fit the terminal, and begin with the first ticket', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 20_000, noNaN: true }), { minLength: 1, maxLength: 500 }),
        fc.integer({ min: 50, max: 200 }),
        (at, columns) => {
          const bars = barsOf(at, columns);
          expect(bars.length).toBeGreaterThan(0);
          expect(bars.length).toBeLessThanOrEqual(21);
          for (const bar of bars) expect(bar.length).toBeLessThanOrEqual(columns);
        },
      ),
    );
    expect(barsOf([], 80)).toEqual([]);
    expect(barsOf([105, 200, 1100], 80).map((bar) => /(\d+)\/s/.exec(bar)?.[1])).toEqual([
      ...['10', '10'],
      ...Array.from({ length: 8 }, () => '0'),
      '10',
    ]);
  });
});
