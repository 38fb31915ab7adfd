import { aUser, fakeTokens } from '@ticket/domain/testing';
import { Hono } from 'hono';
import { expect, it } from 'vitest';
import { authenticate } from './authenticate.ts';
import type { AppEnv } from './env.ts';
import { answerError } from './errors.ts';

const user = aUser();
const tokens = fakeTokens();
const token = await tokens.issue(user);
const app = new Hono<AppEnv>().use(authenticate(tokens)).get('/', (c) => c.json(c.get('attempt')));
app.onError(answerError);
const ask = (init: RequestInit) => app.request(`/?access_token=${token}`, init);

it('takes a request without a header for nobody’s, whatever its query and cookies say', async () => {
  expect(await (await ask({ headers: { Cookie: `token=${token}` } })).json()).toEqual({ actor: 'anonymous' });
});

it.each(['Bearer', 'bearer', 'BEARER', 'Bearer  '])('takes the holder of a token from "%s …"', async (scheme) => {
  const answer = await ask({ headers: { Authorization: `${scheme} ${token}` } });
  expect(await answer.json()).toEqual({ actor: { userId: user.id, tokenVersion: 0 } });
});

it.each([
  ...['', 'Bearer', 'Bearer ', token, `Basic ${token}`, `Token ${token}`, `Bearer${token}`, `Bearer\t${token}`, 'Bearer forged.token.here'],
  ...[`Bearer ${token}, Bearer ${token}`, `Bearer ${token} x`, `Bearer "${token}"`, `Bearer ${token}é`, `Bearer ${'a'.repeat(4097)}`],
])('refuses "%s" rather than take it for nobody’s', async (Authorization) => {
  const answer = await ask({ headers: { Authorization } });
  expect(answer.status).toBe(401);
  expect(answer.headers.get('WWW-Authenticate')).toBe('Bearer');
  expect(await answer.json()).toEqual({ success: false, message: 'Token tidak valid atau expired', errors: null });
});

it('refuses two headers', async () => {
  const headers = new Headers({ Authorization: `Bearer ${token}` });
  headers.append('Authorization', `Bearer ${token}`);
  expect((await ask({ headers })).status).toBe(401);
});
