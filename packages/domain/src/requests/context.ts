import type { ActorRef } from './actor.ts';
import type { IdempotencyKey, RequestKey } from './idempotency.ts';

/** The actor. A value of its own, so that what comes with a request later needs no new signature. */
export interface RequestContext {
  readonly actor: ActorRef;
  /** For what makes something: asked again under the same key, it is not made again, and the first answer is given again. */
  readonly key?: IdempotencyKey | undefined;
}

/** A context as a use case hands it on to a repository. */
export interface RepositoryContext {
  readonly actor: ActorRef;
  readonly key?: RequestKey | undefined;
}
