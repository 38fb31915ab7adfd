import type { Freshness, Part } from '../requests/ports.ts';
import type { BookingView, EventView } from './views.ts';

/**
 * Reads never store anything: a decision may be judged on them first, and is made under the lock. They may lag behind what was committed,
 * but for one thing: what `find` does not find is not there.
 */
export interface EventQueries {
  find(id: string, freshness?: Freshness): Promise<EventView | undefined>;
  /** By event date, then id. */
  list(part: Part): Promise<readonly EventView[]>;
  count(): Promise<number>;
}

export interface BookingQueries {
  find(id: string): Promise<BookingView | undefined>;
  /** Newest first: by booking date, then id, both descending. With `userId`, that user's alone. */
  list(part: Part & { readonly userId?: string | undefined }): Promise<readonly BookingView[]>;
  /** With `upTo` it stops counting behind it: more than that many are some number above it. */
  count(filter: { readonly userId?: string | undefined; readonly upTo?: number | undefined }): Promise<number>;
}
