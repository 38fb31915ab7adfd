import { asActor } from '../requests/asking.ts';
import type { RequestContext } from '../requests/context.ts';
import { type ListRequest, type Page, readPage } from '../requests/page.ts';
import { accept, type Input } from '../requests/refusal.ts';
import { authorize } from '../requests/rights.ts';
import type { AccountPorts } from './ports.ts';
import type { User } from './user.ts';

/** `AccountUseCases.listUsers` says what it does and refuses. */
export function listUsers({ users, userQueries, accountPolicy: policy }: AccountPorts) {
  return async (context: RequestContext, input: Input<ListRequest>): Promise<Page<User>> => {
    await asActor({ users }, context.actor, (actor) => authorize(policy.rights.list_users, actor));
    const request = accept(input);
    return readPage(policy, request, {
      part: (part) => userQueries.list(part),
      position: ({ createdAt, id }) => ({ at: createdAt, id }),
      count: request.total ? () => userQueries.count() : undefined,
    });
  };
}
