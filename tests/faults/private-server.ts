import { askedEngines, type Engine, type ServedEngine } from '../engine-names.ts';
import { hasMariaDb, PrivateMariaDb } from './private-mariadb.ts';
import { hasPostgres, PrivatePostgres } from './private-postgres.ts';
import { type Store, temporaryFolder } from './programs.ts';

/** A database server of the test file's own, which can be killed, frozen, and started again on the same folder and port. */
export interface PrivateServer {
  readonly engine: ServedEngine;
  readonly port: number;
  start(): Promise<void>;
  /** `kill -9`, of all its processes. */
  kill(): Promise<void>;
  /** All its processes stand still, until it is thawed. */
  freeze(): void;
  thaw(): void;
  /** The name of a database that is not there yet: the server under test makes it. */
  store(): Store & { engine: ServedEngine };
  /** A client beside the server under test, who may be rude. */
  neighbour(database?: string): Promise<{ query(sql: string): Promise<unknown>; end(): Promise<void> }>;
  query(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

const HAS = { mysql: hasMariaDb, postgres: hasPostgres };

/** The servers that this run may kill. */
export const privateServers = askedEngines().filter((engine): engine is ServedEngine => engine !== 'sqlite' && HAS[engine]);

/** With the embedded engine. */
export const enginesHere: readonly Engine[] = askedEngines().filter((engine) => engine === 'sqlite' || HAS[engine]);

export const privateServer = (engine: ServedEngine, options: readonly string[] = []): Promise<PrivateServer> =>
  engine === 'mysql' ? PrivateMariaDb.start({ options }) : PrivatePostgres.start({ options });

/** A store of the test's own: a file, or a database on a server of its own. */
export const privateStore = async (engine: Engine): Promise<Store> =>
  engine === 'sqlite' ? { engine, folder: temporaryFolder() } : (await privateServer(engine)).store();
