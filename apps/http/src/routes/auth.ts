import { Hono } from 'hono';
import { body } from '../body.ts';
import { cachedRow, okCached } from '../cached-body.ts';
import type { AppEnv, RouteParts } from '../env.ts';
import { created, deleted, done, ok, success } from '../envelope.ts';
import { BODY_FAILURES } from '../failure-responses.ts';
import { messages } from '../messages.ts';
import { operationsFor } from '../openapi.ts';
import { presentSession, SessionReply, UserReply, userText } from '../presenters.ts';
import { Credentials, newUser } from '../schemas/users.ts';

const renderSelf = cachedRow(messages.self, userText);

export function authRoutes({ useCases, policies, networksOf, accountOf }: RouteParts) {
  const operation = operationsFor(policies);
  return new Hono<AppEnv>()
    .post(
      '/register',
      operation({
        tag: 'Authentication',
        id: 'register',
        summary: 'Creates an account and a token',
        description: 'In the locked profile nobody registers as admin, and the registrations of a network are limited.',
        token: 'none',
        answer: [201, success(messages.registered, SessionReply)],
        keyed: true,
        failures: [
          ...BODY_FAILURES,
          ...(policies.accounts.rights.register_admin === 'anyone' ? [] : (['forbidden'] as const)),
          'email_taken',
          'password_is_personal',
          'too_many_registrations',
          'too_many_passwords',
          'outcome_unknown',
        ],
      }),
      body(newUser(policies.accounts.passwords)),
      async (c) => {
        const input = c.get('input');
        if (!(input instanceof Error)) c.set('account', accountOf(input.email));
        const { value: session, replayed } = await useCases.registerUser(c.get('context'), input, networksOf(c));
        c.set('userId', session.user.id);
        c.set('security', { security: ['registered'], whom: session.user.id, role: session.user.role });
        return created(c, messages.registered, presentSession(session), { replayed, location: `/api/users/${session.user.id}` });
      },
    )
    .post(
      '/login',
      operation({
        tag: 'Authentication',
        id: 'login',
        summary: 'Gives a token for an e-mail and a password',
        description: 'Each account and each network has a limit of failed logins. The token is valid for `JWT_EXPIRES_IN`, 7 days by default.',
        token: 'none',
        answer: [200, success(messages.loggedIn, SessionReply)],
        failures: [...BODY_FAILURES, 'wrong_credentials', 'too_many_failed_logins', 'too_many_passwords'],
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
        summary: 'Ends every token of the account',
        description: 'Tokens that were given before are refused from then on, also on other devices.',
        token: 'required',
        answer: [200, done(messages.loggedOut)],
        failures: ['outcome_unknown'],
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
        summary: 'Shows the account of the token',
        description: 'The row as it is now, and not as it was when the token was given.',
        token: 'required',
        answer: [200, success(messages.self, UserReply)],
        tagged: true,
        failures: [],
      }),
      async (c) => okCached(c, renderSelf(await useCases.readSelf(c.get('context'))), 'caller'),
    );
}
