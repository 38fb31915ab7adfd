import { type RefusalCode, type Refusals, refuse, Unavailable } from '@ticket/domain';
import { Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { describe, expect, it } from 'vitest';
import type { AppEnv } from './env.ts';
import { answerError, UnreadableBody } from './errors.ts';
import { messages } from './messages.ts';

/** What is thrown, answered; and what was reported of it. */
async function answerTo(thrown: () => unknown) {
  const reported: unknown[] = [];
  const app = new Hono<AppEnv>();
  app.get('/', (c) => {
    c.set('report', (...line) => reported.push(line));
    thrown();
    return c.body(null);
  });
  app.onError(answerError);
  const answer = await app.request('/');
  return { status: answer.status, headers: answer.headers, body: await answer.json(), reported };
}

const EXPECTED: { readonly [Code in RefusalCode]: readonly [Refusals[Code], number, string, unknown][] } = {
  invalid_input: [
    [{ faults: [{ field: 'name', message: 'x' }] }, 400, 'Validasi gagal', [{ field: 'name', message: 'x' }]],
    [
      { faults: ['eventDate', 'ticketPriceCents', 'totalTickets'].map((field) => ({ field, message: 'x' })) },
      400,
      'Validasi gagal',
      ['event_date', 'ticket_price', 'total_tickets'].map((field) => ({ field, message: 'x' })),
    ],
  ],
  unauthenticated: [[{}, 401, 'Token tidak valid atau expired', null]],
  wrong_credentials: [[{}, 401, 'Email atau password salah', null]],
  forbidden: [
    [{ reason: 'not_admin' }, 403, 'Akses ditolak. Hanya admin yang dapat melakukan aksi ini', null],
    [{ reason: 'not_owner' }, 403, 'Akses ditolak', null],
    [{ reason: 'operator_only' }, 403, 'Akses ditolak', null],
  ],
  not_found: [
    [{ entity: 'user', id: '1' }, 404, 'User tidak ditemukan', null],
    [{ entity: 'event', id: '1' }, 404, 'Event tidak ditemukan', null],
    [{ entity: 'booking', id: '1' }, 404, 'Booking tidak ditemukan', null],
  ],
  current_password_needed: [[{}, 400, 'Validasi gagal', [{ field: 'current_password', message: 'Wajib diisi' }]]],
  password_is_personal: [[{}, 400, 'Validasi gagal', [{ field: 'password', message: 'Password tidak boleh berupa nama atau email sendiri' }]]],
  version_changed: [[{ version: 4 }, 412, 'Data sudah berubah, baca kembali sebelum mencoba lagi', null]],
  email_taken: [[{}, 400, 'Email sudah terdaftar', null]],
  insufficient_tickets: [[{ available: 1, requested: 2 }, 400, 'Stok tiket tidak mencukupi', { available: 1, requested: 2 }]],
  too_many_for_a_booking: [[{ maximum: 10, requested: 11 }, 400, 'Jumlah tiket melebihi batas per booking', { maximum: 10, requested: 11 }]],
  too_many_for_a_user: [
    [{ maximum: 6, held: 5, requested: 2 }, 400, 'Jumlah tiket melebihi batas per user untuk event ini', { maximum: 6, held: 5, requested: 2 }],
  ],
  total_below_held: [[{ held: 5, requested: 3 }, 400, 'Total tiket kurang dari tiket yang sudah dipesan', { sold: 5, requested: 3 }]],
  too_many_failed_logins: [[{ retryAfterSeconds: 900 }, 429, 'Terlalu banyak permintaan', null]],
  too_many_passwords: [[{ retryAfterSeconds: 1 }, 429, 'Terlalu banyak permintaan', null]],
  too_many_booking_changes: [[{ maximum: 100, retryAfterSeconds: 3595 }, 429, 'Terlalu banyak perubahan booking untuk event ini', { maximum: 100 }]],
  too_many_registrations: [[{ retryAfterSeconds: 900 }, 429, 'Terlalu banyak permintaan', null]],
  idempotency_key_reused: [[{}, 422, 'Idempotency-Key sudah dipakai untuk permintaan lain', null]],
  event_is_over: [[{}, 400, 'Event sudah berakhir', null]],
  event_has_active_bookings: [[{}, 400, 'Event masih memiliki booking aktif', null]],
  user_has_active_bookings: [[{}, 400, 'User masih memiliki booking aktif', null]],
  user_organises_events: [[{}, 400, 'User masih menjadi organizer event', null]],
  last_admin: [[{}, 400, 'Minimal harus ada satu admin', null]],
};

describe('a refusal', () => {
  const rows = Object.entries(EXPECTED).flatMap(([code, cases]) => cases.map((row) => [code as RefusalCode, ...row] as const));

  it.each(rows)('%s %j is %d "%s"', async (code, details, status, message, errors) => {
    const answer = await answerTo(() => refuse(code, details));
    expect(answer).toMatchObject({ status, body: { success: false, code, message, errors }, reported: [] });
    expect(answer.headers.get('Content-Type')).toBe('application/json; charset=UTF-8');
    expect(answer.headers.get('WWW-Authenticate')).toBe(status === 401 ? 'Bearer' : null);
  });
});

describe('a failure', () => {
  it.each([
    ['not_done', 'unavailable', 0.2, '1', 'Layanan sementara tidak tersedia'],
    // it is not to be asked again unthinkingly
    ['unknown', 'outcome_unknown', 3, null, 'Hasil tidak diketahui, periksa kembali sebelum mencoba lagi'],
  ] as const)(
    'of the outside world, outcome %s, is 503 and says when to come again, if then',
    async (outcome, code, retryAfterSeconds, retryAfter, message) => {
      const answer = await answerTo(() => {
        throw new Unavailable('the database went away', { outcome, retryAfterSeconds });
      });
      expect(answer).toMatchObject({ status: 503, body: { success: false, code, message, errors: null } });
      expect(answer.headers.get('Retry-After')).toBe(retryAfter);
      expect(answer.reported).toHaveLength(1);
    },
  );

  it('that nobody expected is 500, is reported, and tells the client nothing', async () => {
    const answer = await answerTo(() => {
      throw new Error('SELECT * FROM users failed');
    });
    expect(answer.status).toBe(500);
    expect(answer.body).toEqual({ success: false, code: 'internal_error', message: 'Terjadi kesalahan pada server', errors: null });
    expect(answer.reported).toHaveLength(1);
  });

  it('to read the body is the client’s', async () => {
    const answer = await answerTo(() => {
      throw new UnreadableBody('unsupported_media_type', messages.notJson);
    });
    expect(answer).toMatchObject({
      status: 415,
      body: { code: 'unsupported_media_type', message: 'Content-Type harus application/json', errors: null },
      reported: [],
    });
  });

  it('of Hono’s own keeps its status and gets the envelope', async () => {
    const answer = await answerTo(() => {
      throw new HTTPException(400, { message: 'internal words' });
    });
    expect(answer).toMatchObject({ status: 400, body: { success: false, code: 'bad_request', message: 'Permintaan tidak valid', errors: null } });
  });
});
