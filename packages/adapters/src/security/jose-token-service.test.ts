import { aUser, refOf, tokenServiceContract } from '@ticket/domain/testing';
import { base64url, SignJWT } from 'jose';
import { describe, expect, it, vi } from 'vitest';
import { JoseTokenService } from './jose-token-service.ts';

const SECRET = 'a secret of the tests, long enough for HS256';
const key = new TextEncoder().encode(SECRET);
const tokens = new JoseTokenService({ secret: SECRET, ttlSeconds: 3600 });
const user = aUser({ tokenVersion: 2 });
const now = () => Math.floor(Date.now() / 1000);

/** What tokens say since they say for whom and what they are. */
const OURS = { iss: 'ticket-platform', aud: 'ticket-platform-api', token_use: 'access' };

/** Our own claims and key, with whatever is changed about them. What forged tokens come to is in tests/threats/tokens.test.ts. */
const sign = (changes: Record<string, unknown> = {}, header: Record<string, unknown> = {}) =>
  new SignJWT({ id: user.id, email: user.email, role: user.role, ver: 2, iat: now(), exp: now() + 60, ...OURS, ...changes })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT', ...header })
    .sign(key);
const NOT_SAID = { iss: undefined, aud: undefined, token_use: undefined };

tokenServiceContract('jose', async () => ({
  tokens,
  stranger: new JoseTokenService({ secret: `${SECRET}!`, ttlSeconds: 3600 }),
  expired: (holder) => sign({ id: holder.id, iat: now() - 100, exp: now() - 10 }),
  earlier: (holder) => sign({ id: holder.id, ver: holder.tokenVersion, ...NOT_SAID }),
  misdirected: ({ id, tokenVersion: ver }) =>
    Promise.all([
      ...[{ iss: 'another' }, { aud: 'another' }, { token_use: 'refresh' }].map((one) => sign({ id, ver, ...one })),
      // One of several audiences, and values that are there and say nothing.
      ...[{ aud: ['another', OURS.aud] }, { iss: null }, { aud: null }, { aud: [] }, { token_use: null }].map((one) => sign({ id, ver, ...one })),
      // Some of them: neither this version's tokens nor an earlier one's.
      ...[{ iss: undefined }, { aud: undefined }, { token_use: undefined }].map((one) => sign({ id, ver, ...one })),
      ...[{ typ: 'at+jwt' }, { typ: 'refresh' }, { typ: undefined }].map((header) => sign({ id, ver }, header)),
    ]),
}));

describe('a token', () => {
  it('carries the specified claims and the token version, for as long as configured', async () => {
    const [, payload = ''] = (await tokens.issue(user)).split('.');
    const claims = JSON.parse(new TextDecoder().decode(base64url.decode(payload)));
    expect(claims).toEqual({ id: user.id, email: user.email, role: user.role, ver: 2, ...OURS, iat: expect.any(Number), exp: claims.iat + 3600 });
  });

  it('without a version is of version 0: it was given before passwords could end tokens', async () => {
    expect(await tokens.verify(await sign({ ...NOT_SAID, ver: undefined }))).toEqual({ userId: user.id, tokenVersion: 0 });
  });

  it('that was issued here is known here: nobody verifies it again, and its time still ends', async () => {
    const verified = vi.spyOn(crypto.subtle, 'verify');
    vi.useFakeTimers({ toFake: ['Date'] });
    const token = await tokens.issue(user);
    expect(await tokens.verify(token)).toEqual(refOf(user));
    expect(verified).not.toHaveBeenCalled();
    vi.setSystemTime(Date.now() + 3600_000);
    expect(await tokens.verify(token)).toBeUndefined();
    vi.useRealTimers();
    verified.mockRestore();
  });

  it('that was accepted is refused once its time is over', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const token = await sign({ exp: now() + 60 });
    vi.setSystemTime(Date.now() + 58_000);
    expect(await tokens.verify(token)).toEqual(refOf(user));
    vi.setSystemTime(Date.now() + 2_000);
    expect(await tokens.verify(token)).toBeUndefined();
    vi.useRealTimers();
  });

  it('of a server whose clock is ahead by the tolerance is accepted', async () => {
    expect(await tokens.verify(await sign({ iat: now() + 4, exp: now() + 60 }))).toEqual(refOf(user));
  });

  it('that was accepted opens nothing when a letter of it is changed', async () => {
    const token = await tokens.issue(user);
    expect(await tokens.verify(token)).toEqual(refOf(user));
    const other = token.at(30) === 'a' ? 'b' : 'a';
    expect(await tokens.verify(token.slice(0, 30) + other + token.slice(31))).toBeUndefined();
  });

  it('does not grow what is remembered beyond its bounds', async () => {
    const many = await Promise.all(Array.from({ length: 300 }, () => tokens.issue(aUser())));
    for (const token of many) expect(await tokens.verify(token)).toBeDefined();
    expect(await tokens.verify(await sign({ padding: 'x'.repeat(2000) }))).toEqual(refOf(user)); // too large to be remembered, as good as any
  });
});
