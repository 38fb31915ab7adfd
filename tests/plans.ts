import type { Database } from '../packages/adapters/src/persistence/database.ts';

/** A step of a plan, as PostgreSQL names its parts. */
export interface Step {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Index Cond'?: string;
  readonly 'Sort Key'?: readonly string[];
  readonly Plans?: readonly Step[];
}

/**
 * How PostgreSQL finds the rows of a statement in a large table. It would read a table as small as a test's whole. Returns the steps that
 * read the given table, or all steps.
 */
export async function stepsOf(database: Database, sql: string, parameters: readonly unknown[], table?: string): Promise<readonly Step[]> {
  const steps: Step[] = [];
  const note = (step: Step): void => {
    steps.push(step);
    for (const below of step.Plans ?? []) note(below);
  };
  await database.transaction(async (manager) => {
    for (const way of ['seqscan', 'bitmapscan']) await manager.query(`SET LOCAL enable_${way} = off`);
    const [{ 'QUERY PLAN': plans }]: [{ 'QUERY PLAN': readonly { readonly Plan: Step }[] }] = await manager.query(`EXPLAIN (FORMAT JSON) ${sql}`, [
      ...parameters,
    ]);
    for (const { Plan } of plans) note(Plan);
  });
  return table === undefined ? steps : steps.filter((step) => step['Relation Name'] === table);
}

/** Enough bookings of others that an index is worth it. Their events and users do not exist, so foreign keys are off during the insert. */
export async function fillBookings(database: Database): Promise<void> {
  await database.transaction(async (manager) => {
    await manager.query('SET LOCAL session_replication_role = replica');
    await manager.query(
      `INSERT INTO bookings (id, user_id, event_id, quantity, total_price_cents, status, booking_date)
       SELECT 'of others ' || n, 'user ' || n % 500, 'event ' || n % 200, 1, 1, 'pending', clock_timestamp() FROM generate_series(1, 20000) n`,
    );
    await manager.query('ANALYZE bookings');
  });
}
