import { allow } from '../policy.ts';
import type { Ports } from '../ports.ts';
import type { Attempt } from '../requests/attempt.ts';
import { type Listing, type ListRequest, listing } from '../requests/listing.ts';
import { accept, type Input } from '../requests/refusal.ts';
import { asActor } from '../use-cases/asking.ts';
import type { User } from './user.ts';

/** All users, oldest account first. */
export function listUsers({ users, userQueries, policy }: Ports) {
  return async (attempt: Attempt, input: Input<ListRequest>): Promise<Listing<User>> => {
    await asActor({ users }, attempt.actor, (actor) => allow(policy, actor, 'list_users'));
    const request = accept(input);
    return listing(policy, request, {
      part: (part) => userQueries.list(part),
      position: ({ createdAt, id }) => ({ at: createdAt, id }),
      count: request.total ? () => userQueries.count() : undefined,
    });
  };
}
