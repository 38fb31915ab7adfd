import type { ActorRef } from './actor.ts';
import type { IdempotencyKey, RequestKey } from './idempotency.ts';

/** The actor and what else comes with a request. One object, so that a new field needs no new signature. */
export interface RequestContext {
  readonly actor: ActorRef;
  /** For requests that create something. A repeated request under the same key creates nothing and gets the first answer again. */
  readonly key?: IdempotencyKey | undefined;
}

/** A context as a use case passes it to a repository. */
export interface RepositoryContext {
  readonly actor: ActorRef;
  readonly key?: RequestKey | undefined;
}
