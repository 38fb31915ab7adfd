import type { TestProject } from 'vitest/node';
import { askedEngines } from './engine-names.ts';
import { find, install, sayMissing } from './machine.ts';
import { startMariaDb } from './mariadb.ts';
import { findOrInstallPostgres, startPostgres } from './postgres.ts';

/**
 * The servers of a test run, for its engines. Each is the server that a variable names, or a throwaway in an empty folder, gone when the
 * run ends. Where there is no server program, root on Debian or Ubuntu gets one installed (the program alone, no service). Elsewhere the
 * suites on that engine do not run. That is printed, and is a failure where CI=true.
 */
declare module 'vitest' {
  interface ProvidedContext {
    /** Servers on which the tests may make databases of their own; undefined where the run has none. */
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
  // Installations come one after another, since only one can run at a time. Then both servers start at once.
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
  // The documents name its programs for copies, and tests run what the documents say.
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
