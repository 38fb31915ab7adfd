import { Hono } from 'hono';
import { body } from '../body.ts';
import type { AppEnv, RouteParts } from '../env.ts';
import { created, deleted, done, ok, success } from '../envelope.ts';
import { messages } from '../messages.ts';
import { operation } from '../openapi.ts';
import { presentSession, presentUser, SessionReply, UserReply } from '../presenters.ts';
import { Credentials, newUser } from '../schemas/users.ts';

export function authRoutes({ useCases, policies, networksOf, accountOf }: RouteParts) {
  return new Hono<AppEnv>()
    .post(
      '/register',
      operation({
        tag: 'Authentication',
        id: 'register',
        summary: 'Membuat akun dan langsung masuk',
        description: 'Pada profil `locked`, role admin ditolak (403), dan jumlah registrasi dari satu alamat dibatasi (429).',
        token: 'none',
        answer: [201, success(messages.registered, SessionReply)],
        keyed: true,
        failures: [400, 401, 403, 415, 429],
      }),
      body(newUser(policies.accounts.passwords)),
      async (c) => {
        const input = c.get('input');
        if (!(input instanceof Error)) c.set('account', accountOf(input.email));
        const { value: session, replayed } = await useCases.registerUser(c.get('context'), input, networksOf(c));
        c.set('userId', session.user.id);
        c.set('security', { security: ['registered'], whom: session.user.id, role: session.user.role });
        return created(c, messages.registered, presentSession(session), { replayed });
      },
    )
    .post(
      '/login',
      operation({
        tag: 'Authentication',
        id: 'login',
        summary: 'Masuk dan mendapat token',
        token: 'none',
        answer: [200, success(messages.loggedIn, SessionReply)],
        failures: [400, 401, 415, 429],
      }),
      body(Credentials),
      async (c) => {
        const input = c.get('input');
        if (!(input instanceof Error)) c.set('account', accountOf(input.email));
        const session = await useCases.logIn(input, networksOf(c));
        c.set('userId', session.user.id);
        c.set('security', { security: ['logged_in'], whom: session.user.id });
        return ok(c, messages.loggedIn, presentSession(session));
      },
    )
    .post(
      '/logout',
      operation({
        tag: 'Authentication',
        id: 'logout',
        summary: 'Keluar: mengakhiri semua token akun ini',
        token: 'required',
        answer: [200, done(messages.loggedOut)],
        failures: [401],
      }),
      async (c) => {
        const { id } = await useCases.logOut(c.get('context'));
        c.set('security', { security: ['logged_out'], whom: id });
        return deleted(c, messages.loggedOut);
      },
    )
    .get(
      '/me',
      operation({
        tag: 'Authentication',
        id: 'me',
        summary: 'Data user yang sedang masuk',
        token: 'required',
        answer: [200, success(messages.self, UserReply)],
        failures: [401],
      }),
      async (c) => ok(c, messages.self, presentUser(await useCases.readSelf(c.get('context')))),
    );
}
