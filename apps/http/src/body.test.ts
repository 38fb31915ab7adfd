import { gzipSync } from 'node:zlib';
import { Hono } from 'hono';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { BODY_BYTES_MAX, body, limitBody, USUAL_BODY_BYTES_MAX } from './body.ts';
import type { AppEnv } from './env.ts';
import { answerError } from './errors.ts';

const Named = v.object(
  { name: v.pipe(v.string('text'), v.minLength(2, 'short'), v.startsWith('a', 'a')), size: v.optional(v.number('number')) },
  'missing',
);
const app = new Hono<AppEnv>()
  .use(async (c, next) => {
    c.set('route', c.req.path);
    if (c.req.header('Authorization') === undefined) c.set('context', { actor: 'anonymous' });
    await next();
  })
  .use(limitBody)
  .post('*', body(Named), (c) => {
    const input = c.get('input');
    if (input instanceof Error) throw input;
    return c.json(input);
  })
  .delete('*', (c) => c.text('gone'))
  .get('*', (c) => c.text('here'));
app.onError(answerError);

const JSON_TYPE = { 'Content-Type': 'application/json' };
const SIGNED_IN = { ...JSON_TYPE, Authorization: 'somebody' };
async function send(init: RequestInit, method = 'POST', path = '/') {
  const answer = await app.request(path, { method, headers: JSON_TYPE, ...init });
  return [answer.status, await answer.json()] as const;
}
const failure = (message: string, errors: unknown = null) => ({ success: false, code: expect.any(String), message, errors });

describe('a body', () => {
  it.each(['application/json', 'APPLICATION/JSON', 'application/json; charset=utf-8', 'application/json ;charset="UTF8"; x=y'])(
    'is read as %s',
    async (type) => {
      expect(await send({ body: '{"name":"ab"}', headers: { 'Content-Type': type } })).toEqual([200, { name: 'ab' }]);
    },
  );

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/jsonp',
    'application/problem+json',
    'text/json',
    'application/json, text/plain',
  ])('is not read as %s', async (type) => {
    expect(await send({ body: '{"name":"ab"}', headers: { 'Content-Type': type } })).toEqual([415, failure('Content-Type harus application/json')]);
  });

  it.each([
    'charset=iso-8859-1',
    'charset=utf-16',
    'charset="latin1"',
    'charset=',
    'charset=utf-8; charset=utf-7',
    'a=b;CHARSET=ascii',
    'charset="utf-8',
  ])('is not read in another charset: %s', async (charset) => {
    const headers = { 'Content-Type': `application/json; ${charset}` };
    expect(await send({ body: '{"name":"ab"}', headers })).toEqual([415, failure('Charset body harus UTF-8')]);
  });

  it.each(['gzip', 'br', 'deflate', 'identity, gzip', 'x'])('is not read as JSON when it is said to be encoded: %s', async (encoding) => {
    for (const body of ['{"name":"ab"}', gzipSync('{"name":"ab"}')])
      expect(await send({ body, headers: { ...JSON_TYPE, 'Content-Encoding': encoding } })).toEqual([400, failure('JSON tidak valid')]);
    expect((await send({ body: '{"name":"ab"}', headers: { ...JSON_TYPE, 'Content-Encoding': 'identity' } }))[0]).toBe(200);
  });

  it('is not read without a content type', async () => {
    expect(await send({ body: new TextEncoder().encode('{"name":"ab"}'), headers: {} })).toEqual([
      415,
      failure('Content-Type harus application/json'),
    ]);
    expect(await send({ headers: {} })).toEqual([415, failure('Content-Type harus application/json')]);
  });

  it.each([
    ...['', ' ', '{', '{"name":"ab"', "{'name':'ab'}", '{"name":"ab"} x', 'undefined', 'NaN', '[1,]', '"\u0000"'],
    ...[
      new Uint8Array([0x1f, 0x8b, 8, 0]),
      new Uint8Array([...Buffer.from('{"name":"a'), 0xff, ...Buffer.from('"}')]),
      new Uint8Array([0xed, 0xa0, 0x80]),
    ],
  ])('that is no JSON is said so: %j', async (body) => {
    expect(await send({ body })).toEqual([400, failure('JSON tidak valid')]);
  });

  it.each(['null', '[]', '[{"name":"ab"}]', '"x"', '1', 'true'])('that is no object is said so: %s', async (body) => {
    expect(await send({ body })).toEqual([400, failure('Validasi gagal', [{ field: 'body', message: 'Body harus berupa objek JSON' }])]);
  });

  it('names every faulty field, each once', async () => {
    const both = [
      { field: 'name', message: 'short' },
      { field: 'size', message: 'number' },
    ];
    expect(await send({ body: '{"name":"b","size":"1"}' })).toEqual([400, failure('Validasi gagal', both)]);
    expect(await send({ body: '{}' })).toEqual([400, failure('Validasi gagal', [{ field: 'name', message: 'missing' }])]);
  });

  it('may say more than is asked, and say it twice: the last one counts', async () => {
    const body = '{"name":"ax","name":"ab","id":1,"__proto__":{"size":1},"constructor":{"prototype":{"size":1}}}';
    expect(await send({ body })).toEqual([200, { name: 'ab' }]);
    expect(Object.hasOwn(Object.prototype, 'size')).toBe(false);
  });

  it('has at most 100 values, in whatever nesting', async () => {
    const values = (count: number) => Array.from({ length: count }, (_, n) => `"k${n}":1`).join(',');
    const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
    const text = '\\"[{,'.repeat(300);
    for (const fits of [values(99), `"x":${nested(98)}`, `"x":"${text}","y":["${text}"]`])
      expect(await send({ body: `{"name":"ab",${fits}}` })).toEqual([200, { name: 'ab' }]);
    for (const [more, path] of [
      [values(100), '/'],
      [`"x":${nested(99)}`, '/'],
      [`"x":[${'{},'.repeat(49)}{}]`, '/'],
      [values(6000), '/api/events'],
      [`"x":${nested(30_000)}`, '/api/events'],
    ] as const)
      expect(await send({ body: `{"name":"ab",${more}}`, headers: SIGNED_IN }, 'POST', path)).toEqual([400, failure('JSON tidak valid')]);
  });

  it('is not read as a type that goes on and on', async () => {
    const type = `application/json${'; charset=utf-8'.repeat(15)}`;
    expect((await send({ body: '{"name":"ab"}', headers: { 'Content-Type': type } }))[0]).toBe(200);
    expect((await send({ body: '{"name":"ab"}', headers: { 'Content-Type': `${type}; charset=utf-8` } }))[0]).toBe(415);
  });

  it('of nobody is not parsed where only an event can be so large', async () => {
    const body = `{"name":"ab"${' '.repeat(USUAL_BODY_BYTES_MAX)}}`;
    expect(await send({ body, headers: SIGNED_IN }, 'POST', '/api/events')).toEqual([200, { name: 'ab' }]);
    expect((await send({ body }, 'POST', '/api/events'))[0]).toBe(401);
  });
});

describe.each([
  ['an event’s', '/api/events', BODY_BYTES_MAX],
  ['an event’s, named by its id', '/api/events/:id', BODY_BYTES_MAX],
  ['any other', '/api/bookings', USUAL_BODY_BYTES_MAX],
])('a body over the limit: %s', (_, path, bytesMax) => {
  const fits = `{"name":"a${'b'.repeat(bytesMax - 12)}"}`;
  const tooLarge = [413, failure('Ukuran body terlalu besar')];
  const streamed = (text: string) => ({ body: ReadableStream.from([new TextEncoder().encode(text)]), duplex: 'half' as const });
  const sendIt = (init: RequestInit, method = 'POST') => send({ headers: SIGNED_IN, ...init }, method, path);

  it('begins one byte behind it', async () => {
    expect(fits).toHaveLength(bytesMax);
    expect((await sendIt({ body: fits }))[0]).toBe(200);
    expect(await sendIt({ body: `${fits} ` })).toEqual(tooLarge);
  });

  it('is told by its stated length, before it is read', async () => {
    expect(await sendIt({ body: '{}', headers: { ...SIGNED_IN, 'Content-Length': String(bytesMax + 1) } })).toEqual(tooLarge);
    expect(await sendIt({ headers: { 'Content-Length': String(bytesMax + 1) } }, 'GET')).toEqual(tooLarge);
  });

  it('is told by reading, where it states none', async () => {
    expect((await sendIt(streamed(fits)))[0]).toBe(200);
    expect(await sendIt(streamed(`${fits} `))).toEqual(tooLarge);
  });

  it('is told on routes that read none', async () => {
    expect(await sendIt({ body: `${fits} ` }, 'DELETE')).toEqual(tooLarge);
  });
});
