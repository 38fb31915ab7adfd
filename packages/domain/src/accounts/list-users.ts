import { asActor } from '../requests/asking.ts';
import type { RequestContext } from '../requests/context.ts';
import { type Page, readPage } from '../requests/page.ts';
import { accept, type Input, refuseFaults } from '../requests/refusal.ts';
import { authorize } from '../requests/rights.ts';
import { NOT_TOGETHER, SEARCH_FAULT, searchWords } from '../requests/search.ts';
import { placeOfUser, type UserListRequest, unlistedUserFilters } from './list-filters.ts';
import type { AccountPorts } from './ports.ts';
import type { User } from './user.ts';

/** `AccountUseCases.listUsers` says what it does and refuses. */
export function listUsers({ users, userQueries, accountPolicy: policy }: AccountPorts) {
  return async (context: RequestContext, input: Input<UserListRequest>): Promise<Page<User>> => {
    await asActor({ users }, context.actor, (actor) => authorize(policy.rights.list_users, actor));
    const request = accept(input);
    const { role, modifiedSince, search } = request;
    const words = search === undefined ? undefined : searchWords(search);
    refuseFaults([
      ...unlistedUserFilters(request).map((field) => ({ field, message: NOT_TOGETHER })),
      ...(search === undefined || words !== undefined ? [] : [{ field: 'search', message: SEARCH_FAULT }]),
    ]);
    return readPage(policy, request, {
      part: (part) => userQueries.list({ ...part, role, words, modifiedSince }),
      position: (user) => placeOfUser({ modifiedSince }, user),
      count: request.total ? () => userQueries.count({ role }) : undefined,
    });
  };
}
