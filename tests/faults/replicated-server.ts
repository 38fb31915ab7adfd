import type { ServedEngine } from '../engine-names.ts';
import { hasPostgres } from './private-postgres.ts';
import type { PrivateServer } from './private-server.ts';
import { hasReplication, ReplicatedMariaDb } from './replicated-mariadb.ts';
import { ReplicatedPostgres } from './replicated-postgres.ts';

/** A primary and its asynchronous replica. */
export interface ReplicatedServer {
  readonly engine: ServedEngine;
  readonly primary: PrivateServer;
  readonly replica: PrivateServer;
  /** The environment of the server under test. */
  readonly env: Readonly<Record<string, string>>;
  /** Resolves when the replica has everything that the primary has committed until now. */
  caughtUp(): Promise<void>;
  /** The replica stays as it is. Later commits reach it only after `catchUp`. */
  holdBack(): Promise<void>;
  /** Ends `holdBack` and `lag`, and waits until the replica has everything. */
  catchUp(): Promise<void>;
  /** From now on the replica applies each commit this many whole seconds after the primary. */
  lag(seconds: number): Promise<void>;
  /** Whether the primary refuses new writes. */
  readOnly(isOn: boolean): Promise<void>;
  /** The primary refuses writes from now on. Open transactions can no longer commit. */
  demote(): Promise<void>;
  /** Promotes the replica to a primary. It has everything that the old one committed. */
  promote(): Promise<void>;
}

const HAS = { mysql: hasReplication, postgres: hasPostgres };
export const replicatedServers: readonly ServedEngine[] = (['mysql', 'postgres'] as const).filter((engine) => HAS[engine]);

export const replicatedServer = (engine: ServedEngine): Promise<ReplicatedServer> =>
  engine === 'mysql' ? ReplicatedMariaDb.start() : ReplicatedPostgres.start();

/** The same store, but reads go to the replica. */
export const atReplica = <Known extends ReturnType<PrivateServer['store']>>({ replica }: ReplicatedServer, store: Known): Known => ({
  ...store,
  port: replica.port,
});
