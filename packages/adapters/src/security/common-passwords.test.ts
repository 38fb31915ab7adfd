import { isPasswordUncommon } from '@ticket/domain/accounts';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../config.ts';
import { PUBLISHED } from '../config-secrets.ts';
import { PROFILES } from '../profiles.ts';
import { COMMON_PASSWORDS } from './common-passwords.ts';

describe('the common passwords', () => {
  it('are at least 3,000 of those of 8 characters or more, and those that guessing begins with are among them', () => {
    expect([...COMMON_PASSWORDS].filter((password) => [...password].length >= 8).length).toBeGreaterThan(3000);
    const first = 'password 12345678 123456789 baseball football qwertyuiop 1234567890 superman 1qaz2wsx jennifer trustno1 corvette slipknot';
    const here = 'rahasia123 bismillah indonesia palembang garuda123 ticketplatform admin123 admin1234';
    expect(`${first} ${here}`.split(' ').filter((password) => !COMMON_PASSWORDS.has(password))).toEqual([]);
  });

  it('are in the form that they are compared in', () => {
    expect([...COMMON_PASSWORDS].filter((password) => password !== password.normalize('NFC').toLowerCase() || password === '')).toEqual([]);
  });

  it('are refused in the locked profile that the configuration gives, and in the open one none is', () => {
    const policyOf = (SECURITY_PROFILE: string) =>
      loadConfig({ SECURITY_PROFILE, JWT_SECRET: 'k7Jr0cC3Wq9Xz5Lm2Nn8Vb4Ty6Uo1Pa0' }, { signsTokens: false }).policies.accounts;
    const { passwords } = policyOf('locked');
    expect(passwords).toMatchObject({ charactersMin: 8, refuseGuessable: true });
    expect([...COMMON_PASSWORDS].filter((password) => !passwords.common.has(password))).toEqual([]);
    expect(passwords.common.has('river stone lantern')).toBe(false);
    expect(policyOf('open').passwords).toEqual(PROFILES.open.accounts.passwords);
  });

  it.each(PUBLISHED.map((text) => [text]))('what is published counts as one of them in the locked profile: %s', (text) => {
    const rules = (env = {}) => loadConfig({ SECURITY_PROFILE: 'locked', ...env }, { signsTokens: false }).policies.accounts.passwords;
    for (const given of [text, text.toUpperCase(), `${text}1`, `x${text}`]) expect(isPasswordUncommon(given, rules()), given).toBe(false);
    expect(isPasswordUncommon(`${text}river-stone`, rules())).toBe(true);
    expect(isPasswordUncommon(`${text}river-stone`, rules({ PASSWORD_MIN_LENGTH: '20' }))).toBe(false);
  });
});
