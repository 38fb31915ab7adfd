import { createConnection } from 'mysql2/promise';
import { Client } from 'pg';
import type { DatabaseConfig, MySqlConfig, PostgresConfig } from '../packages/adapters/src/persistence/dialects/config.ts';
import { translated } from '../packages/adapters/src/persistence/dialects/postgres-client.ts';

/** Another program's connection to a server, beside those of the product. It runs each statement unchanged; a value is `?`. */
export interface Neighbour {
  query<Row = Record<string, unknown>>(sql: string, parameters?: readonly unknown[]): Promise<readonly Row[]>;
  end(): Promise<void>;
}

export async function neighbourOf(config: DatabaseConfig): Promise<Neighbour> {
  switch (config.engine) {
    case 'sqlite':
      throw new Error('the embedded engine has no server');
    case 'mysql':
      return onMySql(config);
    case 'postgres':
      return onPostgres(config);
  }
}

async function onMySql({ host, port, user, password, database }: MySqlConfig): Promise<Neighbour> {
  const connection = await createConnection({ host, port, user, password, database, charset: 'utf8mb4', timezone: 'Z', supportBigNumbers: true });
  return {
    query: async <Row>(sql: string, parameters: readonly unknown[] = []) => (await connection.query(sql, [...parameters]))[0] as Row[],
    end: () => connection.end(),
  };
}

async function onPostgres({ host, port, user, password, database }: PostgresConfig): Promise<Neighbour> {
  const client = new Client({ host, port, user, password, database, options: '-c TimeZone=UTC' });
  client.on('error', () => undefined); // the next statement reports the error
  await client.connect();
  return {
    query: async <Row>(sql: string, parameters: readonly unknown[] = []): Promise<readonly Row[]> =>
      (await client.query(translated(sql).sql, [...parameters])).rows,
    end: () => client.end(),
  };
}
