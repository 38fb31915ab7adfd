import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Refusal } from '../requests/refusal.ts';
import { aUser, NOW } from '../testing/builders.ts';
import { LOCKED, OPEN } from '../testing/policies.ts';
import { changedUser, isEmail, isName, type NewUser, newUser, normalEmail, type UserChanges } from './user.ts';

const { open, locked } = { open: OPEN.accountPolicy.passwords, locked: { ...LOCKED.accountPolicy.passwords, common: new Set(['password']) } };
const LATER = new Date('2030-06-16T00:00:00.000Z');
const account = (overrides: Partial<NewUser> = {}): NewUser => ({ name: 'Sari', email: 'sari@example.com', password: 'rahasia-kita', ...overrides });
const made = (overrides: Partial<NewUser>, rules = open) => newUser(account(overrides), rules, { id: 'u1', now: NOW });

/** The fields that a call finds fault with, in its order; none when it goes through. */
function faultyFields(call: () => unknown): readonly string[] {
  try {
    call();
    return [];
  } catch (error) {
    if (!(error instanceof Refusal) || !('faults' in error.details)) throw error;
    return error.details.faults.map(({ field }) => field);
  }
}

describe('an e-mail', () => {
  it.each([
    'a@b.co',
    'sari@example.com',
    'SARI@EXAMPLE.COM',
    "o'brien+tag@mail.example.co.id",
    '1@2.3',
    'a.b-c_d@x-y.id',
    `${'a'.repeat(242)}@example.com`,
  ])('may be %s', (email) => {
    expect(isEmail(email)).toBe(true);
  });

  it.each([
    '',
    'a',
    '@',
    'a@',
    '@b.co',
    'a@b',
    'a@b.',
    'a@.co',
    'a@-b.co',
    'a@b-.co',
    'a@b..co',
    'a b@c.co',
    'a@b.co ',
    'a@b.co\n',
    'a@b@c.co',
    'josé@example.com',
    'a@exämple.com',
    'a@b.co\u0000',
    '"a b"@c.co',
    'a<b@c.co',
    `a@${'b'.repeat(64)}.co`,
    `${'a'.repeat(243)}@example.com`,
  ])('is not %j', (email) => {
    expect(isEmail(email)).toBe(false);
  });

  it('is one whatever the case of its letters and the spaces around it', () => {
    fc.assert(
      fc.property(fc.emailAddress(), fc.constantFrom('', ' ', '\t', '\n '), (email, space) => {
        expect(normalEmail(space + email.toUpperCase() + space)).toBe(normalEmail(email));
      }),
    );
  });

  it('is stored in a form that does not change any more', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => normalEmail(normalEmail(text)) === normalEmail(text)));
  });

  it('that is too long is no address, and keeps its letters', () => {
    expect(normalEmail(` ${'A'.repeat(254)} `)).toBe('a'.repeat(254));
    expect(normalEmail(` ${'A'.repeat(255)} `)).toBe('A'.repeat(255));
  });

  it('does not become one with another: the Kelvin sign is no k', () => {
    expect(normalEmail('\u212aim@example.com')).not.toBe('kim@example.com');
    expect(faultyFields(() => made({ email: '\u212aim@example.com' }))).toEqual(['email']);
  });

  it('has but ASCII in it once it is accepted', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => !isEmail(text) || /^[!-~]+$/.test(text)));
    fc.assert(fc.property(fc.emailAddress(), (email) => !isEmail(email) || /^[!-~]+$/.test(normalEmail(email))));
  });

  it('takes no longer to refuse the longer it is', () => {
    const started = performance.now();
    expect(isEmail(`a@${'a.'.repeat(1_000_000)}`)).toBe(false);
    expect(isEmail(`${'a-'.repeat(60)}@${'a-'.repeat(60)}`)).toBe(false);
    expect(performance.now() - started).toBeLessThan(1000);
  });
});

describe('a name', () => {
  it('has 1 to 255 characters, one of them visible', () => {
    expect(['a', '🦜'.repeat(255), ' a ', '王'].map(isName)).toEqual([true, true, true, true]);
    expect(['', ' ', '\u200b', '🦜'.repeat(256), 'a\nb', '\ud83e'].map(isName)).toEqual([false, false, false, false, false, false]);
  });
});

describe('a new user', () => {
  it('is what they told, under a normal e-mail, with nothing but their account', () => {
    expect(made({ email: ' Sari@Example.COM ' })).toEqual({
      id: 'u1',
      name: 'Sari',
      email: 'sari@example.com',
      role: 'user',
      tokenVersion: 0,
      version: 1,
      createdAt: NOW,
      updatedAt: NOW,
    });
  });

  it('is an admin when that is asked for: whether it may be is a matter of rights', () => {
    expect(made({ role: 'admin' }).role).toBe('admin');
  });

  it('is refused for all that is wrong, at once', () => {
    expect(faultyFields(() => made({ name: '', email: 'x', password: '1' }, locked))).toEqual(['name', 'email', 'password']);
    expect(faultyFields(() => made({ password: 'password' }, locked))).toEqual(['password']);
    expect(faultyFields(() => made({ password: '\ud83d' }, open))).toEqual(['password', 'password']);
  });

  it('has a password that is neither name nor e-mail in the locked profile', () => {
    const dewi = { name: 'Dewi Kartikasari', email: 'dewi.kartika@example.com' };
    for (const password of ['dewi.kartika@example.com', 'Dewi.Kartika', 'dewikartika', 'Dewi Kartikasari', 'KARTIKASARI', 'dewi-kartikasari']) {
      expect(() => made({ ...dewi, password }, locked), password).toThrow('password_is_personal');
      expect(made({ ...dewi, password }, open).name, password).toBe(dewi.name);
    }
    expect(made({ ...dewi, password: 'kartikasari-naik-kereta' }, locked).name).toBe(dewi.name);
  });

  it('never is one that would be refused as they are', () => {
    const anything = fc.record({
      name: fc.string({ unit: 'binary' }),
      email: fc.oneof(fc.emailAddress(), fc.string()),
      password: fc.string({ unit: 'binary' }),
    });
    fc.assert(
      fc.property(anything, (input) => {
        if (faultyFields(() => newUser(input, open, { id: 'u1', now: NOW })).length > 0) return;
        const user = newUser(input, open, { id: 'u1', now: NOW });
        expect(changedUser(user, {}, open, NOW)).toEqual(user);
        expect(user.email).toBe(user.email.toLowerCase());
      }),
    );
  });
});

describe('a changed user', () => {
  const user = aUser({ name: 'Sari', email: 'sari@example.com', tokenVersion: 4 });
  const changed = (changes: UserChanges) => changedUser(user, changes, locked, LATER);

  it.each([
    ['a name', { name: 'Budi' }, { name: 'Budi' }],
    ['an e-mail', { email: ' Budi@Example.com' }, { email: 'budi@example.com' }],
    ['a role', { role: 'admin' }, { role: 'admin' }],
    ['a password, which ends the tokens given before', { password: 'kereta-malam-9' }, { tokenVersion: 5 }],
  ] as const)('has %s changed and the rest as it was', (_, changes, expected) => {
    expect(changed(changes)).toEqual({ ...user, ...expected, version: user.version + 1, updatedAt: LATER });
  });

  it.each([
    {},
    { name: 'Sari', email: 'SARI@example.com', role: 'user' },
    { name: undefined, email: undefined, password: undefined, role: undefined },
  ] as const)('is the same, last edited when they were, for changes that change nothing', (changes) => {
    expect(changed(changes)).toBe(user);
  });

  it('is refused for all that is wrong, at once', () => {
    expect(faultyFields(() => changed({ name: '\u200b', email: 'josé@example.com', password: 'Password' }))).toEqual(['name', 'email', 'password']);
  });
});
