import { describe, expect, it } from 'vitest';
import { createUseCases } from '../selling/use-cases.ts';
import { times } from '../testing/store.ts';
import { emptyMemory, inMemoryPorts, inMemoryPortsWithoutAccounts } from './index.ts';

describe('two ports on one memory', () => {
  it('never give the same id', () => {
    const memory = emptyMemory();
    const servers = [inMemoryPorts({}, memory), inMemoryPorts({}, memory)];
    const ids = times(3, () => servers.map(({ newId }) => newId())).flat();
    expect(new Set(ids).size).toBe(6);
    expect(ids).toEqual([...ids].sort());
  });

  it('sell from one stock without accounts', async () => {
    const memory = emptyMemory({ hasAccounts: false });
    const [one, other] = [createUseCases(inMemoryPortsWithoutAccounts({}, memory)), createUseCases(inMemoryPortsWithoutAccounts({}, memory))];
    const admin = { actor: { userId: 'ani', role: 'admin' } } as const;
    const plan = { name: 'Jazz', location: 'Palembang', eventDate: new Date('2031-01-02'), ticketPriceCents: 100, totalTickets: 2 };
    const { value: event } = await one.createEvent(admin, plan);
    await Promise.all([one, other].map(({ bookTickets }) => bookTickets(admin, { eventId: event.id, quantity: 1 })));
    expect((await other.readEvent(admin, event.id)).availableTickets).toBe(0);
  });
});

it('ports without accounts refuse a memory that has accounts', () => {
  expect(() => inMemoryPortsWithoutAccounts({}, emptyMemory())).toThrow('the memory has no accounts');
});
