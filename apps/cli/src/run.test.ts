import { Readable } from 'node:stream';
import { everyUseCase, PROGRAM_VERSION } from '@ticket/adapters';
import { Unavailable } from '@ticket/domain';
import { inMemoryPorts, rowsOf } from '@ticket/domain/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { run } from './run.ts';

let printed: string[];
let complained: string[];
beforeEach(() => {
  [printed, complained] = [[], []];
  vi.spyOn(console, 'log').mockImplementation((line) => void printed.push(String(line)));
  vi.spyOn(console, 'error').mockImplementation((line) => void complained.push(String(line)));
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => complained.push(String(text)) > 0);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

describe('tickets', () => {
  const ports = inMemoryPorts();
  const tickets = (...argv: string[]) => run(argv, (work) => work(everyUseCase(ports), 'memory'));
  const jane = ['user', 'create', '--name', 'Jane', '--email', 'Jane@Example.com', '--role', 'admin'];

  it('user create makes a user with a password from the environment, and prints who it is', async () => {
    vi.stubEnv('TICKETS_PASSWORD', 'correct horse');
    expect(await tickets(...jane)).toBe(0);
    const made = await ports.users.findCredentials('jane@example.com');
    expect(made?.user).toMatchObject({ name: 'Jane', role: 'admin' });
    expect(printed).toEqual([`${made?.user.id} admin jane@example.com`]);
    expect(await everyUseCase(ports).logIn({ email: 'jane@example.com', password: 'correct horse' })).toMatchObject({ user: { name: 'Jane' } });
  });

  it('exits 1 with one sentence for what the domain refuses', async () => {
    vi.stubEnv('TICKETS_PASSWORD', 'correct horse');
    await tickets(...jane);
    complained = [];
    expect(await tickets(...jane)).toBe(1);
    expect(complained).toEqual(['There is a user with this e-mail already. Give another e-mail.\nNothing was changed.']);
  });

  it('exits 1 and names each fault of what was given', async () => {
    vi.stubEnv('TICKETS_PASSWORD', 'x');
    expect(await tickets('user', 'create', '--name', ' ', '--email', 'nobody')).toBe(1);
    expect(complained.join()).toMatch(/name: .+\nemail: .+\npassword: /);
  });

  it.each([
    ['nothing', []],
    ['an empty line', ['\n']],
  ])('exits 2 and says how a password is given where standard input has %s', async (_, chunks) => {
    for (const empty of [undefined, '']) {
      complained = [];
      vi.stubEnv('TICKETS_PASSWORD', empty);
      vi.spyOn(process, 'stdin', 'get').mockReturnValue(Object.assign(Readable.from(chunks), { fd: 0 as const }) as typeof process.stdin);
      expect(await tickets('user', 'create', '--name', 'Jane', '--email', 'nobody@example.com')).toBe(2);
      expect(complained.join('')).toMatch(/^error: .*there is no password.*TICKETS_PASSWORD.* \| tickets user create/);
    }
    expect(await ports.users.findCredentials('nobody@example.com')).toBeUndefined();
  });

  it('an empty TICKETS_PASSWORD counts as not set', async () => {
    vi.stubEnv('TICKETS_PASSWORD', '');
    vi.spyOn(process, 'stdin', 'get').mockReturnValue(
      Object.assign(Readable.from(['river stone\nnot this\n']), { fd: 0 as const }) as typeof process.stdin,
    );
    expect(await tickets('user', 'create', '--name', 'Ann', '--email', 'ann@example.com')).toBe(0);
    expect(await everyUseCase(ports).logIn({ email: 'ann@example.com', password: 'river stone' })).toMatchObject({ user: { name: 'Ann' } });
  });

  it('exits 1 and says when to try again while the database is away', async () => {
    vi.stubEnv('TICKETS_PASSWORD', 'correct horse');
    const away = () => Promise.reject(new Unavailable('no connection', { retryAfterSeconds: 3 }));
    expect(await run(jane, away)).toBe(1);
    expect(complained).toEqual(['Not possible now: no connection. Nothing was changed. Try again in 3 s.']);
  });

  it('exits 1 and says that it may have been done where the database did not answer in the end', async () => {
    vi.stubEnv('TICKETS_PASSWORD', 'correct horse');
    const lost = () => Promise.reject(new Unavailable('the answer to COMMIT was lost', { outcome: 'unknown' }));
    expect(await run(jane, lost)).toBe(1);
    expect(complained).toEqual([expect.stringMatching(/the answer to COMMIT was lost\. It may have been done\. Look/)]);
  });

  it('exits 1 in one line for what the system refuses, and says where to look while no database is reached', async () => {
    vi.stubEnv('TICKETS_PASSWORD', 'correct horse');
    const refused = Object.assign(new Error("EACCES: permission denied, open '/data/x'"), { code: 'EACCES' });
    expect(await run(jane, () => Promise.reject(refused))).toBe(1);
    expect(await run(jane, () => Promise.reject(new Unavailable('connect ENOTFOUND db:3306')))).toBe(1);
    expect(complained).toEqual([
      expect.stringMatching(/^The system refuses what is needed here: EACCES: permission denied, open '\/data\/x'\. .*$/),
      expect.stringMatching(
        /^Not possible now: connect ENOTFOUND db:3306\. Nothing was changed\. Is the database running, and are DB_HOST and DB_PORT .* right\? Try again in 1 s\.$/,
      ),
    ]);
  });

  it('audit exits 0 and counts the events when every ticket is accounted for', async () => {
    await rowsOf(ports).event();
    expect(await tickets('audit')).toBe(0);
    expect(printed).toEqual(['1 events audited in memory, 0 differences']);
    printed = [];
    expect(await tickets('audit', '--json')).toBe(0);
    expect(JSON.parse(printed.join(''))).toEqual({ database: 'memory', differences: [], events: 1 });
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
    const audit = (...argv: string[]) => run(['audit', ...argv], (work) => work(damaged, 'memory'));
    expect(await audit()).toBe(1);
    expect(printed).toEqual([
      'e1  held_and_available_are_total  expected 5  found 6',
      'e1  bookings_have_their_movements  expected 0  found 1  such as booking b1',
      '1 events audited in memory, 2 differences',
      expect.stringContaining('docs/runbook.md'),
    ]);
    printed = [];
    expect(await audit('--json', '--event', '770e8400-e29b-41d4-a716-446655440000')).toBe(1);
    expect(JSON.parse(printed.join('')).differences).toEqual([
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
  ])('exits 2 when it is used wrongly: %j', async (argv) => {
    expect(await tickets(...argv)).toBe(2);
    expect(complained.join('')).toMatch(/error:|Usage:/);
  });

  it.each(['--version', '-v'])('exits 0 and prints the version with %s', async (option) => {
    expect(await tickets(option)).toBe(0);
    expect([printed, PROGRAM_VERSION]).toEqual([[`${PROGRAM_VERSION}\n`], expect.stringMatching(/^\d+\.\d+\.\d+/)]);
  });

  it('exits 0 for its help', async () => {
    expect(await tickets('--help')).toBe(0);
    expect(printed.join('')).toContain('migrate');
  });
});
