import { askedEngines, type Engine, type ServedEngine } from '../engine-names.ts';
import { hasMariaDb, PrivateMariaDb } from './private-mariadb.ts';
import { hasPostgres, PrivatePostgres } from './private-postgres.ts';
import { type Store, temporaryFolder } from './programs.ts';

/** A database server for one test file. Tests can kill it, freeze it, and start it again on the same folder and port. */
export interface PrivateServer {
  readonly engine: ServedEngine;
  readonly port: number;
  start(): Promise<void>;
  /** `kill -9` of all its processes. */
  kill(): Promise<void>;
  /** Stops all its processes until `thaw`. */
  freeze(): void;
  thaw(): void;
  /** The name of a database that does not exist yet. The server under test creates it. */
  store(): Store & { engine: ServedEngine };
  /** A client beside the server under test, which may disturb it. */
  neighbour(database?: string): Promise<{ query(sql: string): Promise<unknown>; end(): Promise<void> }>;
  query(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

const HAS = { mysql: hasMariaDb, postgres: hasPostgres };

/** The servers that this run may kill. */
export const privateServers = askedEngines().filter((engine): engine is ServedEngine => engine !== 'sqlite' && HAS[engine]);

/** These, and the embedded engine. */
export const enginesHere: readonly Engine[] = askedEngines().filter((engine) => engine === 'sqlite' || HAS[engine]);

export const privateServer = (engine: ServedEngine, options: readonly string[] = []): Promise<PrivateServer> =>
  engine === 'mysql' ? PrivateMariaDb.start({ options }) : PrivatePostgres.start({ options });

/** A store for one test: a file, or a database on a server of its own. */
export const privateStore = async (engine: Engine): Promise<Store> =>
  engine === 'sqlite' ? { engine, folder: temporaryFolder() } : (await privateServer(engine)).store();
