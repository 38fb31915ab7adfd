import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engines } from '../engines.ts';
import { type Api, openApi } from '../open-api.ts';

const PASSWORD = 'correct horse 7';

/** Rows 21 and 22 of the threats: one account guessed at, and many accounts tried. */
describe.each(engines)('failed logins on %s', (engine) => {
  let api: Api;
  beforeAll(async () => {
    api = await openApi(engine, 'locked');
  });
  afterAll(() => api.close());

  let accounts = 0;
  const account = async (): Promise<string> => {
    const email = `guessed-${++accounts}@example.com`;
    await api.send('POST', '/api/auth/register', { body: { name: 'Sari', email, password: PASSWORD } });
    return email;
  };
  const logIn = (email: string, password: string, from: string) =>
    api.send('POST', '/api/auth/login', { body: { email, password }, headers: { 'X-Forwarded-For': from } });
  const fail = async (email: string, from: string, times: number): Promise<void> => {
    for (let n = 0; n < times; n++) expect((await logIn(email, `wrong ${n}`, from)).status).toBe(401);
  };

  it('21: an account guessed at from one place is closed to that place, and its owner gets in from elsewhere', async () => {
    const email = await account();
    await fail(email, '198.51.100.1', 10);
    const refused = await logIn(email, PASSWORD, '198.51.100.1');
    expect([refused.status, refused.body]).toEqual([429, { success: false, message: 'Terlalu banyak permintaan', errors: null }]);
    const seconds = Number(refused.headers.get('retry-after'));
    expect(seconds).toBeGreaterThan(800);
    expect(seconds).toBeLessThanOrEqual(900);
    expect((await logIn(email, PASSWORD, '198.51.100.2')).status).toBe(200);
  });

  it('21: the case of the e-mail and the spaces around it change nothing, nor does whether anybody has it', async () => {
    for (const email of [await account(), 'nobody-has-it@example.com']) {
      await fail(email, '198.51.100.3', 5);
      await fail(` ${email.toUpperCase()} `, '198.51.100.3', 5);
      expect((await logIn(email, 'wrong', '198.51.100.3')).status).toBe(429);
    }
  });

  it('22: many accounts tried from one place close that place', async () => {
    for (let n = 0; n < 20; n++) await fail(`victim-${n}-${engine}@example.com`, '198.51.100.4', 5);
    expect((await logIn(await account(), PASSWORD, '198.51.100.4')).status).toBe(429);
    expect((await logIn(await account(), PASSWORD, '198.51.100.5')).status).toBe(200);
  });

  it('a forged X-Forwarded-For to the left of the proxy’s own changes nothing', async () => {
    const email = await account();
    for (let n = 0; n < 10; n++) expect((await logIn(email, 'wrong', `203.0.113.${n}, 198.51.100.6`)).status).toBe(401);
    expect((await logIn(email, PASSWORD, '203.0.113.99, 198.51.100.6')).status).toBe(429);
  });

  it('what succeeds is not counted', async () => {
    const email = await account();
    for (let n = 0; n < 12; n++) expect((await logIn(email, PASSWORD, '198.51.100.7')).status).toBe(200);
  });

  it('is counted in the database, for every server, and tells neither e-mails nor addresses', async () => {
    const email = await account();
    await fail(email, '198.51.100.8', 10);
    const rows = await api.query<{ subject_hash: string }>('SELECT subject_hash FROM failed_logins');
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows)).not.toMatch(/guessed|198\.51/);
  });
});
