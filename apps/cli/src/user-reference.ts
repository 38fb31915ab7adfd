import type { UseCases } from '@ticket/adapters';
import { refuse } from '@ticket/domain';
import type { User } from '@ticket/domain/accounts';

/** The id of a user, or their e-mail. */
export type UserReference = string;

/** The user of this id or e-mail. Refuses `not_found`. */
export async function userOf({ readUser, listUsers }: Pick<UseCases, 'readUser' | 'listUsers'>, reference: UserReference): Promise<User> {
  if (!reference.includes('@')) return readUser({ actor: 'operator' }, reference);
  return refuse('not_found', { entity: 'user', id: reference });
}
