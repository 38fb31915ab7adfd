import { type Actor, actorNow, rowNeededBy } from '../requests/actor.ts';
import { judgedBy } from '../requests/asking.ts';
import type { RequestContext } from '../requests/context.ts';
import { type Answer, firstAnswer, ownerOf } from '../requests/idempotency.ts';
import { refuse } from '../requests/refusal.ts';
import { holdersOf, type SharedPorts } from './limiting.ts';
import type { ClientNetwork } from './rate-limits.ts';
import type { User } from './user.ts';
import { isEmailTaken } from './user-facts.ts';

interface NewAccount {
  /** The kind of request, for its idempotency key. */
  readonly kind: string;
  readonly user: User;
  readonly password: string;
  readonly from: readonly ClientNetwork[];
  /** Refuses actors without the right to create it. It is called before the hash, and again when the account is stored. */
  readonly allowed: (actor: Actor) => void;
}

/** Stores a new account. Refuses a taken e-mail before it makes the hash, which is costly. */
export async function openAccount(
  { users, passwords, idempotencyRecords }: Pick<SharedPorts, 'users' | 'passwords' | 'idempotencyRecords'>,
  asked: RequestContext,
  { kind, user, password, from, allowed }: NewAccount,
): Promise<Answer<User>> {
  const context = judgedBy(kind, allowed, asked);
  if (await isEmailTaken({ users }, user)) return (await answeredBefore()) ?? refuse('email_taken', {});
  const passwordHash = await passwords.hash(password, holdersOf(context.actor, from));
  const { value: stored, replayed } = await users.change(user.id, context, ({ actor }) => {
    allowed(actor);
    return { user, passwordHash };
  });
  return { value: stored.user, replayed };

  /** If the request is repeated under a key, the first request may have created the user with this e-mail. Then that answer is given again. */
  async function answeredBefore(): Promise<Answer<User> | undefined> {
    const { actor: ref, key } = context;
    if (key === undefined) return undefined;
    const id = rowNeededBy(ref);
    const [kept, row] = [await idempotencyRecords.find(ownerOf(ref), key.value), id === undefined ? undefined : await users.find(id)];
    const first = firstAnswer<User>(kept, key, actorNow(ref, row));
    return first && { value: first, replayed: true };
  }
}
