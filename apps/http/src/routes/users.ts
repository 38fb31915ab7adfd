import type { User } from '@ticket/domain/accounts';
import { Hono } from 'hono';
import * as v from 'valibot';
import { body } from '../body.ts';
import type { AppEnv, RouteParts } from '../env.ts';
import { created, deleted, done, ok, success } from '../envelope.ts';
import { listAnswer } from '../lists.ts';
import { messages } from '../messages.ts';
import { operation } from '../openapi.ts';
import { pathId } from '../path-id.ts';
import { presentUser, UserReply } from '../presenters.ts';
import { query } from '../query.ts';
import { listRequest } from '../schemas/lists.ts';
import { newUser, userChanges } from '../schemas/users.ts';
import { eventsOf } from '../security-events.ts';

const answerUsers = listAnswer(messages.usersRead, (user: User) => JSON.stringify(presentUser(user)));

export function userRoutes({ useCases, policies, networksOf }: RouteParts) {
  return new Hono<AppEnv>()
    .get(
      '/',
      operation({
        tag: 'Users',
        id: 'listUsers',
        summary: 'Semua user, akun tertua lebih dulu',
        token: 'optional',
        answer: [200, success(messages.usersRead, v.array(UserReply))],
        list: true,
        failures: [400, 401, 403],
      }),
      query(listRequest(policies.accounts.list)),
      async (c) => answerUsers(c, await useCases.listUsers(c.get('context'), c.get('input'))),
    )
    .get(
      '/:id',
      operation({
        tag: 'Users',
        id: 'readUser',
        summary: 'Satu user',
        token: 'optional',
        answer: [200, success(messages.userRead, UserReply)],
        failures: [400, 401, 403, 404],
      }),
      pathId(useCases, 'read_user'),
      async (c) => ok(c, messages.userRead, presentUser(await useCases.readUser(c.get('context'), c.get('id')))),
    )
    .post(
      '/',
      operation({
        tag: 'Users',
        id: 'createUser',
        summary: 'Membuat akun untuk orang lain',
        token: 'optional',
        answer: [201, success(messages.userCreated, UserReply)],
        keyed: true,
        failures: [400, 401, 403, 415, 429],
      }),
      body(newUser(policies.accounts.passwords)),
      async (c) => {
        const { value: user, replayed } = await useCases.createUser(c.get('context'), c.get('input'), networksOf(c));
        c.set('security', { security: ['user_created'], whom: user.id, role: user.role });
        return created(c, messages.userCreated, presentUser(user), { replayed });
      },
    )
    .put(
      '/:id',
      operation({
        tag: 'Users',
        id: 'changeUser',
        summary: 'Mengubah user',
        description:
          'Password baru mengakhiri semua token lama. Minimal satu admin selalu tersisa. Pada profil `locked`, mengubah password atau email sendiri membutuhkan `current_password`; yang salah ditolak (401).',
        token: 'optional',
        answer: [200, success(messages.userChanged, UserReply)],
        failures: [400, 401, 403, 404, 415, 429],
      }),
      pathId(useCases, 'change_user'),
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
        summary: 'Menghapus user',
        description: 'Ditolak (400) selama ia memiliki booking aktif, menjadi organizer event, atau satu-satunya admin.',
        token: 'optional',
        answer: [200, done(messages.userDeleted)],
        failures: [400, 401, 403, 404],
      }),
      pathId(useCases, 'delete_user'),
      async (c) => {
        await useCases.deleteUser(c.get('context'), c.get('id'));
        c.set('security', { security: ['user_deleted'], whom: c.get('id') });
        return deleted(c, messages.userDeleted);
      },
    );
}
