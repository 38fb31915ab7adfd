import { authorize, Refusal, requireSignedIn, type SellingAction } from '@ticket/domain';
import type { AccountAction } from '@ticket/domain/accounts';
import type { Actor } from '@ticket/domain/spi';
import { aUser } from '@ticket/domain/testing';
import { describe, expect, it } from 'vitest';
import { PROFILES } from './profiles.ts';

type Action = SellingAction | AccountAction;
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
  list_attendees: ['4433yy', '4433yy'],
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
  const { selling, accounts } = PROFILES[profile];
  const audiences = { ...selling.rights, ...accounts.rights };
  const rights = Object.entries(TABLE).map(([action, row]) => [action as Action, row[profile === 'open' ? 0 : 1]] as const);

  it.each(rights)('%s is for %s', (action, expected) => {
    expect(ASKERS.map((actor) => letter(() => authorize(audiences[action], actor, owner.id))).join('')).toBe(expected);
  });

  it.each(rights)('%s asks who it is before anything else', (action, expected) => {
    expect(ASKERS.map((actor) => letter(() => requireSignedIn(audiences[action], actor))).join('')).toBe(expected.replaceAll('3', 'y'));
  });
});

it('names every action in the table', () => {
  const { selling, accounts } = PROFILES.locked;
  expect(Object.keys(TABLE).toSorted()).toEqual(Object.keys({ ...selling.rights, ...accounts.rights }).toSorted());
});

it('sells ten tickets a booking and ten a user in the locked profile, and any number in the open one', () => {
  const limitsOf = ({ selling: { ticketsPerBookingMax, ticketsPerUserMax } }: (typeof PROFILES)['open']) => [ticketsPerBookingMax, ticketsPerUserMax];
  expect([limitsOf(PROFILES.open), limitsOf(PROFILES.locked)]).toEqual([
    [900_000, 'unlimited'],
    [10, 10],
  ]);
});
