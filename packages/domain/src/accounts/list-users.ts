import { asActor } from '../requests/asking.ts';
import type { Attempt } from '../requests/attempt.ts';
import { type Listing, type ListRequest, listing } from '../requests/listing.ts';
import { accept, type Input } from '../requests/refusal.ts';
import { authorize } from '../requests/rights.ts';
import type { AccountPorts } from './ports.ts';
import type { User } from './user.ts';

/**
 * All users, oldest account first.
 *
 * Refuses `unauthenticated`, `forbidden`, `invalid_input`.
 */
export function listUsers({ users, userQueries, accountPolicy: policy }: AccountPorts) {
  return async (attempt: Attempt, input: Input<ListRequest>): Promise<Listing<User>> => {
    await asActor({ users }, attempt.actor, (actor) => authorize(policy.rights.list_users, actor));
    const request = accept(input);
    return listing(policy, request, {
      part: (part) => userQueries.list(part),
      position: ({ createdAt, id }) => ({ at: createdAt, id }),
      count: request.total ? () => userQueries.count() : undefined,
    });
  };
}
