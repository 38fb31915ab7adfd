import { createContainer, loadConfig, TOKENS } from '@ticket/adapters';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { engines, environmentOf, freshDatabase } from '../../../tests/engines.ts';
import { keptTerminal } from '../../../tests/kept-terminal.ts';
import { run } from './run.ts';

describe.each(engines)('on %s, ticketctl', (engine) => {
  let environment: Record<string, string>;
  let drop: () => Promise<void>;
  let said: ReturnType<typeof keptTerminal>;
  const of = { admin: '', buyer: '', event: '', booking: '' };

  /** Runs a command that succeeds, and gives what it printed. */
  async function ticketctl(...argv: string[]): Promise<string> {
    said = keptTerminal();
    const code = await run(argv, { terminal: said.terminal });
    expect([code, said.told]).toEqual([0, said.told]);
    return said.printed.trimEnd();
  }

  async function refused(...argv: string[]): Promise<string> {
    said = keptTerminal();
    expect([await run(argv, { terminal: said.terminal }), said.printed]).toEqual([1, '']);
    return said.told.join('\n');
  }

  beforeAll(async () => {
    const fresh = await freshDatabase(engine);
    drop = fresh.drop;
    environment = environmentOf(fresh.config);
  });
  afterAll(() => drop());
  beforeEach(() => {
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    vi.stubEnv('TICKETS_PASSWORD', 'river stone lantern');
    return () => vi.unstubAllEnvs();
  });

  it('makes users, and promotes and demotes them, but keeps one admin', async () => {
    for (const [name, email] of [
      ['Ibu Ani', 'ani@example.com'],
      ['Budi', 'budi@example.com'],
    ] as const) {
      const [id = '', role] = (await ticketctl('user', 'create', '--name', name, '--email', email)).split(' ');
      expect(role).toBe('user');
      of[name === 'Budi' ? 'buyer' : 'admin'] = id;
    }
    expect(await ticketctl('user', 'promote', of.admin)).toBe(`${of.admin} admin ani@example.com`);
    expect(await refused('user', 'demote', of.admin)).toContain('At least one admin');
    expect(await ticketctl('user', 'promote', 'Budi@Example.com')).toBe(`${of.buyer} admin budi@example.com`);
    expect(await ticketctl('user', 'demote', of.buyer)).toContain(' user ');
    for (const nobody of ['bud@example.com', 'nobody@example.com', '@', '--@--', `${'a.'.repeat(120)}b@example.com`, of.admin.replace(/.$/, 'x')])
      expect(await refused('user', 'show', '--', nobody)).toContain(`There is no user ${nobody}`);
  });

  it('makes an event for an admin alone, and changes it', async () => {
    const fields = ['--name', 'Jazz 🎷', '--location', 'Palembang', '--date', '2027-02-15T19:00:00+07:00', '--price', '50000.5', '--tickets', '5'];
    expect(await refused('event', 'create', ...fields, '--organizer', of.buyer)).toContain('ticketctl user promote');
    of.event = await ticketctl('event', 'create', ...fields, '--organizer', 'ani@example.com');
    expect(JSON.parse(await ticketctl('event', 'show', of.event, '--json'))).toMatchObject({
      name: 'Jazz 🎷',
      event_date: '2027-02-15T12:00:00.000Z',
      ticket_price: '50000.50',
      available_tickets: 5,
      description: null,
      organizer: { email: 'ani@example.com' },
    });
    expect(await ticketctl('event', 'change', of.event, '--tickets', '4', '--description', '=1+1')).toBe(of.event);
    expect(await ticketctl('event', 'show', of.event)).toMatch(/^total_tickets +4$/m);
  });

  it('books, cancels and confirms, and the stock follows', async () => {
    const stock = async () => JSON.parse(await ticketctl('event', 'show', of.event, '--json')).available_tickets;
    of.booking = await ticketctl('booking', 'create', '--event', of.event, '--user', 'budi@example.com', '--quantity', '3');
    expect(await stock()).toBe(1);
    expect(await refused('booking', 'create', '--event', of.event, '--user', of.buyer, '--quantity', '2')).toBe(
      '2 tickets were asked for, and 1 is left.\nNothing was changed.',
    );
    expect(await refused('event', 'delete', of.event)).toContain('bookings that hold tickets');
    await ticketctl('booking', 'cancel', of.booking);
    expect(await stock()).toBe(4);
    await ticketctl('booking', 'confirm', of.booking);
    expect(await stock()).toBe(1);
    expect(JSON.parse(await ticketctl('booking', 'show', of.booking, '--json'))).toMatchObject({ status: 'confirmed', user: { name: 'Budi' } });
  });

  it('lists with the filters of the API: as JSON, as CSV without formulas, and as lines', async () => {
    expect(JSON.parse(await ticketctl('event', 'list', '--q', 'jazz pal', '--json'))).toMatchObject([{ id: of.event }]);
    expect(JSON.parse(await ticketctl('event', 'list', '--q', 'metal', '--json'))).toEqual([]);
    expect(await ticketctl('event', 'list', '--q', 'metal')).toBe('');
    expect(said.told).toEqual(['There are none.']);
    expect(
      JSON.parse(await ticketctl('event', 'list', '--available', '--sort', 'event_date', '--from', '2027-01-01T00:00:00Z', '--json')),
    ).toHaveLength(1);
    const [head, row] = (await ticketctl('event', 'list', '--csv')).split('\r\n');
    expect([head?.split(',')[0], row]).toEqual(['id', expect.stringContaining(",'=1+1,ani@example.com")]);
    expect((await ticketctl('booking', 'list', '--event', of.event, '--status', 'confirmed')).split('\t')).toEqual(
      expect.arrayContaining([of.booking, 'Jazz 🎷', 'budi@example.com', '3', 'confirmed']),
    );
    expect(JSON.parse(await ticketctl('booking', 'list', '--user', 'ani@example.com', '--json'))).toEqual([]);
    expect((await ticketctl('user', 'list')).split('\n')).toHaveLength(2);
    expect(await ticketctl('user', 'list', '--role', 'admin', '--q', 'ani exam')).toMatch(/^\S+\tani@example\.com\tadmin/);
    expect(await ticketctl('user', 'list', '--role', 'user', '--q', 'ani')).toBe('');
    expect(await ticketctl('user', 'list', '--limit', '1')).toContain('ani@example.com');
    expect(await refused('event', 'list', '--q', 'jazz', '--available')).toBe(
      '--available: cannot be combined with the other filters\nNothing was changed.',
    );
  });

  it('ends the sessions of a user, by a logout and by a new password', async () => {
    const container = createContainer(loadConfig(environment));
    await container.get(TOKENS.database).connect();
    try {
      const { logIn, readSelf } = container.get(TOKENS.useCases);
      const tokens = container.get(TOKENS.tokens);
      const session = async (password: string) => tokens.verify((await logIn({ email: 'budi@example.com', password })).token);
      const first = await session('river stone lantern');
      expect(await readSelf({ actor: first ?? 'anonymous' })).toMatchObject({ name: 'Budi' });
      await ticketctl('user', 'logout', of.buyer);
      await expect(readSelf({ actor: first ?? 'anonymous' })).rejects.toMatchObject({ code: 'unauthenticated' });
      vi.stubEnv('TICKETS_PASSWORD', 'another lantern stone');
      await ticketctl('user', 'password', of.buyer);
      expect(await readSelf({ actor: (await session('another lantern stone')) ?? 'anonymous' })).toMatchObject({ name: 'Budi' });
    } finally {
      await container.unbindAllAsync();
    }
  });

  it('deletes a booking, an event and a user, and the audit agrees', async () => {
    expect(await refused('user', 'delete', of.buyer)).toContain('bookings that hold tickets');
    await ticketctl('booking', 'delete', of.booking);
    await ticketctl('event', 'delete', of.event);
    await ticketctl('user', 'delete', of.buyer);
    for (const [noun, id] of [
      ['booking', of.booking],
      ['event', of.event],
      ['user', of.buyer],
    ] as const)
      expect(await refused(noun, 'show', id)).toContain(`There is no ${noun} ${id}`);
    expect(await ticketctl('audit')).toContain('1 events audited');
  });

  it('rush --here sells a scratch event and leaves nothing but its ledger', async () => {
    const before = await ticketctl('user', 'list', '--csv');
    const report = await ticketctl('rush', '--here', '--buyers', '40', '--tickets', '12');
    expect(report).toMatch(/sold +12$/m);
    expect(report).toMatch(/refused +28 /);
    expect(report).toContain('Audit: 12 of 12 tickets sold, once each; the books agree.');
    expect([await ticketctl('event', 'list', '--csv'), await ticketctl('booking', 'list', '--csv')].map((csv) => csv.split('\r\n').length)).toEqual([
      1, 1,
    ]);
    expect(await ticketctl('user', 'list', '--csv')).toBe(before);
    expect(await ticketctl('audit')).toContain('2 events audited');
  });
});
