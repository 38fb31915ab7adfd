import type { Actor, ActorRef } from '../requests/actor.ts';
import type { RepositoryContext } from '../requests/context.ts';
import type { Answer } from '../requests/idempotency.ts';
import type { Clock, Freshness, IdempotencyRecords, NewId, PageRequest, PageRows, RateLimitStore } from '../requests/ports.ts';
import type { UserFilter } from './list-filters.ts';
import type { AccountPolicy } from './policy.ts';
import type { User } from './user.ts';

/** A user to be stored, and the hash of their new password if they have one. */
export interface StoredUser {
  readonly user: User;
  readonly passwordHash?: string | undefined;
}

/** Facts that may prevent the deletion of a user: see `requireDeletable`. */
export interface UserFacts {
  /** Whether there are other admins. */
  readonly hasOtherAdmins: boolean;
  /** Whether the user's bookings hold tickets. */
  readonly hasActiveBookings: boolean;
  readonly organisesEvents: boolean;
}

/** The rows for a decision on a user. An absent row is `undefined`: the decision refuses. */
export interface UserState {
  readonly actor: Actor;
  readonly user: User | undefined;
  readonly hasOtherAdmins: boolean;
}

/** A user and the hash of their password. Only logging in needs it; no other port returns it. */
export interface Credentials {
  readonly user: User;
  readonly passwordHash: string;
}

/** Stores users. Every write is a decision, as in `EventRepository`: pure, synchronous, and perhaps run again. */
export interface UserRepository {
  /** If it returns `undefined`, there is no such user: one who is not found on a replica is looked up on the primary, whatever the freshness. */
  find(id: string, freshness?: Freshness): Promise<User | undefined>;
  /** `email` is in its stored form, in lower case. It never reads from a replica that lags, because a replaced password must no longer work. */
  findCredentials(email: string): Promise<Credentials | undefined>;
  /** `email` is in its stored form. A plain read may miss a new user. In the end the table's unique key decides. */
  findByEmail(email: string, freshness?: Freshness): Promise<User | undefined>;
  /** Reads without a lock. The facts may refuse a deletion, but cannot allow one. */
  findFacts(id: string, freshness?: Freshness): Promise<UserFacts>;
  /**
   * Creates, edits or deletes a user. `decide` returns `undefined` to delete one. Refuses `email_taken` if another user has the e-mail,
   * also if both requests arrive at once. If two admins lose their role at once, they are decided one after the other, so the second no
   * longer counts the first as an admin. For a deletion, the repository calls `requireDeletable` under the lock, and deletes the user's
   * cancelled bookings too. Only a deletion reads those facts.
   */
  change<Result extends StoredUser | undefined>(id: string, context: RepositoryContext, decide: (now: UserState) => Result): Promise<Answer<Result>>;
}

/** Reads of users for lists. They may lag behind commits. */
export interface UserQueries {
  /** Ordered by creation or, with `modifiedSince`, by the last edit, then by id. A part of a search may be short. */
  list(part: PageRequest & UserFilter): Promise<PageRows<User>>;
  /** The users of a role, or all. */
  count(filter: Pick<UserFilter, 'role'>): Promise<number>;
}

/** Issues and checks the tokens of signed-in users. */
export interface TokenService {
  /** A token for the user and their `tokenVersion`. */
  issue(user: User): Promise<string>;
  /** The holder of the token. undefined if the token is not ours, was changed, is incomplete or has expired. Does not throw for an invalid token. */
  verify(token: string): Promise<ActorRef | undefined>;
}

/** Hashes passwords, slowly on purpose. May throw `Unavailable` when it is full. */
export interface PasswordHasher {
  /** The number of calls that may run or wait at once. Further callers get `Unavailable`. */
  readonly atOnceMax: number;
  /** A salted hash, different at each call. */
  hash(password: string): Promise<string>;
  /**
   * Without a hash (no user has that e-mail) it does the same work and returns false, so the time reveals nothing. The time of a wrong
   * password also does not reveal that the stored hash has a lower cost.
   */
  verify(password: string, hash: string | undefined): Promise<boolean>;
  /** Whether the hash was made with less work than `hash` takes now. */
  needsRehash(hash: string): boolean;
}

/** Everything that accounts need from outside. */
export interface AccountPorts {
  readonly users: UserRepository;
  readonly userQueries: UserQueries;
  readonly idempotencyRecords: IdempotencyRecords;
  readonly rateLimitStore: RateLimitStore;
  readonly tokens: TokenService;
  readonly passwords: PasswordHasher;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly accountPolicy: AccountPolicy;
}
