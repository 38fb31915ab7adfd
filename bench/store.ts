import { join } from 'node:path';
import Libsql from 'libsql';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { TranslatingClient } from '../packages/adapters/src/persistence/dialects/postgres-client.ts';

export type Value = string | number | null;
export type Row = Readonly<Record<string, unknown>>;

/** The benchmark fills and checks a server's tables directly. */
export interface Store {
  readonly engine: 'mariadb' | 'postgres' | 'sqlite';
  insert(table: string, rows: readonly Readonly<Record<string, Value>>[]): Promise<void>;
  query(sql: string): Promise<readonly Row[]>;
  close(): Promise<void>;
}

export async function openMariaDbStore(port: number, database: string): Promise<Store> {
  const connection = await createConnection({ host: '127.0.0.1', port, user: 'root', database, timezone: 'Z', charset: 'utf8mb4' });
  return {
    engine: 'mariadb',
    async insert(table, rows) {
      for (let from = 0; from < rows.length; from += 1000) {
        const part = rows.slice(from, from + 1000);
        await connection.query(`INSERT INTO ${table} (${columnsOf(rows)}) VALUES ?`, [part.map((row) => Object.values(row))]);
      }
    },
    query: async (sql) => {
      const [rows] = await connection.query<RowDataPacket[]>(sql);
      return Array.isArray(rows) ? rows : [];
    },
    close: () => connection.end(),
  };
}

export async function openPostgresStore(url: string): Promise<Store> {
  const client = new TranslatingClient({ connectionString: url, options: '-c TimeZone=UTC' });
  await client.connect();
  const query = async (sql: string): Promise<readonly Row[]> => (await client.query(sql)).rows;
  return {
    engine: 'postgres',
    async insert(table, rows) {
      const columns = Object.keys(rows[0] ?? {});
      for (let from = 0; from < rows.length; from += 1000) {
        const part = rows.slice(from, from + 1000);
        const places = part.map(() => `(${columns.map(() => '?').join(', ')})`).join(', ');
        await client.query(
          `INSERT INTO ${table} (${columns.join(', ')}) VALUES ${places}`,
          part.flatMap((row) => Object.values(row)),
        );
      }
    },
    query,
    close: () => client.end(),
  };
}

export function openSqliteStore(folder: string): Store {
  const file = new Libsql(join(folder, 'tickets.sqlite'));
  file.pragma('busy_timeout = 10000');
  return {
    engine: 'sqlite',
    async insert(table, rows) {
      const places = Object.keys(rows[0] ?? {}).map(() => '?');
      const statement = file.prepare(`INSERT INTO ${table} (${columnsOf(rows)}) VALUES (${places})`);
      file.exec('BEGIN IMMEDIATE');
      for (const row of rows) statement.run(Object.values(row));
      file.exec('COMMIT');
    },
    async query(sql) {
      const statement = file.prepare(sql);
      const rows: unknown[] = statement.reader ? statement.all() : [statement.run()];
      return rows.filter(isRow);
    },
    close: async () => void file.close(),
  };
}

const columnsOf = (rows: readonly object[]): string => Object.keys(rows[0] ?? {}).join(', ');
const isRow = (row: unknown): row is Row => typeof row === 'object' && row !== null;
