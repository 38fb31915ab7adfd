import { describe, expect, it } from 'vitest';
import { POLICIES } from '../policy.ts';
import { aHouse } from '../testing/house.ts';
import { fakePasswords } from '../testing/in-memory-ports.ts';
import { answersOf, times } from '../testing/store.ts';

const countOf = (answers: readonly string[], one: string) => answers.filter((answer) => answer === one).length;
/** 60 networks of one IPv6 site, which is what many a customer has. */
const OF_ONE_SITE = times(60, (n) => `2001:db8:1:${n.toString(16)}::/64`);
const OF_MANY_SITES = times(60, (n) => `2001:db8:${(n + 256).toString(16)}:1::/64`);
const FROM_IPV4 = times(60, (n) => `198.51.100.${n}`);
const account = (n: number) => ({ name: 'Ani', email: `ani-${n}@example.com`, password: 'kereta-malam-9' });

/** Each network tries so often; what all of them were answered. */
async function allOf(networks: readonly string[], tries: number, ask: (from: string, n: number) => Promise<unknown>): Promise<readonly string[]> {
  const answers: string[] = [];
  let asked = 0;
  for (const from of networks) for (let n = 0; n < tries; n++) answers.push(...(await answersOf([ask(from, ++asked)])));
  return answers;
}

describe('the networks of one IPv6 site share a budget of four addresses:', () => {
  it('failed logins of one account', async () => {
    const { useCases } = await aHouse();
    const guess = (from: string) => useCases.logIn({ email: 'ani@example.com', password: 'wrong' }, from);
    expect(countOf(await allOf(OF_ONE_SITE, 2, guess), 'wrong_credentials')).toBe(40);
    expect(countOf(await allOf(OF_MANY_SITES, 2, guess), 'wrong_credentials')).toBe(120);
    expect(countOf(await allOf(FROM_IPV4, 2, guess), 'wrong_credentials')).toBe(120);
  });

  it('failed logins of any account', async () => {
    const { useCases } = await aHouse();
    const guess = (from: string, n: number) => useCases.logIn({ email: `${n}@example.com`, password: 'wrong' }, from);
    expect(countOf(await allOf(OF_ONE_SITE, 10, guess), 'wrong_credentials')).toBe(400);
    expect(countOf(await allOf(OF_MANY_SITES, 10, guess), 'wrong_credentials')).toBe(600);
  });

  it('registrations', async () => {
    const { useCases } = await aHouse({ policy: POLICIES.locked });
    const register = (from: string, n: number) => useCases.registerUser({ actor: 'anonymous' }, account(n), from);
    expect(countOf(await allOf(OF_ONE_SITE, 2, register), 'done')).toBe(80);
  });

  it('passwords that are verified at once: two thirds of the places', async () => {
    let verified = 0;
    const verify = async () => {
      verified += 1;
      return new Promise<boolean>(() => {});
    };
    const { useCases } = await aHouse({ passwords: { ...fakePasswords(), verify, atOnceMax: 30 } });
    for (const [n, from] of OF_ONE_SITE.entries()) void useCases.logIn({ email: `${n}@example.com`, password: 'wrong' }, from).catch(() => {});
    await new Promise((resolve) => setImmediate(resolve));
    expect(verified).toBe(20);
  });
});
