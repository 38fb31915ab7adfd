import type { TestProject } from 'vitest/node';
import { askedEngines } from './engine-names.ts';
import { find, install, sayMissing } from './machine.ts';
import { startMariaDb } from './mariadb.ts';
import { findOrInstallPostgres, startPostgres } from './postgres.ts';

/**
 * The servers of a test run, for its engines. An environment variable names each one. Otherwise it is a throwaway in an empty folder, which
 * is removed when the run ends. If there is no server program, root on Debian or Ubuntu gets the program alone, without a service. Elsewhere
 * the suites on that engine do not run. The run prints that, and fails if CI=true.
 */
declare module 'vitest' {
  interface ProvidedContext {
    /** Servers on which the tests may create their own databases; undefined if the run has none. */
    mysqlUrl: string | undefined;
    postgresUrl: string | undefined;
  }
}

interface Running {
  readonly url: string;
  readonly stop?: () => void;
}

export default async function setup(project: Pick<TestProject, 'provide'>): Promise<() => void> {
  const { mysqlUrl, postgresUrl, stop } = await startServers();
  project.provide('mysqlUrl', mysqlUrl);
  project.provide('postgresUrl', postgresUrl);
  return stop;
}

export async function startServers(): Promise<{
  readonly mysqlUrl: string | undefined;
  readonly postgresUrl: string | undefined;
  readonly stop: () => void;
}> {
  const asked = askedEngines();
  // Only one installation can run at a time, so they run one after another. Then both servers start at once.
  const [mysql, postgres] = [asked.includes('mysql') ? mariaDb() : undefined, asked.includes('postgres') ? postgreSql() : undefined];
  const [onMysql, onPostgres] = await Promise.all([mysql?.(), postgres?.()]);
  return {
    mysqlUrl: onMysql?.url,
    postgresUrl: onPostgres?.url,
    stop() {
      onMysql?.stop?.();
      onPostgres?.stop?.();
    },
  };
}

function mariaDb(): (() => Promise<Running>) | undefined {
  const given = process.env['TEST_DATABASE_URL'];
  if (given) return async () => ({ url: given });
  const program = find('mariadbd') ?? install('mariadbd', 'mariadb-server-core');
  // The documents name its programs for backups, and tests run the commands of the documents.
  if (find('mariadb-dump') === undefined && find('mysqldump') === undefined) install('mariadb-dump', 'mariadb-client');
  if (program !== undefined) return () => startMariaDb(program);
  sayMissing(
    'THE SUITES ON MYSQL/MARIADB DO NOT RUN: no mariadbd here. Install it (Debian: apt-get install mariadb-server-core; macOS: brew install mariadb) or give TEST_DATABASE_URL=mysql://user:password@host:3306.',
  );
  return undefined;
}

function postgreSql(): (() => Promise<Running>) | undefined {
  const given = process.env['TEST_POSTGRES_URL'];
  if (given) return async () => ({ url: given });
  const programs = findOrInstallPostgres();
  if (programs !== undefined) return () => startPostgres(programs);
  sayMissing(
    'THE SUITES ON POSTGRESQL DO NOT RUN: no postgres and initdb here. Install it (Debian: apt-get install postgresql; macOS: brew install postgresql@17) or give TEST_POSTGRES_URL=postgres://user:password@host:5432/postgres.',
  );
  return undefined;
}
