import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { engines, environmentOf, freshDatabase } from '../../../tests/engines.ts';
import { keptTerminal } from '../../../tests/kept-terminal.ts';
import { run } from './run.ts';

async function ticketctl(env: Record<string, string>, ...argv: string[]) {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  const said = keptTerminal();
  const code = await run(argv, { terminal: said.terminal });
  const marks = Object.fromEntries([...said.printed.matchAll(/^(ok|MEND) +(\w+(?: \w+)?) {2}/gm)].map(([, mark, about]) => [about, mark]));
  return { code, printed: said.printed, marks };
}
afterEach(() => {
  vi.unstubAllEnvs();
});

describe.each(engines)('ticketctl doctor on %s', (engine) => {
  let fresh: Awaited<ReturnType<typeof freshDatabase>>;
  beforeAll(async () => {
    fresh = await freshDatabase(engine);
  });
  afterAll(() => fresh.drop());

  it('says of an empty database how its tables are made, and makes none', async () => {
    for (let times = 0; times < 2; times += 1) {
      const { code, printed, marks } = await ticketctl(environmentOf(fresh.config), 'doctor');
      expect([code, marks['database'], printed]).toEqual([1, 'MEND', expect.stringMatching(/ticketctl migrate|DATA_DIR/)]);
    }
  });

  it('finds a sound installation sound', async () => {
    expect((await ticketctl(environmentOf(fresh.config), 'migrate')).code).toBe(0);
    const { printed, marks } = await ticketctl(environmentOf(fresh.config), 'doctor');
    // The throwaway servers do not wait for their disks at COMMIT.
    expect(marks).toMatchObject({ program: 'ok', configuration: 'ok', database: 'ok', clocks: 'ok', [engine === 'sqlite' ? 'disk' : 'TLS']: 'ok' });
    expect(printed).toMatch(/protections +(CHECK, isolation and durability are as promised|The database .* a power cut may lose bookings)/);
  });
});

describe('ticketctl doctor', () => {
  it('names each fault of the configuration, and goes no further', async () => {
    for (const [env, faults] of [
      [{ PORT: 'x', BCRYPT_COST: '1' }, /^MEND +configuration .*[\s\S]*PORT: [\s\S]*BCRYPT_COST: /m],
      [{ PORT: '3000', BCRYPT_COST: '10', SECURITY_PROFILE: 'locked' }, /^MEND +configuration .*[\s\S]*JWT_SECRET: is missing/m],
    ] as const) {
      const { code, printed, marks } = await ticketctl(env, 'doctor');
      expect([code, printed, marks['database']]).toEqual([1, expect.stringMatching(faults), undefined]);
    }
  });

  it('names a misspelt variable', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ticket-doctor-'));
    const { printed } = await ticketctl({ DATA_DIR: join(folder, 'deep/data'), JWT_SECRETS: 'x' }, 'doctor');
    expect(printed).toMatch(/^MEND +configuration +JWT_SECRETS is not a variable/m);
    expect(existsSync(join(folder, 'deep'))).toBe(false);
    rmSync(folder, { recursive: true });
  });

  it('takes no other machine for this one', async () => {
    const { marks, printed } = await ticketctl({ DB_HOST: 'localhost.invalid', DB_NAME: 'x', DB_USER: 'x' }, 'doctor');
    expect([marks['TLS'], printed]).toEqual(['MEND', expect.stringMatching(/^MEND +database .*Is the database running, and are DB_HOST/m)]);
  });

  it('names a database that does not answer, with what is insecure on the way to it', async () => {
    const server = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = String(typeof address === 'object' ? address?.port : '');
    const { code, marks } = await ticketctl({ DB_HOST: '127.0.0.1', DB_PORT: port, DB_NAME: 'x', DB_USER: 'x' }, 'doctor');
    server.close();
    expect([code, marks['database'], marks['TLS']]).toEqual([1, 'MEND', 'ok']);
  });
});
