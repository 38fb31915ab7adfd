import type { EntityManager } from 'typeorm';
import { messageOf } from './database-errors.ts';
import type { Dialect } from './dialects/dialect.ts';

/** Ends the transaction in which the walls were tried, so that nothing of it stays. */
class Tried extends Error {
  override readonly name = 'Tried';
}

/** Where CHECK, isolation and durability are weaker than promised, at this moment. Nothing is stored. */
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
