import type { PasswordRules } from './accounts/password.ts';
import { type Actor, person } from './requests/actor.ts';
import type { ListLimits } from './requests/listing.ts';
import { assert, refuse } from './requests/refusal.ts';
import { type Event, TOTAL_TICKETS_MAX } from './stock/event.ts';

/** `open` is the contract to the letter, for a laptop; `locked` is for a server that strangers reach. */
export type Profile = 'open' | 'locked';

/** What differs between installations. A value, chosen once where the ports are wired. */
export interface Policy {
  readonly profile: Profile;
  readonly passwords: PasswordRules;
  /** Whether a user who changes their own password or e-mail has to give the current password. */
  readonly asksForCurrentPassword: boolean;
  /** The most accounts that may be asked for from one address in 15 minutes; undefined: any number. */
  readonly registrationsMax: number | undefined;
  /** Whether events in the past may be made and booked. */
  readonly pastEvents: boolean;
  /** The most tickets that one booking takes. */
  readonly ticketsPerBookingMax: number;
  /** The most tickets of one event that one user holds in all bookings together; undefined: no limit, and holdings are not counted. */
  readonly ticketsPerUserMax: number | undefined;
  /** The most changes that one user, who is no admin, makes to their bookings of one event in an hour; undefined: any number. */
  readonly bookingChangesPerHourMax: number | undefined;
  /** Whether everybody sees an organizer's e-mail beside his event. */
  readonly organizerEmail: boolean;
  readonly list: ListLimits;
}

/**
 * The deepest page where strangers ask. SQLite passes 10,000 rows by in 2 ms while nobody else is served, and 400,000 in 150 ms. Nobody turns 100
 * pages by hand.
 */
const REACH_MAX = 10_000;

/** What each profile means unless the installation says otherwise. The installation adds the list of common passwords. */
export const POLICIES: Readonly<Record<Profile, Policy>> = {
  open: {
    profile: 'open',
    passwords: { charactersMin: 6, refuseGuessable: false, common: new Set() },
    asksForCurrentPassword: false,
    registrationsMax: undefined,
    pastEvents: true,
    ticketsPerBookingMax: TOTAL_TICKETS_MAX,
    ticketsPerUserMax: undefined,
    bookingChangesPerHourMax: undefined,
    organizerEmail: true,
    list: { limit: undefined, limitMax: 1000, offsetMax: 1_000_000, totalMax: undefined },
  },
  locked: {
    profile: 'locked',
    passwords: { charactersMin: 8, refuseGuessable: true, common: new Set() },
    asksForCurrentPassword: true,
    registrationsMax: 20,
    pastEvents: false,
    ticketsPerBookingMax: 10,
    ticketsPerUserMax: 10,
    bookingChangesPerHourMax: 100,
    organizerEmail: false,
    list: { limit: 100, limitMax: 100, offsetMax: REACH_MAX, totalMax: REACH_MAX },
  },
};

/** Who may: anyone; whoever is signed in; the owner of the row and admins; admins; only the operator. */
type Audience = 'anyone' | 'user' | 'owner' | 'admin' | 'operator';

const RIGHTS = {
  register_user: { open: 'anyone', locked: 'anyone' },
  register_admin: { open: 'anyone', locked: 'operator' },
  log_out: { open: 'user', locked: 'user' },
  read_self: { open: 'user', locked: 'user' },
  list_users: { open: 'anyone', locked: 'admin' },
  read_user: { open: 'anyone', locked: 'owner' },
  create_user: { open: 'anyone', locked: 'admin' },
  change_user: { open: 'anyone', locked: 'owner' },
  change_role: { open: 'anyone', locked: 'admin' },
  delete_user: { open: 'anyone', locked: 'admin' },
  read_events: { open: 'anyone', locked: 'anyone' },
  create_event: { open: 'admin', locked: 'admin' },
  change_event: { open: 'admin', locked: 'admin' },
  delete_event: { open: 'admin', locked: 'admin' },
  list_bookings: { open: 'user', locked: 'user' },
  read_booking: { open: 'owner', locked: 'owner' },
  book_tickets: { open: 'user', locked: 'user' },
  change_booking: { open: 'owner', locked: 'owner' },
  delete_booking: { open: 'owner', locked: 'owner' },
  audit_stock: { open: 'admin', locked: 'admin' },
} as const satisfies Record<string, Record<Profile, Audience>>;
export type Action = keyof typeof RIGHTS;

/** Refuses whoever is not known well enough to be told more: the 401 that comes before any 404 or 403. */
export function identify(policy: Policy, actor: Actor, action: Action): void {
  if (actor === 'stale') refuse('unauthenticated', {});
  const audience: Audience = RIGHTS[action][policy.profile];
  if (actor === 'anonymous' && audience !== 'anyone' && audience !== 'operator') refuse('unauthenticated', {});
}

/** Refuses an actor without the right. Rights come from the user's row as it is now, never from his token's claim. */
export function allow(policy: Policy, actor: Actor, action: Action, ownerId?: string): void {
  identify(policy, actor, action);
  const audience: Audience = RIGHTS[action][policy.profile];
  if (actor === 'operator' || audience === 'anyone') return;
  if (audience === 'operator') refuse('forbidden', { reason: 'operator_only' });
  const { id, role } = person(actor);
  if (audience === 'admin' && role !== 'admin') refuse('forbidden', { reason: 'not_admin' });
  if (audience === 'owner' && role !== 'admin' && id !== ownerId) refuse('forbidden', { reason: 'not_owner' });
}

/** Refuses to open or to sell what is over, where the policy does not let one. */
export function refusePast({ pastEvents }: Policy, { eventDate }: Pick<Event, 'eventDate'>, now: Date): void {
  if (!pastEvents && eventDate < now) refuse('event_is_over', {});
}

/**
 * Refuses to take more tickets than a booking may, or than its owner may hold of the event. `heldByOwner` is what he holds so far,
 * counted under the event's lock, so that of bookings that race for the last tickets of his share exactly one gets them.
 */
export function refuseTooMany(
  { ticketsPerBookingMax, ticketsPerUserMax }: Policy,
  { quantity: requested, heldByOwner }: { readonly quantity: number; readonly heldByOwner: number | undefined },
): void {
  if (requested > ticketsPerBookingMax) refuse('too_many_for_a_booking', { maximum: ticketsPerBookingMax, requested });
  if (ticketsPerUserMax === undefined) return;
  assert(heldByOwner !== undefined, 'what a user holds is counted where there is a limit to it');
  if (heldByOwner + requested > ticketsPerUserMax) refuse('too_many_for_a_user', { maximum: ticketsPerUserMax, held: heldByOwner, requested });
}
