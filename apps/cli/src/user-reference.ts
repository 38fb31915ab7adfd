import type { UseCases } from '@ticket/adapters';
import { type PageBeside, refuse, SEARCH_CHARACTERS_MAX, SEARCH_WORDS_MAX } from '@ticket/domain';
import { normalEmail, type User } from '@ticket/domain/accounts';

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
  for (let beside: Partial<PageBeside> | undefined = {}; search !== '' && beside !== undefined; ) {
    const { parts, next }: Awaited<ReturnType<typeof listUsers>> = await listUsers(operator, { search, limit: 100, ...beside });
    for await (const part of parts) for (const user of part) if (user.email === email) return user;
    beside = next;
  }
  return refuse('not_found', { entity: 'user', id: reference });
}
