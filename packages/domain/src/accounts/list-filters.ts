import type { Role } from '../requests/actor.ts';
import type { ListRequest } from '../requests/page.ts';
import type { Cursor } from '../requests/ports.ts';
import { wordsOf } from '../requests/words.ts';
import type { User } from './user.ts';

/** Which users a list has. `unlistedUserFilters` says which filters cannot be combined. */
export interface UserFilter {
  readonly role?: Role | undefined;
  /** Folded words (`wordsOf`). Each is the beginning of a word of the user's name or e-mail. */
  readonly words?: readonly string[] | undefined;
  /** Users that were edited at this time or later, in the order of their last edits. A logout is no edit. */
  readonly modifiedSince?: Date | undefined;
}

/** A request for a list of users. */
export interface UserListRequest extends ListRequest, Omit<UserFilter, 'words'> {
  /** A text whose words are searched for. */
  readonly search?: string | undefined;
}

/** The words by which a user is found. */
export const searchedWordsOfUser = ({ name, email }: Pick<User, 'name' | 'email'>): readonly string[] => wordsOf(`${name} ${email}`);

/** The given filters that no index serves together with the others. By creation: `role` and `search`. `modifiedSince`: alone. */
export function unlistedUserFilters(request: UserListRequest): readonly (keyof UserListRequest)[] {
  const { modifiedSince, search } = request;
  const unlisted: readonly (keyof UserListRequest)[] =
    modifiedSince !== undefined ? ['role', 'search', 'total'] : search !== undefined ? ['total', 'offset'] : [];
  return unlisted.filter((name) => request[name] !== undefined);
}

/** The value of a user in the list's order: the last edit with `modifiedSince`, otherwise the creation. */
export const placeOfUser = ({ modifiedSince }: Pick<UserFilter, 'modifiedSince'>, { id, createdAt, updatedAt }: User): Cursor => ({
  at: modifiedSince === undefined ? createdAt : updatedAt,
  id,
});
