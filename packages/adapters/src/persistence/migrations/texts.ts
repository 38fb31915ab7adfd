import type { QueryRunner } from 'typeorm';

/** The statements of a migration for each engine. A new engine is one more key, and the compiler names every migration that lacks it. */
interface ByDialect<Text> {
  readonly mysql: Text;
  readonly sqlite: Text;
  readonly postgres: Text;
}

/** The keys of the engines' texts, by the names of TypeORM's drivers. */
const DIALECTS: Readonly<Record<string, keyof ByDialect<unknown>>> = {
  mysql: 'mysql',
  mariadb: 'mysql',
  'better-sqlite3': 'sqlite',
  postgres: 'postgres',
};

export function inDialect<Text>({ dataSource: { options } }: QueryRunner, texts: ByDialect<Text>): Text {
  const dialect = DIALECTS[options.type];
  if (dialect === undefined) throw new Error(`the migrations have no text for ${options.type}`);
  return texts[dialect];
}
