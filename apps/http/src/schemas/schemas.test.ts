import { PROFILES } from '@ticket/adapters';
import type * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { validate } from '../validate.ts';
import { NewBooking, StatusChange } from './bookings.ts';
import { EventChanges, NewEvent } from './events.ts';
import { Credentials, newUser, userChanges } from './users.ts';

type Schema = v.GenericSchema<unknown, object>;
const faultyFields = (schema: Schema, value: unknown) => {
  const input = validate(schema, value, 'id');
  return 'details' in input && input instanceof Error ? (input.details as { faults: { field: string }[] }).faults.map(({ field }) => field) : [];
};
const NewUser = newUser(PROFILES.open.accounts.passwords);
const LONE = '\ud800';

const SARI = { name: 'Sari', email: 'sari@example.com', password: 'secret' };
const JAZZ = { name: 'Jazz', location: 'Palembang', event_date: '2031-01-02T19:00:00Z', ticket_price: 50000, total_tickets: 100 };
const ORDER = { event_id: '770e8400-e29b-41d4-a716-446655440000', quantity: 2 };

describe('an account', () => {
  it('is taken with its name and e-mail trimmed, and its password as it is', () => {
    expect(validate(NewUser, { name: ' Sari Dewi\n', email: ' SARI@Example.com ', password: ' p\u0000 ss ', role: 'admin', id: 1 }, 'id')).toEqual({
      name: 'Sari Dewi',
      email: 'sari@example.com',
      password: ' p\u0000 ss ',
      role: 'admin',
    });
    expect(validate(NewUser, { ...SARI, name: '🎫'.repeat(255) }, 'id')).toMatchObject({ name: '🎫'.repeat(255) });
  });

  it.each<[field: string, values: unknown[]]>([
    ['name', [undefined, null, 1, {}, ['x'], '', '  ', '\u200b', 'a\u0000b', `a${LONE}`, 'x'.repeat(256), '🎫'.repeat(256)]],
    [
      'email',
      [
        undefined,
        null,
        0,
        { a: 1 },
        ['a@b.co'],
        '',
        'x',
        'a@b',
        'josé@example.com',
        '\u212a@example.com',
        'a b@example.com',
        `${'a'.repeat(250)}@b.co`,
      ],
    ],
    ['password', [undefined, null, 123456, ['secret'], '', 'short', 'a'.repeat(73), 'é'.repeat(37), `secret${LONE}`]],
    ['role', [null, 'ADMIN', 'superadmin', ['admin'], '', 1]],
  ])('with another %s is not', (field, values) => {
    for (const value of values) expect(faultyFields(NewUser, { ...SARI, [field]: value }), String(value)).toEqual([field]);
  });

  it('in locked needs a longer and less common password', () => {
    const locked = newUser({ ...PROFILES.locked.accounts.passwords, common: new Set(['password123']) });
    expect(faultyFields(locked, { ...SARI, password: '7654321' })).toEqual(['password']);
    expect(faultyFields(locked, { ...SARI, password: 'Password123' })).toEqual(['password']);
    expect(faultyFields(locked, { ...SARI, password: 'correct horse' })).toEqual([]);
    expect(faultyFields(locked, { ...SARI, password: 'e\u0301'.repeat(7) })).toEqual(['password']);
  });

  it('names all that is wrong at once', () => {
    expect(faultyFields(NewUser, {})).toEqual(['name', 'email', 'password']);
    expect(faultyFields(NewUser, { name: '', email: 'x', password: 'x', role: 'x' })).toEqual(['name', 'email', 'password', 'role']);
  });

  it('is changed in what is sent', () => {
    expect(validate(userChanges(PROFILES.open.accounts), {}, 'id')).toEqual({});
    expect(validate(userChanges(PROFILES.open.accounts), { email: 'A@B.co' }, 'id')).toEqual({ email: 'a@b.co' });
    expect(faultyFields(userChanges(PROFILES.open.accounts), { name: null, password: '' })).toEqual(['name', 'password']);
  });

  it('has a current password where the policy asks for one, and no such field elsewhere', () => {
    const [open, locked] = [userChanges(PROFILES.open.accounts), userChanges(PROFILES.locked.accounts)];
    expect([validate(open, { current_password: 1 }, 'id'), validate(locked, { current_password: 'x' }, 'id')]).toEqual([
      {},
      { currentPassword: 'x' },
    ]);
    for (const current_password of [1, null, 'x'.repeat(73), `x${LONE}`])
      expect(faultyFields(locked, { current_password })).toEqual(['current_password']);
  });
});

describe('credentials', () => {
  it('need only be comparable', () => {
    expect(faultyFields(Credentials, { email: 'not an address', password: '' })).toEqual([]);
  });

  it.each<[field: string, values: unknown[]]>([
    ['email', [undefined, null, 0, true, { a: 1 }, ['x'], 'a'.repeat(255)]],
    ['password', [undefined, null, 0, {}, 'a'.repeat(73), LONE]],
  ])('with another %s are malformed', (field, values) => {
    for (const value of values) expect(faultyFields(Credentials, { email: 'a@b.co', password: 'x', [field]: value }), String(value)).toEqual([field]);
  });
});

describe('an event', () => {
  it('is taken in the domain’s terms', () => {
    expect(validate(NewEvent, { ...JAZZ, name: ' Jazz ', ticket_price: 0.29, organizer_id: 'x', available_tickets: 1e6 }, 'id')).toEqual({
      name: 'Jazz',
      location: 'Palembang',
      eventDate: new Date('2031-01-02T19:00:00Z'),
      ticketPriceCents: 29,
      totalTickets: 100,
    });
  });

  it.each<[field: string, values: unknown[]]>([
    ['name', [undefined, null, 1, '', '\u200b', 'x'.repeat(256)]],
    ['location', [undefined, null, 1, ' ', 'x'.repeat(256)]],
    ['description', [1, {}, 'x'.repeat(10_001), 'a\u0000', LONE]],
    ['event_date', [undefined, null, 1736935800000, '2025-02-30T10:00:00Z', '2025-01-01', 'x'.repeat(60_000)]],
    [
      'ticket_price',
      [
        undefined,
        null,
        '50000',
        '1e3',
        '0x1.00',
        ' 1.00',
        '01.00',
        '1.000',
        '-1.00',
        '1,00',
        '100000000.00',
        '１.00',
        true,
        -1,
        0.001,
        1.005,
        1e15,
        [1],
      ],
    ],
    ['total_tickets', [undefined, null, '100', 0, -1, 1.5, 900_001, 2 ** 53, 1e308, true]],
  ])('with another %s is not', (field, values) => {
    for (const value of values) expect(faultyFields(NewEvent, { ...JAZZ, [field]: value }), String(value)).toEqual([field]);
  });

  it('may lose its description, and nothing else', () => {
    expect(validate(EventChanges, { description: null }, 'id')).toMatchObject({ description: null });
    expect(validate(EventChanges, { description: '' }, 'id')).toMatchObject({ description: '' });
    expect(faultyFields(EventChanges, { name: null, location: null, event_date: null, ticket_price: null, total_tickets: null })).toHaveLength(5);
  });
});

describe('a booking', () => {
  it.each<[field: string, values: unknown[]]>([
    ['quantity', [undefined, null, 0, -1, 1.5, '2', true, [2], {}, 900_001, 1e9, 2 ** 53, 1e308, Number.POSITIVE_INFINITY]],
    ['event_id', [undefined, null, 1, 'x', '', [ORDER.event_id], `${ORDER.event_id} `]],
  ])('with another %s is not taken', (field, values) => {
    for (const value of values) expect(faultyFields(NewBooking, { ...ORDER, [field]: value }), String(value)).toEqual([field]);
  });

  it.each(['CONFIRMED', 1, null, undefined, '', ['cancelled']])('has no status %j', (status) => {
    expect(faultyFields(StatusChange, { status })).toEqual(['status']);
  });
});
