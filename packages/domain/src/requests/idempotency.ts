import type { Actor, ActorRef } from './actor.ts';
import { refuse } from './refusal.ts';

/**
 * A client's name for what they ask, so that asking again makes nothing twice (draft-ietf-httpapi-idempotency-key-header).
 * A request that comes while the first is being stored waits for its lock and finds its answer; a refusal is not kept.
 */
export interface IdempotencyKey {
  readonly value: string;
  /** Of all that was asked. The same key for something else is a client's mistake. */
  readonly fingerprint: string;
  /** The same under secrets that were in use within the day: the first answer may be kept under one of them. */
  readonly earlierFingerprints?: readonly string[];
}

/** A key as a use case hands it on. */
export interface RequestKey extends IdempotencyKey {
  /** The kind of request: a key that was used for another kind is a mistake, whatever its fingerprint. */
  readonly kind: string;
  /** Refuses an actor who may not make now what the key made once. */
  readonly allow: (actor: Actor) => void;
}

/** The first answer under a key as it was then, kept in the transaction that made what it tells of. */
export interface IdempotencyRecord {
  /** Keys are each user's own; all who are nobody share theirs. */
  readonly owner: string;
  readonly key: string;
  /** undefined in an answer that was kept before kinds were. */
  readonly kind: string | undefined;
  readonly fingerprint: string;
  /** The row that was made. */
  readonly answer: object;
}

/** What a request that makes something is answered. */
export interface Answer<Value> {
  readonly value: Value;
  /** Whether it is the first answer under the key, given again: then nothing was made now. */
  readonly replayed: boolean;
}

/** Answers are kept for so long at least, by the store's clock. */
export const KEPT_MS = 24 * 60 * 60 * 1000;

export const KEY_CHARACTERS_MAX = 255;
/** Visible ASCII, so that every engine compares it alike. */
export const isIdempotencyKey = (value: string): boolean => value.length <= KEY_CHARACTERS_MAX && /^[\x21-\x7e]+$/.test(value);

export const ownerOf = (ref: ActorRef): string => (typeof ref === 'string' ? ref : ref.userId);

/**
 * The first answer under the key, if there was one. Refuses an actor who no longer has the right to make the request: the row under the
 * lock decides, as for a new request. Then it refuses a key that was first used for another request.
 */
export function firstAnswer<Value extends object>(kept: IdempotencyRecord | undefined, key: RequestKey | undefined, actor: Actor): Value | undefined {
  if (key === undefined || kept === undefined) return undefined;
  key.allow(actor);
  const isSameKind = kept.kind === undefined || kept.kind === key.kind;
  const isSameRequest = kept.fingerprint === key.fingerprint || key.earlierFingerprints?.includes(kept.fingerprint) === true;
  if (!isSameKind || !isSameRequest) return refuse('idempotency_key_reused', {});
  return kept.answer as Value; // the kind of request says what it makes
}

/** The answers under keys during a batch: what was kept before, and what the batch keeps. */
export class RecordsInBatch {
  readonly kept: IdempotencyRecord[] = [];
  readonly #byName: Map<string, IdempotencyRecord>;

  constructor(keptBefore: readonly IdempotencyRecord[]) {
    this.#byName = new Map(keptBefore.map((answer) => [nameOf(answer.owner, answer.key), answer]));
  }

  /** See `firstAnswer`. */
  first<Value extends object>(ref: ActorRef, key: RequestKey | undefined, actor: Actor): Value | undefined {
    return key && firstAnswer<Value>(this.#byName.get(nameOf(ownerOf(ref), key.value)), key, actor);
  }

  keep(ref: ActorRef, key: RequestKey | undefined, answer: object): void {
    if (key === undefined) return;
    const keeping: IdempotencyRecord = { owner: ownerOf(ref), key: key.value, kind: key.kind, fingerprint: key.fingerprint, answer };
    this.#byName.set(nameOf(keeping.owner, keeping.key), keeping);
    this.kept.push(keeping);
  }
}

/** No owner has a space in their id. */
const nameOf = (owner: string, key: string): string => `${owner} ${key}`;
