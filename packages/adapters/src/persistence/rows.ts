import type { Booking, Event, Role } from '@ticket/domain';
import type { User } from '@ticket/domain/accounts';
import type { SignedInRow } from '@ticket/domain/spi';

/**
 * Raw rows with the column names of queries, and their conversion to domain values. Some drivers return BIGINT as text, some return dates
 * as text.
 */
export type Moment = Date | string;

export const toDate = (moment: Moment): Date => (moment instanceof Date ? moment : new Date(`${moment.replace(' ', 'T')}Z`));

export const USER_COLUMNS = ['id', 'name', 'email', 'role', 'token_version', 'version', 'createdAt', 'updatedAt'] as const;
export interface UserColumns {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly role: Role;
  readonly token_version: number;
  readonly version: number;
  readonly createdAt: Moment;
  readonly updatedAt: Moment;
}

export const toUser = (row: UserColumns): User => ({
  id: row.id,
  name: row.name,
  email: row.email,
  role: row.role,
  tokenVersion: row.token_version,
  version: row.version,
  createdAt: toDate(row.createdAt),
  updatedAt: toDate(row.updatedAt),
});

/** The part of a user that decides their rights. */
export const ACTOR_COLUMNS = ['id', 'role', 'token_version'] as const;
export type ActorColumns = Pick<UserColumns, (typeof ACTOR_COLUMNS)[number]>;

export const toActor = ({ id, role, token_version: tokenVersion }: ActorColumns): SignedInRow => ({ id, role, tokenVersion });

export const EVENT_COLUMNS = [
  ...(['id', 'organizer_id', 'name', 'description', 'location', 'event_date', 'ticket_price_cents', 'total_tickets'] as const),
  ...(['available_tickets', 'stock_version', 'version', 'createdAt', 'updatedAt'] as const),
] as const;
export interface EventColumns {
  readonly id: string;
  readonly organizer_id: string;
  readonly name: string;
  readonly description: string | null;
  readonly location: string;
  readonly event_date: Moment;
  readonly ticket_price_cents: number | string;
  readonly total_tickets: number;
  readonly available_tickets: number;
  readonly stock_version: number;
  readonly version: number;
  readonly createdAt: Moment;
  readonly updatedAt: Moment;
}

export const toEvent = (row: EventColumns): Event => ({
  id: row.id,
  organizerId: row.organizer_id,
  name: row.name,
  description: row.description,
  location: row.location,
  eventDate: toDate(row.event_date),
  ticketPriceCents: Number(row.ticket_price_cents),
  totalTickets: row.total_tickets,
  availableTickets: row.available_tickets,
  stockVersion: row.stock_version,
  version: row.version,
  createdAt: toDate(row.createdAt),
  updatedAt: toDate(row.updatedAt),
});

export const BOOKING_COLUMNS = ['id', 'user_id', 'event_id', 'quantity', 'total_price_cents', 'status', 'booking_date', 'version'] as const;
export interface BookingColumns {
  readonly id: string;
  readonly user_id: string;
  readonly event_id: string;
  readonly quantity: number;
  readonly total_price_cents: number | string;
  readonly status: Booking['status'];
  readonly booking_date: Moment;
  readonly version: number;
}

export const toBooking = (row: BookingColumns): Booking => ({
  id: row.id,
  userId: row.user_id,
  eventId: row.event_id,
  quantity: row.quantity,
  totalPriceCents: Number(row.total_price_cents),
  status: row.status,
  bookingDate: toDate(row.booking_date),
  version: row.version,
});

/** A stored count and the end of its window. */
export interface RateCountColumns {
  readonly subject_hash: string;
  readonly counted: number;
  readonly ends_at: Moment;
}

/** The first answer under an idempotency key. */
export interface IdempotencyRecordColumns {
  readonly owner: string;
  readonly idempotency_key: string;
  /** null in rows of earlier versions. */
  readonly kind: string | null;
  readonly fingerprint: string;
  /** The entity as JSON. */
  readonly answer: string;
  readonly kept_at: Moment;
}
