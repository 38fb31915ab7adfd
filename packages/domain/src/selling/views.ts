import type { Policy } from '../policy.ts';
import { once } from '../requests/once.ts';
import type { Booking } from '../stock/booking.ts';
import type { Event } from '../stock/event.ts';

/** What others may know of a user. The e-mail is null where the policy keeps it back. */
export interface Person {
  readonly id: string;
  readonly name: string;
  readonly email: string | null;
}

/** An event as clients see it, with its organizer. */
export interface EventView extends Event {
  readonly organizer: Person;
}

/** Events as this installation shows them: an organizer's e-mail is his own where the policy keeps it back. */
export const shown = ({ organizerEmail }: Policy, views: readonly EventView[]): readonly EventView[] =>
  organizerEmail ? views : withoutEmails(views);

/** The event without its organizer's e-mail. */
export const withoutEmail = once((view: EventView): EventView => ({ ...view, organizer: reserved(view.organizer) }));
const reserved = once((person: Person): Person => ({ ...person, email: null }));
const withoutEmails = once((views: readonly EventView[]): readonly EventView[] => views.map(withoutEmail));

/** A booking as clients see it, with who booked and for what. */
export interface BookingView extends Booking {
  readonly user: Person & { readonly email: string };
  readonly event: Pick<Event, 'id' | 'name' | 'location' | 'eventDate'>;
}
