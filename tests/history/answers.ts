import type { Operation } from './history.ts';

/** The messages from which a client knows what an answer means. */
export const WORDS = {
  tooSlow: 'Permintaan terlalu lama',
  underWay: 'Permintaan dengan Idempotency-Key ini masih diproses',
  unavailable: 'Layanan sementara tidak tersedia',
  outcomeUnknown: 'Hasil tidak diketahui, periksa kembali sebelum mencoba lagi',
  tooFewTickets: 'Stok tiket tidak mencukupi',
  totalBelowHeld: 'Total tiket kurang dari tiket yang sudah dipesan',
  eventHasBookings: 'Event masih memiliki booking aktif',
  editedSince: 'Data sudah berubah, baca kembali sebelum mencoba lagi',
  noEvent: 'Event tidak ditemukan',
  noBooking: 'Booking tidak ditemukan',
} as const;

/**
 * What a client may conclude from an answer. `nothing`: the request stored nothing and never will. `unknown`: it may take effect at any
 * later time, or never. `unspecified`: no client can interpret it, which is a fault in itself.
 */
export type Meaning = 'done' | 'refused' | 'nothing' | 'unknown' | 'unspecified';

export function meaningOf({ ask, answer }: Operation): Meaning {
  const { status, message, facts } = answer;
  if (answer.nobodyListened) return 'nothing';
  if (status === undefined) return 'unknown';
  if (status === 503 && message === WORDS.outcomeUnknown) return 'unknown';
  if (status === 503 && message === WORDS.unavailable) return 'nothing';
  if (status === 408 && message === WORDS.tooSlow) return 'nothing';
  if (status === 409 && message === WORDS.underWay && ask.do === 'book' && ask.key !== undefined) return 'nothing';
  if (status === (ask.do === 'book' ? 201 : 200)) return 'done';
  if (status === 304 && (ask.do.startsWith('read') || ask.do.startsWith('list'))) return 'done';
  const takes = ask.do === 'book' || ask.do === 'set status';
  if (status === 400 && message === WORDS.tooFewTickets && takes && facts !== undefined) return 'refused';
  if (status === 400 && message === WORDS.totalBelowHeld && ask.do === 'edit event' && facts !== undefined) return 'refused';
  if (status === 412 && message === WORDS.editedSince && ask.do === 'edit event' && ask.ifSeen !== undefined) return 'refused';
  if (status === 400 && message === WORDS.eventHasBookings && ask.do === 'delete event') return 'refused';
  const isOfBooking = ask.do === 'set status' || ask.do === 'delete booking' || ask.do === 'read booking';
  if (status === 404 && message === (isOfBooking ? WORDS.noBooking : WORDS.noEvent) && !ask.do.startsWith('list')) return 'refused';
  return 'unspecified';
}

/** The kind of an answer, for the counts. */
export function kindOf(operation: Operation): string {
  const { status, message, nobodyListened, replayed } = operation.answer;
  if (nobodyListened) return 'nobody listened';
  if (status === undefined) return 'cut off';
  if (status === 503) return message === WORDS.outcomeUnknown ? '503 outcome unknown' : '503 nothing was done';
  return `${status}${replayed ? ' replayed' : ''}`;
}

/** Read operations store nothing, whatever their outcome. */
export const isRead = ({ ask }: Operation): boolean => ask.do.startsWith('read') || ask.do.startsWith('list');

/** An operation in words, with the times since `zero`. For a given event, lists show only its rows. */
export function inWords({ id, server, user, ask, answer, invokedAt, completedAt }: Operation, zero: number, event?: string): string {
  const { do: what, ...asked } = ask;
  const at = (moment: number): string => `${((moment - zero) / 1000).toFixed(3)}`;
  const { status, nobodyListened, message: _, events, bookings, ...rest } = answer;
  const told = {
    ...rest,
    ...(events === undefined ? {} : { events: events.filter((row) => event === undefined || row.id === event) }),
    ...(bookings === undefined ? {} : { bookings: bookings.filter((row) => event === undefined || row.event === event) }),
  };
  const heard = nobodyListened ? 'nobody listened' : status === undefined ? 'no answer' : `${status} ${answer.message ?? ''}`;
  return `${at(invokedAt)} to ${at(completedAt)} ms  ${id} at ${server} for ${user.slice(-4)}: ${what} ${shown(asked)} -> ${heard.trim()} ${shown(told)}`;
}

const SHOWN_CHARACTERS = 300;

/** Prints objects without JSON's punctuation. Ids show their last characters, which differ. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value)
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{8}([0-9a-f]{4})/g, '$1')
    .replaceAll('"', '');
  return text === '{}' ? '' : text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}
