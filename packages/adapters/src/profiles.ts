import { SELLING_POLICY, type SellingPolicy } from '@ticket/domain';
import { ACCOUNT_POLICY, type AccountPolicy } from '@ticket/domain/accounts';

/** `open` is the contract to the letter, for a laptop; `locked` is for a server that strangers reach. */
export type Profile = 'open' | 'locked';

/** All that differs between installations, of the core, of accounts and of what is shown. */
export interface Policies {
  readonly profile: Profile;
  readonly selling: SellingPolicy;
  readonly accounts: AccountPolicy;
  /** Whether everybody sees an organizer's e-mail beside their event. */
  readonly organizerEmail: boolean;
}

/**
 * The deepest page where strangers ask. SQLite passes 10,000 rows by in 2 ms while nobody else is served, and 400,000 in 150 ms. Nobody turns 100
 * pages by hand.
 */
const REACH_MAX = 10_000;
const LOCKED_LIST = { limit: 100, limitMax: 100, offsetMax: REACH_MAX, totalMax: REACH_MAX };

/** What each profile means unless the installation says otherwise. The installation adds the list of common passwords. */
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
  },
};
