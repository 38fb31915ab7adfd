import { Readable } from 'node:stream';
import { everyUseCase, PROGRAM_VERSION } from '@ticket/adapters';
import { Unavailable } from '@ticket/domain';
import { inMemoryPorts, rowsOf } from '@ticket/domain/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { keptTerminal } from '../../../tests/kept-terminal.ts';
import { run } from './run.ts';
import type { WithUseCases } from './with-use-cases.ts';

let said: ReturnType<typeof keptTerminal>;
beforeEach(() => {
  said = keptTerminal();
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

describe('ticketctl', () => {
  const ports = inMemoryPorts();
  const on = (argv: readonly string[], withUseCases: WithUseCases) => {
    said = keptTerminal();
    return run(argv, { terminal: said.terminal, withUseCases });
  };
  const ticketctl = (...argv: string[]) => on(argv, (work) => work(everyUseCase(ports), 'memory'));
  const jane = ['user', 'create', '--name', 'Jane', '--email', 'Jane@Example.com', '--role', 'admin'];

  it('user create makes a user with a password from the environment, and prints who it is', async () => {
    vi.stubEnv('TICKETS_PASSWORD', 'correct horse');
    expect(await ticketctl(...jane)).toBe(0);
    const made = await ports.users.findCredentials('jane@example.com');
    expect(made?.user).toMatchObject({ name: 'Jane', role: 'admin' });
    expect(said.printed).toBe(`${made?.user.id} admin jane@example.com\n`);
    expect(await everyUseCase(ports).logIn({ email: 'jane@example.com', password: 'correct horse' })).toMatchObject({ user: { name: 'Jane' } });
  });

  it('exits 1 with one sentence for what the domain refuses', async () => {
    vi.stubEnv('TICKETS_PASSWORD', 'correct horse');
    await ticketctl(...jane);
    expect(await ticketctl(...jane)).toBe(1);
    expect(said.told).toEqual(['There is a user with this e-mail already. Give another e-mail.\nNothing was changed.']);
  });

  it('exits 1 and names each fault of what was given', async () => {
    vi.stubEnv('TICKETS_PASSWORD', 'x');
    expect(await ticketctl('user', 'create', '--name', ' ', '--email', 'nobody')).toBe(1);
    expect(said.told.join()).toMatch(/--name: .+\n--email: .+\npassword: /);
  });

  it.each([
    ['nothing', []],
    ['an empty line', ['\n']],
  ])('exits 2 and says how a password is given where standard input has %s', async (_, chunks) => {
    for (const empty of [undefined, '']) {
      vi.stubEnv('TICKETS_PASSWORD', empty);
      vi.spyOn(process, 'stdin', 'get').mockReturnValue(Object.assign(Readable.from(chunks), { fd: 0 as const }) as typeof process.stdin);
      expect(await ticketctl('user', 'create', '--name', 'Jane', '--email', 'nobody@example.com')).toBe(2);
      expect(said.told.join('')).toMatch(/^error: .*there is no password.*TICKETS_PASSWORD.* \| ticketctl user/);
    }
    expect(await ports.users.findCredentials('nobody@example.com')).toBeUndefined();
  });

  it('an empty TICKETS_PASSWORD counts as not set', async () => {
    vi.stubEnv('TICKETS_PASSWORD', '');
    vi.spyOn(process, 'stdin', 'get').mockReturnValue(
      Object.assign(Readable.from(['river stone\nnot this\n']), { fd: 0 as const }) as typeof process.stdin,
    );
    expect(await ticketctl('user', 'create', '--name', 'Ann', '--email', 'ann@example.com')).toBe(0);
    expect(await everyUseCase(ports).logIn({ email: 'ann@example.com', password: 'river stone' })).toMatchObject({ user: { name: 'Ann' } });
  });

  it('exits 3 and says when to try again while the database is away', async () => {
    vi.stubEnv('TICKETS_PASSWORD', 'correct horse');
    expect(await on(jane, () => Promise.reject(new Unavailable('no connection', { retryAfterSeconds: 3 })))).toBe(3);
    expect(said.told).toEqual(['Not possible now: no connection. Nothing was changed. Try again in 3 s.']);
  });

  it('exits 3 and says that it may have been done where the database did not answer in the end', async () => {
    vi.stubEnv('TICKETS_PASSWORD', 'correct horse');
    expect(await on(jane, () => Promise.reject(new Unavailable('the answer to COMMIT was lost', { outcome: 'unknown' })))).toBe(3);
    expect(said.told).toEqual([expect.stringMatching(/the answer to COMMIT was lost\. It may have been done\. Look/)]);
  });

  it('exits 3 in one line for what the system refuses, and says where to look while no database is reached', async () => {
    vi.stubEnv('TICKETS_PASSWORD', 'correct horse');
    const refused = Object.assign(new Error("EACCES: permission denied, open '/data/x'"), { code: 'EACCES' });
    expect(await on(jane, () => Promise.reject(refused))).toBe(3);
    expect(said.told).toEqual([expect.stringMatching(/^The system refuses what is needed here: EACCES: permission denied, open '\/data\/x'\. .*$/)]);
    expect(await on(jane, () => Promise.reject(new Unavailable('connect ENOTFOUND db:3306')))).toBe(3);
    expect(said.told).toEqual([
      expect.stringMatching(
        /^Not possible now: connect ENOTFOUND db:3306\. Nothing was changed\. Is the database running, and are DB_HOST and DB_PORT .* right\? Try again in 1 s\.$/,
      ),
    ]);
  });

  it('--verbose adds the causes of an error', async () => {
    vi.stubEnv('TICKETS_PASSWORD', 'correct horse');
    const away = () => Promise.reject(new Unavailable('no connection', { cause: new Error('Too many connections') }));
    await on(jane, away);
    expect(said.said).not.toContain('Too many connections');
    await on(['--verbose', ...jane], away);
    expect(said.said).toMatch(/Not possible now: no connection\.[\s\S]*Caused by: Error: Too many connections\n +at /);
  });

  it('audit exits 0 and counts the events when every ticket is accounted for', async () => {
    await rowsOf(ports).event();
    expect(await ticketctl('audit')).toBe(0);
    expect(said.printed).toBe('1 events audited in memory, 0 differences\n');
    expect(await ticketctl('audit', '--json')).toBe(0);
    expect(JSON.parse(said.printed)).toEqual({ database: 'memory', differences: [], events: 1 });
  });

  it('audit --json prints nothing for an event that left no trace, so that no reader gets a broken object', async () => {
    expect(await ticketctl('audit', '--json', '--event', '770e8400-e29b-41d4-a716-446655440000')).toBe(1);
    expect([said.printed, said.told]).toEqual(['', [expect.stringMatching(/^There is no event 770e8400/)]]);
  });

  it('audit exits 1 with what is not right, as lines or as one JSON object', async () => {
    const fact = { eventId: 'e1', event: { totalTickets: 5, availableTickets: 5, stockVersion: 1 } };
    const wrong = {
      ...fact,
      heldTickets: 1,
      movedTickets: 5,
      movements: 1,
      firstVersion: 1,
      lastVersion: 1,
      availableAfterIsOffBy: 0,
      unmatchedBookings: 1,
      unmatchedBookingId: 'b1',
    };
    const damaged = everyUseCase({
      ...ports,
      stockQueries: { page: async (after) => (after === undefined ? [wrong] : []), find: async () => [wrong] },
    });
    const audit = (...argv: string[]) => on(['audit', ...argv], (work) => work(damaged, 'memory'));
    expect(await audit()).toBe(1);
    expect(said.printed.split('\n')).toEqual([
      'e1  held_and_available_are_total  expected 5  found 6',
      'e1  bookings_have_their_movements  expected 0  found 1  such as booking b1',
      '1 events audited in memory, 2 differences',
      expect.stringContaining('docs/runbook.md'),
      '',
    ]);
    expect(await audit('--json', '--event', '770e8400-e29b-41d4-a716-446655440000')).toBe(1);
    expect(JSON.parse(said.printed).differences).toEqual([
      { eventId: 'e1', rule: 'held_and_available_are_total', expected: 5, found: 6 },
      { eventId: 'e1', rule: 'bookings_have_their_movements', expected: 0, found: 1, bookingId: 'b1' },
    ]);
  });

  it.each([
    [[]],
    [['nonsense']],
    [['audit', '--event', 'x']],
    [['user']],
    [['user', 'create']],
    [['user', 'create', '--name', 'A', '--email', 'a@b.co', '--role', 'king']],
    [['migrate', '--force']],
    [['rush', '--buyers', '0']],
    [['rush', '--scale', '1000', '--buyers', '101']],
    [['event', 'change', '770e8400-e29b-41d4-a716-446655440000']],
    [['event', 'list', '--sort', 'id']],
    [['event', 'list', '--from', '2027-02-30T10:00:00Z']],
    [['event', 'create', '--price', '1.234']],
  ])('exits 2 when it is used wrongly: %j', async (argv) => {
    expect(await ticketctl(...argv)).toBe(2);
    expect(said.said).toMatch(/error:|Usage:/);
  });

  it.each(['--version', '-v'])('exits 0 and prints the version with %s', async (option) => {
    expect(await ticketctl(option)).toBe(0);
    expect([said.printed, PROGRAM_VERSION]).toEqual([`${PROGRAM_VERSION}\n`, expect.stringMatching(/^\d+\.\d+\.\d+/)]);
  });

  it('the help of the program and of every command has an example', async () => {
    const found: string[] = [];
    const namesIn = (help: string) => [...help.matchAll(/^ {2}([a-z]+) /gm)].flatMap(([, name = '']) => (name === 'help' ? [] : [name]));
    const look = async (path: readonly string[]): Promise<void> => {
      expect(await ticketctl(...path, '--help')).toBe(0);
      const help = said.printed;
      const parts = help.includes('\nCommands:\n') ? namesIn(help.slice(help.indexOf('\nCommands:\n'))) : [];
      if (parts.length === 0) expect([path, help]).toEqual([path, expect.stringContaining(`\n  $ ticketctl ${path.join(' ')}`)]);
      found.push(path.join(' '));
      for (const part of parts) await look([...path, part]);
    };
    await look([]);
    expect(found).toEqual(expect.arrayContaining(['', 'rush', 'event list', 'booking cancel', 'user password']));
  });
});

describe('ticketctl config', () => {
  it('shows what is in force and where it is from, without secrets', async () => {
    vi.stubEnv('JWT_SECRET', 'a-secret-that-nobody-should-see');
    vi.stubEnv('AUDIT_MINUTES', '5');
    expect(await run(['config', '--json'], { terminal: said.terminal })).toBe(0);
    expect(said.said).not.toContain('nobody');
    expect(JSON.parse(said.printed)).toEqual(
      expect.arrayContaining([
        { name: 'AUDIT_MINUTES', value: '5', from: 'environment' },
        { name: 'JWT_SECRET', value: '(secret)', from: 'environment' },
        { name: 'KEEP_ALIVE_SECONDS', value: '5', from: 'default' },
      ]),
    );
    said = keptTerminal();
    expect(await run(['config'], { terminal: said.terminal })).toBe(0);
    expect(said.printed).toMatch(/^AUDIT_MINUTES +5 {2}\(environment\)$/m);
  });

  it('exits 3 with every fault of a configuration that cannot be used', async () => {
    vi.stubEnv('PORT', 'eighty');
    vi.stubEnv('BCRYPT_COST', '99');
    expect([await run(['config'], { terminal: said.terminal }), said.printed]).toEqual([3, '']);
    expect(said.told.join()).toMatch(/PORT: [\s\S]*BCRYPT_COST: /);
  });
});
