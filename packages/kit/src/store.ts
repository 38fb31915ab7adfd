import type {
  Booking,
  BookingQueries,
  BookingRepository,
  Event,
  EventQueries,
  EventRepository,
  IdempotencyRecords,
  RateLimitStore,
  StockMovement,
  StockQueries,
} from '@ticket/domain';
import type { UserQueries, UserRepository } from '@ticket/domain/accounts';

/**
 * How much of the ports a store has. Each level has its own laws and those of the levels before it.
 *
 * `stock`: events, bookings and the ledger. `keys`: idempotency keys. `reads`: single rows, lists and cursors. `audit`: what an audit
 * compares. `limits`: counts of what is limited. `accounts`: users of the store's own.
 */
export const LEVELS = ['stock', 'keys', 'reads', 'audit', 'limits', 'accounts'] as const;
/** One of `LEVELS`. */
export type Level = (typeof LEVELS)[number];

/**
 * What a store can do beyond its ports, so that more can be proved. `beside` and `fault` are optional functions of the store. `holdings`: the
 * store counts the tickets of a user, because a policy limits them, and its decisions get the number in `heldByOwner`.
 */
export const CAPABILITIES = ['beside', 'fault', 'holdings'] as const;
/** One of `CAPABILITIES`. */
export type Capability = (typeof CAPABILITIES)[number];

/**
 * How the next transaction that writes goes wrong, once. `no_connection`: the store cannot connect, now or for less than a second. `deadlock`:
 * the database rolls the transaction back, because it and another one wait for each other. `in_transaction`: the connection is lost while rows
 * are written. `before_commit`: the connection is lost before COMMIT is sent, so nothing is stored. `at_commit`: the database stores
 * everything, and the connection is lost before its answer arrives. `refused`: the database refuses the COMMIT and stores nothing.
 */
export const FAULTS = ['no_connection', 'deadlock', 'in_transaction', 'before_commit', 'at_commit', 'refused'] as const;
/** One of `FAULTS`. */
export type Fault = (typeof FAULTS)[number];

/** What the kit tries: an adapter on an empty database. The ports of `stock` are always there, the others where the level asks for them. */
export interface Store {
  /** What is tried, for reports: the adapter and the engine, each with its version. */
  readonly about?: string;
  readonly events: EventRepository;
  readonly bookings: BookingRepository;
  /** The first answers under idempotency keys. For the level `keys`. */
  readonly idempotencyRecords?: IdempotencyRecords;
  /** For the level `reads`. */
  readonly eventQueries?: EventQueries;
  readonly bookingQueries?: BookingQueries;
  /** For the level `audit`. */
  readonly stockQueries?: StockQueries;
  /** For the level `limits`. */
  readonly rateLimitStore?: RateLimitStore;
  /** For the level `accounts`. Without it the app vouches for every user. */
  readonly users?: UserRepository;
  readonly userQueries?: UserQueries;
  /** The rows as they are stored now, never an older copy. The kit looks at them; no law is about them. */
  readonly stored: StoredRows;
  /** Makes the row of a user and gives its id. For stores without `users` whose events and bookings refer to rows of users all the same. */
  newUserId?(): Promise<string>;
  /**
   * Another server: the same adapter on the same rows with connections, locks and caches of its own. It is closed before this store.
   * Without it no law can show that rows are locked. Both share the variables of a module. A queue or a cache there hides a missing lock, so
   * keep queues and caches in the store.
   */
  beside?(): Promise<Store>;
  /**
   * Makes the next transaction of this store that writes go wrong, once. The returned function says whether that has happened. Without `fault`
   * no law can show that outages are answered truly.
   */
  fault?(fault: Fault): (() => boolean) | Promise<() => boolean>;
  /** Closes every connection, and removes what was made for this store. The kit calls it once, when no call is running. */
  close(): Promise<void>;
}

/** Reads the rows as the last COMMIT left them. A read changes no row, and does not wait long for a lock. */
export interface StoredRows {
  /** undefined if no event has the id, or if it was deleted. */
  event(id: string): Promise<Event | undefined>;
  /** The bookings of one event, in any order. */
  bookings(eventId: string): Promise<readonly Booking[]>;
  /** The ledger of one event, also of a deleted one, by version. */
  movements(eventId: string): Promise<readonly StockMovement[]>;
}

/** Opens a store on an empty database. Every law calls this, so no law depends on rows of another. */
export type OpenStore = () => Promise<Store>;

/** A store that has every port of its level. */
export type FullStore = Store & Required<Omit<Store, 'beside' | 'fault' | 'newUserId' | 'about'>>;

const PORTS_OF: Readonly<Record<Level, readonly (keyof Store)[]>> = {
  stock: ['events', 'bookings', 'stored', 'close'],
  keys: ['idempotencyRecords'],
  reads: ['eventQueries', 'bookingQueries'],
  audit: ['stockQueries'],
  limits: ['rateLimitStore'],
  accounts: ['users', 'userQueries'],
};

export const levelsUpTo = (level: Level): readonly Level[] => LEVELS.slice(0, LEVELS.indexOf(level) + 1);

/** The store lacks ports of its level, so no law of it can be tried. */
export class UnfitStore extends Error {
  override readonly name = 'UnfitStore';
}

/** Throws an error that names what the store lacks for the level. */
export function requireLevel(store: Store, level: Level): asserts store is FullStore {
  const missing = levelsUpTo(level).flatMap((each) => PORTS_OF[each].filter((port) => store[port] === undefined));
  if (missing.length > 0) throw new UnfitStore(`the store lacks ${missing.join(', ')}, which the level ${level} needs`);
}
