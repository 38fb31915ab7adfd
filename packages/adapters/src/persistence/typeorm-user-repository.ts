import { type Answer, type Freshness, refuse } from '@ticket/domain';
import {
  type Credentials,
  requireDeletable,
  type StoredUser,
  type User,
  type UserFacts,
  type UserRepository,
  type UserState,
} from '@ticket/domain/accounts';
import { type Actor, actorNow, firstAnswer, ownerOf, type RepositoryContext, rowNeededBy } from '@ticket/domain/spi';
import type { EntityManager } from 'typeorm';
import type { Database } from './database.ts';
import { messageOf } from './database-errors.ts';
import type { Dialect } from './dialects/dialect.ts';
import { idempotencyRecordInserts, readIdempotencyRecords } from './idempotency-records.ts';
import { inIdOrder, lockRows } from './locking.ts';
import { toUser, USER_COLUMNS, type UserColumns } from './rows.ts';
import { bookingSchema, guardSchema, userSchema } from './schemas.ts';
import { sharedLookUp } from './shared-reads.ts';
import { placesFor, StaleRow, type Statement } from './statement.ts';
import type { Worked } from './tries.ts';
import { USER_WORDS, wordWrites } from './word-tables.ts';
import { insertInto } from './writing.ts';

export class TypeOrmUserRepository implements UserRepository {
  readonly #database: Database;
  /** Nearly every request looks up the actor, so these look-ups share statements. */
  readonly find: UserRepository['find'];

  constructor(database: Database) {
    this.#database = database;
    this.find = sharedLookUp(async (ids, freshness) => {
      const rows = await database.query<UserColumns>(`SELECT ${USER_COLUMNS.join(', ')} FROM users WHERE id IN (${placesFor(ids)})`, ids, {
        freshness,
      });
      return rows.map(toUser);
    });
  }

  async findCredentials(email: string): Promise<Credentials | undefined> {
    if (!isAscii(email)) return undefined; // an ASCII column cannot contain it, and an engine may refuse to compare
    const [row] = await this.#database.query<UserColumns & { password_hash: string }>(
      `SELECT ${USER_COLUMNS.join(', ')}, password_hash FROM users WHERE email = ?`,
      [email],
      { freshness: 'latest' },
    );
    return row && { user: toUser(row), passwordHash: row.password_hash };
  }

  async findByEmail(email: string, freshness?: Freshness): Promise<User | undefined> {
    if (!isAscii(email)) return undefined;
    const sql = `SELECT ${USER_COLUMNS.join(', ')} FROM users WHERE email = ?`;
    const [row] = await this.#database.query<UserColumns>(sql, [email], { freshness });
    return row && toUser(row);
  }

  async findFacts(id: string, freshness?: Freshness): Promise<UserFacts> {
    return toFacts(await this.#database.query<FactsColumns>(FACTS, [id, id, id], { freshness }));
  }

  async change<Result extends StoredUser | undefined>(
    id: string,
    context: RepositoryContext,
    decide: (now: UserState) => Result,
  ): Promise<Answer<Result>> {
    const { dialect } = this.#database;
    const outcome = await this.#database
      .markedTransaction(async (manager) => decideAndStore(dialect, manager, id, context, await lockUsers(dialect, manager, id, context), decide))
      .catch((error: unknown) => refuseKnown(dialect, error));
    if (!outcome.done) throw outcome.error;
    return { value: outcome.after, replayed: outcome.replayed };
  }
}

/** The decision's result as it was stored, or the error that it threw. */
type Decided<Result> =
  | { readonly done: true; readonly after: Result; readonly replayed: boolean }
  | { readonly done: false; readonly error: unknown };

interface LockedUsers {
  readonly user: User | undefined;
  readonly actor: Actor;
}

async function lockUsers(dialect: Dialect, manager: EntityManager, id: string, { actor }: RepositoryContext): Promise<LockedUsers> {
  const actorId = rowNeededBy(actor);
  // Changes that may remove an admin lock all admins, so that the last two are not removed at the same time.
  const admins = (await isAdmin(manager, id)) ? await adminIds(manager) : [];
  const rows = await lockRows<UserColumns>(dialect, manager, userSchema, USER_COLUMNS, inIdOrder([id, actorId, ...admins]));
  const users = new Map(rows.map((row) => [row.id, toUser(row)]));
  const user = users.get(id);
  if (user?.role === 'admin' && !admins.includes(id)) throw new StaleRow('made an admin meanwhile');
  return { user, actor: actorNow(actor, actorId === undefined ? undefined : users.get(actorId)) };
}

async function decideAndStore<Result extends StoredUser | undefined>(
  dialect: Dialect,
  manager: EntityManager,
  id: string,
  context: RepositoryContext,
  { user: before, actor }: LockedUsers,
  decide: (now: UserState) => Result,
): Promise<Worked<Decided<Result>>> {
  const { key } = context;
  const [kept] = await readIdempotencyRecords(manager, [context]);
  const hasOtherAdmins = await areThereOtherAdmins(manager, id);
  let after: Result;
  try {
    const first = firstAnswer<User>(kept, key, actor);
    // A request that creates a user has a user as its answer.
    if (first !== undefined) return { result: { done: true, after: { user: first } as Result, replayed: true }, hasWritten: false };
    after = decide({ actor, user: before, hasOtherAdmins });
  } catch (error) {
    return { result: { done: false, error }, hasWritten: false };
  }
  const refusal = after === undefined && before !== undefined ? await whyKept(manager, before) : undefined;
  if (refusal !== undefined) return { result: { done: false, error: refusal }, hasWritten: false };
  const hasWritten = await store(manager, before, after);
  // If the user becomes the first admin, the guard row is written and the admins are read again, because another user may have become admin
  // meanwhile.
  if (after?.user.role === 'admin' && !hasOtherAdmins) {
    await touchAdminGuard(manager);
    if (await areThereOtherAdmins(manager, id)) throw new StaleRow('another became the first admin meanwhile');
  }
  const records =
    key === undefined || after === undefined
      ? []
      : idempotencyRecordInserts(dialect, [
          { owner: ownerOf(context.actor), key: key.value, kind: key.kind, fingerprint: key.fingerprint, answer: after.user },
        ]);
  const unsent = [...wordsOf(dialect, before, after), ...records];
  return { result: { done: true, after, replayed: false }, hasWritten: hasWritten || key !== undefined, unsent };
}

const isAscii = (text: string): boolean => /^[\x20-\x7e]*$/.test(text);

/** A row lock works only on its own node of a cluster. If two transactions write the same row, only one of them commits, on any node. */
const touchAdminGuard = (manager: EntityManager) => manager.increment(guardSchema, { name: 'admins' }, 'version', 1);

async function isAdmin(manager: EntityManager, id: string): Promise<boolean> {
  return (await manager.findOne(userSchema, { select: { role: true }, where: { id } }))?.role === 'admin';
}

async function adminIds(manager: EntityManager): Promise<string[]> {
  const admins = await manager.find(userSchema, { select: { id: true }, where: { role: 'admin' } });
  return admins.map(({ id }) => id);
}

/** Each EXISTS stops at the first row. */
const OTHER_ADMINS = `EXISTS (SELECT 1 FROM users WHERE role = 'admin' AND id <> ?) AS hasOtherAdmins`;
const FACTS = `SELECT ${OTHER_ADMINS},
            EXISTS (SELECT 1 FROM bookings WHERE user_id = ? AND status <> 'cancelled') AS hasActiveBookings,
            EXISTS (SELECT 1 FROM events WHERE organizer_id = ?) AS organisesEvents`;
type FactsColumns = Record<keyof UserFacts, number | string>;

async function areThereOtherAdmins(manager: EntityManager, id: string): Promise<boolean> {
  const [row]: readonly Pick<FactsColumns, 'hasOtherAdmins'>[] = await manager.query(`SELECT ${OTHER_ADMINS}`, [id]);
  return isTrue(row?.hasOtherAdmins);
}

/** Returns the refusal to delete the user, if there is one. Errors of the database are thrown. */
async function whyKept(manager: EntityManager, user: User): Promise<unknown> {
  const facts = toFacts(await manager.query(FACTS, [user.id, user.id, user.id]));
  try {
    return requireDeletable(user, facts);
  } catch (error) {
    return error;
  }
}

const toFacts = ([row]: readonly FactsColumns[]): UserFacts => ({
  hasOtherAdmins: isTrue(row?.hasOtherAdmins),
  hasActiveBookings: isTrue(row?.hasActiveBookings),
  organisesEvents: isTrue(row?.organisesEvents),
});

const isTrue = (column: number | string | undefined): boolean => Number(column) === 1;

/** Stores the change. Returns whether there was anything to store. */
async function store(manager: EntityManager, before: User | undefined, after: StoredUser | undefined): Promise<boolean> {
  if (after?.user === before && after?.passwordHash === undefined) return false;
  if (before?.role === 'admin' && after?.user.role !== 'admin') await touchAdminGuard(manager);
  if (after === undefined) {
    if (before === undefined) return false;
    await manager.delete(bookingSchema, { userId: before.id, status: 'cancelled' });
    await manager.delete(userSchema, { id: before.id });
    return true;
  }
  const { user, passwordHash } = after;
  const hash = passwordHash === undefined ? {} : { passwordHash };
  if (before !== undefined) await manager.update(userSchema, { id: user.id }, { ...user, ...hash });
  else await insertInto(manager, userSchema, [{ ...user, ...hash }]);
  return true;
}

/** A deleted user's words go with their row. */
function wordsOf(dialect: Dialect, before: User | undefined, after: StoredUser | undefined): readonly Statement[] {
  if (after === undefined) return [];
  return before === undefined
    ? wordWrites(dialect, USER_WORDS, [after.user], [])
    : wordWrites(dialect, USER_WORDS, [], [{ before, after: after.user }]);
}

/** Turns errors of unique and foreign keys into refusals of the domain. */
function refuseKnown(dialect: Dialect, error: unknown): never {
  const kind = dialect.errors.classify(error);
  const message = messageOf(error);
  if (kind === 'duplicate' && /idx_users_email|users\.email/.test(message)) refuse('email_taken', {});
  if (kind === 'referenced') refuse(/fk_events_organizer/.test(message) ? 'user_organises_events' : 'user_has_active_bookings', {});
  throw error;
}
