import { createHmac } from 'node:crypto';
import { aUser, refOf, tokenServiceContract } from '@ticket/domain/testing';
import { base64url, SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, it, vi } from 'vitest';
import { JoseTokenService } from './jose-token-service.ts';

const SECRET = 'a secret of the tests, long enough for HS256';
const key = new TextEncoder().encode(SECRET);
const tokens = new JoseTokenService({ secret: SECRET, ttlSeconds: 3600 });
const user = aUser({ tokenVersion: 2 });
const now = () => Math.floor(Date.now() / 1000);

/** Our own claims and key, with whatever is changed about them. */
const sign = (changes: Record<string, unknown> = {}, header: Record<string, unknown> = {}, secret = key) =>
  new SignJWT({ id: user.id, email: user.email, role: user.role, ver: 2, iat: now(), exp: now() + 60, ...changes })
    .setProtectedHeader({ alg: 'HS256', ...header })
    .sign(secret);

/** Signed with our key, under a header that jose would not write. */
function byHand(header: object): string {
  const text = [header, { id: user.id, email: user.email, role: user.role, iat: now(), exp: now() + 60 }].map((part) =>
    base64url.encode(JSON.stringify(part)),
  );
  return `${text.join('.')}.${createHmac('sha256', key).update(text.join('.')).digest('base64url')}`;
}

tokenServiceContract('jose', async () => ({
  tokens,
  stranger: new JoseTokenService({ secret: `${SECRET}!`, ttlSeconds: 3600 }),
  expired: (holder) => sign({ id: holder.id, iat: now() - 100, exp: now() - 10 }),
}));

describe('a token', () => {
  it('carries the specified claims and the token version, for as long as configured', async () => {
    const [, payload = ''] = (await tokens.issue(user)).split('.');
    const claims = JSON.parse(new TextDecoder().decode(base64url.decode(payload)));
    expect(claims).toEqual({ id: user.id, email: user.email, role: user.role, ver: 2, iat: expect.any(Number), exp: claims.iat + 3600 });
  });

  it('without a version is of version 0: it was given before passwords could end tokens', async () => {
    expect(await tokens.verify(await sign({ ver: undefined }))).toEqual({ userId: user.id, tokenVersion: 0 });
  });

  it('of ours, made by hand, is accepted: the refusals below are for what is changed', async () => {
    expect(await tokens.verify(await sign())).toEqual(refOf(user));
  });

  it('that was issued here is known here: nobody verifies it again, and its time still ends', async () => {
    const verified = vi.spyOn(crypto.subtle, 'verify');
    vi.useFakeTimers({ toFake: ['Date'] });
    const token = await tokens.issue(user);
    expect(await tokens.verify(token)).toEqual(refOf(user));
    expect(verified).not.toHaveBeenCalled();
    vi.setSystemTime(Date.now() + 3606_000);
    expect(await tokens.verify(token)).toBeUndefined();
    vi.useRealTimers();
    verified.mockRestore();
  });

  it('of ours, signed by hand, is accepted too', async () => {
    expect(await tokens.verify(byHand({ alg: 'HS256' }))).toEqual({ userId: user.id, tokenVersion: 0 });
  });

  it('that was accepted is refused once its time is over', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const token = await sign({ exp: now() + 60 });
    expect(await tokens.verify(token)).toEqual(refOf(user));
    vi.setSystemTime(Date.now() + 64_000); // within the clocks' tolerance
    expect(await tokens.verify(token)).toEqual(refOf(user));
    vi.setSystemTime(Date.now() + 2_000);
    expect(await tokens.verify(token)).toBeUndefined();
    vi.useRealTimers();
  });

  it('that was accepted opens nothing to whoever changes a letter of it', async () => {
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

  it.each([
    ['expired beyond the clocks’ tolerance', () => sign({ exp: now() - 6 })],
    ['without an end', () => sign({ exp: undefined })],
    ['with an end beyond all dates, issued too long ago', () => sign({ exp: 1e300, iat: now() - 3700 })],
    ['with an end as text', () => sign({ exp: '2099' })],
    ['without the time of issue', () => sign({ iat: undefined })],
    ['from the future', () => sign({ iat: now() + 3600, exp: now() + 7200 })],
    ['not valid yet', () => sign({ nbf: now() + 600 })],
    ['without an id', () => sign({ id: undefined })],
    ['with an id that is no text', () => sign({ id: 7 })],
    ['with a version that is no number', () => sign({ ver: '2' })],
    ['without an e-mail', () => sign({ email: undefined })],
    ['without a role', () => sign({ role: undefined })],
    ['of HS512 with our secret', () => sign({}, { alg: 'HS512' })],
    ['of HS384 with our secret', () => sign({}, { alg: 'HS384' })],
    ['with a critical header that nobody knows', async () => byHand({ alg: 'HS256', crit: ['x'], x: 1 })],
    ['with its payload not encoded', async () => byHand({ alg: 'HS256', crit: ['b64'], b64: false })],
    ['unsigned', async () => new UnsecuredJWT({ id: user.id, email: user.email, role: 'admin' }).setIssuedAt().setExpirationTime('1h').encode()],
    ['of another secret', () => sign({}, {}, new TextEncoder().encode(`${SECRET}!`))],
    ['with its role raised', async () => (await sign()).replace(/\.[^.]+\./, `.${base64url.encode(JSON.stringify({ ...user, role: 'admin' }))}.`)],
    ['of two parts', async () => (await sign()).split('.').slice(0, 2).join('.')],
    ['of four parts', async () => `${await sign()}.x`],
    ['of a megabyte', async () => 'x'.repeat(1_000_000)],
    ['empty', async () => ''],
  ])('%s opens nothing', async (_, make) => {
    expect(await tokens.verify(await make())).toBeUndefined();
  });

  it('that names a key of its own is judged by ours', async () => {
    expect(await tokens.verify(await sign({}, { kid: '../../etc/passwd', jku: 'http://127.0.0.1/keys' }))).toEqual(refOf(user));
  });
});
