import type { ActorRef } from './actor.ts';
import type { IdempotencyKey } from './idempotency.ts';

/** Who asks. A value of its own, so that what comes with a request later needs no new signature. */
export interface Attempt {
  readonly actor: ActorRef;
  /** For what makes something: asked again under the same key, it is not made again, and the first answer is given again. */
  readonly key?: IdempotencyKey | undefined;
}
