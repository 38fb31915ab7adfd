import type { UseCases } from '@ticket/adapters';
import { refuse, SEARCH_CHARACTERS_MAX, SEARCH_WORDS_MAX } from '@ticket/domain';
import { normalEmail, type User, type UserListRequest } from '@ticket/domain/accounts';
import { pagesOf } from './walk.ts';

/** The id of a user, or their e-mail. */
export type UserReference = string;

const operator = { actor: 'operator' } as const;

/** The user of this id or e-mail. Refuses `not_found`. */
export async function userOf({ readUser, listUsers }: Pick<UseCases, 'readUser' | 'listUsers'>, reference: UserReference): Promise<User> {
  if (!reference.includes('@')) return readUser(operator, reference.toLowerCase());
  const email = normalEmail(reference);
  // A search by words finds this user among others. Its limits are no matter, because each word may be only a beginning.
  const words = [...new Set(email.split(/[^a-z\d]+/).filter((word) => word !== ''))].slice(0, SEARCH_WORDS_MAX).join(' ');
  const search = words.slice(0, SEARCH_CHARACTERS_MAX).trim();
  if (search !== '')
    for await (const page of pagesOf((request: UserListRequest) => listUsers(operator, request), { search }))
      for (const user of page) if (user.email === email) return user;
  return refuse('not_found', { entity: 'user', id: reference });
}
