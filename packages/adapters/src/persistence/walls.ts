import type { EntityManager } from 'typeorm';
import { messageOf } from './database-errors.ts';
import type { Dialect } from './dialects/dialect.ts';

/** Thrown to roll back the transaction in which the protections were tested. */
class Tried extends Error {
  override readonly name = 'Tried';
}

/** Tests whether CHECK, isolation and durability are as promised now. Returns a line for each that is weaker. Stores nothing. */
export async function weaknessesOf(
  { weaknesses }: Dialect,
  transaction: (work: (manager: EntityManager) => Promise<never>) => Promise<never>,
): Promise<readonly string[]> {
  let found: readonly string[] = [];
  try {
    await transaction(async (manager) => {
      found = await weaknesses((sql) => manager.query(sql));
      throw new Tried();
    });
  } catch (error) {
    if (!(error instanceof Tried)) return [`whether CHECK, isolation and durability are as promised could not be tried: ${messageOf(error)}`];
  }
  return found;
}
