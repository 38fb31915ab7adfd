import { describe, expect, it } from 'vitest';
import { fakePasswords } from '../memory/index.ts';
import { inMemoryPlatform } from '../testing/in-memory-platform.ts';
import { LOCKED } from '../testing/policies.ts';
import { answersOf, times } from '../testing/store.ts';
import type { ClientNetwork } from './rate-limits.ts';

const countOf = (answers: readonly string[], one: string) => answers.filter((answer) => answer === one).length;
/** As an edge tells it: the network of a client, and the site around it. */
const inIpv6Site = (site: string, n: number): readonly ClientNetwork[] => [
  { name: `${site}:${n.toString(16)}::/64`, isShared: false },
  { name: `${site}::/48`, isShared: true },
];
/** 60 networks of one IPv6 site, which is what many a customer has. */
const OF_ONE_SITE = times(60, (n) => inIpv6Site('2001:db8:1', n));
const OF_MANY_SITES = times(60, (n) => inIpv6Site(`2001:db8:${(n + 256).toString(16)}`, 1));
const FROM_IPV4 = times(60, (n) => [{ name: `198.51.100.${n}`, isShared: false }]);
const account = (n: number) => ({ name: 'Ani', email: `ani-${n}@example.com`, password: 'kereta-malam-9' });

/** Each network tries so often; what all of them were answered. */
async function allOf(
  clients: readonly (readonly ClientNetwork[])[],
  tries: number,
  ask: (from: readonly ClientNetwork[], n: number) => Promise<unknown>,
): Promise<readonly string[]> {
  const answers: string[] = [];
  let asked = 0;
  for (const from of clients) for (let n = 0; n < tries; n++) answers.push(...(await answersOf([ask(from, ++asked)])));
  return answers;
}

describe('the networks of one IPv6 site share a budget of four addresses:', () => {
  it('failed logins of one account', async () => {
    const { useCases } = await inMemoryPlatform();
    const guess = (from: readonly ClientNetwork[]) => useCases.logIn({ email: 'ani@example.com', password: 'wrong' }, from);
    expect(countOf(await allOf(OF_ONE_SITE, 2, guess), 'wrong_credentials')).toBe(40);
    expect(countOf(await allOf(OF_MANY_SITES, 2, guess), 'wrong_credentials')).toBe(120);
    expect(countOf(await allOf(FROM_IPV4, 2, guess), 'wrong_credentials')).toBe(120);
  });

  it('failed logins of any account', async () => {
    const { useCases } = await inMemoryPlatform();
    const guess = (from: readonly ClientNetwork[], n: number) => useCases.logIn({ email: `${n}@example.com`, password: 'wrong' }, from);
    expect(countOf(await allOf(OF_ONE_SITE, 10, guess), 'wrong_credentials')).toBe(400);
    expect(countOf(await allOf(OF_MANY_SITES, 10, guess), 'wrong_credentials')).toBe(600);
  });

  it('registrations', async () => {
    const { useCases } = await inMemoryPlatform({ ...LOCKED });
    const register = (from: readonly ClientNetwork[], n: number) => useCases.registerUser({ actor: 'anonymous' }, account(n), from);
    expect(countOf(await allOf(OF_ONE_SITE, 2, register), 'done')).toBe(80);
  });

  it('passwords that are verified at once: two thirds of the places', async () => {
    let verified = 0;
    const verify = async () => {
      verified += 1;
      return new Promise<boolean>(() => {});
    };
    const { useCases } = await inMemoryPlatform({ passwords: { ...fakePasswords(), verify, atOnceMax: 30 } });
    for (const [n, from] of OF_ONE_SITE.entries()) void useCases.logIn({ email: `${n}@example.com`, password: 'wrong' }, from).catch(() => {});
    await new Promise((resolve) => setImmediate(resolve));
    expect(verified).toBe(20);
  });
});
