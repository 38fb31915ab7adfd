import type { Actor, ActorRef } from '../requests/actor.ts';
import type { RepositoryContext } from '../requests/context.ts';
import type { Answer } from '../requests/idempotency.ts';
import type { Clock, Freshness, IdempotencyRecords, NewId, PageRequest, PageRows, RateLimitStore } from '../requests/ports.ts';
import type { AccountPolicy } from './policy.ts';
import type { User } from './user.ts';

/** A user to be stored, and the hash of their new password if they have one. */
export interface StoredUser {
  readonly user: User;
  readonly passwordHash?: string | undefined;
}

/** Facts that may forbid the deletion of a user: see `requireDeletable`. */
export interface UserFacts {
  /** Whether there are admins besides them. */
  readonly hasOtherAdmins: boolean;
  /** Whether bookings of theirs hold tickets. */
  readonly hasActiveBookings: boolean;
  readonly organisesEvents: boolean;
}

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

export interface UserRepository {
  /** `undefined` is certain: a user who is not found on a replica is looked up on the primary, whatever the freshness. */
  find(id: string, freshness?: Freshness): Promise<User | undefined>;
  /** By the e-mail as stored, lower case. Never reads stale rows, since a replaced password must no longer log in. */
  findCredentials(email: string): Promise<Credentials | undefined>;
  /** By the e-mail as stored. A read that may lag can miss a new user: the table's unique key decides in the end. */
  findByEmail(email: string, freshness?: Freshness): Promise<User | undefined>;
  /** Read without a lock: enough for a "no", never for a "yes". */
  findFacts(id: string, freshness?: Freshness): Promise<UserFacts>;
  /**
   * Makes, edits or deletes (`undefined` returned) a user. Refuses `email_taken` when another user has the e-mail, also when both arrive
   * at once. Two admins who lose their role at once are decided one after the other, so the second no longer counts the first as an
   * admin. A deletion passes `requireDeletable` under the lock and takes the user's cancelled bookings with it. Only deletions read those
   * facts.
   */
  change<Result extends StoredUser | undefined>(id: string, context: RepositoryContext, decide: (now: UserState) => Result): Promise<Answer<Result>>;
}

export interface UserQueries {
  /** By creation, then id. */
  list(part: PageRequest): Promise<PageRows<User>>;
  count(): Promise<number>;
}

export interface TokenService {
  issue(user: User): Promise<string>;
  /** The holder, or undefined for anything but a token of ours, unchanged, complete and not expired. Never throws for a token. */
  verify(token: string): Promise<ActorRef | undefined>;
}

export interface PasswordHasher {
  /** How many calls may run or wait at once; callers beyond them get `Unavailable`. */
  readonly atOnceMax: number;
  hash(password: string): Promise<string>;
  /**
   * Without a hash (nobody has that e-mail) it does the same work and answers no, so the time reveals nothing. The time of a "no" also
   * does not reveal that the hash is cheaper than hashes are now.
   */
  verify(password: string, hash: string | undefined): Promise<boolean>;
  /** Whether the hash was made with less work than `hash` takes now. */
  needsRehash(hash: string): boolean;
}

/** All that accounts ask of the outside world. */
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
