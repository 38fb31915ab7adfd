import { describe, expect, it } from 'vitest';
import { Refusal, refuse, Unavailable } from './refusal.ts';

describe('a refusal', () => {
  it('is an error with its code and its facts, and without a stack, which would cost more than the refusal', () => {
    const refusal = new Refusal('insufficient_tickets', { available: 1, requested: 2 });
    expect(refusal).toBeInstanceOf(Error);
    expect([refusal.name, refusal.message, refusal.code, refusal.details]).toEqual([
      ...['Refusal', 'insufficient_tickets', 'insufficient_tickets'],
      { available: 1, requested: 2 },
    ]);
    expect(refusal.stack).toBeUndefined();
  });

  it('leaves other errors theirs', () => {
    expect(() => refuse('last_admin', {})).toThrow('last_admin');
    expect(new Error('a bug').stack?.split('\n').length).toBeGreaterThan(1);
  });
});

describe('an outage', () => {
  it('has stored nothing and may be repeated after a second, unless it says something else', () => {
    const { name, message, retryAfterSeconds, outcome } = new Unavailable('no connection');
    expect([name, message, retryAfterSeconds, outcome]).toEqual(['Unavailable', 'no connection', 1, 'not_done']);
  });

  it('says how long to wait, what is known of the change, and what caused it', () => {
    const cause = new Error('reset');
    expect(new Unavailable('COMMIT was lost', { retryAfterSeconds: 5, outcome: 'unknown', cause })).toMatchObject({
      retryAfterSeconds: 5,
      outcome: 'unknown',
      cause,
    });
  });
});
