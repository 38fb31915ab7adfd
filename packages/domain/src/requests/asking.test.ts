import { describe, expect, it } from 'vitest';
import { aUser } from '../testing/builders.ts';
import { answerOf, as, refOf } from '../testing/store.ts';
import type { Actor, SignedInRow } from './actor.ts';
import { type Askers, acceptAfterRights, asActor, identifyActor, judgedBy, judgeFirst, requireToken } from './asking.ts';
import type { Freshness } from './ports.ts';
import { Refusal, refuse } from './refusal.ts';

const user = aUser();
const VOUCHED = { userId: 'ani', role: 'admin' } as const;
/** Finds the user's row, and notes how fresh each read is. */
function askers(rows: readonly SignedInRow[] = [user]) {
  const reads: (Freshness | undefined)[] = [];
  const users = {
    find: async (id: string, freshness?: Freshness) => {
      reads.push(freshness);
      return rows.find((row) => row.id === id);
    },
  };
  return { users, reads };
}
const NO_ACCOUNTS: Askers<SignedInRow> = { users: 'none' };

describe('work for an actor', () => {
  it('gets the row of a token holder, from one plain read', async () => {
    const { users, reads } = askers();
    expect(await asActor({ users }, refOf(user), (actor, freshness) => [actor, freshness])).toEqual([user, 'plain']);
    expect(reads).toEqual(['plain']);
  });

  it('reads no row for anonymous, the operator and a vouched user', async () => {
    for (const { users, reads } of [askers(), { users: 'none' as const, reads: [] }]) {
      const actors: Actor[] = [];
      for (const ref of ['anonymous', 'operator', VOUCHED] as const) await asActor({ users }, ref, (actor) => actors.push(actor));
      expect(actors).toEqual(['anonymous', 'operator', { id: 'ani', role: 'admin' }]);
      expect(reads).toEqual([]);
    }
  });

  it('is done again on the newest rows when it refuses because of rows, and that result counts', async () => {
    const { users, reads } = askers();
    const seen: Freshness[] = [];
    const result = await asActor({ users }, refOf(user), (_, freshness) => {
      seen.push(freshness);
      return freshness === 'plain' ? refuse('forbidden', { reason: 'not_admin' }) : 'done';
    });
    expect([result, seen, reads]).toEqual(['done', ['plain', 'latest'], ['plain', 'latest']]);
    expect(await answerOf(asActor({ users }, refOf(user), () => refuse('forbidden', { reason: 'not_admin' })))).toBe('forbidden');
  });

  it.each([
    ['a fault of the input', () => new Refusal('invalid_input', { faults: [] })],
    ['a row that is not there', () => new Refusal('not_found', { entity: 'event', id: 'e1' })],
    ['another error', () => new Error('down')],
  ])('is not done again for %s', async (_, error) => {
    const { users, reads } = askers();
    const thrown = error();
    const work = () => {
      throw thrown;
    };
    await expect(asActor({ users }, refOf(user), work)).rejects.toBe(thrown);
    expect(reads).toEqual(['plain']);
  });

  it('is not begun for an actor that no database can store, or a token holder without accounts', async () => {
    const work = () => 'done';
    expect(await answerOf(asActor(NO_ACCOUNTS, { ...VOUCHED, userId: 'ibu ani' }, work))).toBe('invalid_input');
    expect(await answerOf(asActor(NO_ACCOUNTS, refOf(user), work))).toContain('without accounts the app vouches for the actor');
    const message = '1 to 36 visible ASCII characters, and neither anonymous nor operator';
    const faults = [{ field: 'userId', message }];
    await expect(asActor(NO_ACCOUNTS, { ...VOUCHED, userId: '' }, work)).rejects.toMatchObject({ details: { faults } });
  });
});

describe('a token', () => {
  const ask = async (context: Parameters<typeof requireToken>[2], audience: 'anyone' | 'user' = 'user') => {
    const { users, reads } = askers([]);
    const answer = await answerOf(Promise.resolve().then(() => requireToken({ users }, audience, context)));
    expect(reads).toEqual([]);
    return answer;
  };

  it('is required of nobody where anyone may ask, and refused to anonymous otherwise', async () => {
    expect([await ask({ actor: 'anonymous' }, 'anyone'), await ask({ actor: 'anonymous' }), await ask({ actor: 'operator' })]).toEqual([
      ...['done', 'unauthenticated', 'done'],
    ]);
  });

  it('is judged later, under the lock, even if it is stale', async () => {
    expect([await ask(as(user)), await ask({ actor: VOUCHED })]).toEqual(['done', 'done']);
  });
});

describe('a write', () => {
  it('is judged only for an actor with a valid identity', async () => {
    const judged = (rows: readonly SignedInRow[]) => {
      const { users, reads } = askers(rows);
      return judgeFirst({ users }, as(user), 'user', (actor, freshness) => [actor, freshness, reads.length]);
    };
    expect(await judged([user])).toEqual([user, 'plain', 1]);
    expect(await answerOf(judged([]))).toBe('unauthenticated');
  });

  it('of a kind takes its key, the kind and the right with it', () => {
    const allow = () => {};
    const key = { value: 'k', fingerprint: 'f' };
    expect(judgedBy('book_tickets', allow, { ...as(user), key })).toEqual({ ...as(user), key: { ...key, kind: 'book_tickets', allow } });
    expect(judgedBy('book_tickets', allow, as(user))).toEqual(as(user));
  });
});

describe('an input', () => {
  const accepted = (role: 'user' | 'admin', input: object | Error) => {
    const { users, reads } = askers([{ ...user, role }]);
    return acceptAfterRights({ users }, as(user), 'admin', input).then((value) => ({ value, reads }));
  };

  it('that is good costs no read', async () => {
    expect(await accepted('user', { quantity: 1 })).toEqual({ value: { quantity: 1 }, reads: [] });
  });

  it('that is malformed is reported only to an actor with the right', async () => {
    const malformed = new Error('malformed');
    expect([await answerOf(accepted('user', malformed)), await answerOf(accepted('admin', malformed))]).toEqual(['forbidden', 'malformed']);
  });
});

describe('an action on a malformed id', () => {
  it('is refused to an invalid token, as its right says', async () => {
    const identify = (rows: readonly SignedInRow[], action: 'read' | 'change', actor: Parameters<typeof asActor>[1] = refOf(user)) =>
      answerOf(identifyActor({ users: askers(rows).users }, { read: 'anyone', change: 'admin' })({ actor }, action));
    expect([await identify([user], 'change'), await identify([], 'change')]).toEqual(['done', 'unauthenticated']);
    expect([await identify([], 'read', 'anonymous'), await identify([], 'change', 'anonymous')]).toEqual(['done', 'unauthenticated']);
  });
});
