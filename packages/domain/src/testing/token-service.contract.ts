import { describe, expect, it } from 'vitest';
import type { TokenService } from '../accounts/ports.ts';
import type { User } from '../accounts/user.ts';
import { aUser } from './builders.ts';
import { refOf } from './store.ts';

/** Two services of the adapter under test, and one token of each kind that must be refused. */
export interface TokenServices {
  readonly tokens: TokenService;
  /** A service with another secret. */
  readonly stranger: TokenService;
  /** A token that `tokens` issued and that has expired. Left out if tokens do not expire. */
  readonly expired?: (user: User) => Promise<string>;
  /** Tokens of the user that are complete and signed with the secret of `tokens`, but made for another service or another purpose. */
  readonly misdirected: (user: User) => Promise<readonly string[]>;
  /** A token of an earlier version that must still be accepted. Left out if there is no earlier version. */
  readonly earlier?: (user: User) => Promise<string>;
}

/** What every TokenService promises. */
export function tokenServiceContract(name: string, open: () => Promise<TokenServices>): void {
  describe(`${name} keeps the promises of TokenService`, () => {
    it('knows the holder of a token that it issued, every time they show it', async () => {
      const { tokens } = await open();
      const user = aUser({ tokenVersion: 3 });
      const token = await tokens.issue(user);
      expect(await tokens.verify(token)).toEqual(refOf(user));
      expect(await tokens.verify(token)).toEqual(refOf(user));
    });

    it('tells the holders of two tokens apart, and the versions of one holder', async () => {
      const { tokens } = await open();
      const one = aUser();
      const users = [one, aUser(), { ...one, tokenVersion: 1 }];
      const issued = await Promise.all(users.map((user) => tokens.issue(user)));
      expect(await Promise.all(issued.map((token) => tokens.verify(token)))).toEqual(users.map(refOf));
    });

    it('issues what a header can carry', async () => {
      const { tokens } = await open();
      expect(await tokens.issue(aUser({ name: 'Šári "🦜"\n' }))).toMatch(/^[\w.~+/=-]+$/);
    });

    it('refuses a token that was changed anywhere', async () => {
      const { tokens } = await open();
      const token = await tokens.issue(aUser());
      for (let at = 0; at < token.length; at += 1) {
        // The last character of a base64 part may contain unused bits, so a change of it may not change the token.
        if (at + 1 === token.length || token[at + 1] === '.') continue;
        const changed = `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`;
        expect(await tokens.verify(changed), changed).toBeUndefined();
      }
    });

    it('refuses a token that was shortened or lengthened', async () => {
      const { tokens } = await open();
      const token = await tokens.issue(aUser());
      for (let length = 0; length < token.length; length += 1) expect(await tokens.verify(token.slice(0, length))).toBeUndefined();
      for (const longer of [`${token}A`, `${token}.`, `${token}.A`, ` ${token}`, `${token}${token}`]) {
        expect(await tokens.verify(longer), longer).toBeUndefined();
      }
    });

    it.each(['', '.', '..', 'null', 'Bearer', '{}', 'a.b.c', 'eyJhbGciOiJub25lIn0.e30.', '🦜', '\u0000', 'x'.repeat(100_000)])(
      'knows nobody by %j, and does not throw',
      async (token) => {
        const { tokens } = await open();
        expect(await tokens.verify(token)).toBeUndefined();
      },
    );

    it('knows nobody by a token that another secret signed, or none', async () => {
      const { tokens, stranger } = await open();
      const user = aUser();
      expect(await tokens.verify(await stranger.issue(user))).toBeUndefined();
      const [, payload] = (await tokens.issue(user)).split('.');
      expect(await tokens.verify(`eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.${payload}.`)).toBeUndefined();
    });

    it('knows nobody by a token whose time is over', async () => {
      const { tokens, expired } = await open();
      if (expired !== undefined) expect(await tokens.verify(await expired(aUser()))).toBeUndefined();
    });

    it('knows nobody by a token for another service or purpose, however often it is shown', async () => {
      const { tokens, misdirected } = await open();
      const user = aUser();
      expect(await tokens.verify(await tokens.issue(user))).toEqual(refOf(user));
      const all = await misdirected(user);
      expect(all.length).toBeGreaterThan(0);
      for (const token of [...all, ...all]) expect(await tokens.verify(token), token).toBeUndefined();
    });

    it('knows the holder of a token that an earlier version issued', async () => {
      const { tokens, earlier } = await open();
      const user = aUser();
      if (earlier !== undefined) expect(await tokens.verify(await earlier(user))).toEqual(refOf(user));
    });
  });
}
