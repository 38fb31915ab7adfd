import { createHmac, createSign, generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { anId } from '@ticket/domain/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHttpServer } from '../../apps/http/src/http-server.ts';
import { loadConfig } from '../../packages/adapters/src/config.ts';
import { TOKENS } from '../../packages/adapters/src/container.ts';
import { engines } from '../engines.ts';
import { launch, temporaryFolder, until } from '../faults/programs.ts';
import { type Api, type Caller, CONCERT, openApi, type Reply } from '../open-api.ts';

/** The threats to tokens, T1 to T18: what is sent in place of a valid token, and the answer. */
const cases = engines.flatMap((engine) => (['open', 'locked'] as const).map((profile) => [engine, profile] as const));

const INVALID = { success: false, code: 'unauthenticated', message: 'Token tidak valid atau expired', errors: null };
const TTL_SECONDS = 3600;
const nowSeconds = () => Math.floor(Date.now() / 1000);
const encode = (part: unknown): string => Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');
const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
const publicKey = keys.publicKey.export({ type: 'spki', format: 'pem' }).toString();

const OURS = { iss: 'ticket-platform', aud: 'ticket-platform-api', token_use: 'access' };

/** The parts of a token. Unchanged, it is a valid one of an earlier version, which did not name its audience and purpose. */
interface Parts {
  readonly header: object;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly sign: (text: string) => string;
}
const hmac = (hash: string, secret: string) => (text: string) => createHmac(hash, secret).update(text).digest('base64url');
const rsa = (text: string) => createSign('RSA-SHA256').update(text).sign(keys.privateKey, 'base64url');
const tokenOf = ({ header, claims, sign }: Parts, payload: unknown = claims): string => {
  const text = `${encode(header)}.${encode(payload)}`;
  return `${text}.${sign(text)}`;
};
const withClaims = (parts: Parts, claims: object): string => tokenOf({ ...parts, claims: { ...parts.claims, ...claims } });
const withHeader = (parts: Parts, header: object, sign = parts.sign): string => tokenOf({ ...parts, header: { ...parts.header, ...header }, sign });

/** Tokens that we did not issue, or that are no longer valid. Each differs from a valid one in the part that its name gives. */
const FORGED: readonly (readonly [row: string, make: (good: Parts, secret: string) => string])[] = [
  ...['none', 'None', 'NONE', 'nOnE', ''].flatMap(
    (alg) =>
      [
        [`T1: alg "${alg}", unsigned`, (good) => withHeader(good, { alg }, () => '')],
        [`T1: alg "${alg}", signed by us`, (good) => withHeader(good, { alg })],
      ] as typeof FORGED,
  ),
  ['T1: no alg', (good) => withHeader(good, { alg: undefined }, () => '')],
  ['T2: HS384 with our secret', (good, secret) => withHeader(good, { alg: 'HS384' }, hmac('sha384', secret))],
  ['T2: HS512 with our secret', (good, secret) => withHeader(good, { alg: 'HS512' }, hmac('sha512', secret))],
  ['T2: hs256 in lower case', (good) => withHeader(good, { alg: 'hs256' })],
  ['T3: RS256 with a key of their own', (good) => withHeader(good, { alg: 'RS256' }, rsa)],
  ['T3: RS256, signed with our secret', (good) => withHeader(good, { alg: 'RS256' })],
  ['T3: a public key for the secret', (good) => withHeader(good, { alg: 'HS256', typ: 'JWT' }, hmac('sha256', publicKey))],
  ['T4: a jwk of their own', (good) => withHeader(good, { alg: 'RS256', jwk: keys.publicKey.export({ format: 'jwk' }) }, rsa)],
  ['T4: an octet jwk of their own', (good) => withHeader(good, { jwk: { kty: 'oct', k: encode('x'.repeat(32)) } }, hmac('sha256', 'x'.repeat(32)))],
  ['T4: a kid that names an empty file', (good) => withHeader(good, { kid: '../../../../dev/null' }, hmac('sha256', '\u0000'))],
  ['T5: over since a second', (good) => withClaims(good, { exp: nowSeconds() - 1 })],
  ['T5: over this second', (good) => withClaims(good, { exp: nowSeconds() })],
  ['T6: without an end', (good) => withClaims(good, { exp: undefined })],
  ['T6: an end beyond all dates', (good) => withClaims(good, { exp: 1e300 })],
  ['T6: an end in ten years', (good) => withClaims(good, { exp: nowSeconds() + 10 * 365 * 86_400 })],
  ['T6: an end a second behind that of ours', (good) => withClaims(good, { iat: nowSeconds() - 9, exp: nowSeconds() - 8 + TTL_SECONDS })],
  ['T6: issued longer ago than a token lives', (good) => withClaims(good, { iat: nowSeconds() - TTL_SECONDS - 9, exp: nowSeconds() + 60 })],
  ['T6: issued in the future', (good) => withClaims(good, { iat: nowSeconds() + 60, exp: nowSeconds() + 120 })],
  ['T6: without the time of issue', (good) => withClaims(good, { iat: undefined })],
  ['T7: an end in words', (good) => withClaims(good, { exp: '2099' })],
  ['T7: an end that is an object', (good) => withClaims(good, { exp: { now: 1 } })],
  ['T7: not valid yet', (good) => withClaims(good, { nbf: nowSeconds() + 60 })],
  ['T7: a critical extension', (good) => withHeader(good, { crit: ['x'], x: 1 })],
  ['T7: a payload that is not encoded', (good) => withHeader(good, { crit: ['b64'], b64: false })],
  ...[[], null, 1, 'x', 'not JSON', '"text"', '\u0000'].map(
    (payload) => [`T7: the payload ${JSON.stringify(payload)}`, (good: Parts) => tokenOf(good, payload)] as const,
  ),
  ['T7: a header that is no JSON', (good) => `${encode('alg')}.${encode(good.claims)}.${good.sign(`${encode('alg')}.${encode(good.claims)}`)}`],
  ...['id', 'email', 'role'].map((claim) => [`T7: no ${claim}`, (good: Parts) => withClaims(good, { [claim]: undefined })] as const),
  ['T7: an id that is a number', (good) => withClaims(good, { id: 7 })],
  ['T7: an id that is a list', (good) => withClaims(good, { id: [good.claims['id']] })],
  ['T7: a version in words', (good) => withClaims(good, { ver: '0' })],
  ['T7: another version', (good) => withClaims(good, { ver: 1 })],
  ['T7: for another service', (good) => withClaims(good, { ...OURS, aud: 'another' })],
  ['T7: for ours among others', (good) => withClaims(good, { ...OURS, aud: [OURS.aud, 'another'] })],
  ['T7: of another issuer', (good) => withClaims(good, { ...OURS, iss: 'another' })],
  ['T7: for another use', (good) => withClaims(good, { ...OURS, token_use: 'refresh' })],
  ...['iss', 'aud', 'token_use'].flatMap((claim) =>
    [undefined, null].map(
      (value) => [`T7: ${claim} is ${value}, the others are there`, (good: Parts) => withClaims(good, { ...OURS, [claim]: value })] as const,
    ),
  ),
  ['T7: for another service, and no more', (good) => withClaims(good, { aud: 'another' })],
  ['T7: the type of another kind of token', (good) => withHeader(good, { typ: 'logout+jwt' })],
  ['T7: without a type', (good) => withHeader(good, { typ: undefined })],
  ['T7: one part', (good) => tokenOf(good).split('.')[1] ?? ''],
  ['T7: two parts', (good) => tokenOf(good).split('.').slice(0, 2).join('.')],
  ['T7: no signature', (good) => tokenOf({ ...good, sign: () => '' })],
  ['T7: four parts', (good) => `${tokenOf(good)}.${tokenOf(good).split('.')[2]}`],
  ['T7: five parts', (good) => `${tokenOf(good)}.x.y`],
  ['T7: nothing but dots', () => '..'],
  ['T7: a megabyte', () => 'x'.repeat(1_000_000)],
  ['T8: another secret', (good) => tokenOf({ ...good, sign: hmac('sha256', 'another secret of somebody, long enough') })],
  ['T8: the secret of nobody', (good) => tokenOf({ ...good, sign: hmac('sha256', '') })],
  ['T8: the sample secret', (good) => tokenOf({ ...good, sign: hmac('sha256', 'your_super_secret_key_min_32_characters') })],
  ['T8: the role raised', (good) => tokenOf({ ...good, sign: () => tokenOf(good).split('.')[2] ?? '' }, { ...good.claims, role: 'admin' })],
  ['T8: the signature of another token', (good) => tokenOf({ ...good, sign: () => withClaims(good, { ver: 1 }).split('.')[2] ?? '' })],
];

describe.each(cases)('tokens on %s, %s profile', (engine, profile) => {
  let api: Api;
  let user: Caller;
  let admin: Caller;
  beforeAll(async () => {
    api = await openApi(engine, profile);
    [user, admin] = [await api.account(), await api.account({ role: 'admin' })];
  });
  afterAll(async () => {
    expect(api.logged).toEqual([]); // no token causes an unexpected failure
    await api.close();
  });

  const good = ({ id } = user): Parts => ({
    header: { alg: 'HS256', typ: 'JWT' },
    claims: { id, email: 'somebody@example.com', role: 'user', ver: 0, iat: nowSeconds(), exp: nowSeconds() + 60 },
    sign: hmac('sha256', api.container.get(TOKENS.config).jwt.secret),
  });
  const me = (token: string) => api.send('GET', '/api/auth/me', { as: { id: '', token } });
  const change = (body: object, as = user) => api.send('PUT', `/api/users/${user.id}`, { as, body });
  const logIn = async (email: string, password: string): Promise<Caller> => {
    const { data } = (await api.send('POST', '/api/auth/login', { body: { email, password } })).body;
    return { id: data.user.id, token: data.token };
  };
  /** The challenge says whether a token was sent (RFC 6750, 3.1). */
  const expectAnswer401 = ({ status, headers, body }: Reply, challenge: string): void =>
    expect([status, headers.get('www-authenticate'), body]).toEqual([401, challenge, INVALID]);
  const expectRefused = (reply: Reply): void => expectAnswer401(reply, 'Bearer error="invalid_token"');
  const expectNoToken = (reply: Reply): void => expectAnswer401(reply, 'Bearer');

  it('are good as the forgers below begin with them', async () => {
    expect((await me(tokenOf(good()))).body.data.id).toBe(user.id);
    expect((await me(withClaims(good(), OURS))).body.data.id).toBe(user.id);
    expect((await me(withClaims(good(), { iat: nowSeconds() - 9, exp: nowSeconds() - 9 + TTL_SECONDS }))).status).toBe(200);
  });

  it.each(FORGED)('%s opens nothing', async (_, make) => {
    expectRefused(await me(make(good(), api.container.get(TOKENS.config).jwt.secret)));
  });

  it('T4: a key that a token names is not looked at, and not fetched', async () => {
    let fetched = 0;
    const stranger = createServer((_, response) => response.end(String(fetched++)));
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}/keys`;
    const names = { kid: '../../etc/passwd', jku: url, x5u: url, jwk: keys.publicKey.export({ format: 'jwk' }), x5c: ['x'] };
    expect((await me(withHeader(good(), names))).status).toBe(200); // our key signed it
    expectRefused(await me(withHeader(good(), { ...names, alg: 'RS256' }, rsa)));
    expect(fetched).toBe(0);
    stranger.close();
  });

  it('T9: however its signature is spelled, a token is one token', async () => {
    const someone = await api.account();
    const token = tokenOf(good(someone));
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const last = alphabet[alphabet.indexOf(token.at(-1) ?? '') + 1]; // base64 ignores these bits
    const spellings = [token, token.slice(0, -1) + last, `${token}=`];
    for (const spelling of spellings) expect((await me(spelling)).status, spelling).toBe(200);
    await api.send('DELETE', `/api/users/${someone.id}`, { as: admin });
    for (const spelling of spellings) expectRefused(await me(spelling));
  });

  it('T11: a demoted admin keeps their token and loses the right at once; a promoted user has it at once', async () => {
    const [falling, rising] = [await api.account({ role: 'admin' }), await api.account()];
    const open = (as: Caller) => api.send('POST', '/api/events', { as, body: CONCERT });
    const setRole = (of: Caller, role: string) => api.send('PUT', `/api/users/${of.id}`, { as: admin, body: { role } });
    expect([(await open(falling)).status, (await open(rising)).status]).toEqual([201, 403]);
    expect([(await setRole(falling, 'user')).status, (await setRole(rising, 'admin')).status]).toEqual([200, 200]);
    const refused = await open(falling);
    expect([refused.status, refused.body.message]).toEqual([403, 'Akses ditolak. Hanya admin yang dapat melakukan aksi ini']);
    expect((await open(rising)).status).toBe(201);
    expect((await me(falling.token)).body.data.role).toBe('user');
    expect((await me(tokenOf({ ...good(falling), claims: { ...good(falling).claims, role: 'admin' } }))).body.data.role).toBe('user');
  });

  it('T12: a token given before a password change opens nothing, by the owner or an admin; one given before any other change still opens', async () => {
    const email = `t12-${anId()}@example.com`;
    const first = await api.send('POST', '/api/auth/register', { body: { name: 'Sari', email, password: 'kereta malam 1' } });
    const registered: Caller = { id: first.body.data.user.id, token: first.body.data.token };
    const put = async (as: Caller, body: object) => expect((await api.send('PUT', `/api/users/${registered.id}`, { as, body })).status).toBe(200);
    await put(registered, { name: 'Sari Dewi' });
    await put(admin, { role: 'admin' });
    await put(admin, { role: 'user', email });
    expect((await me(registered.token)).status).toBe(200);

    const second = await logIn(email, 'kereta malam 1');
    await put(registered, { password: 'kereta malam 2', current_password: 'kereta malam 1' });
    const third = await logIn(email, 'kereta malam 2');
    for (const { token } of [registered, second]) expectRefused(await me(token));
    expectRefused(await api.send('GET', '/api/events', { as: second }));
    expectRefused(await api.send('POST', '/api/bookings', { as: second, body: { event_id: anId(), quantity: 1 } }));
    expect((await me(third.token)).status).toBe(200);
    await put(admin, { password: 'kereta malam 2' });
    expectRefused(await me(third.token));
  });

  it('T13: no header is an anonymous request, and a header without a token is refused', async () => {
    expectNoToken(await api.send('GET', '/api/auth/me'));
    expect((await api.send('GET', '/api/events')).status).toBe(200);
    const { token } = user;
    for (const scheme of ['Bearer', 'bearer', 'BEARER', 'Bearer  ']) {
      expect((await api.send('GET', '/api/auth/me', { headers: { Authorization: `${scheme} ${token}` } })).status, scheme).toBe(200);
    }
    for (const Authorization of [
      ...['', 'Bearer', 'Bearer ', 'bearer x', 'Basic x', 'Token x', token, `Basic ${token}`, `Token ${token}`, `Bearer${token}`, `Bearer\t${token}`],
      ...[`Bearer ${token} x`, `Bearer "${token}"`, `Bearer ${token}é`, `Bearer ${token}, Bearer ${token}`, `Bearer, ${token}`, 'undefined', 'null'],
    ]) {
      for (const path of ['/api/auth/me', '/api/events']) expectRefused(await api.send('GET', path, { headers: { Authorization } }));
    }
  });

  it('T15: a token of more than 4 KB is not even looked at, however it was signed', async () => {
    expect((await me(withClaims(good(), { padding: 'x'.repeat(2000) }))).status).toBe(200);
    expectRefused(await me(withClaims(good(), { padding: 'x'.repeat(3000) })));
  });

  it('T16: a token in the query, in a cookie or in the body is none', async () => {
    const { token } = user;
    for (const name of ['token', 'access_token', 'jwt', 'authorization']) {
      expectNoToken(await api.send('GET', `/api/auth/me?${name}=${token}`));
      expectNoToken(await api.send('GET', '/api/auth/me', { headers: { Cookie: `${name}=${token}` } }));
      expectNoToken(await api.send('POST', '/api/bookings', { body: { [name]: token, event_id: anId(), quantity: 1 } }));
    }
    for (const header of ['X-Access-Token', 'Proxy-Authorization', 'X-Authorization']) {
      expectNoToken(await api.send('GET', '/api/auth/me', { headers: { [header]: `Bearer ${token}` } }));
    }
  });

  it('T17: a bad token is refused on a route that needs no token too', async () => {
    const bad: Caller = { id: '', token: withClaims(good(), { exp: nowSeconds() - 1 }) };
    const person = { name: 'Jane', email: `t17-${anId()}@example.com`, password: 'kereta malam 3' };
    for (const path of ['/api/events', `/api/events/${anId()}`, '/api/events/x', '/api/events?limit=x', '/api/users', `/api/users/${user.id}`]) {
      expectRefused(await api.send('GET', path, { as: bad }));
    }
    expectRefused(await api.send('POST', '/api/users', { as: bad, body: person }));
    expectRefused(await change({ name: 'Taken over' }, bad));
    // The routes that return a token require none. A client that still sends an expired token must not be locked out.
    expect((await api.send('POST', '/api/auth/register', { as: bad, body: person })).status).toBe(201);
    expect((await api.send('POST', '/api/auth/login', { as: bad, body: person })).status).toBe(200);
  });
});

describe('tokens on a connection', () => {
  let api: Api;
  let user: Caller;
  let server: Server;
  beforeAll(async () => {
    api = await openApi('sqlite', 'locked');
    user = await api.account();
    server = createHttpServer(api.fetch);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    await api.close();
  });

  /** The status and the body of the answer. The header lines are sent unchanged. */
  async function ask(...lines: readonly string[]): Promise<readonly [status: number, body: unknown]> {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    let heard = '';
    socket.on('data', (chunk) => (heard += chunk));
    socket.on('error', () => undefined);
    socket.write(['GET /api/auth/me HTTP/1.1', 'Host: here', 'Connection: close', ...lines, '', ''].join('\r\n'));
    await new Promise((resolve) => socket.once('close', resolve));
    const [head = '', body = ''] = heard.split('\r\n\r\n');
    return [Number(head.split(' ')[1]), body.startsWith('{') ? JSON.parse(body) : body];
  }

  it('T14: two Authorization headers are refused, be they of one token or of two', async () => {
    const line = `Authorization: Bearer ${user.token}`;
    expect((await ask(line))[0]).toBe(200);
    const other = `Authorization: Bearer ${(await api.account()).token}`;
    for (const lines of [
      [line, line],
      [line, other],
      [line, 'Authorization: '],
      ['authorization: Basic x', line],
    ]) {
      expect(await ask(...lines)).toEqual([401, INVALID]);
    }
  });

  it('T15: a huge token is refused by the API, a larger one by the server before it, both in the envelope', async () => {
    expect(await ask(`Authorization: Bearer ${'x'.repeat(7000)}`)).toEqual([401, INVALID]);
    expect(await ask(`Authorization: Bearer ${'x'.repeat(20_000)}`)).toEqual([
      431,
      { success: false, code: 'headers_too_large', message: 'Ukuran header terlalu besar', errors: null },
    ]);
  });
});

describe('a server for strangers', () => {
  const STRONG = randomBytes(24).toString('base64url');
  const SAMPLE = 'your_super_secret_key_min_32_characters';
  const locked = (env: Record<string, string>) => ({ SECURITY_PROFILE: 'locked', HOST: '127.0.0.1', DATA_DIR: temporaryFolder(), ...env });

  it.each([
    ['no secret', {}],
    ['an empty secret', { JWT_SECRET: ' ' }],
    ['a secret of 5 bytes', { JWT_SECRET: 'k7Jr0' }],
    ['a secret of 31 bytes', { JWT_SECRET: STRONG.slice(1) }],
    ['a secret of 30 bytes and spaces around it', { JWT_SECRET: ` ${STRONG.slice(2)} ` }],
    ['the published sample for a secret', { JWT_SECRET: SAMPLE }],
    ['the published sample and a space for a secret', { JWT_SECRET: `${SAMPLE} ` }],
  ])('T18: has no configuration with %s, and says so without repeating it', (_, env: Record<string, string>) => {
    expect(() => loadConfig(locked(env))).toThrow('- JWT_SECRET: ');
    const secret = env['JWT_SECRET']?.trim() || 'none';
    expect(() => loadConfig(locked(env))).not.toThrow(secret);
  });

  it.each(['0', '0d', '-7d', '-1', '7 days', '1.5h', 'd', 'x', '367d', '999999999w', '1e3', 'Infinity'])(
    'T18: has no configuration with JWT_EXPIRES_IN=%s',
    (JWT_EXPIRES_IN) => {
      expect(() => loadConfig(locked({ JWT_SECRET: STRONG, JWT_EXPIRES_IN }))).toThrow('- JWT_EXPIRES_IN: must be a time');
    },
  );

  it('T18: takes a strong secret, and 604800 for a week of seconds', () => {
    expect(loadConfig(locked({ JWT_SECRET: STRONG, JWT_EXPIRES_IN: '604800' })).jwt).toMatchObject({ secret: STRONG, ttlSeconds: 7 * 86_400 });
  });

  it('T18: ends with exit code 1 rather than start without', async () => {
    const main = join(fileURLToPath(new URL('../..', import.meta.url)), 'apps/http/src/main.ts');
    const faulty = [{}, { JWT_SECRET: 'k7Jr0' }, { JWT_SECRET: SAMPLE }, { JWT_SECRET: STRONG, JWT_EXPIRES_IN: '-7d' }];
    for (const env of faulty) {
      const { child, output } = launch(process.execPath, ['--import', import.meta.resolve('tsx'), '--conditions=@ticket/source', main], {
        cwd: temporaryFolder(),
        env: locked({ PORT: '0', ...env }),
      });
      expect(await until('it ends', () => child.exitCode ?? undefined, { output })).toBe(1);
      expect(output()).toMatch(/- JWT_(SECRET|EXPIRES_IN): /);
    }
  });
});
