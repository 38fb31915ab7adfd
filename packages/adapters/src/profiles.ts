import { SELLING_POLICY, type SellingPolicy } from '@ticket/domain';
import { ACCOUNT_POLICY, type AccountPolicy } from '@ticket/domain/accounts';

/** `open` behaves exactly as specified, and is for a laptop. `locked` is for a server that strangers can reach. */
export type Profile = 'open' | 'locked';

/** All rules that differ between installations: of the core, of accounts, and of what the API shows. */
export interface Policies {
  readonly profile: Profile;
  readonly selling: SellingPolicy;
  readonly accounts: AccountPolicy;
  /** Whether everybody sees an organizer's e-mail beside their event. */
  readonly organizerEmail: boolean;
  /** Whether the server has a page that describes the API to people. */
  readonly referencePage: boolean;
}

/**
 * The largest offset of a list on a server for strangers. SQLite skips 10,000 rows in 2 ms, and 400,000 in 150 ms. Meanwhile the process
 * serves nobody else. People do not turn 100 pages.
 */
const REACH_MAX = 10_000;
const LOCKED_LIST = { limit: 100, limitMax: 100, offsetMax: REACH_MAX, totalMax: REACH_MAX };

/** The rules of each profile, unless settings change them. The configuration adds the list of common passwords. */
export const PROFILES: Readonly<Record<Profile, Policies>> = {
  open: {
    profile: 'open',
    selling: SELLING_POLICY,
    accounts: {
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
    organizerEmail: true,
    referencePage: true,
  },
  locked: {
    profile: 'locked',
    selling: {
      ...SELLING_POLICY,
      pastEvents: false,
      ticketsPerBookingMax: 10,
      ticketsPerUserMax: 10,
      bookingChangesPerHourMax: 100,
      list: LOCKED_LIST,
    },
    accounts: { ...ACCOUNT_POLICY, list: LOCKED_LIST },
    organizerEmail: false,
    referencePage: false,
  },
};
