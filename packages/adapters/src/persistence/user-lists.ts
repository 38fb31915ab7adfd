import type { UserFilter } from '@ticket/domain/accounts';
import type { Database } from './database.ts';
import { type Order, when } from './list-statements.ts';

/** The order of a list of users, with the conditions that its index serves. */
export function userOrderOf({ dialect }: Database, { role, modifiedSince }: Pick<UserFilter, 'role' | 'modifiedSince'>): Order {
  const by = { table: 'users', direction: 'ASC' } as const;
  if (modifiedSince !== undefined)
    return { ...by, at: 'updatedAt', index: 'idx_users_updated_at', where: [when('users.updatedAt >= ?', dialect.date(modifiedSince))] };
  if (role !== undefined) return { ...by, at: 'createdAt', index: 'idx_users_role_created_at', where: [when('users.role = ?', role)] };
  return { ...by, at: 'createdAt', index: 'idx_users_created_at' };
}
