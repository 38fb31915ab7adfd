import { describe, expect, it } from 'vitest';
import { firstAnswer, type IdempotencyRecord, isIdempotencyKey, ownerOf, RecordsInBatch, type RequestKey, recordName } from './idempotency.ts';
import { Refusal, refuse } from './refusal.ts';

const answer = { id: 'b1' };
const KEPT: IdempotencyRecord = { owner: 'u1', key: 'k', kind: 'book_tickets', fingerprint: 'f1', answer };
const KEY: RequestKey = { value: 'k', kind: 'book_tickets', fingerprint: 'f1', allow: () => {} };

/** The answer under a key, or the code of the refusal. */
function ask(kept: Partial<IdempotencyRecord>, key: Partial<RequestKey>): unknown {
  try {
    return firstAnswer({ ...KEPT, ...kept }, { ...KEY, ...key }, 'anonymous');
  } catch (error) {
    return error instanceof Refusal ? error.code : error;
  }
}

describe('an idempotency key', () => {
  it.each(['!', '~', '0f8fad5b-d9cb-469f-a165-70867728950e', 'x'.repeat(255)])('may be %s', (key) => {
    expect(isIdempotencyKey(key)).toBe(true);
  });

  it.each([
    ['nothing', ''],
    ['256 characters', 'x'.repeat(256)],
    ['a space before it', ' a'],
    ['a space in it', 'a b'],
    ['a line break behind it', 'a\n'],
    ['a control character', '\u007f'],
    ['a letter outside ASCII', 'é'],
  ])('may not be %s', (_, key) => {
    expect(isIdempotencyKey(key)).toBe(false);
  });

  it('belongs to its user, and to nobody or the operator by that name', () => {
    expect([ownerOf({ userId: 'u1', tokenVersion: 0 }), ownerOf({ userId: 'u1', role: 'user' }), ownerOf('anonymous'), ownerOf('operator')]).toEqual([
      ...['u1', 'u1', 'anonymous', 'operator'],
    ]);
    expect(recordName('u1', 'k')).toBe('u1 k');
  });
});

describe('the first answer under a key', () => {
  it('is none without a key or without a record', () => {
    expect([firstAnswer(KEPT, undefined, 'anonymous'), firstAnswer(undefined, KEY, 'anonymous')]).toEqual([undefined, undefined]);
  });

  it.each<[string, Partial<IdempotencyRecord>, Partial<RequestKey>]>([
    ['for the same request', {}, {}],
    ['for a record from a version without kinds', { kind: undefined }, {}],
    ['for a fingerprint under an earlier secret', { fingerprint: 'f0' }, { earlierFingerprints: ['f0'] }],
  ])('is given again %s', (_, kept, key) => {
    expect(ask(kept, key)).toBe(answer);
  });

  it.each<[string, Partial<IdempotencyRecord>, Partial<RequestKey>]>([
    ['another request', { fingerprint: 'f2' }, {}],
    ['another request, whatever earlier secrets were', { fingerprint: 'f2' }, { earlierFingerprints: ['f0'] }],
    ['another kind of request', { kind: 'create_event' }, {}],
    ['another kind of request without kinds in the record', { kind: undefined, fingerprint: 'f2' }, {}],
  ])('is refused to %s', (_, kept, key) => {
    expect(ask(kept, key)).toBe('idempotency_key_reused');
  });

  it('is refused to an actor without the right, before anything else', () => {
    const allow = () => refuse('forbidden', { reason: 'not_admin' });
    expect([ask({}, { allow }), ask({ fingerprint: 'f2' }, { allow })]).toEqual(['forbidden', 'forbidden']);
  });
});

describe('the records of a batch', () => {
  const USER = { userId: 'u1', role: 'user' } as const;

  it('are found by owner and key', () => {
    const records = new RecordsInBatch([KEPT]);
    expect(records.first(USER, KEY, 'anonymous')).toBe(answer);
    expect(records.first('anonymous', KEY, 'anonymous')).toBeUndefined();
    expect(records.first(USER, { ...KEY, value: 'k2' }, 'anonymous')).toBeUndefined();
    expect(records.first(USER, undefined, 'anonymous')).toBeUndefined();
    expect(records.kept).toEqual([]);
  });

  it('have the answers of the batch itself, which are kept', () => {
    const records = new RecordsInBatch([]);
    records.keep(USER, KEY, answer);
    records.keep('operator', undefined, { id: 'b2' });
    expect(records.first(USER, KEY, 'anonymous')).toBe(answer);
    expect(records.kept).toEqual([KEPT]);
  });
});
