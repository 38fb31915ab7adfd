import { describe, expect, it } from 'vitest';
import { type Action, allow, identify, POLICIES, type Policy, refuseTooMany } from './policy.ts';
import type { Actor } from './requests/actor.ts';
import { Refusal } from './requests/refusal.ts';
import { aUser } from './testing/builders.ts';

const owner = aUser();
const ASKERS: readonly Actor[] = ['anonymous', 'stale', aUser(), owner, aUser({ role: 'admin' }), 'operator'];

/** Asked by nobody, a stale token, another user, the owner, an admin, the operator: y(es), 4(01) or 3 (403). */
const TABLE: Readonly<Record<Action, readonly [open: string, locked: string]>> = {
  register_user: ['y4yyyy', 'y4yyyy'],
  register_admin: ['y4yyyy', '34333y'],
  log_out: ['44yyyy', '44yyyy'],
  read_self: ['44yyyy', '44yyyy'],
  list_users: ['y4yyyy', '4433yy'],
  read_user: ['y4yyyy', '443yyy'],
  create_user: ['y4yyyy', '4433yy'],
  change_user: ['y4yyyy', '443yyy'],
  change_role: ['y4yyyy', '4433yy'],
  delete_user: ['y4yyyy', '4433yy'],
  read_events: ['y4yyyy', 'y4yyyy'],
  create_event: ['4433yy', '4433yy'],
  change_event: ['4433yy', '4433yy'],
  delete_event: ['4433yy', '4433yy'],
  list_bookings: ['44yyyy', '44yyyy'],
  read_booking: ['443yyy', '443yyy'],
  book_tickets: ['44yyyy', '44yyyy'],
  change_booking: ['443yyy', '443yyy'],
  delete_booking: ['443yyy', '443yyy'],
  audit_stock: ['4433yy', '4433yy'],
};

function letter(ask: () => void): string {
  try {
    ask();
    return 'y';
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return error.code === 'unauthenticated' ? '4' : error.code === 'forbidden' ? '3' : error.code;
  }
}

describe.each(['open', 'locked'] as const)('in the %s profile', (profile) => {
  const policy = POLICIES[profile];
  const rights = Object.entries(TABLE).map(([action, row]) => [action as Action, row[profile === 'open' ? 0 : 1]] as const);

  it.each(rights)('%s is for %s', (action, expected) => {
    expect(ASKERS.map((actor) => letter(() => allow(policy, actor, action, owner.id))).join('')).toBe(expected);
  });

  it.each(rights)('%s asks who it is before anything else', (action, expected) => {
    expect(ASKERS.map((actor) => letter(() => identify(policy, actor, action))).join('')).toBe(expected.replaceAll('3', 'y'));
  });
});

describe('a refusal of rights', () => {
  it.each([
    ['create_event', owner, 'not_admin'],
    ['change_booking', aUser(), 'not_owner'],
    ['register_admin', aUser({ role: 'admin' }), 'operator_only'],
  ] as const)('of %s says what is missing', (action, actor, reason) => {
    expect(() => allow(POLICIES.locked, actor, action, owner.id)).toThrow(expect.objectContaining({ code: 'forbidden', details: { reason } }));
  });

  it('reaches a user when nobody owns the row', () => {
    expect(letter(() => allow(POLICIES.open, owner, 'read_booking'))).toBe('3');
  });
});

describe('a limit on tickets', () => {
  const policy = { ...POLICIES.open, ticketsPerBookingMax: 4, ticketsPerUserMax: 6 };
  const ask = (quantity: number, heldByOwner: number | undefined, limits: Policy = policy) =>
    letter(() => refuseTooMany(limits, { quantity, heldByOwner }));

  it.each([
    [4, 0, 'y'],
    [5, 0, 'too_many_for_a_booking'],
    [4, 2, 'y'],
    [4, 3, 'too_many_for_a_user'],
    [1, 6, 'too_many_for_a_user'],
    [5, 6, 'too_many_for_a_booking'],
  ])('lets %i tickets be taken by who holds %i: %s', (quantity, held, answer) => {
    expect(ask(quantity, held)).toBe(answer);
  });

  it('says what the limit is, and what is held', () => {
    const details = { maximum: 6, held: 5, requested: 2 };
    expect(() => refuseTooMany(policy, { quantity: 2, heldByOwner: 5 })).toThrow(expect.objectContaining({ details }));
  });

  it('is none in the open profile, and ten a booking and ten a user in the locked one', () => {
    expect(ask(900_000, undefined, POLICIES.open)).toBe('y');
    expect([10, 11].map((quantity) => ask(quantity, 0, POLICIES.locked))).toEqual(['y', 'too_many_for_a_booking']);
    expect([8, 9].map((held) => ask(2, held, POLICIES.locked))).toEqual(['y', 'too_many_for_a_user']);
  });

  it('on what a user holds is nothing that may be forgotten to be counted', () => {
    expect(() => ask(1, undefined)).toThrow('broken promise');
  });
});
