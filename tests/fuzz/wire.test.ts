import type { Server } from 'node:http';
import { connect } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHttpServer } from '../../apps/http/src/http-server.ts';
import { type Document, readDocument } from './document.ts';
import { casesOf, fuzz, places } from './fuzz.ts';
import * as hostile from './hostile.ts';
import { type Answer, brokenAnywhere } from './promises.ts';
import { openWorld, type Tables, type World } from './world.ts';

/** The cases run at the same time, on separate connections: most wait for a body that never comes. */
const AT_ONCE = 10;
const BATCHES = Math.max(1, Math.round(casesOf(0.05) / AT_ONCE));

describe.each(places)('any bytes, on $place', ({ engine, profile, place }) => {
  let world: World;
  let document: Document;
  let server: Server;
  beforeAll(async () => {
    world = await openWorld(engine, profile);
    document = readDocument((await world.send('GET', '/openapi.json')).body);
    const limits = {
      headersMs: 300,
      requestMs: 500,
      idleSocketMs: 30_000,
      keepAliveMs: 100,
      readWindowMs: 30_000,
      readBytesMin: 1,
      shareOfSite: 1,
      connections: 1000,
      inFlight: 1000,
      requestsPerSocket: 100,
      shareOfOne: 1,
      pipelined: 100,
      begunAtOnce: 64,
    };
    server = createHttpServer(world.fetch, { limits });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await world.close();
  });

  it(`are answered with the envelope or not at all, and the server lives: ${BATCHES} times ${AT_ONCE} connections`, async () => {
    let before = await world.tables();
    const targets = document.operations.map(({ method, path }) => [method, path.replace('{id}', `<${path.split('/')[2]}.newest>`)] as const);
    for (const [kind, like] of [
      ['users', 'ann'],
      ['events', 'onSale'],
      ['bookings', 'held'],
    ] as const)
      world.words.set(`${kind}.newest`, world.words.get(`${kind}.${like}`) ?? '');
    await fuzz('wire', place, BATCHES, fc.array(requests(targets), { minLength: 1, maxLength: AT_ONCE }), async (batch) => {
      const sent = batch.map(({ head, body, tail }) => {
        const inFull = world.inFull(body);
        const length = (_: string, difference = '0') => String(inFull.length + Number(difference));
        return `${world.inFull(head).replaceAll(/\{length([+-]1)?\}/g, length)}${inFull}${tail}`;
      });
      const received = await Promise.all(sent.map((bytes) => exchange(bytes)));
      const broken = received.flatMap((bytes, index) =>
        brokenOnWire(document, sent[index] ?? '', bytes).map((promise) => `${promise}\n${sent[index]?.slice(0, 1000)}\n→ ${bytes.slice(0, 1000)}`),
      );
      const [alive] = responsesIn(await exchange('GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'), false) ?? [];
      if (alive?.status !== 200) broken.push('the server lives');
      const after = await world.tables();
      const changed = Object.keys(after).filter((table) => after[table] !== before[table] && table !== 'rate_counts');
      const [made, told] = [idsIn(after).filter((id) => !idsIn(before).includes(id)).length, received.join('').split('HTTP/1.1 201 ').length - 1];
      if (made !== told) broken.push(`${made} were made and ${told} told so`);
      if (changed.length > 0 && !received.some((bytes) => / 20[01] /.test(bytes))) broken.push(`all refused, and changed ${changed.join(', ')}`);
      if (changed.length > 0) {
        broken.push(...(await world.differences()).map((difference) => `the stock is wrong: ${JSON.stringify(difference)}`));
        await world.restore();
        before = await world.tables();
      }
      // The server reports a client that closes before it has sent its body. That is not a failure of the server.
      const logged = world.logged.splice(0).filter((line) => !JSON.stringify(line).includes('"level":"warn"'));
      broken.push(...logged.map((line) => `an error is logged: ${JSON.stringify(line)}`));
      if (broken.length > 0) throw new Error(broken.join('\n'));
    });
    expect(server.listening).toBe(true);
  }, 600_000);

  /** Writes the bytes, and reads until the server closes. */
  function exchange(bytes: string): Promise<string> {
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    return new Promise((resolve) => {
      const chunks: Buffer[] = [];
      const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
      socket.on('data', (chunk: Buffer) => chunks.push(chunk));
      socket.on('error', () => undefined); // after a reset the earlier answers still count
      socket.on('end', () => socket.end());
      socket.on('close', () => resolve(Buffer.concat(chunks).toString('latin1')));
      socket.write(bytes, 'latin1');
    });
  }
});

/** The ids of rows that clients create. A transaction's mark is none of them. */
const idsIn = ({ commits: _, ...tables }: Tables): string[] =>
  Object.values(tables).flatMap((rows) => JSON.parse(rows).map((row: { id?: string }) => row.id ?? ''));

const often = <Value>(usual: Value, ...rare: readonly Value[]): fc.Arbitrary<Value> =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(...rare) });

const VERSIONS = ['HTTP/1.0', 'HTTP/2.0', 'HTTP/0.9', '', 'XTTP/1.1', 'HTTP/1.1 x', 'http/1.1', 'HTTP/9.9'];
const METHODS = [...hostile.METHODS, 'CONNECT', 'TRACE', '', 'GE T', 'GET\u0000', 'G\u00c9T', 'PRI', 'SOURCE'];
const TARGETS = [
  ...hostile.TARGETS,
  ...['*', '', 'api/events', 'http://evil.example/api/events', 'https://x/api/users', 'evil.example:80', '/api/events#x', '/a b'],
  ...['/\u0000', '/\u00e9\u00ff'],
  ...['/api/events\u0001', `/${'a'.repeat(17_000)}`, '/api/users/<users.ann>/../<users.bob>', '/\\..\\..', '/api/events/%5c..%5c'],
  ...['/?'.repeat(2000), 'javascript:1'],
];
const HOSTS = [
  '',
  'Host: \r\n',
  'Host: a\r\nHost: b\r\n',
  'Host: a b\r\n',
  'Host: \u00e9\r\n',
  'Host: x/y?z\r\n',
  'Host: [::1\r\n',
  'Host: a:99999\r\n',
  'Host: @\r\n',
];
const FRAMES = [
  ...[
    '{length-1}',
    '{length+1}',
    '{length}\r\nContent-Length: 1',
    '{length}, {length}',
    '+{length}',
    '-1',
    'x',
    '0x5',
    '99999999999999999999',
    '70000',
    '',
  ].map((length) => `Content-Length: ${length}\r\n`),
  ...[
    'chunked',
    'gzip, chunked',
    'chunked, chunked',
    'x',
    'identity',
    'CHUNKED',
    ' chunked',
    'chunked\u000b',
    'chunked\r\nContent-Length: {length}',
  ].map((coding) => `Transfer-Encoding: ${coding}\r\n`),
  '',
];
const LINES = [
  ...['Expect: 100-continue', 'Expect: x', 'Connection: Upgrade\r\nUpgrade: websocket', 'Upgrade: h2c\r\nHTTP2-Settings: x'],
  ...['Connection: keep-alive', 'TE: trailers'],
  ...['No-Colon', ': empty', 'Sp ace: x', 'Tab\t: x', 'X: a\r\n folded', 'X: a\rb', 'X: a\nY: b', 'X: \u0000', 'X: \u00ff\u00fe', 'X : y'],
  ...[`X: ${'x'.repeat(17_000)}`, 'X: x\r\n'.repeat(2500)],
  ...['Authorization: Bearer <tokens.admin>\r\nAuthorization: Bearer <tokens.ann>'],
  ...['Content-Type: application/json\r\nContent-Type: text/plain', 'Trailer: Authorization'],
  ...['Idempotency-Key: k\r\nIdempotency-Key: l', 'Idempotency-Key: \u00e9', 'X-Request-Id: a\u00e9', 'Content-Encoding: gzip'],
  ...['Proxy-Connection: close', 'Cookie: \u0001'],
];
const BOOKING = ['POST', '/api/bookings'] as const;
const BOOKED = '{"event_id":"<events.newest>","quantity":1}';
const BODIES = [
  ...['{"status":"cancelled"}', '{}', '', '{"quantity":', '\u00ff\u00fe', 'x'.repeat(66_000), '"'.repeat(100)],
  ...['5\r\n{"a":\r\n3\r\n1}\n\r\n0\r\n\r\n', 'ffffffffffffffff\r\nx', 'x\r\n'],
  ...['2;ext="\r\n{}\r\n0\r\nAuthorization: Bearer <tokens.admin>\r\n\r\n', '0\r\n\r\nGET /api/users HTTP/1.1\r\nHost: x\r\n\r\n'],
  ...['2\r\n{}\n0\n\n', '-1\r\n\r\n', '2\r\n{}0\r\n\r\n'],
];

interface Bytes {
  /** Everything up to the body. `{length}` is the body's length, sometimes one more or less. */
  readonly head: string;
  readonly body: string;
  readonly tail: string;
}

/** Requests as bytes. They are mostly well-formed, and sometimes a part is not. A character is a byte. */
const requests = (targets: readonly (readonly [method: string, path: string])[]): fc.Arbitrary<Bytes> =>
  fc
    .record({
      // Every second request is a booking, so that often the answer describes a real change.
      line: fc
        .oneof(fc.constantFrom(...targets), fc.constant(BOOKING))
        .chain(([method, path]) => fc.tuple(often(method, ...METHODS), often(path, ...TARGETS), often('HTTP/1.1', ...VERSIONS))),
      host: often('Host: localhost\r\n', ...HOSTS),
      who: fc.constantFrom('admin', 'ann', 'gone'),
      frame: often('Content-Length: {length}\r\n', ...FRAMES),
      lines: fc.array(fc.constantFrom(...LINES), { maxLength: 2 }),
      close: often('Connection: close\r\n', ''),
      end: often('\r\n', '', '\n', '\r\n\r\n\r\n'),
      body: fc.oneof(fc.constant(BOOKED), fc.constantFrom(...BODIES)),
      tail: often('', 'GET /api/events HTTP/1.1\r\nHost: x\r\n\r\n', '\u0000\u0001\u0002', '\r\n'),
    })
    .map(({ line, host, who, frame, lines, close, end, body, tail }) => {
      const usual = `Authorization: Bearer <tokens.${who}>\r\nContent-Type: application/json\r\n`;
      return { head: [`${line.join(' ')}\r\n`, host, usual, frame, ...lines.map((text) => `${text}\r\n`), close, end].join(''), body, tail };
    });

/** The responses on a connection; undefined if the data is not HTTP, or not complete. */
function responsesIn(bytes: string, isFirstHead: boolean): readonly Answer[] | undefined {
  const answers: Answer[] = [];
  let rest = bytes;
  while (rest !== '') {
    const found = /^HTTP\/1\.1 (\d{3}) [^\r\n]*\r\n((?:[!-9;-~]+:[^\r\n]*\r\n)*)\r\n/.exec(rest);
    if (found === null) return undefined;
    const [head, code, headers = ''] = found;
    const status = Number(code);
    rest = rest.slice(head.length);
    const length = Number(/^Content-Length: (\d+)/im.exec(headers)?.[1] ?? Number.NaN);
    let body = '';
    // If Node cannot parse a HEAD request, it does not know the method. So that answer may have a body.
    const isOfHead = isFirstHead && !rest.startsWith('{') && answers.every((answer) => answer.status < 200);
    if (status < 200 || status === 204 || status === 304 || isOfHead) body = '';
    else if (!Number.isNaN(length)) {
      body = rest.slice(0, length);
      if (body.length < length) return undefined;
      rest = rest.slice(length);
    } else if (/^Transfer-Encoding: chunked/im.test(headers)) {
      for (;;) {
        const size = /^([\da-f]+)\r\n/.exec(rest);
        if (size === null) return undefined;
        const bytesOfChunk = Number.parseInt(size[1] ?? '', 16);
        body += rest.slice(size[0].length, size[0].length + bytesOfChunk);
        rest = rest.slice(size[0].length + bytesOfChunk + 2);
        if (bytesOfChunk === 0) break;
      }
    } else return undefined;
    const lines = headers
      .split('\r\n')
      .slice(0, -1)
      .map((line): [string, string] => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]);
    answers.push({ status, headers: new Headers(lines), text: Buffer.from(body, 'latin1').toString() });
  }
  return answers;
}

function brokenOnWire(document: Document, sent: string, received: string): readonly string[] {
  const answers = responsesIn(received, isHead(sent))?.filter(({ status }) => status >= 200);
  if (answers === undefined) return ['the bytes are whole HTTP'];
  if (answers.length === 0) return ['there is an answer'];
  return answers.flatMap((answer, index) => brokenAnywhere(document, sent, index === 0 && isHead(sent) && answer.text === '', answer));
}

const isHead = (sent: string): boolean => /^\s*HEAD /.test(sent);
