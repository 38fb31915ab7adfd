import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instantOf } from './instants.ts';

describe('an instant', () => {
  it.each([
    ['2025-02-15T14:00:00.000Z', '2025-02-15T14:00:00.000Z'],
    ['2025-02-15T14:00Z', '2025-02-15T14:00:00.000Z'],
    ['2025-02-15T14:00:00Z', '2025-02-15T14:00:00.000Z'],
    ['2025-02-15T14:00:00.5Z', '2025-02-15T14:00:00.500Z'],
    ['2025-02-15T14:00:00.123456789Z', '2025-02-15T14:00:00.123Z'],
    ['2025-02-15T14:00:00+07:00', '2025-02-15T07:00:00.000Z'],
    ['2025-01-01T00:30:00+07:00', '2024-12-31T17:30:00.000Z'],
    ['2024-02-29T23:59:59.999-09:30', '2024-03-01T09:29:59.999Z'],
    ['1970-01-01T00:00:00Z', '1970-01-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
  ])('%s is %s', (text, instant) => {
    expect(instantOf(text)?.toISOString()).toBe(instant);
  });

  it.each([
    ...['2025-02-30T10:00:00Z', '2025-02-29T10:00:00Z', '2025-13-01T10:00:00Z', '2025-00-01T10:00:00Z', '2025-01-00T10:00:00Z'],
    ...['2025-01-01T24:00:00Z', '2025-01-01T25:00:00Z', '2025-01-01T10:60:00Z', '2016-12-31T23:59:60Z'],
    ...['2025-01-01T10:00:00', '2025-01-01', '2025-01-01T10Z', '2025-01-01 10:00:00Z', '2025-01-01T10:00:00 Z', '20250101T100000Z'],
    ...['2025-01-01T10:00:00+24:00', '2025-01-01T10:00:00+07:60', '2025-01-01T10:00:00+7', '2025-01-01T10:00:00+0700', '2025-01-01T10:00:00.Z'],
    ...['0001-01-01T10:00:00Z', '0070-01-01T10:00:00Z', '1969-12-31T23:59:59.999Z', '+12025-01-01T10:00:00Z', '-2025-01-01T10:00:00Z'],
    ...['1970-01-01T00:00:00+00:01', '9999-12-31T23:59:59-00:01', '', 'now', '1736935800000', `2025-01-01T10:00:00.${'1'.repeat(60_000)}Z`],
  ])('%s is none', (text) => {
    expect(instantOf(text)).toBeUndefined();
  });

  it('is the same instant in every zone', () => {
    const instants = fc.date({ min: new Date('1970-01-03T00:00:00Z'), max: new Date('9999-12-29T00:00:00Z'), noInvalidDate: true });
    fc.assert(
      fc.property(instants, fc.integer({ min: -1439, max: 1439 }), (instant, minutesAhead) => {
        const local = new Date(instant.getTime() + minutesAhead * 60_000).toISOString().slice(0, -1);
        const [hours, minutes] = [Math.trunc(Math.abs(minutesAhead) / 60), Math.abs(minutesAhead) % 60].map((part) => String(part).padStart(2, '0'));
        expect(instantOf(`${local}${minutesAhead < 0 ? '-' : '+'}${hours}:${minutes}`)).toEqual(instant);
      }),
    );
  });
});
