import { Hono } from 'hono';
import { body } from '../body.ts';
import { cachedRow, okCached } from '../cached-body.ts';
import type { AppEnv, RouteParts } from '../env.ts';
import { created, deleted, done, ok, rowsOf, success } from '../envelope.ts';
import { BODY_FAILURES } from '../failure-responses.ts';
import { ifMatch } from '../if-match.ts';
import { listAnswer } from '../lists.ts';
import { messages } from '../messages.ts';
import { operationsFor } from '../openapi.ts';
import { pathId } from '../path-id.ts';
import { presentUser, UserReply, userText } from '../presenters.ts';
import { query } from '../query.ts';
import { listRequest } from '../schemas/lists.ts';
import { newUser, userChanges } from '../schemas/users.ts';
import { eventsOf } from '../security-events.ts';

const answerUsers = listAnswer(messages.usersRead, userText, 'caller');
const renderUser = cachedRow(messages.userRead, userText);

export function userRoutes({ useCases, policies, paging, networksOf }: RouteParts) {
  const operation = operationsFor(policies);
  // In the open profile these endpoints need no token.
  const access = policies.profile === 'open' ? 'optional' : 'required';
  const denied = policies.profile === 'open' ? [] : (['forbidden'] as const);
  return new Hono<AppEnv>()
    .get(
      '/',
      operation({
        tag: 'Users',
        id: 'listUsers',
        summary: 'Lists users, the oldest account first',
        description: 'Pages are asked for with `limit`. The `Link` header leads to the next one. In the locked profile only for admins.',
        token: access,
        answer: [200, success(messages.usersRead, rowsOf(UserReply))],
        list: true,
        failures: ['invalid_input', ...denied],
      }),
      query(listRequest(policies.accounts.list), paging.cursors),
      async (c) => answerUsers(c, await useCases.listUsers(c.get('context'), c.get('input')), paging),
    )
    .get(
      '/:id',
      operation({
        tag: 'Users',
        id: 'readUser',
        summary: 'Reads a user',
        description: 'In the locked profile users read their own account, and admins read all.',
        token: access,
        answer: [200, success(messages.userRead, UserReply)],
        tagged: true,
        failures: ['invalid_input', ...denied, 'not_found'],
      }),
      pathId(useCases, 'read_user'),
      async (c) => okCached(c, renderUser(await useCases.readUser(c.get('context'), c.get('id'))), 'caller'),
    )
    .post(
      '/',
      operation({
        tag: 'Users',
        id: 'createUser',
        summary: 'Creates an account for another person',
        description: 'No token is given. In the locked profile only for admins.',
        token: access,
        answer: [201, success(messages.userCreated, UserReply)],
        keyed: true,
        failures: [...BODY_FAILURES, ...denied, 'email_taken', 'password_is_personal', 'too_many_passwords', 'outcome_unknown'],
      }),
      body(newUser(policies.accounts.passwords)),
      async (c) => {
        const { value: user, replayed } = await useCases.createUser(c.get('context'), c.get('input'), networksOf(c));
        c.set('security', { security: ['user_created'], whom: user.id, role: user.role });
        return created(c, messages.userCreated, presentUser(user), { replayed, location: `/api/users/${user.id}` });
      },
    )
    .put(
      '/:id',
      operation({
        tag: 'Users',
        id: 'changeUser',
        summary: 'Changes a user',
        description:
          'A new password ends every token of the user. One admin always stays. In the locked profile, your own password or e-mail changes only with `current_password`; a wrong one is refused with `wrong_credentials`.',
        token: access,
        answer: [200, success(messages.userChanged, UserReply)],
        conditional: true,
        failures: [
          ...BODY_FAILURES,
          ...(policies.accounts.asksForCurrentPassword ? (['wrong_credentials', 'too_many_failed_logins'] as const) : []),
          ...denied,
          'not_found',
          'email_taken',
          'current_password_needed',
          'password_is_personal',
          'last_admin',
          'too_many_passwords',
          'outcome_unknown',
        ],
      }),
      pathId(useCases, 'change_user'),
      ifMatch(useCases, 'change_user'),
      body(userChanges(policies.accounts)),
      async (c) => {
        const input = c.get('input');
        const user = await useCases.changeUser(c.get('context'), c.get('id'), input, networksOf(c));
        c.set('security', { security: eventsOf(input), whom: user.id, role: user.role });
        return ok(c, messages.userChanged, presentUser(user));
      },
    )
    .delete(
      '/:id',
      operation({
        tag: 'Users',
        id: 'deleteUser',
        summary: 'Deletes a user',
        description: 'Refused while the user has pending or confirmed bookings, organises an event, or is the last admin.',
        token: access,
        answer: [200, done(messages.userDeleted)],
        conditional: true,
        failures: ['invalid_input', ...denied, 'not_found', 'user_has_active_bookings', 'user_organises_events', 'last_admin', 'outcome_unknown'],
      }),
      pathId(useCases, 'delete_user'),
      ifMatch(useCases, 'delete_user'),
      async (c) => {
        await useCases.deleteUser(c.get('context'), c.get('id'));
        c.set('security', { security: ['user_deleted'], whom: c.get('id') });
        return deleted(c, messages.userDeleted);
      },
    );
}
