import type { Actor, ActorRef } from './actor.ts';
import { assert, refuse } from './refusal.ts';

/**
 * A client's name for what he asks, so that asking again makes nothing twice (draft-ietf-httpapi-idempotency-key-header).
 * Whoever asks while the first is being stored waits for its lock and finds its answer; a refusal is not kept.
 */
export interface IdempotencyKey {
  readonly value: string;
  /** Of all that was asked. The same key for something else is a client's mistake. */
  readonly fingerprint: string;
  /** The same under secrets that were in use within the day: the first answer may be kept under one of them. */
  readonly earlierFingerprints?: readonly string[];
  /** Told when the answer is the first one's, given again. */
  readonly onReplay: () => void;
  /** Refuses an actor who may not make now what the key made once. The use case adds it; without it no kept answer is given. */
  readonly allow?: (actor: Actor) => void;
}

/** The first answer under a key as it was then, kept in the transaction that made what it tells of. */
export interface KeptAnswer {
  /** Keys are each user's own; all who are nobody share theirs. */
  readonly owner: string;
  readonly key: string;
  readonly fingerprint: string;
  /** The row that was made. */
  readonly answer: object;
}

/** Answers are kept for so long at least, by the store's clock. */
export const KEPT_MS = 24 * 60 * 60 * 1000;

export const KEY_CHARACTERS_MAX = 255;
/** Visible ASCII, so that every engine compares it alike. */
export const isIdempotencyKey = (value: string): boolean => value.length <= KEY_CHARACTERS_MAX && /^[\x21-\x7e]+$/.test(value);

export const ownerOf = (ref: ActorRef): string => (typeof ref === 'string' ? ref : ref.userId);

/**
 * The first answer under the key, if there was one. Refuses an actor who no longer has the right to make what it tells of, by the row under
 * the lock, as a new request would be refused; then the key for anything else than it was first used for.
 */
export function firstAnswer<Answer extends object>(kept: KeptAnswer | undefined, key: IdempotencyKey | undefined, actor: Actor): Answer | undefined {
  if (key === undefined || kept === undefined) return undefined;
  assert(key.allow !== undefined, 'a kept answer is given by the rights of now');
  key.allow(actor);
  if (kept.fingerprint !== key.fingerprint && !key.earlierFingerprints?.includes(kept.fingerprint)) return refuse('idempotency_key_reused', {});
  return kept.answer as Answer; // the fingerprint covers the route, so it is of the kind that is asked for
}
