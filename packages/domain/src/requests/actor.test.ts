import { describe, expect, it } from 'vitest';
import { aUser } from '../testing/builders.ts';
import { refOf } from '../testing/store.ts';
import { actorNow, actsForThemselves, person, rowNeededBy, userIdOf } from './actor.ts';

describe('the actor', () => {
  const user = aUser({ tokenVersion: 3 });

  it('is anonymous or the operator whatever row is there', () => {
    expect([actorNow('anonymous', user), actorNow('operator', user)]).toEqual(['anonymous', 'operator']);
    expect([userIdOf('anonymous'), userIdOf('operator')]).toEqual([undefined, undefined]);
  });

  it('is the row of the user named in the token, as it is now', () => {
    const now = { ...user, role: 'admin' as const };
    expect(actorNow(refOf(user), now)).toBe(now);
    expect(userIdOf(refOf(user))).toBe(user.id);
  });

  it('is stale when the user is gone, or the token is of another version than their row, older or newer', () => {
    expect(actorNow(refOf(user), undefined)).toBe('stale');
    expect([2, 4].map((tokenVersion) => actorNow(refOf({ ...user, tokenVersion }), user))).toEqual(['stale', 'stale']);
  });

  it('is whom the app vouches for, without a row', () => {
    const vouched = { userId: user.id, role: 'admin' as const };
    expect([actorNow(vouched, undefined), actorNow(vouched, user)]).toEqual([
      { id: user.id, role: 'admin' },
      { id: user.id, role: 'admin' },
    ]);
    expect([rowNeededBy(vouched), userIdOf(vouched), rowNeededBy(refOf(user))]).toEqual([undefined, user.id, user.id]);
  });

  it('acts for themselves as a user, and for other people as an admin or the operator', () => {
    const actors = [user, { id: 'ani', role: 'user' }, { ...user, role: 'admin' }, 'operator', 'anonymous', 'stale'] as const;
    expect(actors.map((actor) => actsForThemselves(actor))).toEqual([true, true, false, false, false, false]);
  });

  it('can book and organise only as a person', () => {
    expect(person(user)).toBe(user);
    for (const actor of ['anonymous', 'operator', 'stale'] as const) {
      expect(() => person(actor)).toThrow(expect.objectContaining({ code: 'unauthenticated' }));
    }
  });
});
