import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { engines, environmentOf, freshDatabase } from '../../../tests/engines.ts';
import { keptTerminal } from '../../../tests/kept-terminal.ts';
import { run } from './run.ts';

describe.each(engines)('ticketctl demo on %s', (engine) => {
  let fresh: Awaited<ReturnType<typeof freshDatabase>>;
  beforeAll(async () => {
    fresh = await freshDatabase(engine);
  });
  afterAll(() => fresh.drop());
  beforeEach(() => {
    for (const [name, value] of Object.entries(environmentOf(fresh.config))) vi.stubEnv(name, value);
    // The stricter profile refuses common passwords, past events and many tickets for one user.
    vi.stubEnv('SECURITY_PROFILE', 'locked');
    return () => vi.unstubAllEnvs();
  });
  const ticketctl = async (...argv: string[]) => {
    const said = keptTerminal();
    return { code: await run(argv, { terminal: said.terminal }), printed: said.printed };
  };

  it('fills an empty database once, with one event that is sold out, and the audit agrees', async () => {
    const [first, second] = [await ticketctl('demo'), await ticketctl('demo')];
    expect([first.code, second.code]).toEqual([0, 1]);
    expect(first.printed).toMatch(
      /^Log in as rani@demo\.example with the password \S{16}\n8 events, 9 users, \d+ tickets sold, [1-9]\d* bookings cancelled, in /,
    );
    expect(second.printed).toMatch(/already.*Nothing was changed\. Choose another: DATA_DIR=/);
    const events: { available_tickets: number }[] = JSON.parse((await ticketctl('event', 'list', '--json')).printed);
    expect(events.filter(({ available_tickets: left }) => left === 0)).toHaveLength(1);
    expect(await ticketctl('audit')).toMatchObject({ code: 0, printed: expect.stringContaining('8 events audited') });
  });
});
