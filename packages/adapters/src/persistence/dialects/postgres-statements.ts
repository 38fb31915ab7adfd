import type { EntityManager } from 'typeorm';
import { schemasFor } from '../schemas.ts';
import { allSettled, requireRows, type Statement, type Value } from '../statement.ts';
import type { Change, InsertOptions } from './dialect.ts';
import { utcText } from './sql.ts';

export const NOW = 'clock_timestamp()';
/** A time with its zone, so that no setting of the connection changes it. */
export const dateText = (moment: Date): string => `${utcText(moment)}Z`;

/** The names and types of a table's columns. */
interface Table {
  readonly key: readonly string[];
  readonly types: ReadonlyMap<string, string>;
}
const TYPES: Readonly<Record<string, string>> = { int: 'int', bigint: 'bigint', datetime: 'timestamptz' };

const TABLES: ReadonlyMap<string, Table> = new Map(
  schemasFor('ours').map(({ options }) => {
    const columns = Object.entries(options.columns).map(([property, column]) => ({ ...column, name: column?.name ?? property }));
    return [
      options.tableName ?? options.name,
      {
        key: columns.filter(({ primary }) => primary === true).map(({ name }) => name),
        types: new Map(columns.map(({ name, type }) => [name, TYPES[String(type)] ?? 'varchar'])),
      },
    ];
  }),
);

function tableNamed(name: string): Table {
  const table = TABLES.get(name);
  if (table === undefined) throw new Error(`no table ${name}`);
  return table;
}

/**
 * A column of values is sent as an array. So one text is enough for any number of rows, and it is prepared once. It is planned like a join,
 * and has no limit on the number of values.
 */
const arrayOf = (type: string): string => `?::${type}[]`;
const listed = (column: readonly Value[]): readonly Value[] => column.map((value) => (value instanceof Date ? dateText(value) : value));

export function insertMany(
  table: string,
  columns: readonly string[],
  rows: readonly (readonly Value[])[],
  { stamped, replaces = false }: InsertOptions = {},
): Statement[] {
  if (rows.length === 0) return [];
  const { key, types } = tableNamed(table);
  const names = stamped === undefined ? columns : [...columns, stamped];
  const arrays = columns.map((column) => arrayOf(types.get(column) ?? 'varchar')).join(', ');
  const changes = columns.filter((column) => !key.includes(column)).map((column) => `${column} = EXCLUDED.${column}`);
  const conflict = replaces ? ` ON CONFLICT (${key.join(', ')}) DO UPDATE SET ${changes.join(', ')}` : '';
  const sql = `INSERT INTO ${table} (${names.join(', ')}) SELECT given.*${stamped === undefined ? '' : `, ${NOW}`} FROM unnest(${arrays}) given${conflict}`;
  return [{ sql, parameters: columns.map((_, index) => listed(rows.map((row) => row[index] ?? null))) }];
}

export function updateMany<Row>(table: string, rows: readonly Row[], { id, set, guard }: Change<Row>): Statement {
  const { types } = tableNamed(table);
  const [guarded, before] = guard;
  const sets = set.map(([column]) => `${column} = given.new_${column}`).join(', ');
  const names = ['id', ...set.map(([column]) => `new_${column}`), 'was'].join(', ');
  const arrays = ['id', ...set.map(([column]) => column), guarded].map((column) => arrayOf(types.get(column) ?? 'varchar')).join(', ');
  const sql = `UPDATE ${table} SET ${sets} FROM unnest(${arrays}) AS given (${names}) WHERE ${table}.id = given.id AND ${table}.${guarded} = given.was`;
  const parameters = [rows.map(id), ...set.map(([, value]) => rows.map(value)), rows.map(before)];
  return { sql, parameters, rows: rows.length };
}

export async function insertNew(manager: EntityManager, { sql, parameters }: Statement): Promise<boolean> {
  const answer = await manager.queryRunner?.query(`${sql} ON CONFLICT DO NOTHING`, [...parameters], true);
  return answer?.affected === 1;
}

/**
 * Sends the statements without waiting for each answer. Waiting would cost a round trip for each while the rows are locked. If one fails,
 * the server refuses all later ones until ROLLBACK, also COMMIT.
 */
export async function sendPipelined({ queryRunner }: EntityManager, statements: readonly Statement[]): Promise<void> {
  const answers = await allSettled(statements.map(({ sql, parameters }) => queryRunner?.query(sql, [...parameters], true)));
  for (const [index, answer] of answers.entries()) requireRows(answer?.affected, statements[index]?.rows);
}
