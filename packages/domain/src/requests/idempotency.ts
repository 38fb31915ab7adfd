import type { Actor, ActorRef } from './actor.ts';
import { refuse } from './refusal.ts';

/**
 * A client's name for a request, so that a repetition creates nothing twice (draft-ietf-httpapi-idempotency-key-header). A repeated request
 * that arrives while the first is being stored waits for its lock and finds its answer. Refusals are not kept.
 */
export interface IdempotencyKey {
  readonly value: string;
  /** A hash of the whole request. If a client uses the same key for another request, it made a mistake. */
  readonly fingerprint: string;
  /** Hashes of the same request under earlier secrets of the last day. The first answer may be stored with one of them. */
  readonly earlierFingerprints?: readonly string[];
}

/** A key as a use case passes it on. */
export interface RequestKey extends IdempotencyKey {
  /** The kind of request. A key that was used for another kind is refused, whatever its fingerprint. */
  readonly kind: string;
  /** Refuses an actor who no longer has the right to make this request. */
  readonly allow: (actor: Actor) => void;
}

/** The first answer under a key, stored in the transaction of the rows that it describes. */
export interface IdempotencyRecord {
  /** Keys belong to one user. All anonymous clients share theirs. */
  readonly owner: string;
  readonly key: string;
  /** undefined in records from a version without kinds. */
  readonly kind: string | undefined;
  readonly fingerprint: string;
  /** The row that the first request created. */
  readonly answer: object;
}

/** The answer to a request that creates something. */
export interface Answer<Value> {
  readonly value: Value;
  /** True when this is the first answer under the key, given again: nothing was created now. */
  readonly replayed: boolean;
}

/** Answers are kept for at least this time, by the store's clock. */
export const KEPT_MS = 24 * 60 * 60 * 1000;

/** The longest idempotency key, in characters. */
export const KEY_CHARACTERS_MAX = 255;
/** Visible ASCII, so that every engine compares it alike. */
export const isIdempotencyKey = (value: string): boolean => value.length <= KEY_CHARACTERS_MAX && /^[\x21-\x7e]+$/.test(value);

/** To whom a key belongs: the user, or `anonymous` or `operator`. */
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
  return kept.answer as Value; // each kind of request creates one type of row
}

/** The answers under idempotency keys while a batch is decided: those that were stored before, and those of the batch itself. */
export class RecordsInBatch {
  readonly kept: IdempotencyRecord[] = [];
  readonly #byName: Map<string, IdempotencyRecord>;

  constructor(keptBefore: readonly IdempotencyRecord[]) {
    this.#byName = new Map(keptBefore.map((answer) => [recordName(answer.owner, answer.key), answer]));
  }

  /** See `firstAnswer`. */
  first<Value extends object>(ref: ActorRef, key: RequestKey | undefined, actor: Actor): Value | undefined {
    return key && firstAnswer<Value>(this.#byName.get(recordName(ownerOf(ref), key.value)), key, actor);
  }

  keep(ref: ActorRef, key: RequestKey | undefined, answer: object): void {
    if (key === undefined) return;
    const keeping: IdempotencyRecord = { owner: ownerOf(ref), key: key.value, kind: key.kind, fingerprint: key.fingerprint, answer };
    this.#byName.set(recordName(keeping.owner, keeping.key), keeping);
    this.kept.push(keeping);
  }
}

/** One name for owner and key. It is unique, because an owner's id has no space. */
export const recordName = (owner: string, key: string): string => `${owner} ${key}`;
