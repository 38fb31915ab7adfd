import type { Store as TestStore } from '@ticket/domain/testing';
import { type Law, type LawOptions, laws, type OpenStore, type Store } from '@ticket/kit';

/** A store whose plain reads lag, for the kit: it writes through the ports that lag, and lists and looks at rows through those that do not. */
export const asKitStore = ({ ports, fresh, movements, close }: TestStore): Store => ({
  ...ports,
  eventQueries: fresh.eventQueries,
  bookingQueries: fresh.bookingQueries,
  userQueries: fresh.userQueries,
  stored: {
    event: async (id) => {
      const view = await fresh.eventQueries.find(id, 'latest');
      if (view === undefined) return undefined;
      const { organizer: _, ...event } = view;
      return event;
    },
    bookings: async (eventId) => {
      const { rows } = await fresh.bookingQueries.list({ offset: 0, limit: 10_000 });
      return rows.map(({ user: _user, event: _event, ...booking }) => booking).filter((booking) => booking.eventId === eventId);
    },
    movements,
  },
  close,
});

/** The laws that hold whatever plain reads show: all but those of reads and of the audit. One server has the replicas, so there is no second one. */
export const lawsOfWrites = (open: OpenStore, options: Pick<LawOptions, 'timeoutMs'>): readonly Law[] =>
  laws(open, { level: 'accounts', without: ['beside', 'fault'], ...options }).filter(({ level }) => level !== 'reads' && level !== 'audit');
