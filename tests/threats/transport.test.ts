import type { Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { anId } from '@ticket/domain/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHttpServer } from '../../apps/http/src/http-server.ts';
import { SERVER_LIMITS, type ServerLimits } from '../../apps/http/src/server-limits.ts';
import { TOKENS } from '../../packages/adapters/src/container.ts';
import { engines } from '../engines.ts';
import { type Api, type Caller, CONCERT, openApi, type Reply } from '../open-api.ts';

/** The threats to the transport and the parser, T74 to T99: malformed or hostile bytes. */
const cases = engines.flatMap((engine) => (['open', 'locked'] as const).map((profile) => [engine, profile] as const));

const failure = (message: string, errors: unknown = null) => ({ success: false, code: expect.any(String), message, errors });
const PASSWORD = 'kereta malam 7';

describe.each(cases)('text and bytes on %s, %s profile', (engine, profile) => {
  let api: Api;
  let admin: Caller;
  let user: Caller;
  let event: string;
  beforeAll(async () => {
    api = await openApi(engine, profile);
    [admin, user] = [await api.account({ role: 'admin' }), await api.account()];
    event = (await api.send('POST', '/api/events', { as: admin, body: CONCERT })).body.data.id;
  });
  afterAll(async () => {
    expect(api.logged).toEqual([]); // no bytes cause an unexpected failure
    await api.close();
  });

  const person = () => ({ name: 'Sari', email: `t-${anId()}@example.com`, password: PASSWORD });
  const userPath = (id: string) => `/api/users/${id}`;
  const eventPath = (id: string) => `/api/events/${id}`;
  /** A text field, and a request that is valid except for it. */
  type Field = readonly [field: string, method: string, path: () => string, good: () => object];
  const titled = (all: readonly Field[]) => all.map((one) => [`${one[1]} ${one[0]}`, one] as const);
  const EVENT_FIELDS = ['name', 'location', 'description'].flatMap((field): Field[] => [
    [field, 'POST', () => '/api/events', () => CONCERT],
    [field, 'PUT', () => eventPath(event), () => ({})],
  ]);
  const FIELDS: readonly Field[] = [
    ...EVENT_FIELDS,
    ...['/api/auth/register', '/api/users'].flatMap((path) =>
      ['name', 'email', 'password'].map((field): Field => [field, 'POST', () => path, person]),
    ),
    ['name', 'PUT', () => userPath(user.id), () => ({})],
    ...['email', 'password'].map((field): Field => [field, 'POST', () => '/api/auth/login', person]),
  ];
  const charactersMaxOf = (field: string) => (field === 'description' ? 10_000 : 255);

  const rows = async () => {
    const tables = ['users', 'events', 'bookings', 'stock_movements', 'idempotency_keys'];
    return JSON.stringify(await Promise.all(tables.map((table) => api.query(`SELECT * FROM ${table} ORDER BY 1, 2`))));
  };
  const put = ([field, method, path, good]: Field, value: unknown): Promise<Reply> =>
    api.send(method, path(), { as: admin, body: { ...good(), [field]: value } });
  /** Sends a body unchanged. Returns the status and the envelope. */
  async function sendBytes(method: string, path: string, body: Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) {
    const all = { 'Content-Type': 'application/json', Authorization: `Bearer ${admin.token}`, ...headers };
    const answer = await api.fetch(new Request(`http://localhost${path}`, { method, headers: all, body }));
    return [answer.status, await answer.json()];
  }

  it.each(titled(FIELDS))('T82: bytes that are no UTF-8 are no JSON: %s', async (_, [field, method, path, good]) => {
    const before = await rows();
    const [head = '', tail = ''] = JSON.stringify({ ...good(), [field]: 'Sari HERE' }).split('HERE');
    for (const bytes of [[0xff], [0xc3], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xe2, 0x80], [0x80]]) {
      const body = new Uint8Array([...Buffer.from(head), ...bytes, ...Buffer.from(tail)]);
      expect(await sendBytes(method, path(), body), String(bytes)).toEqual([400, failure('JSON tidak valid')]);
    }
    const utf16 = new Uint8Array(Buffer.from(`\ufeff${head}${tail}`, 'utf16le'));
    expect(await sendBytes(method, path(), utf16)).toEqual([400, failure('JSON tidak valid')]);
    expect(await rows()).toBe(before);
  });

  const UNSEEN = ['', '   ', '\u200b', '\u200b\u200d\ufeff', '\u00a0', '\u202e', '\u3000', '\ufe0f'];
  const UNFIT = ['\u0000', 'a\u0000b', 'a\u0007', '\u001b[31mred', 'a\u007fb', 'a\u0085b', '\ud800', 'a\udc00b', '\udfff\ud83c', 'a\rb\u0000'];
  const NO_TEXT: readonly unknown[] = [1, true, ['x'], { a: 1 }];
  it.each(titled(EVENT_FIELDS))('T83: characters that cannot be seen, stored or printed are refused: %s', async (_, target) => {
    const before = await rows();
    const values =
      target[0] === 'description' ? [...UNFIT, ...NO_TEXT] : [...UNSEEN, ...UNFIT, 'a\nb', 'a\r\nSet-Cookie: x', 'a\tb', null, ...NO_TEXT];
    for (const value of values) {
      const { status, body } = await put(target, value);
      const faulty = [{ field: target[0], message: expect.any(String) }];
      expect([status, body], JSON.stringify(value)).toEqual([400, failure('Validasi gagal', faulty)]);
    }
    expect(await rows()).toBe(before);
  });

  const TEXTS = [
    ...['🎫'.repeat(255), '👩‍👩‍👧‍👦 🏳️‍🌈', 'حفلة موسيقية ‏مساءً', 'Cafe\u0301 Ａ', 'JOSÉ jose', '<script>alert(1)</script>', '{{7*7}} #{7*7}'],
    ...["O'Brien", `"x" \`y\` \\ \\' \\0 \\n`, '%_', '? :a $1 @x', '-- #', "Robert'); DROP TABLE bookings;--", "' OR '1'='1", '" OR ""="'],
  ];
  it.each(titled(EVENT_FIELDS))('T84, T87: emoji, right to left, marks and SQL come back as they were sent: %s', async (_, target) => {
    for (const text of TEXTS) {
      const { id, [target[0]]: answered } = (await put(target, text)).body.data;
      const { [target[0]]: read } = (await api.send('GET', eventPath(id))).body.data;
      expect([answered, read]).toEqual([text, text]);
    }
  });

  it.each(titled(EVENT_FIELDS))(
    'T85: as many characters as there is room for, counted as people count them, and not one more: %s',
    async (_, target) => {
      const before = await rows();
      const [field] = target;
      const charactersMax = charactersMaxOf(field);
      for (const text of ['x', 'é', '🎫']) {
        const { status, body } = await put(target, text.repeat(charactersMax + 1));
        expect([status, body.errors?.[0]?.field], text).toEqual([400, field]);
      }
      const large = await put(target, 'x'.repeat(100_000));
      expect([large.status, large.body]).toEqual([413, failure('Ukuran body terlalu besar')]);
      expect(await rows()).toBe(before);
      const longest = '🎫'.repeat(charactersMax);
      expect((await put(target, longest)).body.data[field]).toBe(longest);
    },
  );

  it('T80: what an object inherits is no field of it, and no body gives one to all', async () => {
    const proto = `"__proto__":{"quantity":1,"role":"admin","name":"X"},"constructor":{"prototype":{"role":"admin"}}`;
    const booked = await api.send('POST', '/api/bookings', { as: user, body: `{${proto},"event_id":"${event}"}` });
    expect(booked.body).toEqual(failure('Validasi gagal', [{ field: 'quantity', message: 'Wajib diisi' }]));
    const renamed = await api.send('PUT', userPath(user.id), { as: user, body: `{${proto}}` });
    expect([renamed.body.data.role, renamed.body.data.name === 'X']).toEqual(['user', false]);
    expect(Reflect.ownKeys(Object.prototype).filter((key) => ['quantity', 'role', 'name'].includes(String(key)))).toEqual([]);
  });

  it('T81: of a field that is sent twice the last counts, for the rights too', async () => {
    const book = (quantities: string) => api.send('POST', '/api/bookings', { as: user, body: `{"event_id":"${event}",${quantities}}` });
    expect((await book('"quantity":0,"quantity":2')).body.data.quantity).toBe(2);
    expect((await book('"quantity":2,"quantity":0')).status).toBe(400);
    const { name, email, password } = person();
    const twice = `{"name":"${name}","email":"${email}","password":"${password}","role":"user","role":"admin"}`;
    expect((await api.send('POST', '/api/auth/register', { body: twice })).status).toBe(profile === 'open' ? 201 : 403);
  });

  it('T86: a malformed id is refused as one, and an id in upper case is the same id', async () => {
    const sent = [
      'x',
      '123',
      '%00',
      '%zz',
      '%',
      'a%2fb',
      '0'.repeat(36),
      `${anId()}x`,
      `%20${anId()}`,
      `${anId()}%0a`,
      `{${anId()}}`,
      '..%2f..',
      '%F0%9F%8E%AB',
    ];
    for (const id of [...sent, ...["' OR 1=1 --", "1'; DROP TABLE users;--", 'x OR true'].map(encodeURIComponent)]) {
      for (const [method, path] of [
        ...(['GET', 'PUT', 'DELETE'] as const).flatMap((verb) => [[verb, eventPath(id)] as const, [verb, userPath(id)] as const]),
        ...[['GET', `/api/bookings/${id}`] as const, ['DELETE', `/api/bookings/${id}`] as const, ['PATCH', `/api/bookings/${id}/status`] as const],
      ]) {
        const reply = await api.send(method, path, { as: admin });
        expect([reply.status, reply.body.errors?.[0]?.field], `${method} ${path}`).toEqual([400, 'id']);
      }
    }
    const booked = await api.send('POST', '/api/bookings', { as: user, body: { event_id: event.toUpperCase(), quantity: 1 } });
    expect(booked.body.data.event_id).toBe(event);
    for (const path of [eventPath(event), userPath(user.id), `/api/bookings/${booked.body.data.id}`]) {
      const [plain, upper] = [
        await api.send('GET', path, { as: admin }),
        await api.send('GET', path.toUpperCase().replace(/^.*\//, path.replace(/[^/]*$/, '')), { as: admin }),
      ];
      expect([upper.status, upper.body], path).toEqual([200, plain.body]);
    }
  });

  it('T87: SQL in a key, an address or a password finds nothing and breaks nothing', async () => {
    const before = await rows();
    for (const text of ["' OR '1'='1", "admin@example.com' --", '" OR ""="', '\\', "'; DROP TABLE users;--", '%', '_']) {
      const reply = await api.send('POST', '/api/auth/login', { body: { email: text, password: text } });
      expect([reply.status, reply.body], text).toEqual([401, failure('Email atau password salah')]);
    }
    expect(await rows()).toBe(before);
    const order = { as: user, body: { event_id: event, quantity: 1 } };
    const keys = ["'OR'1'='1", "'--", '%', '_', '\\', '";DROP'];
    const replies = await Promise.all(keys.map((key) => api.send('POST', '/api/bookings', { ...order, headers: { 'Idempotency-Key': key } })));
    expect(new Set(replies.map(({ body }) => body.data.id)).size).toBe(keys.length);
  });

  it('T98: an unexpected error is answered by its status, and its message stays inside', async () => {
    const own = await openApi(engine, profile);
    const [ruler, buyer] = [await own.account({ role: 'admin' }), await own.account()];
    const { id } = (await own.send('POST', '/api/events', { as: ruler, body: CONCERT })).body.data;
    const database = own.container.get(TOKENS.database);
    for (const table of ['bookings', 'stock_movements']) await database.transaction((manager) => manager.query(`DROP TABLE ${table}`));
    for (const [method, path, as, body] of [
      ['POST', '/api/bookings', buyer, { event_id: id, quantity: 1 }],
      ['GET', '/api/bookings', buyer, undefined],
      ['GET', `/api/bookings/${anId()}`, buyer, undefined],
      ['DELETE', `/api/users/${buyer.id}`, ruler, undefined],
      ['PUT', eventPath(id), ruler, { total_tickets: 7 }],
    ] as const) {
      const reply = await own.send(method, path, { as, body, headers: { 'X-Request-Id': `of-${method}-${path.length}` } });
      expect([reply.status, reply.body], `${method} ${path}`).toEqual([500, failure('Terjadi kesalahan pada server')]);
      expect(JSON.stringify(own.logged.at(-1))).toContain(`"requestId":"${reply.headers.get('x-request-id')}"`);
    }
    expect(own.logged).toHaveLength(5);
    expect(JSON.stringify(own.logged)).not.toMatch(/SELECT|INSERT|UPDATE |\$2b\$|no such table|doesn't exist|@example|Bearer/);
    await own.close();
  });
});

describe('a page on another origin', () => {
  const ORIGIN = 'https://tickets.example';
  let listed: Api;
  let unlisted: Api;
  beforeAll(async () => {
    listed = await openApi('sqlite', 'locked', {}, { corsOrigins: [ORIGIN, 'http://localhost:5173'] });
    unlisted = await openApi('sqlite', 'locked');
  });
  afterAll(() => Promise.all([listed.close(), unlisted.close()]));

  const corsIn = ({ headers }: Reply) => [...headers.keys()].filter((name) => name.startsWith('access-control-'));
  const preflight = (api: Api, Origin: string, path = '/api/bookings') =>
    api.send('OPTIONS', path, { headers: { Origin, 'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': 'authorization' } });
  const STRANGERS = [
    ...['https://evil.example', 'null', '*', 'https://tickets.example.evil.example', 'http://tickets.example', 'https://tickets.example:8443'],
    ...['https://TICKETS.example', 'https://tickets.example/', 'https://a.tickets.example', 'http://localhost:5174', ''],
  ];

  it('T92: gets no CORS headers where no origin is listed: neither in answers nor in preflights', async () => {
    for (const Origin of [ORIGIN, ...STRANGERS]) {
      const replies = [await preflight(unlisted, Origin), await unlisted.send('GET', '/api/events', { headers: { Origin } })];
      expect(replies.map(({ status }) => status)).toEqual([204, 200]);
      expect(
        replies.map((reply) => [...corsIn(reply), reply.headers.get('vary')]),
        Origin,
      ).toEqual([[null], ['Accept-Encoding']]);
    }
  });

  it.each(STRANGERS)('T92: from %j it hears nothing of it, and what is kept of an answer is kept apart', async (Origin) => {
    const replies = [await preflight(listed, Origin), await listed.send('GET', '/api/events', { headers: { Origin } })];
    expect(replies.map(({ status, headers }) => [status, headers.get('allow')])).toEqual([
      [204, 'GET, HEAD, POST'],
      [200, null],
    ]);
    expect(replies.map((reply) => [...corsIn(reply), reply.headers.get('vary')])).toEqual([['Origin'], ['Origin, Accept-Encoding']]);
  });

  it.each([ORIGIN, 'http://localhost:5173'])('T92: from %s, which is listed, it may ask and read, and shows no cookie', async (Origin) => {
    const { status, headers } = await preflight(listed, Origin);
    expect([status, Object.fromEntries(headers)]).toMatchObject([
      204,
      {
        'access-control-allow-origin': Origin,
        'access-control-allow-methods': 'GET,HEAD,POST,PUT,PATCH,DELETE',
        'access-control-allow-headers': 'Authorization,Content-Type,Idempotency-Key,If-Match,If-None-Match,X-Request-Id,traceparent,tracestate',
      },
    ]);
    expect(headers.has('access-control-allow-credentials')).toBe(false);
    for (const [method, path, expected] of [
      ['GET', '/api/events', 200],
      ['GET', '/api/users', 401],
      ['GET', '/api/nowhere', 404],
      ['PATCH', '/api/events', 405],
      ['GET', '/api/events?limit=x', 400],
    ] as const) {
      const reply = await listed.send(method, path, { headers: { Origin } });
      const vary = expected === 200 ? 'Origin, Accept-Encoding' : 'Origin';
      expect([reply.status, reply.headers.get('access-control-allow-origin'), reply.headers.get('vary')]).toEqual([expected, Origin, vary]);
      expect(reply.headers.get('access-control-expose-headers')).toBe(
        'X-Request-Id,ETag,Link,X-Total-Count,Retry-After,Idempotency-Replayed,Location',
      );
      expect(reply.headers.has('access-control-allow-credentials')).toBe(false);
    }
  });

  it('T92: an OPTIONS that is no preflight hears what the path allows, and a path with another method still is refused', async () => {
    for (const headers of [{}, { Origin: ORIGIN }]) {
      const options = await listed.send('OPTIONS', '/api/bookings', { headers });
      expect([options.status, options.headers.get('allow'), corsIn(options)]).toEqual([204, 'GET, HEAD, POST', []]);
    }
    const refused = await listed.send('PATCH', '/api/bookings', { headers: { Origin: ORIGIN, 'Access-Control-Request-Method': 'PATCH' } });
    expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'GET, HEAD, POST']);
  });
});

/** An answer as it came over the wire. */
interface Answer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}
type Part = string | Uint8Array;

async function listening(api: Pick<Api, 'fetch'>, limits: Partial<ServerLimits> = {}): Promise<Server> {
  const server = createHttpServer(api.fetch, { limits: { ...SERVER_LIMITS, ...limits } });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

/** Sends the parts one after the other, unchanged. Returns all data until the connection closes. */
async function heardFrom(server: Server, ...parts: readonly Part[]): Promise<string> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  socket.on('error', () => undefined);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  for (const part of parts) {
    socket.write(part);
    await sleep(10);
  }
  const isClosed = await Promise.race([closed.then(() => true), sleep(8000, false, { ref: false })]);
  socket.destroy();
  return isClosed ? Buffer.concat(chunks).toString() : `still open after: ${Buffer.concat(chunks)}`;
}

/** The answers in the received data: each head, and as much of the body as its length says. */
function answersIn(heard: string): Answer[] {
  const answers: Answer[] = [];
  for (let rest = heard; rest !== ''; ) {
    const end = rest.indexOf('\r\n\r\n');
    const head = rest.slice(0, end);
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1]);
    if (end < 0 || Number.isNaN(status)) throw new Error(`no answer: ${JSON.stringify(rest.slice(0, 200))}`);
    const bytes = Buffer.from(rest.slice(end + 4));
    const length = Number(/^content-length: (\d+)$/im.exec(head)?.[1] ?? 0);
    answers.push({ status, head, body: bytes.subarray(0, length).toString() });
    rest = bytes.subarray(length).toString();
  }
  return answers;
}

describe.each(['open', 'locked'] as const)('on a connection, %s profile', (profile) => {
  let api: Api;
  let server: Server;
  let admin: Caller;
  beforeAll(async () => {
    api = await openApi('sqlite', profile);
    admin = await api.account({ role: 'admin' });
    server = await listening(api);
  });
  afterAll(async () => {
    // The server reports a client that breaks off its body. Nothing else unexpected happens.
    expect(api.logged.filter((line) => !JSON.stringify(line).includes('the client went away'))).toEqual([]);
    server.closeAllConnections();
    server.close();
    await api.close();
  });

  const CRLF = '\r\n';
  const request = (line: string, headers: readonly string[] = [], body: Part = ''): Buffer =>
    Buffer.concat([Buffer.from([`${line} HTTP/1.1`, 'Host: here', ...headers, 'Connection: close', '', ''].join(CRLF)), Buffer.from(body)]);
  const post = (path: string, body: Part, headers: readonly string[] = ['Content-Type: application/json'], length = Buffer.from(body).length) =>
    request(`POST ${path}`, [`Authorization: Bearer ${admin.token}`, `Content-Length: ${length}`, ...headers], body);
  /** The only answer to the sent data. It has to be in the envelope. */
  async function ask(...parts: readonly Part[]): Promise<readonly [status: number, body: unknown, head: string]> {
    const heard = answersIn(await heardFrom(server, ...parts));
    const [answer] = heard;
    if (answer === undefined || heard.length !== 1) throw new Error(`${heard.length} answers`);
    expect(answer.head).toMatch(/^content-type: application\/json; charset=utf-8$/im);
    return [answer.status, JSON.parse(answer.body), answer.head];
  }
  const statusAndBody = async (...parts: readonly Part[]) => (await ask(...parts)).slice(0, 2);

  const WRITES = ['/api/auth/register', '/api/auth/login', '/api/users', '/api/events', '/api/bookings'];
  const JSON_TYPE = 'Content-Type: application/json';
  const DEEP = `${'['.repeat(90)}${']'.repeat(90)}`;
  const BODIES: readonly (readonly [title: string, body: Part, headers: readonly string[], status: number, message: string])[] = [
    ...(['', ' ', '{', 'hello', '{"name":"x"', "{'name':'x'}", '{"name":"x"} x', '{"name":NaN}', '[1,]', '\u0000', '{"a":1}{"a":2}'] as const).map(
      (body) => [`T74: the body ${JSON.stringify(body)}`, body, [JSON_TYPE], 400, 'JSON tidak valid'] as const,
    ),
    ['T74: a body in gzip', gzipSync('{}'), [JSON_TYPE, 'Content-Encoding: gzip'], 400, 'JSON tidak valid'],
    ['T74: a body in gzip that is not said to be', gzipSync('{}'), [JSON_TYPE], 400, 'JSON tidak valid'],
    ['T74: a body that is said to be in gzip', '{}', [JSON_TYPE, 'Content-Encoding: gzip'], 400, 'JSON tidak valid'],
    ...['null', '[]', '[{}]', '"x"', '1', 'true'].map((body) => [`T75: the body ${body}`, body, [JSON_TYPE], 400, 'Validasi gagal'] as const),
    ...[
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/jsonp',
      'application/xml',
      'text/json',
      '',
    ].map((type) => [`T76: the type "${type}"`, '{}', [`Content-Type: ${type}`], 415, 'Content-Type harus application/json'] as const),
    ['T76: no type', '{}', [], 415, 'Content-Type harus application/json'],
    ['T76: two types', '{}', ['Content-Type: text/plain', JSON_TYPE], 415, 'Content-Type harus application/json'],
    ...['utf-16', 'iso-8859-1', '"utf-7"'].map(
      (charset) => [`T76: the charset ${charset}`, '{}', [`${JSON_TYPE}; charset=${charset}`], 415, 'Charset body harus UTF-8'] as const,
    ),
    ['T77: a byte more than fits', `{"name":"${'x'.repeat(64 * 1024 - 10)}"}`, [JSON_TYPE], 413, 'Ukuran body terlalu besar'],
    ['T79: nesting as deep as it fits', `{"name":${DEEP},"email":1}`, [JSON_TYPE], 400, 'Validasi gagal'],
    ['T79: nesting 5,000 deep', `{"name":${'['.repeat(5000)}${']'.repeat(5000)}}`, [JSON_TYPE], 400, 'JSON tidak valid'],
    ['T79: a thousand fields', `{${Array.from({ length: 1000 }, (_, n) => `"k${n}":1`).join(',')}}`, [JSON_TYPE], 400, 'JSON tidak valid'],
    ['T79: nesting 200,000 deep', `${'['.repeat(200_000)}${']'.repeat(200_000)}`, [JSON_TYPE], 413, 'Ukuran body terlalu besar'],
  ];
  it.each(BODIES)('%s is refused wherever a body is read', async (_, body, headers, status, message) => {
    for (const path of WRITES) {
      const [found, answer] = await ask(post(path, body, headers));
      expect([found, answer], path).toEqual([status, failure(message, message === 'Validasi gagal' ? expect.any(Array) : null)]);
    }
  });

  it('T77: a length over the limit is refused before a byte of the body is there', async () => {
    for (const length of [65_537, 1e9, Number.MAX_SAFE_INTEGER]) {
      expect(await statusAndBody(post('/api/bookings', '', [JSON_TYPE], length))).toEqual([413, failure('Ukuran body terlalu besar')]);
    }
  });

  it('T78: a body in chunks is counted as it arrives, on routes that read no body too, and the server lives', async () => {
    const chunk = `${(16 * 1024).toString(16)}${CRLF}${'x'.repeat(16 * 1024)}${CRLF}`;
    for (const line of ['POST /api/bookings', `DELETE /api/events/${anId()}`, 'PUT /api/users/x']) {
      const begin = request(line, [JSON_TYPE, 'Transfer-Encoding: chunked', `Authorization: Bearer ${admin.token}`]);
      expect(await statusAndBody(begin, chunk, chunk, chunk, chunk, chunk), line).toEqual([413, failure('Ukuran body terlalu besar')]);
    }
    expect((await ask(request('GET /api/events')))[0]).toBe(200);
  });

  /** Spellings of a path, and the clean path whose answer each may get. All others lead to nothing. */
  const PATHS: readonly (readonly [path: string, clean?: string])[] = [
    ...['//api/users', '/api//users', '/api/users//', '/API/USERS', '/Api/users', '/api%2fusers', '/api%2Fusers', '/api/users;x=1'].map(
      (path) => [path] as const,
    ),
    ...[
      '//evil.example/api/users',
      '/api/users%00',
      '/api/users%20',
      '/api/users%2f',
      '/%2e%2e%2fapi/users',
      '/api/..%2fusers',
      '/api/users/..;/users',
    ].map((path) => [path] as const),
    ...['/.env', '/package.json', '/../../etc/passwd', '/static/../.env', '/data/tickets.sqlite', '/favicon.ico', '/index.html', '/admin'].map(
      (path) => [path] as const,
    ),
    ...[
      '/api/x/../users',
      '/api/./users',
      '/api/events/../users',
      '/%61pi/users',
      '/api/%75sers',
      '/api/%2e%2e/api/users',
      '/api/users?',
      '/api/users/',
      '/api/users/.',
      '/api/users#x',
    ].map((path) => [path, '/api/users'] as const),
    ['http://evil.example/api/users', '/api/users'],
  ];
  it.each(PATHS)('T90: the path %s is nothing, or what its clean form is to every caller', async (path, clean) => {
    const [status, body] = await ask(request(`GET ${path}`));
    if (clean === undefined) expect([status, body]).toEqual([404, failure('Endpoint tidak ditemukan')]);
    else expect([status, body]).toEqual(await statusAndBody(request(`GET ${clean}`)));
    if (profile === 'locked') expect(status).not.toBe(200);
  });

  it('T91: nothing that a client sends comes back in a header, but a request id that is one', async () => {
    const hostile = '%0d%0aSet-Cookie:%20injected=1';
    for (const [line, headers] of [
      [`GET /api/events/${hostile}`, []],
      [`GET /api/events?limit=1${hostile}`, []],
      [`GET /api/events?limit=1&total=true&x=${hostile}`, []],
      [`GET /${hostile}`, []],
      ['GET /api/events', ['X-Request-Id: injected id', 'Origin: http://injected']],
      ['GET /api/events', ['X-Request-Id: injected\u00e9']],
      ['GET /api/events', ['If-None-Match: "injected日本"']],
      ['POST /api/bookings', ['Idempotency-Key: injected日本', 'Content-Length: 0']],
      ['POST /api/auth/login', ['Content-Type: application/injected日本', 'Content-Length: 0']],
      ['PATCH /api/events', ['Access-Control-Request-Headers: injected']],
    ] as const) {
      const [status, , head] = await ask(request(line, headers));
      expect([status < 500, head.includes('injected'), /set-cookie/i.test(head)], line).toEqual([true, false, false]);
    }
    expect((await ask(request('GET /', ['X-Request-Id: trace-1'])))[2]).toMatch(/^x-request-id: trace-1\r$/im);
  });

  it('T94: no header, and nothing in a query, makes another request of one', async () => {
    const event = (await api.send('POST', '/api/events', { as: admin, body: CONCERT })).body.data.id;
    const token = `Authorization: Bearer ${admin.token}`;
    for (const name of ['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override']) {
      expect((await ask(request(`POST /api/events/${event}?_method=DELETE`, [token, `${name}: DELETE`, 'Content-Length: 0'])))[0]).toBe(405);
      expect((await ask(request(`GET /api/events/${event}`, [token, `${name}: DELETE`])))[0]).toBe(200);
    }
    const spoofs = ['X-Original-URL: /api/users', 'X-Rewrite-URL: /api/users', 'X-Forwarded-Prefix: /evil', 'X-Forwarded-Host: evil.example'];
    const [status, body] = await ask(
      request('GET /', [...spoofs, 'X-Forwarded-Proto: https', 'Forwarded: host=evil.example', 'X-Forwarded-User: admin']),
    );
    expect([status, body]).toEqual(await statusAndBody(request('GET /')));
    await api.send('POST', '/api/events', { as: admin, body: CONCERT });
    const [, , head] = await ask(request('GET /api/events?limit=1', spoofs));
    expect(head.toLowerCase()).toContain('link: <http://here/api/events?limit=1>; rel="first", <http://here/api/events?limit=1&cursor=');
    expect(head).not.toContain('evil');
    expect((await ask(request('GET /api/auth/me', ['X-Forwarded-User: admin', 'X-User-Id: 1', `X-Authenticated-User: ${admin.id}`])))[0]).toBe(401);
  });

  const START = 'POST /api/auth/login HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\n';
  const CHUNKS = '2\r\n{}\r\n0\r\n\r\n';
  it.each([
    ['a length and chunks', `${START}Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG`],
    ['chunks and a length', `${START}Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\nG`],
    ['two lengths that differ', `${START}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{} `],
    ['two lengths that agree', `${START}Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}`],
    ['a list of lengths', `${START}Content-Length: 2, 2\r\n\r\n{}`],
    ...['-2', '+2', '0x2', '2a', '1e1', '99999999999999999999999'].map((length) => [
      `the length ${length}`,
      `${START}Content-Length: ${length}\r\n\r\n{}`,
    ]),
    ['a space before the colon', `${START}Transfer-Encoding : chunked\r\n\r\n${CHUNKS}`],
    ...['xchunked', 'identity', 'gzip, chunked', 'chunked, identity', 'chunked, chunked', '"chunked"'].map((coding) => [
      ...[`the transfer coding ${coding}`, `${START}Transfer-Encoding: ${coding}\r\n\r\n${CHUNKS}`],
    ]),
    ['two transfer codings', `${START}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n${CHUNKS}`],
    ['chunks in HTTP/1.0', `${START.replace('1.1', '1.0')}Transfer-Encoding: chunked\r\n\r\n${CHUNKS}`],
    ['a chunk size that is none', `${START}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`],
    ['a chunk longer than it says', `${START}Transfer-Encoding: chunked\r\n\r\n2\r\n{}x\r\n0\r\n\r\n`],
    ['a header on two lines', 'GET / HTTP/1.1\r\nHost: here\r\nX: a\r\n b\r\n\r\n'],
    ['lines that end in LF alone', 'GET / HTTP/1.1\nHost: here\n\n'],
    ['a NUL in a header', 'GET / HTTP/1.1\r\nHost: here\r\nX: a\u0000b\r\n\r\n'],
    ['a backslash in the path', 'GET /api\\users HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n'],
    ['no host', 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n'],
    ...['', 'a b', 'a/b', 'a/api/events?x=', 'user:pw@a', 'a:99999', 'a#b', 'a\\b'].map((host) => [
      ...[`the host "${host}"`, `GET /api/users HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`],
    ]),
    ['two hosts', 'GET / HTTP/1.1\r\nHost: here\r\nHost: evil.example\r\nConnection: close\r\n\r\n'],
    ['two hosts of one name', 'GET / HTTP/1.1\r\nHost: here\r\nX: y\r\nhOST: here\r\nConnection: close\r\n\r\n'],
    ['a method nobody knows', 'FOO / HTTP/1.1\r\nHost: here\r\n\r\n'],
    ['a method in lower case', 'get / HTTP/1.1\r\nHost: here\r\n\r\n'],
    ['the method CONNECT', 'CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n'],
    ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['TLS', Buffer.from('16030100c8010000c40303', 'hex').toString('latin1')],
  ])('T95: %s is refused once, and the connection closed', async (_, bytes = '') => {
    expect(await statusAndBody(bytes)).toEqual([400, failure('Permintaan tidak valid')]);
  });

  it('T95: a request in the body of another is that body and no request', async () => {
    const inner = 'GET /health/live HTTP/1.1\r\nHost: here\r\n\r\n';
    const last = 'GET / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n';
    const size = `Content-Length: ${inner.length}\r\n\r\n${inner}`;
    for (const [line, status] of [
      ['GET /api/events', 200],
      [`GET /api/events/${anId()}`, 404],
      ['POST /api/nowhere', 404],
      ['PATCH /api/events', 405],
      ['OPTIONS /api/events', 204],
      [`DELETE /api/events/${anId()}`, 401],
      ['POST /api/bookings', 401],
      ['POST /api/auth/login', 415],
    ] as const) {
      const heard = await heardFrom(server, `${line} HTTP/1.1\r\nHost: here\r\n${size}${last}`);
      const found = answersIn(heard).map((answer) => answer.status);
      // If the server does not read a body to its end, it may close the connection after the answer. Nothing else may follow from that.
      expect([[status], [status, 200]], line).toContainEqual(found);
      expect(heard).not.toContain('Server berjalan');
    }
  });

  it('T96, T97: what takes its time is bounded: headers, requests, idle connections, and their number', () => {
    const { headersTimeout, requestTimeout, keepAliveTimeout, timeout, maxConnections } = server;
    expect({ headersTimeout, requestTimeout, keepAliveTimeout, timeout, maxConnections }).toEqual({
      headersTimeout: 10_000,
      requestTimeout: 15_000,
      keepAliveTimeout: 5000,
      timeout: 30_000,
      maxConnections: 10_000,
    });
  });

  it('T97: a connection serves a limited number of requests, the last answer says so, and an idle connection is closed', async () => {
    const short = await listening(api, { requestsPerSocket: 3, keepAliveMs: 100 });
    const one = 'GET /health/live HTTP/1.1\r\nHost: here\r\n\r\n';
    const answers = answersIn(await heardFrom(short, one, one, one));
    expect(answers.map(({ status, head }) => [status, /^connection: (.*)$/im.exec(head)?.[1]])).toEqual([
      [200, 'keep-alive'],
      [200, 'keep-alive'],
      [200, 'close'],
    ]);
    expect(answersIn(await heardFrom(short, one))).toHaveLength(1);
    short.closeAllConnections();
    short.close();
  });
});
