import { readFileSync, writeFileSync } from 'node:fs';

/**
 * Clients record each request and what its answer said. They also record the moments before the request and after the answer. All processes
 * of a machine read one monotonic clock, so moments of different clients can be compared.
 */
export interface Operation {
  /** Client, session and number: "1.3#27". */
  readonly id: string;
  /** The name of the server that was asked. */
  readonly server: string;
  /** The id of the user who sent the request. */
  readonly user: string;
  /** Microseconds of CLOCK_MONOTONIC. */
  readonly invokedAt: number;
  readonly completedAt: number;
  readonly ask: Ask;
  readonly answer: Answer;
}

export type Status = 'pending' | 'confirmed' | 'cancelled';

export type Ask =
  | { readonly do: 'book'; readonly event: string; readonly quantity: number; readonly key?: string }
  | { readonly do: 'set status'; readonly event: string; readonly booking: string; readonly status: Status }
  | { readonly do: 'delete booking'; readonly event: string; readonly booking: string }
  | { readonly do: 'edit event'; readonly event: string; readonly changes: EventChanges; readonly ifSeen?: Edited }
  | { readonly do: 'delete event'; readonly event: string }
  | { readonly do: 'read event'; readonly event: string }
  | { readonly do: 'read booking'; readonly event: string; readonly booking: string }
  | { readonly do: 'list events' }
  /** A user's own bookings; an admin's list holds everybody's. */
  | { readonly do: 'list bookings' };

/** The fields of an event that edits change, as the answer showed them whose ETag is sent in If-Match. */
export type Edited = Pick<EventRow, 'name' | 'priceCents' | 'total'>;

export interface EventChanges {
  readonly name?: string;
  readonly ticket_price?: number;
  readonly total_tickets?: number;
}

export interface Answer {
  /** undefined: the connection broke, or the client gave up, before an answer arrived. */
  readonly status: number | undefined;
  /** Nothing listened at the address, so no server read the request. */
  readonly nobodyListened?: boolean;
  readonly message?: string;
  /** The numbers in a refusal. */
  readonly facts?: Readonly<Record<string, number>>;
  /** The answer repeats that of an earlier request with the same Idempotency-Key. */
  readonly replayed?: boolean;
  /** The list was sent as a whole, so it comes from one statement. */
  readonly isWhole?: boolean;
  /** For status 304 this is the earlier answer that had the ETag. */
  readonly event?: EventRow;
  readonly events?: readonly EventRow[];
  readonly booking?: BookingRow;
  readonly bookings?: readonly BookingRow[];
}

export interface EventRow {
  readonly id: string;
  readonly name: string;
  readonly priceCents: number;
  readonly total: number;
  readonly available: number;
}

export interface BookingRow {
  readonly id: string;
  readonly owner: string;
  readonly event: string;
  readonly quantity: number;
  readonly priceCents: number;
  readonly status: Status;
  /** Set if the answer shows the booking's event. */
  readonly eventName?: string;
}

/** The state before the first operation: these events, and no bookings. */
export interface Beginning {
  /** The id of the one user who is an admin. */
  readonly admin: string;
  readonly events: readonly EventRow[];
}

/** The content of the tables after the last operation. One statement reads it, past the servers. */
export interface Ending {
  readonly askedAt: number;
  readonly answeredAt: number;
  readonly events: readonly EventRow[];
  readonly bookings: readonly BookingRow[];
  /** The answers that are stored under idempotency keys. */
  readonly keys: readonly { readonly owner: string; readonly key: string; readonly booking: string }[];
}

export interface History {
  /** How to record another one like it. */
  readonly seed: number;
  readonly beginning: Beginning;
  readonly operations: readonly Operation[];
  readonly ending: Ending;
}

export const now = (): number => Number(process.hrtime.bigint() / 1000n);

/** When the first operation was sent. */
export const beginningOf = ({ operations }: Pick<History, 'operations'>): number =>
  operations.reduce((first, { invokedAt }) => Math.min(first, invokedAt), Number.POSITIVE_INFINITY);

export const centsOf = (price: string | number): number => Math.round(Number(price) * 100);

/** One operation a line, in the order of invocation. */
export function writeHistory(file: string, { operations, ...rest }: History): void {
  writeFileSync(
    file,
    `${[rest, ...operations.toSorted((one, other) => one.invokedAt - other.invokedAt)].map((line) => JSON.stringify(line)).join('\n')}\n`,
  );
}

export function readHistory(file: string): History {
  const [first = '', ...lines] = readFileSync(file, 'utf8').trimEnd().split('\n');
  return { ...JSON.parse(first), operations: lines.map((line) => JSON.parse(line)) };
}
