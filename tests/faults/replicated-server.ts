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
  /** What the server under test is started with. */
  readonly env: Readonly<Record<string, string>>;
  /** Resolves when the replica has all that the primary has committed until now. */
  caughtUp(): Promise<void>;
  /** The replica stays as it is: what is committed from now on reaches it only after `catchUp`. */
  holdBack(): Promise<void>;
  /** Ends `holdBack` and `lag`, and waits until the replica has everything. */
  catchUp(): Promise<void>;
  /** From now on the replica applies each commit so many whole seconds after the primary made it. */
  lag(seconds: number): Promise<void>;
  /** Whether the primary refuses new writes. */
  readOnly(isOn: boolean): Promise<void>;
  /** The primary refuses writes from now on. Open transactions cannot commit any more. */
  demote(): Promise<void>;
  /** The replica becomes a primary of its own, with all that the old one committed. */
  promote(): Promise<void>;
}

const HAS = { mysql: hasReplication, postgres: hasPostgres };
export const replicatedServers: readonly ServedEngine[] = (['mysql', 'postgres'] as const).filter((engine) => HAS[engine]);

export const replicatedServer = (engine: ServedEngine): Promise<ReplicatedServer> =>
  engine === 'mysql' ? ReplicatedMariaDb.start() : ReplicatedPostgres.start();

/** The same store, read at the replica. */
export const atReplica = <Known extends ReturnType<PrivateServer['store']>>({ replica }: ReplicatedServer, store: Known): Known => ({
  ...store,
  port: replica.port,
});
