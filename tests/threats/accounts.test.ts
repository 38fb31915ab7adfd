import { availableParallelism } from 'node:os';
import { anId, OPERATOR } from '@ticket/domain/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { loadConfig } from '../../packages/adapters/src/config.ts';
import { TOKENS } from '../../packages/adapters/src/container.ts';
import { BcryptPasswordHasher } from '../../packages/adapters/src/security/bcrypt-password-hasher.ts';
import { engines } from '../engines.ts';
import { temporaryFolder } from '../faults/programs.ts';
import { neighbourOf } from '../neighbour.ts';
import { type Api, type Caller, openApi, type Reply } from '../open-api.ts';

/** The threats to accounts, T19 to T41, and those of T83 to T85 that concern a person's name. */
const cases = engines.flatMap((engine) => (['open', 'locked'] as const).map((profile) => [engine, profile] as const));

const PASSWORD = 'kereta malam 7';
const failure = (message: string) => ({ success: false, code: expect.any(String), message, errors: null });
const invalid = (field: string) => ({
  success: false,
  code: 'invalid_input',
  message: 'Validasi gagal',
  errors: [{ field, message: expect.any(String) }],
});
const EMAIL_TAKEN = failure('Email sudah terdaftar');
const WRONG_CREDENTIALS = failure('Email atau password salah');
const WAYS_TO_AN_ACCOUNT = ['/api/auth/register', '/api/users'];
const many = <Value>(count: number, make: (index: number) => Promise<Value>) => Promise.all(Array.from({ length: count }, (_, index) => make(index)));

describe.each(cases)('accounts on %s, %s profile', (engine, profile) => {
  let api: Api;
  let admin: Caller;
  beforeAll(async () => {
    api = await openApi(engine, profile, {}, { bcryptCost: 5 }); // real hashes at a low cost
    admin = await api.account({ role: 'admin' });
  });
  afterAll(async () => {
    expect(api.logged).toEqual([]); // I7: no client causes an unexpected failure
    await api.close();
  });

  const anEmail = () => `${anId()}@example.com`;
  const post = (path: string, body: unknown, as?: Caller) => api.send('POST', path, { as, body });
  const logIn = (email: unknown, password: unknown) => post('/api/auth/login', { email, password });
  const logInFrom = (from: string, email: string, password: string) =>
    api.send('POST', '/api/auth/login', { body: { email, password }, headers: { 'X-Forwarded-For': from } });
  /** An account that is made through registration. */
  async function register(fields: object = {}): Promise<Caller & { readonly email: string }> {
    const { status, body } = await post('/api/auth/register', { name: 'Sari', email: anEmail(), password: PASSWORD, ...fields });
    expect(status).toBe(201);
    return { id: body.data.user.id, email: body.data.user.email, token: body.data.token };
  }
  const users = async () => JSON.stringify(await api.query('SELECT * FROM users ORDER BY id'));

  /** On every way to create or change an account, an invalid value gives a fault of its field alone. Nothing is stored. */
  async function expectRefused(field: string, values: readonly unknown[]): Promise<void> {
    const before = await users();
    const person = { name: 'Jane', email: 'never-stored@example.com', password: PASSWORD };
    for (const value of values) {
      const replies = await Promise.all([
        ...WAYS_TO_AN_ACCOUNT.map((path) => post(path, { ...person, [field]: value }, admin)),
        api.send('PUT', `/api/users/${admin.id}`, { as: admin, body: { [field]: value } }),
      ]);
      for (const { status, body } of replies) expect([status, body], JSON.stringify(value)?.slice(0, 80)).toEqual([400, invalid(field)]);
    }
    expect(await users()).toBe(before);
  }

  it('T19: an unknown e-mail and a wrong password get the same bytes', async () => {
    const { email } = await register();
    const replies = await Promise.all([
      ...[logIn(email, 'wrong'), logIn(email.toUpperCase(), ''), logIn(anEmail(), PASSWORD), logIn('no e-mail at all', PASSWORD)],
      ...[logIn('', ''), logIn('josé@example.com', PASSWORD), logIn("' OR 1=1 --", PASSWORD), logIn(`${email}\u0000`, PASSWORD)],
    ]);
    const seen = replies.map(({ status, headers, text }) => {
      const { 'x-request-id': _, ...rest } = Object.fromEntries(headers);
      return JSON.stringify([status, rest, text]);
    });
    expect(new Set(seen)).toEqual(new Set([seen[0]]));
    expect([replies[0]?.status, replies[0]?.body]).toEqual([401, WRONG_CREDENTIALS]);
  });

  it('T20: an unknown e-mail and a wrong password are one verification each', async () => {
    const { email } = await register();
    const verify = vi.spyOn(api.container.get(TOKENS.passwords), 'verify');
    for (const [tried, hash] of [
      [email, expect.stringMatching(/^\$2[aby]\$/)],
      [anEmail(), undefined],
      ['josé@example.com', undefined],
    ]) {
      verify.mockClear();
      expect((await logIn(tried, 'wrong')).status).toBe(401);
      expect(verify.mock.calls).toEqual([['wrong', hash]]); // the work is the same as for a known user: bcrypt-password-hasher.test.ts
    }
    verify.mockRestore();
  });

  describe('guessing', () => {
    const fail = async (email: string, from: string, times: number): Promise<void> => {
      for (let n = 0; n < times; n++) expect((await logInFrom(from, email, `wrong ${n}`)).status).toBe(401);
    };

    it('T21: an account guessed at from one place is closed to that place, and its owner gets in from elsewhere', async () => {
      const { email } = await register();
      await fail(email, '198.51.100.1', 10);
      const refused = await logInFrom('198.51.100.1', email, PASSWORD);
      expect([refused.status, refused.body]).toEqual([429, failure('Terlalu banyak permintaan')]);
      const seconds = Number(refused.headers.get('retry-after'));
      expect(seconds).toBeGreaterThan(0);
      expect(seconds).toBeLessThanOrEqual(900);
      expect((await logInFrom('198.51.100.2', email, PASSWORD)).status).toBe(200);
    });

    it('T21: the case of the e-mail and the spaces around it change nothing, nor does whether anybody has it', async () => {
      for (const email of [(await register()).email, anEmail()]) {
        await fail(email, '198.51.100.3', 5);
        await fail(` ${email.toUpperCase()} `, '198.51.100.3', 5);
        expect((await logInFrom('198.51.100.3', email, 'wrong')).status).toBe(429);
      }
    });

    it('T21: many guesses at once get as many answers as guesses in turn', async () => {
      const { email } = await register();
      const replies = await many(100, (n) => logInFrom('198.51.100.9', email, `wrong ${n}`));
      expect(replies.filter(({ status }) => status === 429).length).toBeGreaterThanOrEqual(90);
      expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([401, 429]));
    });

    it('T21: what succeeds is not counted', async () => {
      const { email } = await register();
      for (let n = 0; n < 12; n++) expect((await logInFrom('198.51.100.7', email, PASSWORD)).status).toBe(200);
    });

    it('T21: is counted in the database, for every server, and tells neither e-mails nor addresses', async () => {
      const { email } = await register();
      await fail(email, '198.51.100.8', 10);
      const rows = await api.query<{ subject_hash: string }>('SELECT subject_hash FROM rate_counts');
      expect(rows.length).toBeGreaterThan(0);
      expect(JSON.stringify(rows)).not.toMatch(/example|198\.51/);
    });

    it('T22: many accounts tried from one place close that place', async () => {
      for (let n = 0; n < 20; n++) await fail(anEmail(), '198.51.100.4', 5);
      const { email } = await register();
      expect((await logInFrom('198.51.100.4', email, PASSWORD)).status).toBe(429);
      expect((await logInFrom('198.51.100.5', email, PASSWORD)).status).toBe(200);
    });

    it('T22: a forged X-Forwarded-For to the left of the proxy’s own changes nothing', async () => {
      const { email } = await register();
      for (let n = 0; n < 10; n++) expect((await logInFrom(`203.0.113.${n}, 198.51.100.6`, email, 'wrong')).status).toBe(401);
      expect((await logInFrom('203.0.113.99, 198.51.100.6', email, PASSWORD)).status).toBe(429);
    });
  });

  it('C21: a client that asks for many accounts from one place, to learn which e-mails are taken, is stopped where strangers come', async () => {
    const registerFrom = (from: string, fields: object = {}) =>
      api.send('POST', '/api/auth/register', {
        body: { name: 'Sari', email: anEmail(), password: PASSWORD, ...fields },
        headers: { 'X-Forwarded-For': from },
      });
    const { email } = await register();
    for (let n = 0; n < 25; n++) expect((await registerFrom('198.51.100.20', { email: 'no e-mail' })).status).toBe(400); // reveals nothing
    for (let n = 0; n < 10; n++) expect((await registerFrom('198.51.100.20')).status).toBe(201);
    for (let n = 0; n < 10; n++) expect((await registerFrom('198.51.100.20', { email })).body).toEqual(EMAIL_TAKEN);
    const before = await users();
    const replies = [await registerFrom('198.51.100.20'), await registerFrom('198.51.100.20', { email })];
    if (profile === 'open') return expect(replies.map(({ status }) => status)).toEqual([201, 400]);
    for (const { status, body, headers } of replies) {
      expect([status, body]).toEqual([429, failure('Terlalu banyak permintaan')]);
      const seconds = Number(headers.get('retry-after'));
      expect(seconds > 0 && seconds <= 900).toBe(true);
    }
    expect(await users()).toBe(before);
    expect((await registerFrom('198.51.100.21')).status).toBe(201);
    expect((await logInFrom('198.51.100.20', email, PASSWORD)).status).toBe(200);
  });

  it('T24: a password of 72 bytes counts to its last one, and a longer one is refused, also where it is tried', async () => {
    for (const [start, end, other] of [
      ['a'.repeat(71), 'X', 'Y'],
      ['é'.repeat(35), 'è', 'ê'],
      ['🔑'.repeat(17), '🦜', '🦉'],
    ] as const) {
      const { email } = await register({ password: start + end });
      expect((await logIn(email, start + end)).status).toBe(200);
      expect((await logIn(email, start + other)).status).toBe(401);
    }
    const tooLong = ['a'.repeat(73), `${'a'.repeat(72)}X`, 'é'.repeat(37), `${'🔑'.repeat(18)}x`, 'a'.repeat(10_000)];
    await expectRefused('password', tooLong);
    for (const password of tooLong) expect((await logIn('a@b.co', password)).body).toEqual(invalid('password'));
  });

  it('T25: a NUL ends no password, and half a surrogate pair is none', async () => {
    const { email } = await register({ password: 'rahasia\u0000satu' });
    const tried = ['rahasia\u0000satu', 'rahasia\u0000dua', 'rahasia', 'rahasia\u0000'];
    expect(await Promise.all(tried.map(async (password) => (await logIn(email, password)).status))).toEqual([200, 401, 401, 401]);
    const halves = ['kereta malam \ud800', '\udfff kereta malam', 'kereta \udc00\ud800 malam'];
    await expectRefused('password', halves);
    for (const password of halves) expect((await logIn(email, password)).body).toEqual(invalid('password'));
  });

  it('T25: a password of other letters than ASCII opens in whatever form it is typed', async () => {
    const [composed, decomposed] = ['caf\u00e9 pagi 7', 'cafe\u0301 pagi 7'];
    for (const [given, typed] of [
      [composed, decomposed],
      [decomposed, composed],
    ] as const) {
      const { email } = await register({ password: given });
      expect([(await logIn(email, typed)).status, (await logIn(email, given)).status]).toEqual([200, 200]);
      const made = await post('/api/users', { name: 'Budi', email: anEmail(), password: given }, admin);
      expect((await logIn(made.body.data.email, typed)).status).toBe(200);
      await api.send('PUT', `/api/users/${made.body.data.id}`, { as: admin, body: { password: typed } });
      expect((await logIn(made.body.data.email, given)).status).toBe(200);
    }
  });

  it('T25: one that was hashed before passwords were normalised opens in both forms, and is hashed anew from NFC', async () => {
    const [composed, decomposed] = ['caf\u00e9 pagi 7', 'cafe\u0301 pagi 7'];
    const passwords = api.container.get(TOKENS.passwords);
    const hashOf = async (id: string) =>
      (await api.query<{ hash: string }>('SELECT password_hash AS hash FROM users WHERE id = ?', [id]))[0]?.hash ?? '';
    for (const typed of [composed, decomposed]) {
      const person = await register();
      const passwordHash = await passwords.hash(decomposed);
      await api.container.get(TOKENS.users).change(person.id, OPERATOR, ({ user }) => user && { user, passwordHash });
      expect((await logIn(person.email, 'cafe pagi 7')).status).toBe(401);
      expect(await hashOf(person.id)).toBe(passwordHash);
      expect((await logIn(person.email, typed)).status).toBe(200);
      expect(await passwords.verify(composed, await hashOf(person.id))).toBe(true);
      expect((await api.send('GET', '/api/auth/me', { as: person })).status).toBe(200);
    }
  });

  it('T25: one of 72 bytes whose NFC form is longer, hashed before passwords were normalised, opens still', async () => {
    const typed = '\u0958'.repeat(24);
    const person = await register();
    const passwordHash = await api.container.get(TOKENS.passwords).hash(typed);
    await api.container.get(TOKENS.users).change(person.id, OPERATOR, ({ user }) => user && { user, passwordHash });
    for (let login = 0; login < 2; login++) expect((await logIn(person.email, typed)).status).toBe(200);
    expect((await logIn(anEmail(), typed)).status).toBe(401);
    await expectRefused('password', [typed]);
  });

  it('T25: is judged in NFC: 72 bytes of it are taken, though it was sent in more', async () => {
    const { email } = await register({ password: 'e\u0301'.repeat(36) });
    expect((await logIn(email, '\u00e9'.repeat(36))).status).toBe(200);
    await expectRefused('password', ['e\u0301'.repeat(37)]);
  });

  it('a password that is the person’s own name or e-mail is refused where strangers come, and taken in the open profile', async () => {
    const own = 'Password tidak boleh berupa nama atau email sendiri';
    const REFUSED = { success: false, code: 'password_is_personal', message: 'Validasi gagal', errors: [{ field: 'password', message: own }] };
    const wordsOf: ((email: string) => string)[] = [
      (email) => email.toUpperCase(),
      (email) => email.split('@')[0] ?? '',
      () => 'Dewi Kartikasari',
      () => 'KARTIKASARI',
    ];
    const changed = await register();
    for (const wordOf of wordsOf) {
      for (const [method, path] of [
        ['POST', '/api/auth/register'] as const,
        ['POST', '/api/users'] as const,
        ['PUT', `/api/users/${changed.id}`] as const,
      ]) {
        const email = `kartika.${anId().slice(-8)}@example.com`;
        const { status, body } = await api.send(method, path, { as: admin, body: { name: 'Dewi Kartikasari', email, password: wordOf(email) } });
        expect([status, body]).toEqual(profile === 'locked' ? [400, REFUSED] : [method === 'POST' ? 201 : 200, expect.anything()]);
      }
    }
  });

  it('T26: a password that is no text is refused, also where it is tried, and one of ten megabytes is not read', async () => {
    const values = [123456, 0, null, true, ['kereta malam 7'], { a: 1 }, {}];
    await expectRefused('password', [...values, '', 'short']);
    for (const password of [...values, undefined]) expect((await logIn('a@b.co', password)).body).toEqual(invalid('password'));
    for (const path of ['/api/auth/login', ...WAYS_TO_AN_ACCOUNT]) {
      const { status, body } = await post(path, { name: 'Sari', email: 'a@b.co', password: 'x'.repeat(10_000_000) }, admin);
      expect([status, body]).toEqual([413, failure('Ukuran body terlalu besar')]);
    }
  });

  describe('a password that was hashed at a lower cost than the server takes now', () => {
    const hashOf = async ({ id }: Caller) =>
      (await api.query<{ hash: string }>('SELECT password_hash AS hash FROM users WHERE id = ?', [id]))[0]?.hash ?? '';
    const rowOf = async ({ id }: Caller) => (await api.query('SELECT token_version, createdAt, updatedAt FROM users WHERE id = ?', [id]))[0];
    async function registerCheaply() {
      const person = await register();
      const passwordHash = await new BcryptPasswordHasher({ cost: 4 }).hash(PASSWORD);
      await api.container.get(TOKENS.users).change(person.id, OPERATOR, ({ user }) => user && { user, passwordHash });
      return person;
    }

    it('T27: is hashed anew at the next login, which ends no token', async () => {
      const person = await registerCheaply();
      const before = await rowOf(person);
      expect((await logIn(person.email, 'wrong')).status).toBe(401);
      expect(await hashOf(person)).toMatch(/^\$2[aby]\$04\$/);
      expect((await logIn(person.email, PASSWORD)).status).toBe(200);
      const hash = await hashOf(person);
      expect(hash).toMatch(/^\$2[aby]\$05\$/);
      expect((await logIn(person.email, PASSWORD)).status).toBe(200);
      expect([await hashOf(person), await rowOf(person)]).toEqual([hash, before]);
      expect((await api.send('GET', '/api/auth/me', { as: person })).status).toBe(200);
    });

    it('T27: never takes the place of one that was given meanwhile', async () => {
      const person = await registerCheaply();
      const change = () =>
        api.send('PUT', `/api/users/${person.id}`, { as: person, body: { password: 'kereta malam 8', current_password: PASSWORD } });
      const passwords = api.container.get(TOKENS.passwords);
      const hash = vi.spyOn(passwords, 'hash').mockImplementationOnce(async (password) => {
        expect((await change()).status).toBe(200);
        return passwords.hash(password);
      });
      expect((await logIn(person.email, PASSWORD)).status).toBe(200);
      expect(hash).toHaveBeenCalledTimes(profile === 'open' ? 3 : 4); // the current password is hashed anew too
      hash.mockRestore();
      expect((await logIn(person.email, PASSWORD)).status).toBe(401);
      expect((await logIn(person.email, 'kereta malam 8')).status).toBe(200);
    });

    it('T27: opens also while the new hash cannot be stored', async () => {
      const person = await registerCheaply();
      const [refuse, ...refusal] = {
        sqlite: ["BEGIN SELECT RAISE(ABORT, 'no'); END"],
        mysql: ["SIGNAL SQLSTATE '45000'"],
        postgres: ['EXECUTE FUNCTION refuse()', "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$"],
      }[engine];
      const { database } = api.container.get(TOKENS.config);
      const neighbour = database.engine === 'sqlite' ? undefined : await neighbourOf(database);
      const define = (sql: string) => neighbour?.query(sql) ?? api.container.get(TOKENS.database).transaction((manager) => manager.query(sql));
      for (const made of refusal) await define(made);
      await define(`CREATE TRIGGER refuse_changes BEFORE UPDATE ON users FOR EACH ROW ${refuse}`);
      const { status } = await logIn(person.email, PASSWORD);
      await define(`DROP TRIGGER refuse_changes${engine === 'postgres' ? ' ON users' : ''}`);
      await neighbour?.end();
      expect([status, await hashOf(person)]).toEqual([200, expect.stringMatching(/^\$2[aby]\$04\$/)]);
    });
  });

  it('T28: a user can register as admin in the open profile, and not in the locked one', async () => {
    const person = { name: 'Mallory', email: anEmail(), password: PASSWORD, role: 'admin' };
    const before = await users();
    for (const as of [undefined, admin]) {
      const { status, body } = await post('/api/auth/register', { ...person, email: anEmail() }, as);
      if (profile === 'open') expect([status, body.data.user.role]).toEqual([201, 'admin']);
      else expect([status, body]).toEqual([403, failure('Akses ditolak')]);
    }
    if (profile === 'locked') expect(await users()).toBe(before);
  });

  it('T29: a role is user or admin to the letter', async () => {
    await expectRefused('role', ['superadmin', 'ADMIN', 'Admin', ' admin', 'admin\u0000', '', ['admin'], { admin: true }, 1, true, null]);
  });

  it('T30: an e-mail that somebody has is refused, wherever it is asked for', async () => {
    const { email } = await register();
    const other = await register();
    const replies = await Promise.all([
      ...WAYS_TO_AN_ACCOUNT.map((path) => post(path, { name: 'Twice', email, password: PASSWORD }, admin)),
      api.send('PUT', `/api/users/${other.id}`, { as: other, body: { email, current_password: PASSWORD } }),
    ]);
    for (const { status, body } of replies) expect([status, body]).toEqual([400, EMAIL_TAKEN]);
  });

  it('T31: of many who register with one e-mail at once, one gets it', async () => {
    for (const path of WAYS_TO_AN_ACCOUNT) {
      const email = anEmail();
      const spellings = [email, email.toUpperCase(), ` ${email}`, `${email}\t`];
      const replies = await many(8, (index) => post(path, { name: 'Sari', email: spellings[index % 4], password: PASSWORD }, admin));
      expect(replies.map(({ status }) => status).toSorted()).toEqual([201, 400, 400, 400, 400, 400, 400, 400]);
      for (const { status, body } of replies) if (status === 400) expect(body).toEqual(EMAIL_TAKEN);
      expect(await api.query('SELECT id FROM users WHERE email = ?', [email])).toHaveLength(1);
    }
  });

  it('T32: neither the case of an e-mail nor the spaces around it make another account', async () => {
    const name = `jose-${anId()}`;
    const { id, email } = await register({ email: `  ${name.toUpperCase()}@Example.COM\t` });
    expect(email).toBe(`${name}@example.com`);
    for (const spelling of [email, email.toUpperCase(), ` ${email}`, `${email} `, `\t${email}\n`, `\u00a0${email}`]) {
      expect((await post('/api/auth/register', { name: 'Twin', email: spelling, password: PASSWORD })).body).toEqual(EMAIL_TAKEN);
      expect((await logIn(spelling, PASSWORD)).body.data.user.id).toBe(id);
    }
    await expectRefused('email', [`${email}\u0000`, `\u0000${email}`, `j ${email}`, `\u200b${email}`, email.replace('@', '@ ')]);
  });

  it('T33: an e-mail with an accent or a letter that looks alike is refused, and opens no account', async () => {
    const { email } = await register({ email: `jose.k-${anId()}@example.com` });
    const twins = [email.replace('jose', 'josé'), email.replace('j', 'ｊ'), email.replace('o', 'о'), email.replace('k', '\u212a'), `${email}ı`];
    await expectRefused('email', twins);
    for (const twin of twins) expect([twin, (await logIn(twin, PASSWORD)).body]).toEqual([twin, WRONG_CREDENTIALS]);
  });

  it('T34: an e-mail has at most 254 characters', async () => {
    const longest = `${anId()}${'a'.repeat(254 - 36 - 12)}@example.com`;
    expect((await register({ email: longest })).email).toHaveLength(254);
    const tooLong = [`a${longest}`, `${'a'.repeat(300)}@example.com`, `a@${'b.'.repeat(150)}co`];
    await expectRefused('email', tooLong);
    for (const email of tooLong) expect((await logIn(email, PASSWORD)).body).toEqual(invalid('email'));
  });

  it('T35: no e-mail takes long to refuse: these would take for ever, were they tried letter by letter in every way', async () => {
    const long = ['a', 'a.', 'a-', '-', '@', 'a@', ' ', '!', "'", '.@'].map((part) => part.repeat(Math.floor(12_000 / part.length)));
    const short = [
      `a@${'a-'.repeat(125)}`,
      `a@${'a.'.repeat(125)}!`,
      `${'a.'.repeat(120)}@`,
      `a@${'a'.repeat(63)}.${'a'.repeat(63)}.${'-'.repeat(100)}`,
    ];
    await expectRefused('email', [...short, ...long, ...long.map((part) => `a@${part.slice(0, -5)}!`)]);
  });

  it('T36: an e-mail that is no text is refused, and asks the database for nothing', async () => {
    const { email } = await register();
    const values = [{ a: 1 }, {}, 0, 1, true, false, null, ['x'], [email], { email }, { $gt: '' }, { password: true }];
    const verify = vi.spyOn(api.container.get(TOKENS.passwords), 'verify');
    for (const value of [...values, undefined]) expect((await logIn(value, PASSWORD)).body).toEqual(invalid('email'));
    expect(verify).not.toHaveBeenCalled();
    verify.mockRestore();
    await expectRefused('email', [...values, '', 'nobody', '@', 'a@b', 'a b@c.de', 'a@b.co, c@d.co', 'a@b.co\nbcc: x@y.co']);
  });

  it('T37: no user becomes an admin by their own request in the locked profile', async () => {
    const { id, token } = await register();
    const before = await users();
    for (const body of [{ role: 'admin' }, { name: 'Queen', password: 'kereta malam 8', role: 'admin' }]) {
      const reply = await api.send('PUT', `/api/users/${id}`, { as: { id, token }, body });
      if (profile === 'open') expect(reply.status).toBe(200);
      else expect([reply.status, reply.body]).toEqual([403, failure('Akses ditolak. Hanya admin yang dapat melakukan aksi ini')]);
      if (profile === 'open') return;
    }
    expect(await users()).toBe(before);
    const granted = await api.send('PUT', `/api/users/${id}`, {
      as: { id, token },
      body: { role: 'user', id: anId(), token_version: 9, createdAt: 0 },
    });
    expect([granted.status, await users()]).toEqual([200, before]);
  });

  it('T38: no user changes another’s account in the locked profile, however its id is spelled', async () => {
    const [victim, thief] = [await register(), await register()];
    for (const id of [victim.id, victim.id.toUpperCase()]) {
      for (const body of [{ email: anEmail() }, { password: 'kereta malam 9' }, { name: 'Taken' }, { id: thief.id, name: 'Taken' }]) {
        const { status, body: reply } = await api.send('PUT', `/api/users/${id}`, { as: thief, body });
        if (profile === 'open') expect(status).toBe(200);
        else expect([status, reply]).toEqual([403, failure('Akses ditolak')]);
        if (profile === 'open') return;
      }
    }
    expect((await logIn(victim.email, PASSWORD)).status).toBe(200);
    expect((await api.send('PUT', `/api/users/${thief.id.toUpperCase()}`, { as: thief, body: { name: 'Own' } })).body.data.name).toBe('Own');
  });

  describe('changing one’s own password or e-mail', () => {
    const put = (whom: Caller, body: object, as = whom, from = '198.51.100.40') =>
      api.send('PUT', `/api/users/${whom.id}`, { as, body, headers: { 'X-Forwarded-For': from } });
    const isLocked = profile === 'locked';
    const MISSING = {
      success: false,
      code: 'current_password_needed',
      message: 'Validasi gagal',
      errors: [{ field: 'current_password', message: 'Wajib diisi' }],
    };

    it('asks for the current password where strangers come, and ignores it in the open profile', async () => {
      for (const [body, from] of [
        [{ password: 'kereta malam 11' }, '198.51.100.41'],
        [{ email: anEmail() }, '198.51.100.42'],
      ] as const) {
        const person = await register();
        const before = await users();
        const missing = await put(person, body, person, from);
        expect([missing.status, missing.body]).toEqual(isLocked ? [400, MISSING] : [200, expect.anything()]);
        if (!isLocked) continue;
        const wrong = await put(person, { ...body, current_password: 'wrong' }, person, from);
        expect([wrong.status, wrong.body]).toEqual([401, WRONG_CREDENTIALS]);
        expect((await put(person, { ...body, current_password: 1 }, person, from)).body).toEqual(invalid('current_password'));
        expect(await users()).toBe(before);
        expect((await put(person, { ...body, current_password: PASSWORD }, person, from)).status).toBe(200);
      }
      const person = await register();
      if (!isLocked) expect((await put(person, { password: 'kereta malam 11', current_password: 1 })).status).toBe(200);
    });

    it('asks for no password where neither changes, nor from an admin who changes another user', async () => {
      const person = await register();
      expect((await put(person, { name: 'Sari Dewi', email: ` ${person.email.toUpperCase()} ` })).status).toBe(200);
      expect((await put(person, { email: anEmail() }, admin)).status).toBe(200);
      expect((await put(person, { password: 'kereta malam 12' }, admin)).status).toBe(200);
      const chief = await register();
      await api.send('PUT', `/api/users/${chief.id}`, { as: admin, body: { role: 'admin' } });
      expect((await put(chief, { password: 'kereta malam 13' })).status).toBe(isLocked ? 400 : 200); // an admin must give their own password
    });

    if (isLocked)
      it('counts a wrong one as a failed login, by the same budgets, and refuses before any work', async () => {
        const person = await register();
        const from = '198.51.100.43';
        for (let n = 0; n < 5; n += 1) {
          expect((await logInFrom(from, person.email, `wrong ${n}`)).status).toBe(401);
          expect((await put(person, { password: 'kereta malam 11', current_password: `wrong ${n}` }, person, from)).status).toBe(401);
        }
        const passwords = api.container.get(TOKENS.passwords);
        const work = [vi.spyOn(passwords, 'verify'), vi.spyOn(passwords, 'hash')];
        for (const reply of [
          await put(person, { password: 'kereta malam 11', current_password: PASSWORD }, person, from),
          await logInFrom(from, person.email, PASSWORD),
        ]) {
          expect([reply.status, reply.body]).toEqual([429, failure('Terlalu banyak permintaan')]);
          expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(0);
        }
        for (const spy of work) {
          expect(spy).not.toHaveBeenCalled();
          spy.mockRestore();
        }
        expect((await put(person, { password: 'kereta malam 11', current_password: PASSWORD }, person, '198.51.100.44')).status).toBe(200);
      });

    if (isLocked)
      it('tells whether somebody has an e-mail to nobody without the current password', async () => {
        const [person, other] = [await register(), await register()];
        const answers = [other.email, anEmail()].map(async (email) => (await put(person, { email, current_password: 'wrong' })).text);
        const [taken, free] = await Promise.all(answers);
        expect(taken).toBe(free);
      });
  });

  describe('logging out', () => {
    const logOut = (as?: Caller) => api.send('POST', '/api/auth/logout', { as });
    const me = async (as: Caller) => (await api.send('GET', '/api/auth/me', { as })).status;

    it('ends every token of the account, and no other’s', async () => {
      const [person, other] = [await register(), await register()];
      const second = { ...person, token: (await logIn(person.email, PASSWORD)).body.data.token };
      const reply = await logOut(second);
      expect([reply.status, reply.body]).toEqual([200, { success: true, message: 'Logout berhasil' }]);
      expect([await me(person), await me(second), await me(other)]).toEqual([401, 401, 200]);
      const third = { ...person, token: (await logIn(person.email, PASSWORD)).body.data.token };
      expect(await me(third)).toBe(200);
    });

    it('is refused to nobody and to a token that was ended before, also of two at once, and is no edit', async () => {
      const person = await register();
      const row = async () => (await api.query('SELECT name, createdAt, updatedAt, password_hash FROM users WHERE id = ?', [person.id]))[0];
      const before = await row();
      const replies = await Promise.all([logOut(person), logOut(person)]);
      expect(replies.map(({ status }) => status).toSorted()).toEqual([200, 401]);
      for (const reply of [await logOut(person), await logOut()]) {
        expect([reply.status, reply.body]).toEqual([401, failure('Token tidak valid atau expired')]);
      }
      expect(await row()).toEqual(before);
    });
  });

  it('T40: no hash and no password is in an answer or in the log, not even when storing them fails', async () => {
    const seen: string[] = [];
    const note = ({ text }: Reply) => seen.push(text);
    const { id, email, token } = await register();
    const own = { id, token };
    const changed = { name: 'Sari', email, password: 'kereta malam 10' };
    note(await post('/api/users', { ...changed, email: anEmail() }, admin));
    note(await logIn(email, PASSWORD));
    note(await logIn(email, 'wrong'));
    note(await api.send('GET', '/api/auth/me', { as: own }));
    note(await api.send('GET', `/api/users/${id}`, { as: own }));
    note(await api.send('GET', '/api/users', { as: admin }));
    note(await post('/api/auth/register', changed));
    note(await api.send('PUT', `/api/users/${id}`, { as: own, body: { ...changed, current_password: 'kereta malam 0' } }));
    note(await api.send('PUT', `/api/users/${id}`, { as: own, body: { ...changed, current_password: PASSWORD } }));

    const database = api.container.get(TOKENS.database);
    const rename = (from: string, to: string) => database.transaction((manager) => manager.query(`ALTER TABLE users RENAME COLUMN ${from} TO ${to}`));
    await rename('password_hash', 'elsewhere'); // so the INSERT fails that has the hash among its parameters
    const failed = await post('/api/auth/register', { ...changed, email: 'storing.fails@example.com' });
    await rename('elsewhere', 'password_hash');
    expect([failed.status, failed.body]).toEqual([500, failure('Terjadi kesalahan pada server')]);
    expect(api.logged).toMatchObject([{ level: 'error', message: 'failed unexpectedly', path: '/api/auth/register' }]);
    for (const text of [...seen, failed.text, JSON.stringify(api.logged.splice(0))]) {
      expect(text).not.toMatch(/\$2[aby]\$|password_?hash|kereta malam|storing\.fails|INSERT INTO/i);
    }
  });

  it('T41: the e-mails of everybody are for anybody in the open profile, for admins in the locked one', async () => {
    const { id, email, token } = await register();
    const list = (as?: Caller) => api.send('GET', '/api/users?limit=100', { as });
    expect((await list(admin)).text).toContain(email);
    for (const as of [undefined, { id, token }]) {
      const { text } = await list(as);
      if (profile === 'open') expect(text).toContain(email);
      else expect(text).not.toContain('@');
    }
  });

  it('T83: a name with a NUL, with half a surrogate pair or with nothing to see is refused', async () => {
    const invisible = ['', '   ', '\u200b', '\u00a0', '\ufeff', '\u3164', '\u2060\u200d'];
    await expectRefused('name', ['\u0000', 'a\u0000b', 'a\nb', '\u001b[31m', '\ud800', 'a\udfff', ...invisible, null, 1, true, ['x'], { a: 1 }]);
  });

  it('T84: a name of emoji, or from right to left, comes back as it was sent', async () => {
    for (const name of ['🦜'.repeat(255), 'محمد عبد الله', '日本語', 'e\u0301', '👩‍👧', `Robert'); DROP TABLE users;-- \\' " \``]) {
      const { id } = await register({ name });
      expect((await api.send('GET', `/api/users/${id}`, { as: admin })).body.data.name).toBe(name);
    }
  });

  it('T85: a name has at most 255 characters, counted as people count them', async () => {
    await expectRefused('name', ['x'.repeat(256), '🦜'.repeat(256), 'x'.repeat(10_000), '\u0301'.repeat(6000)]);
    const { status } = await post('/api/auth/register', { name: 'x'.repeat(100_000), email: anEmail(), password: PASSWORD });
    expect(status).toBe(413);
  });
});

describe.each(cases)('the last admins on %s, %s profile', (engine, profile) => {
  let api: Api;
  let one: Caller;
  let other: Caller;
  beforeAll(async () => {
    api = await openApi(engine, profile);
    [one, other] = [await api.account({ role: 'admin' }), await api.account({ role: 'admin' })];
  });
  afterAll(() => api.close());

  const demote = (whom: Caller, as: Caller) => api.send('PUT', `/api/users/${whom.id}`, { as, body: { role: 'user' } });
  const remove = (whom: Caller, as: Caller) => api.send('DELETE', `/api/users/${whom.id}`, { as });
  const admins = () => api.query<{ id: string }>("SELECT id FROM users WHERE role = 'admin'");
  const LAST_ADMIN = failure('Minimal harus ada satu admin');

  it('T39: of two who step down at once, one stays', async () => {
    for (let round = 0; round < 5; round++) {
      const replies = await Promise.all([demote(one, one), demote(other, other)]);
      expect(replies.map(({ status }) => status).toSorted()).toEqual([200, 400]);
      for (const { status, body } of replies) if (status === 400) expect(body).toEqual(LAST_ADMIN);
      await reinstate();
    }
  });

  it('T39: of two who demote each other at once, one stays', async () => {
    for (let round = 0; round < 5; round++) {
      const replies = await Promise.all([demote(one, other), demote(other, one)]);
      // The user of the second decision is no longer an admin. That matters for roles that only admins may change.
      expect(replies.map(({ status }) => status).toSorted()).toEqual([200, profile === 'open' ? 400 : 403]);
      await reinstate();
    }
  });

  it('T39: the last one is neither demoted nor deleted, by themselves or by anybody', async () => {
    expect((await demote(other, one)).status).toBe(200);
    for (const reply of [await demote(one, one), await remove(one, one)]) expect([reply.status, reply.body]).toEqual([400, LAST_ADMIN]);
    expect(await admins()).toEqual([{ id: one.id }]);
  });

  /** One admin is left, and makes the other one an admin again. */
  async function reinstate(): Promise<void> {
    const left = await admins();
    expect(left).toHaveLength(1);
    const [by, whom] = left[0]?.id === one.id ? [one, other] : [other, one];
    expect((await api.send('PUT', `/api/users/${whom.id}`, { as: by, body: { role: 'admin' } })).status).toBe(200);
  }
});

describe('the work that a password takes', () => {
  it('T27: is that of the contract unless the operator wants more', () => {
    const costOf = (env: Record<string, string>) => loadConfig({ DATA_DIR: temporaryFolder(), ...env }).bcryptCost;
    expect([costOf({}), costOf({ BCRYPT_COST: '14' })]).toEqual([10, 14]);
    for (const BCRYPT_COST of ['9', '15', '0', '-10', '10.5', '1e1', 'x']) expect(() => costOf({ BCRYPT_COST })).toThrow('- BCRYPT_COST: ');
  });
});

describe('a flood of logins', () => {
  it('T23: from one address, also with right passwords, leaves places to log in from elsewhere', async () => {
    const api = await openApi('sqlite', 'open');
    const logInFrom = (from: string, email: string) =>
      api.send('POST', '/api/auth/login', { body: { email, password: PASSWORD }, headers: { 'X-Forwarded-For': from } });
    const { atOnceMax } = api.container.get(TOKENS.passwords);
    const email = 'ani@example.com';
    await api.send('POST', '/api/auth/register', { body: { name: 'Ani', email, password: PASSWORD } });
    const flood = many(atOnceMax + 10, (index) => logInFrom('198.51.100.30', index < 10 ? email : `${index}@example.com`));
    const owner = logInFrom('198.51.100.31', email);
    const statuses = (await flood).map(({ status }) => status);
    expect((await owner).status).toBe(200);
    expect(statuses.filter((status) => status === 503)).toEqual([]);
    expect(statuses).toContain(429);
    await api.close();
  });

  it('T23: waits in a bounded queue, is refused beyond it at once, and leaves everything else to be answered', async () => {
    const api = await openApi('sqlite', 'locked');
    const atWork = Math.min(availableParallelism() + 2, 3); // of libuv's four threads
    const room = atWork + 100 * Math.min(availableParallelism(), atWork);
    const done: string[] = [];
    const logIn = async (index: number) => {
      const reply = await api.send('POST', '/api/auth/login', { body: { email: `${index}@example.com`, password: PASSWORD } });
      done.push(`login ${reply.status}`);
      return reply;
    };
    const flood = many(room + 3, logIn);
    const read = api.send('GET', '/api/events').then(({ status }) => done.push(`read ${status}`));
    const replies = await flood;
    await read;
    const refused = replies.filter(({ status }) => status === 503);
    expect(refused.map(({ body }) => body)).toEqual(Array.from({ length: 3 }, () => failure('Layanan sementara tidak tersedia')));
    for (const { headers } of refused) expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    expect(replies.filter(({ status }) => status === 401)).toHaveLength(room);
    // These were refused and read long before the last waiting request got its turn.
    expect(
      done
        .slice(0, room / 2)
        .filter((what) => what !== 'login 401')
        .toSorted(),
    ).toEqual(['login 503', 'login 503', 'login 503', 'read 200']);
    await api.close();
  });
});
