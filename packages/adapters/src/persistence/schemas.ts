import type { Booking, Event, StockMovement } from '@ticket/domain';
import type { User } from '@ticket/domain/accounts';
import { EntitySchema } from 'typeorm';
import type { IdempotencyRecordColumns, RateCountColumns } from './rows.ts';

/**
 * The tables, described over the domain's own types. So there is no second model and no mapper. Without `target`, rows come back as plain
 * objects. The migrations create the tables, and a test compares both (migrations.test.ts). Only the migrations have the CHECKs, because
 * TypeORM does not create them on every engine.
 */

/** A user's row. Only this type has the hash together with the user. Queries list their columns, so that the hash is not read by accident. */
export interface UserRow extends User {
  readonly passwordHash: string;
}

/** Some drivers return BIGINT as text. All our values are safe integers (event.ts). */
const integer = { to: (value: number) => value, from: Number };

const id = { type: 'varchar', length: 36, charset: 'ascii', collation: 'ascii_bin' } as const;
/** 1 when the row is made. The default is for rows of a program that does not know the column. */
const version = { type: 'int', default: 1 } as const;
const text = { charset: 'utf8mb4', collation: 'utf8mb4_unicode_ci' } as const;
/** Texts that the program folds. They are compared by code points, on every engine alike. */
const bytes = { charset: 'utf8mb4', collation: 'utf8mb4_bin' } as const;

export const userSchema = new EntitySchema<UserRow>({
  name: 'user',
  tableName: 'users',
  columns: {
    id: { ...id, primary: true },
    name: { type: 'varchar', length: 255, ...text },
    // The column compares bytes, because in a language's collation josé@ equals jose@.
    email: { type: 'varchar', length: 254, charset: 'ascii', collation: 'ascii_bin' },
    passwordHash: { name: 'password_hash', type: 'varchar', length: 72, charset: 'ascii', collation: 'ascii_bin', select: false },
    role: { type: 'varchar', length: 16, charset: 'ascii', collation: 'ascii_bin' },
    tokenVersion: { name: 'token_version', type: 'int' },
    version,
    createdAt: { type: 'datetime', precision: 3 },
    updatedAt: { type: 'datetime', precision: 3 },
  },
  indices: [
    { name: 'idx_users_email', columns: ['email'], unique: true },
    { name: 'idx_users_created_at', columns: ['createdAt', 'id'] },
    { name: 'idx_users_role_created_at', columns: ['role', 'createdAt', 'id'] },
    { name: 'idx_users_updated_at', columns: ['updatedAt', 'id'] },
  ],
});

/**
 * An event's row. Lists in the order of names use `nameKey`. The table has one more column, `is_available`, which the engine computes. This
 * schema leaves it out: with it, TypeORM would look for the table `typeorm_metadata`, where it keeps the expressions of such columns.
 */
export interface EventRow extends Event {
  readonly nameKey: string;
}

export const eventSchema = new EntitySchema<EventRow>({
  name: 'event',
  tableName: 'events',
  columns: {
    id: { ...id, primary: true },
    organizerId: { ...id, name: 'organizer_id' },
    name: { type: 'varchar', length: 255, ...text },
    description: { type: 'text', nullable: true, ...text },
    location: { type: 'varchar', length: 255, ...text },
    eventDate: { name: 'event_date', type: 'datetime', precision: 3 },
    ticketPriceCents: { name: 'ticket_price_cents', type: 'bigint', transformer: integer },
    totalTickets: { name: 'total_tickets', type: 'int' },
    availableTickets: { name: 'available_tickets', type: 'int' },
    stockVersion: { name: 'stock_version', type: 'int' },
    version,
    createdAt: { type: 'datetime', precision: 3 },
    updatedAt: { type: 'datetime', precision: 3 },
    nameKey: { name: 'name_key', type: 'varchar', length: 255, default: '', ...bytes },
  },
  indices: [
    { name: 'idx_events_event_date', columns: ['eventDate', 'id'] },
    { name: 'idx_events_name_key', columns: ['nameKey', 'id'] },
    { name: 'idx_events_ticket_price', columns: ['ticketPriceCents', 'id'] },
    { name: 'idx_events_updated_at', columns: ['updatedAt', 'id'] },
    { name: 'idx_events_organizer_id', columns: ['organizerId'] },
  ],
  foreignKeys: [
    {
      name: 'fk_events_organizer',
      target: 'user',
      columnNames: ['organizerId'],
      referencedColumnNames: ['id'],
      onDelete: 'RESTRICT',
      onUpdate: 'RESTRICT',
    },
  ],
});

/** A row that is deleted together with the row that it belongs to. */
const goesWithIt = { onDelete: 'CASCADE', onUpdate: 'RESTRICT' } as const;

/** The words by which events are found. */
const eventWordSchema = new EntitySchema<{ readonly eventId: string; readonly word: string }>({
  name: 'event_word',
  tableName: 'event_words',
  columns: {
    eventId: { ...id, name: 'event_id', primary: true },
    word: { type: 'varchar', length: 32, ...bytes, primary: true },
  },
  indices: [{ name: 'idx_event_words_word', columns: ['word', 'eventId'] }],
  foreignKeys: [{ name: 'fk_event_words_event', target: 'event', columnNames: ['eventId'], referencedColumnNames: ['id'], ...goesWithIt }],
});

/** The words by which users are found. */
const userWordSchema = new EntitySchema<{ readonly userId: string; readonly word: string }>({
  name: 'user_word',
  tableName: 'user_words',
  columns: {
    userId: { ...id, name: 'user_id', primary: true },
    word: { type: 'varchar', length: 32, ...bytes, primary: true },
  },
  indices: [{ name: 'idx_user_words_word', columns: ['word', 'userId'] }],
  foreignKeys: [{ name: 'fk_user_words_user', target: 'user', columnNames: ['userId'], referencedColumnNames: ['id'], ...goesWithIt }],
});

export const bookingSchema = new EntitySchema<Booking>({
  name: 'booking',
  tableName: 'bookings',
  columns: {
    id: { ...id, primary: true },
    userId: { ...id, name: 'user_id' },
    eventId: { ...id, name: 'event_id' },
    quantity: { type: 'int' },
    totalPriceCents: { name: 'total_price_cents', type: 'bigint', transformer: integer },
    status: { type: 'varchar', length: 16, charset: 'ascii', collation: 'ascii_bin' },
    bookingDate: { name: 'booking_date', type: 'datetime', precision: 3 },
    version,
  },
  indices: [
    // This index gives a user's bookings in the order of the list, without sorting. So a page costs the same for any number of bookings.
    { name: 'idx_bookings_user_id', columns: ['userId', 'bookingDate', 'id'] },
    { name: 'idx_bookings_booking_date', columns: ['bookingDate', 'id'] },
    // This index alone gives the tickets that a user holds of an event, and their recent bookings of it. The foreign key uses it too.
    { name: 'idx_bookings_event_user', columns: ['eventId', 'userId', 'status', 'bookingDate', 'quantity'] },
  ],
  foreignKeys: [
    { name: 'fk_bookings_user', target: 'user', columnNames: ['userId'], referencedColumnNames: ['id'], onDelete: 'RESTRICT', onUpdate: 'RESTRICT' },
    {
      name: 'fk_bookings_event',
      target: 'event',
      columnNames: ['eventId'],
      referencedColumnNames: ['id'],
      onDelete: 'RESTRICT',
      onUpdate: 'RESTRICT',
    },
  ],
});

/** It has no foreign keys, because the ledger stays after its event and bookings are deleted. */
const movementSchema = new EntitySchema<StockMovement>({
  name: 'stock_movement',
  tableName: 'stock_movements',
  columns: {
    eventId: { ...id, name: 'event_id', primary: true },
    stockVersion: { name: 'stock_version', type: 'int', primary: true },
    bookingId: { ...id, name: 'booking_id', nullable: true },
    delta: { type: 'int' },
    availableAfter: { name: 'available_after', type: 'int' },
    reason: { type: 'varchar', length: 16, charset: 'ascii', collation: 'ascii_bin' },
    at: { type: 'datetime', precision: 3 },
  },
});

/** It has no foreign keys, because an answer may stay after its row is deleted. */
const idempotencyRecordSchema = new EntitySchema<IdempotencyRecordColumns>({
  name: 'kept_answer',
  tableName: 'idempotency_keys',
  columns: {
    owner: { ...id, primary: true },
    idempotency_key: { type: 'varchar', length: 255, charset: 'ascii', collation: 'ascii_bin', primary: true },
    kind: { type: 'varchar', length: 32, charset: 'ascii', collation: 'ascii_bin', nullable: true },
    fingerprint: { type: 'varchar', length: 64, charset: 'ascii', collation: 'ascii_bin' },
    answer: { type: 'text', ...text },
    kept_at: { type: 'datetime', precision: 3 },
  },
  indices: [{ name: 'idx_idempotency_keys_kept_at', columns: ['kept_at'] }],
});

const rateCountSchema = new EntitySchema<RateCountColumns>({
  name: 'rate_count',
  tableName: 'rate_counts',
  columns: {
    subject_hash: { type: 'varchar', length: 64, charset: 'ascii', collation: 'ascii_bin', primary: true },
    counted: { type: 'int' },
    ends_at: { type: 'datetime', precision: 3 },
  },
  indices: [{ name: 'idx_rate_counts_ends_at', columns: ['ends_at'] }],
});

/**
 * Rows that exist only to be written. Two transactions that must not run at the same time both write one, so they conflict, also on
 * different nodes.
 */
export interface GuardRow {
  readonly name: string;
  readonly version: number;
}

export const guardSchema = new EntitySchema<GuardRow>({
  name: 'guard',
  tableName: 'guards',
  columns: {
    name: { type: 'varchar', length: 32, charset: 'ascii', collation: 'ascii_bin', primary: true },
    version: { type: 'int' },
  },
});

/** The marks of transactions: see commit-mark.ts. */
const commitSchema = new EntitySchema<{ readonly id: string; readonly attempt: number; readonly at: Date }>({
  name: 'commit',
  tableName: 'commits',
  columns: {
    id: { ...id, primary: true },
    attempt: { type: 'int' },
    at: { type: 'datetime', precision: 3 },
  },
});

/**
 * Who owns events and bookings. `ours`: users in our table. `none`: users for whom the app vouches. Then new databases have no table of
 * users and no foreign keys to it.
 */
export type Accounts = 'ours' | 'none';

export const schemasFor = (accounts: Accounts) => [
  ...(accounts === 'ours' ? [userSchema, userWordSchema, eventSchema, bookingSchema] : [eventSchema, bookingSchema].map(withoutKeysToUsers)),
  ...[eventWordSchema, movementSchema, guardSchema, idempotencyRecordSchema, rateCountSchema, commitSchema],
];

const withoutKeysToUsers = ({ options }: EntitySchema) =>
  new EntitySchema({ ...options, foreignKeys: (options.foreignKeys ?? []).filter(({ target }) => target !== userSchema.options.name) });
