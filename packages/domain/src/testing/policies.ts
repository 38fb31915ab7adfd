import { ACCOUNT_POLICY, type AccountPolicy } from '../accounts/policy.ts';
import { SELLING_POLICY, type SellingPolicy } from '../selling/policy.ts';

export interface Policies {
  readonly policy: SellingPolicy;
  readonly accountPolicy: AccountPolicy;
}

/** Anybody may register as admin and handle users, and nothing is limited. */
export const OPEN: Policies = {
  policy: SELLING_POLICY,
  accountPolicy: {
    rights: {
      ...ACCOUNT_POLICY.rights,
      register_admin: 'anyone',
      list_users: 'anyone',
      read_user: 'anyone',
      create_user: 'anyone',
      change_user: 'anyone',
      change_role: 'anyone',
      delete_user: 'anyone',
    },
    passwords: { charactersMin: 6, refuseGuessable: false, common: new Set() },
    asksForCurrentPassword: false,
    registrationsMax: 'unlimited',
    list: SELLING_POLICY.list,
  },
};

/** All limits are set, so tests of limits can share this policy. */
export const LOCKED: Policies = {
  policy: {
    ...SELLING_POLICY,
    pastEvents: false,
    ticketsPerBookingMax: 10,
    ticketsPerUserMax: 10,
    bookingChangesPerHourMax: 100,
    list: ACCOUNT_POLICY.list,
  },
  accountPolicy: ACCOUNT_POLICY,
};
