import { everyUseCase, PROFILES } from '@ticket/adapters';
import { inMemoryPorts } from '@ticket/domain/testing';
import { Hono } from 'hono';
import { expect, it } from 'vitest';
import { authenticate } from './authenticate.ts';
import type { AppEnv } from './env.ts';
import { answerError } from './errors.ts';
import { pathId } from './path-id.ts';

const ID = '770e8400-e29b-41d4-a716-446655440000';
const ports = inMemoryPorts({ policy: PROFILES.open.selling, accountPolicy: PROFILES.open.accounts });
const useCases = everyUseCase(ports);
const app = new Hono<AppEnv>()
  .use(authenticate(ports.tokens))
  .get('/events/:id', pathId(useCases, 'read_events'), (c) => c.text(c.get('id')))
  .get('/bookings/:id', pathId(useCases, 'read_booking'), (c) => c.text(c.get('id')));
app.onError(answerError);

it.each([ID, ID.toUpperCase(), '00000000-0000-0000-0000-000000000000', 'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF'])(
  '%s is an id, in lower case',
  async (id) => {
    expect(await (await app.request(`/events/${id}`)).text()).toBe(id.toLowerCase());
  },
);

it.each(['1', 'x', ID.slice(1), `${ID}0`, `{${ID}}`, ID.replaceAll('-', ''), '%00', '%zz', 'a%2fb', `${ID}%0a`, '%F0%9F%92%A9', "1'%20OR%201=1"])(
  '%s is none',
  async (id) => {
    const answer = await app.request(`/events/${id}`);
    const errors = [{ field: 'id', message: 'Harus berupa UUID yang valid' }];
    expect([answer.status, await answer.json()]).toEqual([400, { success: false, code: 'invalid_input', message: 'Validasi gagal', errors }]);
  },
);

it('is judged after a caller without the right to ask was told so', async () => {
  expect((await app.request('/bookings/x')).status).toBe(401);
  const account = { name: 'Sari', email: 'sari@example.com', password: 'correct horse' };
  const {
    value: { token, user },
  } = await useCases.registerUser({ actor: 'anonymous' }, account);
  const headers = { Authorization: `Bearer ${token}` };
  expect((await app.request('/bookings/x', { headers })).status).toBe(400);
  await useCases.deleteUser({ actor: 'operator' }, user.id);
  expect((await app.request('/bookings/x', { headers })).status).toBe(401);
  expect((await app.request('/events/x', { headers })).status).toBe(401);
});
