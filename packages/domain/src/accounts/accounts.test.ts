import { describe, expect, it } from 'vitest';
import { fakePasswords, inMemoryPorts } from '../memory/index.ts';
import type { RequestContext } from '../requests/context.ts';
import { Unavailable } from '../requests/refusal.ts';
import { NOW } from '../testing/builders.ts';
import { everyUseCase, inMemoryPlatform } from '../testing/in-memory-platform.ts';
import { LOCKED } from '../testing/policies.ts';
import { answerOf, answersOf, as, OPERATOR, refOf, times } from '../testing/store.ts';
import type { PasswordHasher } from './ports.ts';
import type { ClientNetwork } from './rate-limits.ts';
import type { UserChanges } from './user.ts';

const NOBODY: RequestContext = { actor: 'anonymous' };
const account = { name: 'Ani', email: 'Ani@Example.com', password: 'kereta-malam-9' };

describe('registering', () => {
  it('opens an account and signs its user in', async () => {
    const { useCases, ports } = await inMemoryPlatform();
    const {
      value: { user, token },
    } = await useCases.registerUser(NOBODY, account);
    expect(user).toMatchObject({ name: 'Ani', email: 'ani@example.com', role: 'user', tokenVersion: 0, createdAt: NOW });
    expect(await ports.tokens.verify(token)).toEqual(refOf(user));
    expect(await useCases.readSelf({ actor: refOf(user) })).toEqual(user);
  });

  it('gives one e-mail one account, however it is written, also when many come at once', async () => {
    const { useCases, ports } = await inMemoryPlatform();
    const before = await ports.userQueries.count({});
    const emails = ['ani@example.com', ' ANI@example.com', 'Ani@Example.Com '];
    const answers = await answersOf(emails.map((email) => useCases.registerUser(NOBODY, { ...account, email })));
    expect(answers.toSorted()).toEqual(['done', 'email_taken', 'email_taken']);
    expect(await ports.userQueries.count({})).toBe(before + 1);
  });

  it('is refused for a password that the profile does not take', async () => {
    const open = await inMemoryPlatform();
    const passwords = { ...LOCKED.accountPolicy.passwords, common: new Set(['password']) };
    const locked = await inMemoryPlatform({ ...LOCKED, accountPolicy: { ...LOCKED.accountPolicy, passwords } });
    for (const password of ['sandi1', 'password', '1234567']) {
      expect(await answerOf(open.useCases.registerUser(NOBODY, { ...account, email: `${password}@example.com`, password }))).toBe('done');
      expect(await answerOf(locked.useCases.registerUser(NOBODY, { ...account, password }))).toBe('invalid_input');
    }
  });
});

const HERE: readonly ClientNetwork[] = [{ name: 'here', isShared: false }];
const ELSEWHERE: readonly ClientNetwork[] = [{ name: 'elsewhere', isShared: false }];

describe('registering from one place', () => {
  const locked = async (clock = () => NOW) => inMemoryPlatform({ ...LOCKED, clock });
  let asked = 0;
  const another = () => ({ ...account, email: `ani-${++asked}@example.com` });

  it('is refused after so many in a window, those that were refused among them, and is open to everybody elsewhere', async () => {
    let now = NOW;
    const { useCases } = await locked(() => now);
    const first = another();
    expect(await answersOf([...times(12, another), first].map((one) => useCases.registerUser(NOBODY, one, HERE)))).toEqual(times(13, () => 'done'));
    expect(await answersOf(times(7, () => useCases.registerUser(NOBODY, first, HERE)))).toEqual(times(7, () => 'email_taken'));
    const refused = useCases.registerUser(NOBODY, another(), HERE);
    await expect(refused).rejects.toMatchObject({ code: 'too_many_registrations', details: { retryAfterSeconds: 900 } });
    expect(await answerOf(useCases.registerUser(NOBODY, another(), ELSEWHERE))).toBe('done');
    expect(await answerOf(useCases.registerUser(NOBODY, another()))).toBe('done'); // an edge that knows no place counts none
    expect(await answerOf(useCases.logIn(first, HERE))).toBe('done');
    now = new Date(NOW.getTime() + 15 * 60 * 1000);
    expect(await answerOf(useCases.registerUser(NOBODY, another(), HERE))).toBe('done');
  });

  it('costs no work once it is refused, and what is faulty is not counted', async () => {
    let hashed = 0;
    const passwords = { ...fakePasswords(), hash: async () => `hash ${++hashed}` };
    const { useCases } = await inMemoryPlatform({ ...LOCKED, passwords });
    for (const one of times(30, () => ({ ...account, name: '' }))) await answerOf(useCases.registerUser(NOBODY, one, HERE));
    for (const one of times(30, another)) await answerOf(useCases.registerUser(NOBODY, one, HERE));
    expect(hashed).toBe(20);
  });

  it('is no more often when all come together, nor when some are being counted while others come', async () => {
    for (const flood of [times(212, another), times(212, () => account)]) {
      const { ports, useCases } = await locked();
      const answers = answersOf(flood.map((one) => useCases.registerUser(NOBODY, one, HERE)));
      const late = answersOf(
        times(212, another).map(async (one, index) => {
          for (let turn = 0; turn < index % 7; turn += 1) await Promise.resolve();
          return useCases.registerUser(NOBODY, one, HERE);
        }),
      );
      const all = [...(await answers), ...(await late)];
      expect(all.filter((answer) => answer !== 'too_many_registrations')).toHaveLength(20);
      expect(await ports.rateLimitStore.read(['registrations from here'], NOW)).toMatchObject([{ count: 20 }]);
    }
  });

  it('is not limited where the policy sets no limit', async () => {
    const { useCases } = await inMemoryPlatform();
    expect(await answersOf(times(25, () => useCases.registerUser(NOBODY, another(), HERE)))).toEqual(times(25, () => 'done'));
  });
});

describe('logging in', () => {
  it('gives a token to those who have the password, however they write their e-mail', async () => {
    const { useCases, ports } = await inMemoryPlatform();
    const {
      value: { user },
    } = await useCases.registerUser(NOBODY, account);
    for (const email of ['ani@example.com', ' ANI@EXAMPLE.COM ']) {
      const opened = await useCases.logIn({ email, password: account.password });
      expect(opened.user).toEqual(user);
      expect(await ports.tokens.verify(opened.token)).toEqual(refOf(user));
    }
  });

  it('refuses an unknown e-mail and a wrong password alike', async () => {
    const { useCases } = await inMemoryPlatform();
    await useCases.registerUser(NOBODY, account);
    const tries = [
      { email: 'ani@example.com', password: 'wrong' },
      { email: 'nobody@example.com', password: account.password },
      { email: '', password: '' },
      { email: '\ud83d', password: '\u0000' },
    ];
    const refused = await Promise.allSettled(tries.map((context) => useCases.logIn(context)));
    for (const outcome of refused) expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'wrong_credentials', details: {} } });
    expect(new Set(refused.map((outcome) => JSON.stringify(outcome))).size).toBe(1);
  });

  it('asks the hasher also about an e-mail that nobody has, so that the time tells nothing', async () => {
    const { ports } = await inMemoryPlatform();
    const passwords = { ...ports.passwords, verify: () => Promise.reject(new Error('asked')) };
    const { useCases } = await inMemoryPlatform({ passwords });
    expect(await answerOf(useCases.logIn({ email: 'nobody@example.com', password: 'one' }))).toBe('asked');
  });

  it('is refused to those who failed too often from one place, until the window is over, and to nobody elsewhere', async () => {
    let now = NOW;
    const { useCases } = await inMemoryPlatform({ clock: () => now });
    await useCases.registerUser(NOBODY, account);
    const { email, password } = account;
    const tries = (count: number, from: readonly ClientNetwork[]) =>
      answersOf(times(count, () => useCases.logIn({ email, password: 'wrong' }, from)));
    await tries(10, HERE);
    const refused = useCases.logIn({ email, password }, HERE);
    await expect(refused).rejects.toMatchObject({ code: 'too_many_failed_logins', details: { retryAfterSeconds: 900 } });
    expect(await answerOf(useCases.logIn({ email, password }, ELSEWHERE))).toBe('done');
    expect(await answerOf(useCases.logIn({ email, password }))).toBe('done'); // an edge that knows no place counts none
    now = new Date(NOW.getTime() + 15 * 60 * 1000);
    expect(await answerOf(useCases.logIn({ email, password }, HERE))).toBe('done');
  });

  it('costs no work once it is refused', async () => {
    let asked = 0;
    const { ports } = await inMemoryPlatform();
    const passwords = { ...ports.passwords, verify: async () => ++asked < 0 };
    const { useCases } = await inMemoryPlatform({ passwords });
    for (let n = 0; n < 15; n++) await answerOf(useCases.logIn({ email: 'a@b.co', password: 'wrong' }, HERE));
    expect(asked).toBe(10);
  });

  it('costs no look at the counts once it is refused, until the window ends', async () => {
    let now = NOW;
    const { ports } = await inMemoryPlatform();
    let looks = 0;
    const read: typeof ports.rateLimitStore.read = (...given) => {
      looks += 1;
      return ports.rateLimitStore.read(...given);
    };
    const { useCases } = await inMemoryPlatform({ clock: () => now, rateLimitStore: { ...ports.rateLimitStore, read } });
    const fail = () => answerOf(useCases.logIn({ email: 'a@b.co', password: 'wrong' }, HERE));
    for (let n = 0; n < 11; n++) await fail();
    const before = looks;
    for (let n = 0; n < 5; n++) expect(await fail()).toBe('too_many_failed_logins');
    expect(looks).toBe(before);
    now = new Date(NOW.getTime() + 15 * 60 * 1000);
    expect(await fail()).toBe('wrong_credentials');
  });

  describe('many times at once', () => {
    /** A house whose passwords are verified when the test says so. */
    const held = async (overrides: Parameters<typeof inMemoryPlatform>[0] = {}, atOnceMax = 1000) => {
      const fake = fakePasswords();
      let verified = 0;
      let release = () => {};
      const released = new Promise<void>((resolve) => (release = resolve));
      const verify: typeof fake.verify = async (...given) => {
        verified += 1;
        await released;
        return fake.verify(...given);
      };
      const house = await inMemoryPlatform({ passwords: { ...fake, verify, atOnceMax }, ...overrides });
      await house.useCases.registerUser(NOBODY, account);
      return { ...house, verified: () => verified, release };
    };
    const settled = () => new Promise((resolve) => setImmediate(resolve));
    const wrong = { ...account, password: 'wrong' };
    const countOf = (answers: readonly string[], one: string) => answers.filter((answer) => answer === one).length;

    it('with wrong passwords gets no more answers than one after the other, and leaves the right one to be tried elsewhere', async () => {
      const { useCases, verified, release } = await held();
      const guesses = times(250, () => useCases.logIn(wrong, HERE));
      const answers = answersOf(guesses);
      await settled();
      expect(verified()).toBe(10);
      const refused = useCases.logIn(account, HERE);
      await expect(refused).rejects.toMatchObject({ code: 'too_many_failed_logins', details: { retryAfterSeconds: 1 } });
      release();
      expect(countOf(await answers, 'wrong_credentials')).toBe(10);
      expect(countOf(await answers, 'too_many_failed_logins')).toBe(240);
      expect(verified()).toBe(10);
      await expect(useCases.logIn(wrong, HERE)).rejects.toMatchObject({ details: { retryAfterSeconds: 900 } });
      expect(await answerOf(useCases.logIn(account, ELSEWHERE))).toBe('done');
    });

    it('with wrong passwords gets what was left of the budget', async () => {
      const { useCases } = await inMemoryPlatform();
      await answersOf(times(7, () => useCases.logIn(wrong, HERE)));
      expect(countOf(await answersOf(times(10, () => useCases.logIn(wrong, HERE))), 'wrong_credentials')).toBe(3);
      expect(await answerOf(useCases.logIn(account, HERE))).toBe('too_many_failed_logins');
    });

    it('with wrong passwords gets no more also when those before fail while the counts are read', async () => {
      const { ports } = await inMemoryPlatform();
      let goOn = () => {};
      const mayGoOn = new Promise<void>((resolve) => (goOn = resolve));
      let isLate = false;
      const read: typeof ports.rateLimitStore.read = async (...given) => {
        const counts = await ports.rateLimitStore.read(...given);
        if (isLate) await mayGoOn;
        return counts;
      };
      await ports.rateLimitStore.add(['account ani@example.com from here'], NOW);
      const { useCases, verified, release } = await held({ rateLimitStore: { ...ports.rateLimitStore, read } });
      const before = answersOf(times(9, () => useCases.logIn(wrong, HERE)));
      await settled();
      isLate = true;
      const late = answerOf(useCases.logIn(wrong, HERE));
      await settled();
      release();
      expect(await before).toEqual(times(9, () => 'wrong_credentials'));
      goOn();
      expect(await late).toBe('too_many_failed_logins');
      expect(verified()).toBe(9);
    });

    it('are not refused for a call that ended while the counts were read', async () => {
      const { ports } = await inMemoryPlatform();
      let goOn = () => {};
      const mayGoOn = new Promise<void>((resolve) => (goOn = resolve));
      let isLate = false;
      const read: typeof ports.rateLimitStore.read = async (...given) => {
        if (isLate) await mayGoOn;
        return ports.rateLimitStore.read(...given);
      };
      const { useCases, release } = await held({ rateLimitStore: { ...ports.rateLimitStore, read } });
      const before = answersOf(times(9, () => useCases.logIn(wrong, HERE)));
      await settled();
      isLate = true;
      const tenth = answerOf(useCases.logIn(wrong, HERE));
      await settled();
      release();
      expect(await before).toEqual(times(9, () => 'wrong_credentials'));
      goOn();
      expect(await tenth).toBe('wrong_credentials');
      expect(await answerOf(useCases.logIn(wrong, HERE))).toBe('too_many_failed_logins');
    });

    it('with the right password is no failure: ten of one account, 64 accounts of one address, and as many again', async () => {
      const { useCases } = await inMemoryPlatform();
      await useCases.registerUser(NOBODY, account);
      const people = times(64, () => account).map((one, n) => ({ ...one, email: `ani-${n}@example.com` }));
      for (const one of people) await useCases.registerUser(NOBODY, one);
      for (let round = 0; round < 3; round++) {
        expect(await answersOf(times(10, () => useCases.logIn(account, HERE)))).toEqual(times(10, () => 'done'));
        expect(await answersOf(people.map((one) => useCases.logIn(one, HERE)))).toEqual(times(64, () => 'done'));
      }
    });

    it('from one address takes a third of the places, whatever the accounts, and leaves the others to other addresses', async () => {
      const { useCases, verified, release } = await held({}, 30);
      const crowd = (from: readonly ClientNetwork[]) =>
        answersOf(times(40, () => 0).map((_, n) => useCases.logIn({ ...wrong, email: `${n}@example.com` }, from)));
      const answers = crowd(HERE);
      await settled();
      const others = crowd(ELSEWHERE);
      await settled();
      expect(verified()).toBe(20);
      release();
      for (const each of [await answers, await others]) expect(countOf(each, 'wrong_credentials')).toBe(10);
    });

    it('gives a place back also when no password could be verified', async () => {
      const { ports } = await inMemoryPlatform();
      const passwords = { ...ports.passwords, verify: () => Promise.reject(new Unavailable('too many')) };
      const { useCases } = await inMemoryPlatform({ passwords });
      for (let round = 0; round < 3; round++) {
        const answers = await answersOf(times(10, () => useCases.logIn(account, HERE)));
        expect(countOf(answers, 'too_many_failed_logins')).toBe(0);
      }
    });
  });

  it('hashes a password anew whose hash took less work, once, and ends no token by it', async () => {
    const { useCases, ports } = await inMemoryPlatform();
    const {
      value: { user },
    } = await useCases.registerUser(NOBODY, account);
    const hash = async () => (await ports.users.findCredentials(user.email))?.passwordHash;
    const raised = everyUseCase({ ...ports, passwords: fakePasswords({ cost: 2 }) });
    const before = await hash();
    await answerOf(raised.logIn({ ...account, password: 'wrong' }));
    expect(await hash()).toBe(before);
    expect((await raised.logIn(account)).user).toEqual(user);
    const after = await hash();
    expect(after).toMatch(/^hash\.2\./);
    for (const { logIn } of [raised, useCases]) expect((await logIn(account)).user).toEqual(user);
    expect(await hash()).toBe(after);
    expect(await raised.readSelf(as(user))).toEqual(user);
  });

  describe('with a password of other letters than ASCII', () => {
    const [composed, decomposed] = ['caf\u00e9-pagi', 'cafe\u0301-pagi'];
    /** The hasher, and what it was asked to verify. */
    const watched = (passwords: PasswordHasher) => {
      const asked: [password: string, hasHash: boolean][] = [];
      const verify = (password: string, hash: string | undefined) => {
        asked.push([password, hash !== undefined]);
        return passwords.verify(password, hash);
      };
      return { asked, passwords: { ...passwords, verify } };
    };

    it('opens in whatever form it is typed, when it was given at registering, by an admin, at the start or by a change', async () => {
      for (const [given, typed] of [
        [composed, decomposed],
        [decomposed, composed],
      ] as const) {
        const { useCases, rows, ports, admin } = await inMemoryPlatform();
        const {
          value: { user },
        } = await useCases.registerUser(NOBODY, { ...account, password: given });
        expect(await ports.passwords.verify(composed, (await ports.users.findCredentials(user.email))?.passwordHash)).toBe(true);
        await useCases.createUser(as(admin), { ...account, email: 'budi@example.com', password: given });
        const changed = await rows.user({ email: 'citra@example.com' });
        await useCases.changeUser(as(changed), changed.id, { password: given });
        const first = everyUseCase(inMemoryPorts());
        await first.createFirstAdmin({ name: 'Admin', email: 'root@example.com', password: given });
        const logins = [user.email, 'budi@example.com', 'citra@example.com'].map((email) => useCases.logIn({ email, password: typed }));
        expect(await answersOf([...logins, first.logIn({ email: 'root@example.com', password: typed })])).toEqual(['done', 'done', 'done', 'done']);
      }
    });

    it.each([
      ['NFC', composed],
      ['NFD', decomposed],
      ['a mixture', `${composed}${decomposed}`],
    ])('opens an old hash of %s in the form it was given in and in the normal one, and is hashed anew from NFC', async (_, given) => {
      for (const typed of new Set([given, ...(given === composed || given === decomposed ? [composed, decomposed] : [])])) {
        const { useCases, ports } = await inMemoryPlatform();
        const {
          value: { user },
        } = await useCases.registerUser(NOBODY, account);
        const passwordHash = await ports.passwords.hash(given);
        await ports.users.change(user.id, OPERATOR, () => ({ user, passwordHash }));
        expect((await useCases.logIn({ email: user.email, password: typed })).user).toEqual(user);
        const stored = (await ports.users.findCredentials(user.email))?.passwordHash;
        expect(await ports.passwords.verify(given.normalize('NFC'), stored)).toBe(true);
        expect(stored === passwordHash).toBe(given === given.normalize('NFC'));
        expect(await answerOf(useCases.logIn({ email: user.email, password: 'cafe-pagi' }))).toBe('wrong_credentials');
      }
    });

    it('opens an old hash of what is too long in NFC, as often as it is typed: no hash is made of a part of it', async () => {
      const typed = '\u0958'.repeat(24);
      const ports = inMemoryPorts();
      const old = everyUseCase({ ...ports, passwords: { ...ports.passwords, needsRehash: () => true } });
      const {
        value: { user },
      } = await old.registerUser(NOBODY, account);
      const passwordHash = await ports.passwords.hash(typed);
      await ports.users.change(user.id, OPERATOR, () => ({ user, passwordHash }));
      for (let login = 0; login < 2; login++) expect((await old.logIn({ email: user.email, password: typed })).user).toEqual(user);
      expect((await ports.users.findCredentials(user.email))?.passwordHash).toBe(passwordHash);
      expect(await answerOf(old.registerUser(NOBODY, { ...account, email: 'budi@example.com', password: typed }))).toBe('invalid_input');
    });

    it('takes the same work when it is wrong as when nobody has the e-mail', async () => {
      const { ports } = await inMemoryPlatform();
      const { asked, passwords } = watched(ports.passwords);
      const { useCases } = await inMemoryPlatform({ passwords });
      const {
        value: { user },
      } = await useCases.registerUser(NOBODY, account);
      for (const typed of [composed, decomposed, `${composed}${decomposed}`, 'perahu-pagi-7', '\u00e9'.repeat(37), '\u0958'.repeat(24)]) {
        const tried = async (email: string) => {
          asked.splice(0);
          expect(await answerOf(useCases.logIn({ email, password: typed }))).toBe('wrong_credentials');
          return asked.map(([password]) => password);
        };
        expect(await tried(user.email)).toEqual(await tried('nobody@example.com'));
      }
    });
  });

  it('leaves a password as it is that was changed while the old one was hashed anew, and nobody where its user has gone', async () => {
    const { useCases, ports, admin } = await inMemoryPlatform();
    const {
      value: { user },
    } = await useCases.registerUser(NOBODY, account);
    let meanwhile = () => useCases.changeUser(as(user), user.id, { password: 'perahu-pagi-7' });
    const costlier = fakePasswords({ cost: 2 });
    const hash = async (password: string) => {
      await meanwhile();
      return costlier.hash(password);
    };
    const raised = everyUseCase({ ...ports, passwords: { ...costlier, hash } });
    expect(await answerOf(raised.logIn(account))).toBe('done');
    expect(await answerOf(useCases.logIn(account))).toBe('wrong_credentials');
    meanwhile = () => useCases.deleteUser(as(admin), user.id).then(() => user);
    expect(await answerOf(raised.logIn({ ...account, password: 'perahu-pagi-7' }))).toBe('done');
    expect(await ports.users.find(user.id)).toBeUndefined();
  });

  it('is answered also when the new hash cannot be made or stored', async () => {
    const { useCases, ports } = await inMemoryPlatform();
    await useCases.registerUser(NOBODY, account);
    const costlier = fakePasswords({ cost: 2 });
    const away = () => Promise.reject(new Unavailable('away'));
    for (const broken of [{ passwords: { ...costlier, hash: away } }, { passwords: costlier, users: { ...ports.users, change: away } }]) {
      expect(await answerOf(everyUseCase({ ...ports, ...broken }).logIn(account))).toBe('done');
    }
  });

  it('opens nothing when a hasher says yes to nobody', async () => {
    const { ports } = await inMemoryPlatform();
    const { useCases } = await inMemoryPlatform({ passwords: { ...ports.passwords, verify: async () => true } });
    expect(await answerOf(useCases.logIn({ email: 'nobody@example.com', password: 'one' }))).toBe('wrong_credentials');
  });
});

describe('a password of the person’s own words', () => {
  const dewi = { name: 'Dewi Kartikasari', email: 'dewi.kartika@example.com' };

  it('is refused wherever an account is made', async () => {
    const { useCases, admin } = await inMemoryPlatform(LOCKED);
    const password = 'kartikasari';
    expect(
      await answersOf([
        useCases.registerUser(NOBODY, { ...dewi, password }),
        useCases.createUser(as(admin), { ...dewi, password }),
        everyUseCase(inMemoryPorts(LOCKED)).createFirstAdmin({ ...dewi, password }),
      ]),
    ).toEqual(['password_is_personal', 'password_is_personal', 'password_is_personal']);
  });

  it('is refused by the name and e-mail that the account has after the change', async () => {
    const { useCases, rows, admin } = await inMemoryPlatform(LOCKED);
    const user = await rows.user(dewi);
    const change = (changes: UserChanges) => answerOf(useCases.changeUser(as(admin), user.id, changes));
    expect(await change({ password: 'Dewi Kartikasari' })).toBe('password_is_personal');
    expect(await change({ password: 'putri-malam', name: 'Putri Malam' })).toBe('password_is_personal');
    expect(await change({ password: 'putri-malam', email: 'putri.malam@example.com' })).toBe('password_is_personal');
    expect(await change({ password: 'dewi-kartika', name: 'Putri', email: 'putri@example.com' })).toBe('done');
  });
});

describe('changing a user', () => {
  it('with a new password ends the tokens given before and the old password', async () => {
    const { useCases } = await inMemoryPlatform();
    const {
      value: { user },
    } = await useCases.registerUser(NOBODY, account);
    const changed = await useCases.changeUser(as(user), user.id, { password: 'perahu-pagi-7' });
    expect(changed.tokenVersion).toBe(1);
    expect(await answerOf(useCases.readSelf(as(user)))).toBe('unauthenticated');
    expect(await answerOf(useCases.logIn(account))).toBe('wrong_credentials');
    expect((await useCases.logIn({ email: user.email, password: 'perahu-pagi-7' })).user).toEqual(changed);
  });

  it('without one keeps both', async () => {
    const { useCases } = await inMemoryPlatform();
    const {
      value: { user },
    } = await useCases.registerUser(NOBODY, account);
    await useCases.changeUser(as(user), user.id, { name: 'Ani Putri', email: 'putri@example.com' });
    expect(await useCases.readSelf(as(user))).toMatchObject({ name: 'Ani Putri', email: 'putri@example.com', tokenVersion: 0 });
    expect(await answerOf(useCases.logIn({ ...account, email: 'putri@example.com' }))).toBe('done');
    expect(await answerOf(useCases.logIn(account))).toBe('wrong_credentials');
  });

  it('is refused for an e-mail of somebody else, and may repeat their own', async () => {
    const { useCases, sari, budi } = await inMemoryPlatform();
    expect(await answerOf(useCases.changeUser(as(sari), sari.id, { email: budi.email.toUpperCase() }))).toBe('email_taken');
    expect(await answerOf(useCases.changeUser(as(sari), sari.id, { email: sari.email.toUpperCase() }))).toBe('done');
    expect(await useCases.readSelf(as(sari))).toEqual({ ...sari, updatedAt: NOW });
  });

  it('stores nothing of a refused change, the password least of all', async () => {
    const { useCases } = await inMemoryPlatform();
    const {
      value: { user },
    } = await useCases.registerUser(NOBODY, account);
    for (const changes of [
      { name: '', password: 'perahu-pagi-7' },
      { name: 'Putri', password: '1' },
    ]) {
      expect(await answerOf(useCases.changeUser(as(user), user.id, changes))).toBe('invalid_input');
    }
    expect(await useCases.readSelf(as(user))).toEqual(user);
    expect(await answerOf(useCases.logIn(account))).toBe('done');
  });

  it('never takes the role of the last admin, who may change all else', async () => {
    const { useCases, admin, sari } = await inMemoryPlatform();
    expect(await answerOf(useCases.changeUser(OPERATOR, admin.id, { role: 'user' }))).toBe('last_admin');
    expect(await answerOf(useCases.changeUser(as(admin), admin.id, { name: 'Ibu Ani P.', role: 'admin' }))).toBe('done');
    await useCases.changeUser(as(admin), sari.id, { role: 'admin' });
    expect(await answerOf(useCases.changeUser(as(admin), admin.id, { role: 'user' }))).toBe('done');
  });

  it('leaves one admin when all give up their role at once', async () => {
    const { useCases, rows, admin, ports } = await inMemoryPlatform();
    const admins = [admin, ...(await Promise.all(times(3, () => rows.user({ role: 'admin' }))))];
    const answers = await answersOf(admins.map((each) => useCases.changeUser(as(each), each.id, { role: 'user' })));
    expect(answers.toSorted()).toEqual(['done', 'done', 'done', 'last_admin']);
    expect((await ports.userQueries.list({ offset: 0, limit: 100 })).rows.filter(({ role }) => role === 'admin')).toHaveLength(1);
  });
});

describe('changing one’s own password or e-mail in the locked profile', () => {
  const NEW = { password: 'perahu-pagi-7' };
  const setUp = async () => {
    const house = await inMemoryPlatform({ ...LOCKED });
    const {
      value: { user },
    } = await house.useCases.registerUser(NOBODY, account);
    const change = (changes: UserChanges, context = as(user)) => answerOf(house.useCases.changeUser(context, user.id, changes, HERE));
    return { ...house, user, change };
  };

  it('needs the current password, and stores nothing without it', async () => {
    const { useCases, user, change } = await setUp();
    for (const changes of [NEW, { email: 'putri@example.com' }]) {
      expect(await change(changes)).toBe('current_password_needed');
      expect(await change({ ...changes, currentPassword: 'wrong' })).toBe('wrong_credentials');
    }
    expect(await useCases.readSelf(as(user))).toEqual(user);
    expect(await change({ email: 'putri@example.com', currentPassword: account.password })).toBe('done');
    expect(await change({ ...NEW, currentPassword: account.password })).toBe('done');
    expect(await answerOf(useCases.logIn({ email: 'putri@example.com', ...NEW }))).toBe('done');
  });

  it('is a matter of the own account alone: an admin and the operator change others without it', async () => {
    const { useCases, admin, change } = await setUp();
    expect([await change(NEW, as(admin)), await change({ email: 'putri@example.com' }, OPERATOR)]).toEqual(['done', 'done']);
    expect(await answerOf(useCases.changeUser(as(admin), admin.id, NEW))).toBe('current_password_needed');
  });

  it('asks nothing for a name, or for the same e-mail', async () => {
    const { change } = await setUp();
    expect(await change({ name: 'Ani Putri', email: ' ANI@example.com ', currentPassword: 'not looked at' })).toBe('done');
  });

  it('shares the budget of failed logins, and costs no work once it is reached', async () => {
    const { useCases, ports, user, change } = await setUp();
    for (let round = 0; round < 5; round += 1) {
      expect(await change({ ...NEW, currentPassword: 'wrong' })).toBe('wrong_credentials');
      expect(await answerOf(useCases.logIn({ ...account, password: 'wrong' }, HERE))).toBe('wrong_credentials');
    }
    const passwords = { ...ports.passwords, verify: () => Promise.reject(new Error('verifying')), hash: () => Promise.reject(new Error('hashing')) };
    const { changeUser, logIn } = everyUseCase({ ...ports, passwords });
    const asked = { ...NEW, currentPassword: account.password };
    expect(await answerOf(changeUser(as(user), user.id, asked, HERE))).toBe('too_many_failed_logins');
    expect(await answerOf(logIn(account, HERE))).toBe('too_many_failed_logins');
    expect(await answerOf(changeUser(as(user), user.id, asked, ELSEWHERE))).toBe('verifying');
  });

  it('is refused when the password was changed while the old one was proved', async () => {
    const { useCases, ports, user } = await setUp();
    const verify: PasswordHasher['verify'] = async (password, hash) => {
      const isRight = await ports.passwords.verify(password, hash);
      await useCases.changeUser(OPERATOR, user.id, { password: 'kereta-siang-8' });
      return isRight;
    };
    const { changeUser } = everyUseCase({ ...ports, passwords: { ...ports.passwords, verify } });
    expect(await answerOf(changeUser(as(user), user.id, { ...NEW, currentPassword: account.password }))).toBe('unauthenticated');
  });
});

describe('logging out', () => {
  it('ends every token of the account, once, and changes nothing else', async () => {
    const { useCases, ports, sari, budi } = await inMemoryPlatform();
    expect(await answersOf([useCases.logOut(as(sari)), useCases.logOut(as(sari))])).toEqual(['done', 'unauthenticated']);
    expect(await ports.users.find(sari.id)).toEqual({ ...sari, tokenVersion: sari.tokenVersion + 1 });
    expect(await answersOf([useCases.readSelf(as(sari)), useCases.readSelf(as(budi))])).toEqual(['unauthenticated', 'done']);
    expect(await answersOf([useCases.logOut(NOBODY), useCases.logOut(OPERATOR)])).toEqual(['unauthenticated', 'unauthenticated']);
  });
});

describe('deleting a user', () => {
  it('is refused while they hold tickets, organise an event or are the last admin', async () => {
    const { useCases, rows, admin, sari, budi, event } = await inMemoryPlatform();
    const pending = await rows.book(event, { userId: sari.id });
    await rows.setStatus(pending, 'pending');
    expect(await answerOf(useCases.deleteUser(OPERATOR, sari.id))).toBe('user_has_active_bookings');
    expect(await answerOf(useCases.deleteUser(OPERATOR, admin.id))).toBe('user_organises_events');
    await rows.setStatus(pending, 'cancelled');
    await rows.deleteEvent(event);
    expect(await answerOf(useCases.deleteUser(OPERATOR, admin.id))).toBe('last_admin');
    expect(await answersOf([useCases.deleteUser(OPERATOR, sari.id), useCases.deleteUser(OPERATOR, budi.id)])).toEqual(['done', 'done']);
  });

  it('takes their cancelled bookings along, and is not found again', async () => {
    const { useCases, rows, ports, sari, event } = await inMemoryPlatform();
    const booking = await rows.book(event, { userId: sari.id });
    await rows.setStatus(booking, 'cancelled');
    await useCases.deleteUser(OPERATOR, sari.id);
    expect(await ports.bookingQueries.find(booking.id)).toBeUndefined();
    expect(await answerOf(useCases.deleteUser(OPERATOR, sari.id))).toBe('not_found');
    expect(await rows.available(event)).toBe(10);
  });
});

describe('the first admin', () => {
  it('is made while there is none, once, also when two servers start at once', async () => {
    const { useCases, rows, ports, admin, event } = await inMemoryPlatform();
    await rows.deleteEvent(event);
    expect(await useCases.createFirstAdmin(account)).toBeUndefined();
    await ports.users.change(admin.id, OPERATOR, ({ user }) => user && { user: { ...user, role: 'user' } });
    const made = await Promise.all(['a@example.com', 'b@example.com'].map((email) => useCases.createFirstAdmin({ ...account, email })));
    expect(made.filter((user) => user !== undefined)).toHaveLength(1);
    expect(await answerOf(useCases.logIn({ email: 'a@example.com', password: account.password }))).toBe('done');
    expect(await answerOf(useCases.logIn({ email: 'b@example.com', password: account.password }))).toBe('wrong_credentials');
  });

  it('is refused like anybody for a poor password', async () => {
    const passwords = { ...LOCKED.accountPolicy.passwords, common: new Set(['password']) };
    const { useCases } = await inMemoryPlatform({ ...LOCKED, accountPolicy: { ...LOCKED.accountPolicy, passwords } });
    expect(await answerOf(useCases.createFirstAdmin({ ...account, password: 'password' }))).toBe('invalid_input');
  });
});
