import type { ActorRef } from './actor.ts';
import type { IdempotencyKey, RequestKey } from './idempotency.ts';
import { refuse } from './refusal.ts';

/** The actor and what else comes with a request. One object, so that a new field needs no new signature. */
export interface RequestContext {
  readonly actor: ActorRef;
  /** For requests that create something. A repeated request under the same key creates nothing and gets the first answer again. */
  readonly key?: IdempotencyKey | undefined;
  /**
   * For requests that change or delete one row: the versions of it that the client accepts. If the row has another version, the request is
   * refused with `version_changed`. Without it, every version is accepted.
   */
  readonly ifVersion?: readonly number[] | undefined;
}

/** A context as a use case passes it to a repository. */
export interface RepositoryContext {
  readonly actor: ActorRef;
  readonly key?: RequestKey | undefined;
}

/**
 * Refuses a change of a row whose version the client does not accept. Decisions call it on the locked row, so of two changes that accept the
 * same version, one is done. It comes after the rights, so that a stranger learns nothing about the row, and before the input.
 */
export function requireVersion({ ifVersion }: RequestContext, { version }: { readonly version: number }): void {
  if (ifVersion !== undefined && !ifVersion.includes(version)) refuse('version_changed', { version });
}
