import { LANGUAGES, type Language } from '@ticket/adapters';
import { TOTAL_TICKETS_MAX } from '@ticket/domain';
import { EMAIL_CHARACTERS_MAX, PASSWORD_BYTES_MAX } from '@ticket/domain/accounts';

/** One message to a client, in every language. */
export type Message = Readonly<Record<Language, string>>;

/** A message as a schema takes it. Valibot asks for its text with the language that `validate` names. */
export const localized =
  (message: Message) =>
  ({ lang }: { readonly lang?: string | undefined }): string =>
    message[LANGUAGES.find((language) => language === lang) ?? LANGUAGES[0]];

interface Messages {
  readonly [name: string]: Message | Readonly<Record<string, Message>>;
}

/** All messages to clients. Messages of the specification are here word for word, in Indonesian. */
export const messages = {
  up: { id: 'Ticket Platform API berjalan', en: 'Ticket Platform API is running' },
  live: { id: 'Server berjalan', en: 'The server is running' },
  ready: { id: 'Server siap', en: 'The server is ready' },
  notReady: {
    no_database: { id: 'Database belum dapat dihubungi', en: 'The database cannot be reached yet' },
    stopping: { id: 'Server sedang berhenti', en: 'The server is stopping' },
  },
  registered: { id: 'Registrasi berhasil', en: 'Registration successful' },
  loggedIn: { id: 'Login berhasil', en: 'Login successful' },
  loggedOut: { id: 'Logout berhasil', en: 'Logout successful' },
  self: { id: 'Data user', en: 'Your account' },
  usersRead: { id: 'Berhasil mengambil data users', en: 'Users retrieved' },
  userRead: { id: 'Berhasil mengambil data user', en: 'User retrieved' },
  userCreated: { id: 'User berhasil dibuat', en: 'User created' },
  userChanged: { id: 'User berhasil diupdate', en: 'User updated' },
  userDeleted: { id: 'User berhasil dihapus', en: 'User deleted' },
  eventsRead: { id: 'Berhasil mengambil data events', en: 'Events retrieved' },
  eventRead: { id: 'Berhasil mengambil data event', en: 'Event retrieved' },
  eventCreated: { id: 'Event berhasil dibuat', en: 'Event created' },
  eventChanged: { id: 'Event berhasil diupdate', en: 'Event updated' },
  eventDeleted: { id: 'Event berhasil dihapus', en: 'Event deleted' },
  bookingsRead: { id: 'Berhasil mengambil data bookings', en: 'Bookings retrieved' },
  bookingRead: { id: 'Berhasil mengambil data booking', en: 'Booking retrieved' },
  bookingCreated: { id: 'Booking berhasil dibuat', en: 'Booking created' },
  bookingChanged: { id: 'Status booking berhasil diupdate', en: 'Booking status updated' },
  bookingDeleted: { id: 'Booking berhasil dihapus', en: 'Booking deleted' },

  invalidInput: { id: 'Validasi gagal', en: 'Some values are not valid' },
  invalidJson: { id: 'JSON tidak valid', en: 'The body is not valid JSON' },
  invalidToken: { id: 'Token tidak valid atau expired', en: 'The token is not valid or has expired' },
  wrongCredentials: { id: 'Email atau password salah', en: 'The e-mail or the password is wrong' },
  forbidden: {
    not_admin: { id: 'Akses ditolak. Hanya admin yang dapat melakukan aksi ini', en: 'Access denied. Only an admin can do this' },
    not_owner: { id: 'Akses ditolak', en: 'Access denied' },
    operator_only: { id: 'Akses ditolak', en: 'Access denied' },
  },
  notFound: {
    user: { id: 'User tidak ditemukan', en: 'User not found' },
    event: { id: 'Event tidak ditemukan', en: 'Event not found' },
    booking: { id: 'Booking tidak ditemukan', en: 'Booking not found' },
  },
  noSuchRoute: { id: 'Endpoint tidak ditemukan', en: 'Endpoint not found' },
  methodNotAllowed: { id: 'Metode tidak diizinkan', en: 'This method is not allowed here' },
  bodyTooLarge: { id: 'Ukuran body terlalu besar', en: 'The body is too large' },
  headersTooLarge: { id: 'Ukuran header terlalu besar', en: 'The headers are too large' },
  tooSlow: { id: 'Permintaan terlalu lama', en: 'The request took too long to arrive' },
  notJson: { id: 'Content-Type harus application/json', en: 'Content-Type must be application/json' },
  notUtf8: { id: 'Charset body harus UTF-8', en: 'The charset of the body must be UTF-8' },
  versionChanged: { id: 'Data sudah berubah, baca kembali sebelum mencoba lagi', en: 'The data has changed. Read it again before you try again' },
  emailTaken: { id: 'Email sudah terdaftar', en: 'This e-mail is already registered' },
  insufficientTickets: { id: 'Stok tiket tidak mencukupi', en: 'Not enough tickets left' },
  tooManyForABooking: { id: 'Jumlah tiket melebihi batas per booking', en: 'More tickets than one booking may have' },
  tooManyForAUser: { id: 'Jumlah tiket melebihi batas per user untuk event ini', en: 'More tickets than one user may have for this event' },
  totalBelowHeld: { id: 'Total tiket kurang dari tiket yang sudah dipesan', en: 'The total is less than the tickets already booked' },
  tooManyRequests: { id: 'Terlalu banyak permintaan', en: 'Too many requests' },
  tooManyBookingChanges: { id: 'Terlalu banyak perubahan booking untuk event ini', en: 'Too many booking changes for this event' },
  keyUnderWay: {
    id: 'Permintaan dengan Idempotency-Key ini masih diproses',
    en: 'The request with this Idempotency-Key is still being processed',
  },
  keyReused: { id: 'Idempotency-Key sudah dipakai untuk permintaan lain', en: 'This Idempotency-Key was used for another request' },
  eventIsOver: { id: 'Event sudah berakhir', en: 'The event is over' },
  eventHasActiveBookings: { id: 'Event masih memiliki booking aktif', en: 'The event still has active bookings' },
  userHasActiveBookings: { id: 'User masih memiliki booking aktif', en: 'The user still has active bookings' },
  userOrganisesEvents: { id: 'User masih menjadi organizer event', en: 'The user still organises an event' },
  lastAdmin: { id: 'Minimal harus ada satu admin', en: 'At least one admin must remain' },
  badRequest: { id: 'Permintaan tidak valid', en: 'The request is not valid' },
  failed: { id: 'Terjadi kesalahan pada server', en: 'Something went wrong on the server' },
  unavailable: { id: 'Layanan sementara tidak tersedia', en: 'The service is temporarily unavailable' },
  outcomeUnknown: {
    id: 'Hasil tidak diketahui, periksa kembali sebelum mencoba lagi',
    en: 'The outcome is unknown. Check your data before you try again',
  },
} as const satisfies Messages;

interface Faults {
  readonly [name: string]: Message | ((...limits: never[]) => Message);
}

/** The faults of a single field. The answer has the field's name beside them, so they do not repeat it. */
export const faults = {
  missing: { id: 'Wajib diisi', en: 'Required' },
  text: { id: 'Harus berupa teks', en: 'Must be text' },
  object: { id: 'Body harus berupa objek JSON', en: 'The body must be a JSON object' },
  id: { id: 'Harus berupa UUID yang valid', en: 'Must be a valid UUID' },
  line: (charactersMax: number) => ({
    id: `Harus berisi 1 sampai ${charactersMax} karakter yang terlihat, tanpa karakter kontrol`,
    en: `Must have 1 to ${charactersMax} visible characters, and no control characters`,
  }),
  prose: (charactersMax: number) => ({
    id: `Maksimal ${charactersMax} karakter, tanpa karakter kontrol`,
    en: `At most ${charactersMax} characters, and no control characters`,
  }),
  email: { id: 'Format email tidak valid', en: 'Must be a valid e-mail address' },
  emailTooLong: { id: `Maksimal ${EMAIL_CHARACTERS_MAX} karakter`, en: `At most ${EMAIL_CHARACTERS_MAX} characters` },
  passwordNotStorable: {
    id: `Password maksimal ${PASSWORD_BYTES_MAX} byte teks UTF-8 yang valid`,
    en: `The password must be at most ${PASSWORD_BYTES_MAX} bytes of valid UTF-8 text`,
  },
  passwordTooShort: (charactersMin: number) => ({
    id: `Password minimal ${charactersMin} karakter`,
    en: `The password must have at least ${charactersMin} characters`,
  }),
  passwordPersonal: {
    id: 'Password tidak boleh berupa nama atau email sendiri',
    en: 'The password must not be your own name or e-mail',
  },
  passwordTooCommon: { id: 'Password terlalu umum, pilih yang lain', en: 'The password is too common. Choose another one' },
  role: { id: 'Harus "user" atau "admin"', en: 'Must be "user" or "admin"' },
  eventDate: {
    id: 'Harus tanggal dan waktu ISO 8601 dengan zona waktu, tahun 1970 sampai 9999',
    en: 'Must be an ISO 8601 date and time with a time zone, in the years 1970 to 9999',
  },
  ticketPrice: {
    id: 'Harus angka 0 sampai 99999999.99 dengan paling banyak 2 desimal',
    en: 'Must be a number from 0 to 99999999.99 with at most 2 decimals',
  },
  ticketCount: { id: `Harus bilangan bulat 1 sampai ${TOTAL_TICKETS_MAX}`, en: `Must be a whole number from 1 to ${TOTAL_TICKETS_MAX}` },
  status: { id: 'Harus "pending", "confirmed" atau "cancelled"', en: 'Must be "pending", "confirmed" or "cancelled"' },
  idempotencyKey: (charactersMax: number) => ({
    id: `Harus 1 sampai ${charactersMax} karakter ASCII yang terlihat`,
    en: `Must be 1 to ${charactersMax} visible ASCII characters`,
  }),
  ifMatch: (tagsMax: number) => ({
    id: `Harus * atau ETag dari jawaban sebelumnya, paling banyak ${tagsMax}`,
    en: `Must be * or the ETags of earlier answers, at most ${tagsMax}`,
  }),
  keyPlaceholder: {
    id: 'Masih berisi placeholder, ganti dengan nilai unik seperti UUID',
    en: 'Still has a placeholder. Replace it with a unique value such as a UUID',
  },
  query: (charactersMax: number) => ({ id: `Maksimal ${charactersMax} karakter`, en: `At most ${charactersMax} characters` }),
  unknownParameter: { id: 'Parameter tidak dikenal', en: 'Unknown parameter' },
  limit: (limitMax: number) => ({ id: `Harus bilangan bulat 1 sampai ${limitMax}`, en: `Must be a whole number from 1 to ${limitMax}` }),
  offset: (offsetMax: number) => ({ id: `Harus bilangan bulat 0 sampai ${offsetMax}`, en: `Must be a whole number from 0 to ${offsetMax}` }),
  total: { id: 'Harus true atau false', en: 'Must be true or false' },
  onlyTrue: { id: 'Harus true', en: 'Must be true' },
  cursor: { id: 'Cursor tidak valid untuk daftar dan filter ini', en: 'The cursor is not valid for this list and filter' },
  notTogether: { id: 'Tidak dapat digabung dengan parameter lain', en: 'Cannot be combined with the other parameters' },
  search: (wordsMax: number, charactersMax: number) => ({
    id: `Harus 1 sampai ${wordsMax} kata, maksimal ${charactersMax} karakter`,
    en: `Must be 1 to ${wordsMax} words, at most ${charactersMax} characters`,
  }),
  sort: {
    id: 'Harus event_date, name atau ticket_price, boleh diawali "-"',
    en: 'Must be event_date, name or ticket_price, with or without "-" before it',
  },
} as const satisfies Faults;
