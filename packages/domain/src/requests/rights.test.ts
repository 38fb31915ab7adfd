import { describe, expect, it } from 'vitest';
import { aUser } from '../testing/builders.ts';
import type { Actor } from './actor.ts';
import { Refusal } from './refusal.ts';
import { type Audience, authorize, requireSignedIn } from './rights.ts';

const owner = aUser();
const ASKERS: readonly Actor[] = ['anonymous', 'stale', aUser(), owner, aUser({ role: 'admin' }), 'operator'];

function letter(ask: () => void): string {
  try {
    ask();
    return 'y';
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return error.code === 'unauthenticated' ? '4' : error.code === 'forbidden' ? '3' : error.code;
  }
}

/** Asked by nobody, an invalid token, another user, the owner, an admin, the operator: y(es), 4(01) or 3 (403). */
describe.each([
  ['anyone', 'y4yyyy'],
  ['user', '44yyyy'],
  ['owner', '443yyy'],
  ['admin', '4433yy'],
  ['operator', '34333y'],
] as const satisfies readonly (readonly [Audience, string])[])('what is for %s', (audience, expected) => {
  it(`is answered ${expected}`, () => {
    expect(ASKERS.map((actor) => letter(() => authorize(audience, actor, owner.id))).join('')).toBe(expected);
  });

  it('asks who it is before anything else', () => {
    expect(ASKERS.map((actor) => letter(() => requireSignedIn(audience, actor))).join('')).toBe(expected.replaceAll('3', 'y'));
  });
});

describe('a refusal of rights', () => {
  it.each([
    ['admin', owner, 'not_admin'],
    ['owner', aUser(), 'not_owner'],
    ['operator', aUser({ role: 'admin' }), 'operator_only'],
  ] as const)('of what is for %s says what is missing', (audience, actor, reason) => {
    expect(() => authorize(audience, actor, owner.id)).toThrow(expect.objectContaining({ code: 'forbidden', details: { reason } }));
  });

  it('reaches a user when the row has no owner', () => {
    expect(letter(() => authorize('owner', owner))).toBe('3');
  });
});
