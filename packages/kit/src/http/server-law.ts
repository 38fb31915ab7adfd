import type { Draw } from '../law.ts';
import type { Account, SaleClient } from './sale-client.ts';

/** A promise of the specified API, and how it is tried on a running server. */
export interface ServerLaw {
  /** It stays the same in every version, because results name it. */
  readonly id: string;
  readonly title: string;
  /** Does nothing when the promise is kept, and throws when it is not. */
  readonly hold: (scene: ServerScene) => Promise<void>;
}

export interface ServerScene {
  readonly client: SaleClient;
  readonly admin: Account;
  /** Users without rights of their own, each with an account. There are twenty. */
  readonly buyers: readonly Account[];
  /** One of the buyers. */
  readonly buyer: Account;
  /** Another one. */
  readonly stranger: Account;
  readonly draw: Draw;
}
