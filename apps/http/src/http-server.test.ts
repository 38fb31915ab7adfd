import { type AddressInfo, connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { PROFILES } from '@ticket/adapters';
import { afterEach, describe, expect, it } from 'vitest';
import { securityHeaders } from './every-answer.ts';
import { createHttpServer, type HttpServer, type ServerOptions } from './http-server.ts';
import { routePath } from './route-path.ts';
import { SERVER_LIMITS, type ServerLimits } from './server-limits.ts';

let server: HttpServer | undefined;
const unserved: string[] = [];
afterEach(() => {
  unserved.length = 0;
  server?.closeAllConnections();
  server?.close();
});

type Fetch = Parameters<typeof createHttpServer>[0];

async function listening(fetch: Fetch, limits: Partial<ServerLimits> = {}, options: ServerOptions = {}): Promise<number> {
  const started = createHttpServer(fetch, { limits: { ...SERVER_LIMITS, ...limits }, onUnserved: (reason) => unserved.push(reason), ...options });
  server = started;
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
  return (started.address() as AddressInfo).port;
}

/** Sends bytes as they are, a part after the other, or waits so many milliseconds. Gives all that came back until the connection was closed. */
async function raw(port: number, ...parts: readonly (string | number)[]): Promise<string> {
  // It goes on sending after the server has ended its side.
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  let heard = '';
  socket.on('data', (chunk) => (heard += chunk));
  socket.on('error', () => undefined);
  const closed = new Promise<string>((resolve) => socket.on('close', () => resolve(heard)));
  for (const part of parts) {
    if (typeof part === 'string') socket.write(part);
    await sleep(typeof part === 'number' ? part : 20);
  }
  if (socket.readableEnded) socket.end();
  else socket.once('end', () => socket.end());
  return Promise.race([closed, sleep(5000).then(() => `still open after: ${heard}`)]);
}

const hello: Fetch = () => new Response('{"success":true}', { headers: { 'Content-Type': 'application/json', Connection: 'close' } });
const CODES: Readonly<Record<number, string>> = { 400: 'bad_request', 408: 'request_timeout', 417: 'expectation_failed', 431: 'headers_too_large' };
const envelope = (status: number, message: string) =>
  new RegExp(
    `^HTTP/1\\.1 ${status} [\\s\\S]*application/json[\\s\\S]*"success":false,"code":"${CODES[status]}","message":"${message}","errors":null`,
    'i',
  );

describe('what never becomes a request gets the envelope', () => {
  it.each([
    ['no HTTP at all', 'hello\r\n\r\n', 400, 'Permintaan tidak valid'],
    ['headers over the limit', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431, 'Ukuran header terlalu besar'],
    ['an expectation that nobody knows', 'GET / HTTP/1.1\r\nHost: a\r\nExpect: miracles\r\n\r\n', 417, 'Permintaan tidak valid'],
  ])('%s', async (_, bytes, status, message) => {
    expect(await raw(await listening(hello), bytes)).toMatch(envelope(status, message));
    expect(unserved).toEqual(['unparsed']);
  });
});

describe('what cannot be parsed behind a request takes nobody’s answer', () => {
  const parts = (count: number, end = ''): Fetch => {
    return () => {
      let left = count;
      return new Response(
        new ReadableStream({
          async pull(controller) {
            await sleep(10);
            if (left-- > 0) controller.enqueue(new TextEncoder().encode('part '));
            else {
              controller.enqueue(new TextEncoder().encode(end));
              controller.close();
            }
          },
        }),
      );
    };
  };
  const get = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
  const post = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}';
  const answersIn = (heard: string) => heard.match(/HTTP\/1\.1 \d+/g);

  it.each([
    ['in the same packet, such as the NUL of a C program', [`${post}\0`]],
    ['while it is worked on', [post, 'no HTTP at all\r\n\r\n']],
  ])('%s: the request that was made is answered, and the connection ends', async (_, bytes) => {
    const slowly: Fetch = async () => {
      await sleep(100);
      return new Response('made');
    };
    const heard = await raw(await listening(slowly), ...bytes);
    expect([answersIn(heard), heard.endsWith('made')]).toEqual([['HTTP/1.1 200'], true]);
    expect(unserved).toEqual([]);
  });

  it('and goes on and on: it costs no more than the first time', async () => {
    const slowly: Fetch = async () => {
      await sleep(800);
      return new Response('made');
    };
    const warned: Error[] = [];
    const hear = (warning: Error) => warned.push(warning);
    process.on('warning', hear);
    const heard = await raw(await listening(slowly), post, ...Array.from({ length: 25 }, () => 'no HTTP at all\r\n\r\n'));
    process.off('warning', hear);
    expect([answersIn(heard), heard.endsWith('made')]).toEqual([['HTTP/1.1 200'], true]);
    expect(warned).toEqual([]);
  });

  it('in the middle of an answer: it goes to its end, with no other in it', async () => {
    const heard = await raw(await listening(parts(20, 'end')), get, 'no HTTP at all\r\n\r\n');
    expect(answersIn(heard)).toEqual(['HTTP/1.1 200']);
    expect(heard.match(/part /g)).toHaveLength(20);
    expect(heard).toContain('end');
  });

  it('behind several: each has its answer, in their order', async () => {
    let calls = 0;
    const fetch: Fetch = (...asked) => (calls++ === 0 ? parts(20, 'first')(...asked) : new Response('second'));
    const heard = await raw(await listening(fetch), get + post, 'no HTTP at all\r\n\r\n');
    expect(answersIn(heard)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 200']);
    expect(heard.indexOf('second')).toBeGreaterThan(heard.indexOf('first'));
    expect(heard).not.toContain('still open');
  });

  it('in its own body: that request alone is refused', async () => {
    const reads: Fetch = async (request) => new Response(await request.text());
    const heard = await raw(await listening(reads), 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\nno chunk\r\n');
    expect(heard).toMatch(envelope(400, 'Permintaan tidak valid'));
  });
});

describe('a request that is refused on its connection never reaches the app', () => {
  const reached: string[] = [];
  afterEach(() => {
    reached.length = 0;
  });
  /** Takes some time over each request, and answers with its path. */
  const works: Fetch = async (request) => {
    const path = new URL(request.url).pathname;
    reached.push(`${path} ${request.method === 'GET' ? '' : await request.text()}`.trim());
    await sleep(300);
    return new Response(`did ${path}`);
  };
  const limits = { headersMs: 100, requestMs: 200 };
  /** Long after the answer 408 was sent, and before its connection is cut. */
  const TOO_LONG_MS = 600;
  const head = (method: string, path: string, ...more: readonly string[]) => [`${method} ${path} HTTP/1.1`, 'Host: a', ...more, '', ''].join('\r\n');
  const post = (path: string) => `${head('POST', path, 'Content-Length: 2')}{}`;
  const statusesIn = (heard: string) => [...heard.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status));

  const whole = ['Content-Length: 2', 'Transfer-Encoding: chunked'] as const;
  const refused: [name: string, status: number, parts: (string | number)[]][] = [
    ['its head is slow', 408, ['POST /late HTTP/1.1\r\n', TOO_LONG_MS, 'Host: a\r\nContent-Length: 2\r\n\r\n{}']],
    ['its head is slow and has no body', 408, ['DELETE /late HTTP/1.1\r\n', TOO_LONG_MS, 'Host: a\r\n\r\n']],
    ['its head is slow, and another request is behind it', 408, ['POST /late HTTP/1.1\r\n', TOO_LONG_MS, `Host: a\r\n\r\n${post('/behind')}`]],
    ['its head is slow, on HTTP/1.0', 408, ['POST /late HTTP/1.0\r\n', TOO_LONG_MS, 'Host: a\r\nContent-Length: 2\r\n\r\n{}']],
    ...['POST', 'PUT', 'PATCH', 'DELETE', 'GET'].map((method): [string, number, (string | number)[]] => [
      `the body of a ${method} is slow`,
      408,
      [`${head(method, '/late', whole[0])}{`, TOO_LONG_MS, '}'],
    ]),
    ['its chunks are slow', 408, [`${head('DELETE', '/late', whole[1])}2\r\n{`, TOO_LONG_MS, '}\r\n0\r\n\r\n']],
    ['what follows its last chunk is slow', 408, [`${head('DELETE', '/late', whole[1])}2\r\n{}\r\n0\r\n`, TOO_LONG_MS, '\r\n']],
    ['a chunk of it is none', 400, [`${head('DELETE', '/late', whole[1])}2\r\n{}\r\nno chunk\r\n`]],
    ['what follows its last chunk is none', 400, [`${head('POST', '/late', whole[1])}2\r\n{}\r\n0\r\nno trailer\r\n\r\n`]],
  ];
  it(`in ${refused.length} ways`, async () => {
    const port = await listening(works, limits);
    const heard = await Promise.all(refused.map(async ([name, , parts]) => [name, statusesIn(await raw(port, ...parts))]));
    expect(heard).toEqual(refused.map(([name, status]) => [name, [status]]));
    expect(reached).toEqual([]);
  });

  it('it was told to go on with its body, and is slow then', async () => {
    const heard = await raw(await listening(works, limits), head('POST', '/late', whole[0], 'Expect: 100-continue'), TOO_LONG_MS, '{}');
    expect([statusesIn(heard), reached]).toEqual([[100, 408], []]);
  });

  it('it ends in the middle of its body', async () => {
    const port = await listening(works, limits);
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    let heard = '';
    socket.on('data', (chunk) => (heard += chunk));
    socket.end(`${head('DELETE', '/late', whole[0])}{`);
    await new Promise((resolve) => socket.once('close', resolve));
    expect([statusesIn(heard), reached]).toEqual([[400], []]);
  });

  it('it is slow on a connection that served another before', async () => {
    const parts = [post('/first'), TOO_LONG_MS, 'POST /late HTTP/1.1\r\n', TOO_LONG_MS, 'Host: a\r\nContent-Length: 2\r\n\r\n{}'];
    const heard = await raw(await listening(works, limits), ...parts);
    expect([statusesIn(heard), reached]).toEqual([[200, 408], ['/first {}']]);
  });

  it.each<[string, number[], (string | number)[]]>([
    ['whose head is slow', [200], ['POST /late HTTP/1.1\r\n', 450, 'Host: a\r\nContent-Length: 2\r\n\r\n{}']],
    ['whose body is slow', [200], [`${head('DELETE', '/late', whole[0])}{`, 450, '}']],
    ['that names two hosts, and one behind it', [200, 400], [`${head('POST', '/late', 'Host: b')}${post('/behind')}`]],
    ['that expects miracles, and one behind it', [200, 417], [`${head('POST', '/late', 'Expect: miracles')}${post('/behind')}`]],
    ['that wants a tunnel', [200], ['CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n']],
  ])('it comes behind a request that is being served, as one %s: the first has its own answer', async (_, statuses, parts) => {
    const slowly: Fetch = async (...asked) => {
      await sleep(400);
      return works(...asked);
    };
    const heard = await raw(await listening(slowly, limits), post('/first'), ...parts);
    expect([statusesIn(heard), reached]).toEqual([statuses, ['/first {}']]);
    expect(heard).toContain('did /first');
  });

  it('a process that stops answers what it has read, and closes behind the last answer alone', async () => {
    const slowSecond: Fetch = async (request) => {
      const path = new URL(request.url).pathname;
      reached.push(path);
      await sleep(path === '/second' ? 300 : 50);
      return new Response(`did ${path}`);
    };
    const heard = await raw(await listening(slowSecond, {}, { isStopping: () => true }), ...[post('/first') + post('/second'), 400, post('/behind')]);
    expect([statusesIn(heard), heard.match(/Connection: \S+/gi), reached]).toEqual([
      [200, 200],
      ['Connection: keep-alive', 'connection: close'],
      ['/first', '/second'],
    ]);
  });

  it('a body over the limit is refused by the app, and read no further', async () => {
    const heard = await raw(
      await listening(async (request) => new Response(String((await request.text()).length), { headers: { Connection: 'close' } })),
      `${head('POST', '/', whole[1])}${`8000\r\n${'x'.repeat(0x8000)}\r\n`.repeat(3)}`,
    );
    expect(heard).toMatch(/\b98304\b/);
  });
});

describe('a client that takes its time', () => {
  it('over its headers is cut off', async () => {
    const port = await listening(hello, { headersMs: 100, requestMs: 200 });
    expect(await raw(port, 'GET / HTTP/1.1\r\n', 'Host: a\r\n')).toMatch(envelope(408, 'Permintaan terlalu lama'));
  });

  it('over its body is cut off', async () => {
    const slow: Fetch = async (request) => new Response(await request.text());
    const port = await listening(slow, { headersMs: 100, requestMs: 200 });
    expect(await raw(port, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{')).not.toContain('still open');
  });

  it('over reading its answer is cut off', async () => {
    let cancelled = false;
    const endless: Fetch = () =>
      new Response(
        new ReadableStream({
          pull: (controller) => controller.enqueue(new Uint8Array(64 * 1024)),
          cancel: () => {
            cancelled = true;
          },
        }),
      );
    const port = await listening(endless, { idleSocketMs: 200 });
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.pause();
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    for (let tries = 0; tries < 100 && !cancelled; tries++) await sleep(50);
    expect(cancelled).toBe(true);
    socket.destroy();
  });
});

it('refuses what is too much at once with 503 and Retry-After, and serves those in flight', async () => {
  let finish = () => {};
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const slow: Fetch = async () => {
    await finished;
    return new Response('done');
  };
  const url = `http://127.0.0.1:${await listening(slow, { inFlight: 2, shareOfOne: 1 })}`;
  const served = [fetch(url), fetch(url)];
  await sleep(100);
  const refused = await fetch(url);
  expect([refused.status, refused.headers.get('retry-after'), await refused.json()]).toEqual([
    503,
    '1',
    { success: false, code: 'unavailable', message: 'Layanan sementara tidak tersedia', errors: null },
  ]);
  expect(unserved).toEqual(['too_many_in_flight']);
  finish();
  expect((await Promise.all(served)).map(({ status }) => status)).toEqual([200, 200]);
  expect((await fetch(url)).status).toBe(200);
});

describe('one client takes nothing from the others:', () => {
  const never: Fetch = () => new Promise(() => {});
  const get = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
  const visitor = (port: number) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    return socket;
  };

  it('requests that it sends one behind the other and leaves unread hold no place once it is gone', async () => {
    const port = await listening(async () => new Response('x'.repeat(100_000)), { inFlight: 20, shareOfOne: 1, pipelined: 100 });
    for (let round = 0; round < 5; round++) {
      const socket = visitor(port);
      socket.pause();
      socket.write(get.repeat(15));
      await sleep(100);
      socket.destroy();
    }
    await sleep(100);
    expect((await fetch(`http://127.0.0.1:${port}`)).status).toBe(200);
  });

  it('of more than a few on one connection the rest is refused, and it ends', async () => {
    const slow: Fetch = async () => {
      await sleep(100);
      return new Response('done');
    };
    const heard = await raw(await listening(slow, { pipelined: 3 }), get.repeat(10));
    expect(heard.match(/HTTP\/1\.1 \d+/g)).toEqual([...Array.from({ length: 3 }, () => 'HTTP/1.1 200'), 'HTTP/1.1 503']);
    expect(heard).not.toContain('still open');
    expect(unserved).toEqual(['too_many_in_flight']);
  });

  it('what comes behind a refusal is no second refusal, though it cannot be parsed', async () => {
    const slow: Fetch = async () => {
      await sleep(100);
      return new Response('done');
    };
    const heard = await raw(await listening(slow, { pipelined: 1 }), `${get.repeat(2)}this is no request\r\n\r\n`);
    expect(statusesIn(heard)).toEqual([200, 503]);
    expect(unserved).toEqual(['too_many_in_flight']);
  });

  it('its network has a share of the connections, and what is more is dropped and counted', async () => {
    const port = await listening(hello, { connections: 4 });
    const sockets = [visitor(port), visitor(port), visitor(port)];
    await Promise.race(sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve))));
    expect(unserved).toEqual(['too_many_connections']);
    expect(sockets.filter(({ destroyed }) => destroyed)).toHaveLength(1);
    for (const socket of sockets) socket.destroy();
    await sleep(50);
    expect((await fetch(`http://127.0.0.1:${port}`)).status).toBe(200);
  });

  it('and of the requests in flight; the question whether the server lives is always answered', async () => {
    const answer: Fetch = (request, ...rest) => (request.url.includes('/health/') ? new Response('live') : never(request, ...rest));
    const url = `http://127.0.0.1:${await listening(answer, { inFlight: 4 })}`;
    for (let count = 0; count < 2; count++) void fetch(url).catch(() => undefined);
    await sleep(100);
    expect([(await fetch(url)).status, (await fetch(`${url}/health/live`)).status]).toEqual([503, 200]);
  });

  it('that is told that it was too slow does not keep the connection, though it does not end it', async () => {
    const socket = visitor(await listening(hello, { headersMs: 100, requestMs: 200 }));
    socket.pause(); // it hears of no end
    socket.write('GET / HTTP/1.1\r\n');
    const open = () => new Promise<number>((resolve) => server?.getConnections((_, count) => resolve(count)));
    await sleep(200);
    for (let tries = 0; tries < 100 && (await open()) > 0; tries++) await sleep(50);
    expect(await open()).toBe(0);
    socket.destroy();
  });
});

const statusesIn = (heard: string) => [...heard.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status));
const head = (line: string, ...headers: readonly string[]) => [`${line} HTTP/1.1`, 'Host: a', ...headers, '', ''].join('\r\n');

describe('a server that is busy', () => {
  const reached: string[] = [];
  afterEach(() => {
    reached.length = 0;
  });
  /** Answers health checks, and nothing else. */
  const health: Fetch = (request) => {
    const path = routePath(request);
    reached.push(path);
    return path.startsWith('/health/') ? new Response('healthy') : new Promise<Response>(() => {});
  };
  async function busy(): Promise<number> {
    const port = await listening(health, { inFlight: 2, shareOfOne: 1 });
    for (let count = 0; count < 2; count++) void fetch(`http://127.0.0.1:${port}/work`).catch(() => undefined);
    await sleep(100);
    reached.length = 0;
    return port;
  }
  const CLOSE = 'Connection: close';

  it.each([
    '/health/live',
    '/health/ready',
    '/health/live?x=1',
    '/health/live/',
    '/api/../health/live',
    '/health/./%6cive',
    '/%68ealth/ready',
    'http://a/health/live',
  ])('answers the health check %s', async (target) => {
    const port = await busy();
    expect(statusesIn(await raw(port, head(`GET ${target}`, CLOSE)))).toEqual([200]);
  });

  it.each([
    ...['/health/../api/events', '/health/%2e%2e/api/events', '/health/live/../../api/events', 'http://a/health/../api/events', '/health/live//'],
    ...['//health/live', '/health/', '/health/other', '/health%2flive', '/HEALTH/live', '/api/events?/health/live', '/api/events#/health/live'],
  ])('takes %s for no health check', async (target) => {
    expect(statusesIn(await raw(await busy(), head(`GET ${target}`, CLOSE)))).toEqual([503]);
    expect(reached).toEqual([]);
  });

  it('keeps no body for a health check', async () => {
    expect(statusesIn(await raw(await busy(), `${head('POST /health/live', 'Content-Length: 2')}{}`))).toEqual([503]);
    expect(statusesIn(await raw(await busy(), `${head('GET /health/live', 'Content-Length: 2')}{}`))).toEqual([503]);
  });
});

describe('of thousands of requests on one connection', () => {
  it.each(['/health/../api/events', '/health/%2e%2e/api/events', '/health/live'])(
    'to %s only a few are done before others have their turn',
    async (target) => {
      let done = 0;
      const works: Fetch = async (request) => {
        if (request.url.endsWith('/booking')) return new Response(`after ${done}`);
        done += 1;
        await sleep(1);
        return new Response('done');
      };
      const port = await listening(works);
      const flood = raw(port, head(`GET ${target}`).repeat(4000));
      expect(await (await fetch(`http://127.0.0.1:${port}/booking`)).text()).toMatch(/^after \d$/);
      expect(statusesIn(await flood)).toEqual([...Array.from({ length: 8 }, () => 200), 503]);
      expect(done).toBe(8);
    },
  );
});

describe('requests that come one behind the other', () => {
  const bodies = (heard: string) => [...heard.matchAll(/did (\S)/g)].map(([, name]) => name);
  const post = (name: string) => `${head(`POST /${name}`, 'Content-Length: 2')}{}`;
  /** Takes some time over each request, and tells which were begun and how many at once. */
  function slow() {
    const seen = { begun: [] as string[], now: 0, atOnceMax: 0 };
    const fetch: Fetch = async (request) => {
      const name = new URL(request.url).pathname.slice(1);
      seen.begun.push(name);
      seen.atOnceMax = Math.max(seen.atOnceMax, ++seen.now);
      await sleep(60);
      seen.now -= 1;
      return new Response(`did ${name}`);
    };
    return { seen, fetch };
  }

  it('are done one after the other', async () => {
    const { seen, fetch } = slow();
    const heard = await raw(await listening(fetch), post('a') + post('b') + post('c') + head('GET /d', 'Connection: close'));
    expect([bodies(heard), seen.begun, seen.atOnceMax]).toEqual([['a', 'b', 'c', 'd'], ['a', 'b', 'c', 'd'], 1]);
  });

  it('are not begun once their connection is gone', async () => {
    const { seen, fetch } = slow();
    const socket = connect(await listening(fetch), '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(post('a') + post('b') + post('c'));
    await sleep(30);
    socket.resetAndDestroy();
    await sleep(300);
    expect(seen.begun).toEqual(['a']);
  });

  it('are all done for a client that has ended its side alone', async () => {
    const { seen, fetch } = slow();
    const heard = await halfClosed(await listening(fetch), post('a') + post('b') + post('c'));
    expect([bodies(heard), seen.begun]).toEqual([
      ['a', 'b', 'c'],
      ['a', 'b', 'c'],
    ]);
  });
});

/** Sends the bytes, ends its own side at once, and gives what came until the server ended too. */
function halfClosed(port: number, bytes: string): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  let heard = '';
  socket.on('data', (chunk) => (heard += chunk));
  socket.on('error', () => undefined);
  socket.end(bytes);
  return Promise.race([new Promise<string>((resolve) => socket.on('close', () => resolve(heard))), sleep(5000).then(() => `still open: ${heard}`)]);
}

describe('a client that ends its side', () => {
  const slowly: Fetch = async (request) => {
    await sleep(50);
    return new Response(`did ${request.method} ${await request.text()}`);
  };

  it.each([
    ['after a whole request', `${head('POST /', 'Content-Length: 4')}body`, 'did POST body'],
    ['after a whole request without a body', head('GET /'), 'did GET '],
    ['after a whole request of HTTP/1.0', 'GET / HTTP/1.0\r\n\r\n', 'did GET '],
    ['after chunks', `${head('POST /', 'Transfer-Encoding: chunked')}4\r\nbody\r\n0\r\n\r\n`, 'did POST body'],
  ])('%s has its answer, which is the last', async (_, bytes, answer) => {
    const heard = await halfClosed(await listening(slowly), bytes);
    expect(heard).toMatch(/^HTTP\/1\.1 200 [\s\S]*connection: close/i);
    expect(heard).toContain(answer);
    expect(heard).not.toContain('still open');
  });

  it('before it has sent anything is let go', async () => {
    expect(await halfClosed(await listening(slowly), '')).toBe('');
  });

  it('and does not read is cut off as others are', async () => {
    const endless: Fetch = () => new Response(new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(64 * 1024)) }));
    const port = await listening(endless, { idleSocketMs: 200 });
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    socket.on('error', () => undefined);
    socket.pause();
    socket.end(head('GET /'));
    const open = () => new Promise<number>((resolve) => server?.getConnections((_, count) => resolve(count)));
    for (let tries = 0; tries < 100 && (await open()) > 0; tries++) await sleep(50);
    expect(await open()).toBe(0);
    socket.destroy();
  });
});

describe('a client that takes its answer slowly', () => {
  const SIZE = 96 * 1024 * 1024;
  const CHUNK = 64 * 1024;
  const inParts = () => {
    let left = SIZE / CHUNK;
    return new ReadableStream<Uint8Array>({
      pull: (controller) => (left-- > 0 ? controller.enqueue(new Uint8Array(CHUNK)) : controller.close()),
    });
  };
  /** Asks, reads some bytes, rests, and so on. */
  function reader(port: number, bytes: number, restMs: number) {
    const socket = connect(port, '127.0.0.1');
    const seen = { got: 0, closed: new Promise<void>((resolve) => socket.once('close', () => resolve())), leave: () => socket.destroy() };
    let burst = 0;
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      seen.got += chunk.length;
      burst += chunk.length;
      if (burst < bytes) return;
      burst = 0;
      socket.pause();
      setTimeout(() => socket.resume(), restMs);
    });
    socket.write(head('GET /', 'Connection: close'));
    return seen;
  }

  it.each<[string, () => ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer>]>([
    ['in parts', inParts],
    ['in one piece', () => new Uint8Array(SIZE)],
  ])('is cut off, and one that keeps a pace gets all of it, however long it takes: %s', async (_, body) => {
    const windowMs = 250;
    const port = await listening(() => new Response(body()), { readWindowMs: windowMs, readBytesMin: 512 * 1024 });
    const began = performance.now();
    const [trickle, steady] = [reader(port, 1, 200), reader(port, 4 * 1024 * 1024, 50)];
    await steady.closed;
    expect(steady.got).toBeGreaterThan(SIZE);
    expect(performance.now() - began).toBeGreaterThan(2 * windowMs); // longer than a window, and not cut off
    const open = () => new Promise<number>((resolve) => server?.getConnections((_, count) => resolve(count)));
    for (let tries = 0; tries < 100 && (await open()) > 0; tries++) await sleep(50);
    expect([await open(), trickle.got < SIZE / 2]).toEqual([0, true]);
    trickle.leave();
  });

  it('is left alone while the server itself is slow', async () => {
    const port = await listening(
      () =>
        new Response(
          new ReadableStream({
            async start(controller) {
              for (let part = 0; part < 6; part++) {
                controller.enqueue(new TextEncoder().encode('part '));
                await sleep(100);
              }
              controller.close();
            },
          }),
        ),
      { readWindowMs: 50, readBytesMin: 1024 },
    );
    expect((await (await fetch(`http://127.0.0.1:${port}`)).text()).match(/part /g)).toHaveLength(6);
  });
});

describe('an answer that the app does not give has the headers of all answers', () => {
  const always = securityHeaders(PROFILES.locked);
  const limits = { headersMs: 100, requestMs: 200 };
  it.each<[string, number, (string | number)[]]>([
    ['no HTTP', 400, ['hello\r\n\r\n']],
    ['two hosts', 400, [head('GET /', 'Host: b')]],
    ['a host that is none', 400, ['GET / HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n']],
    ['too slow', 408, ['GET / HTTP/1.1\r\n', 600]],
    ['an expectation', 417, [head('GET /', 'Expect: miracles')]],
    ['headers too large', 431, [head('GET /', `X: ${'x'.repeat(20_000)}`)]],
    ['too many headers', 431, [head('GET /', ...Array.from({ length: 100 }, () => 'X: y'))]],
    ['too many at once', 503, [head('GET /').repeat(2)]],
  ])('%s: %i', async (_, status, parts) => {
    const port = await listening(() => new Promise(() => {}), { ...limits, inFlight: status === 503 ? 0 : 10 }, { headers: always });
    const heard = await raw(port, ...parts);
    const [start = '', body = ''] = heard.split('\r\n\r\n');
    const headers = new Headers(
      start
        .split('\r\n')
        .slice(1)
        .map((line): [string, string] => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]),
    );
    expect([statusesIn(heard), JSON.parse(body).success]).toEqual([[status], false]);
    for (const [name, value] of Object.entries(always)) expect([name, headers.get(name)]).toEqual([name, value]);
    expect(headers.get('X-Request-Id')).toMatch(/^[\da-f-]{36}$/);
    expect(headers.get('Connection')).toBe('close');
    expect(headers.get('Retry-After')).toBe(status === 503 ? '1' : null);
  });

  it('and the request’s own id, where it could be read', async () => {
    const heard = await raw(await listening(hello, {}, { headers: always }), head('GET /', 'X-Request-Id: mine', 'Expect: miracles'));
    expect(heard).toMatch(/^x-request-id: mine\r$/im);
  });
});

describe('headers', () => {
  it('are all kept, up to a hundred', async () => {
    const count: Fetch = (request) => new Response(`last: ${request.headers.get('x-last')}`, { headers: { Connection: 'close' } });
    const lines = [...Array.from({ length: 97 }, () => 'X: y'), 'X-Last: here'];
    expect(await raw(await listening(count), head('GET /', ...lines))).toContain('last: here');
    expect(statusesIn(await raw(await listening(count), head('GET /', 'X: y', 'X: y', ...lines)))).toEqual([431]);
  });
});

describe('requests in one packet', () => {
  const many = head('GET /').repeat(1000);
  /** How many of them Node makes objects of. */
  async function madeOf(port: number, ...parts: string[]): Promise<number> {
    let made = 0;
    server?.on('request', () => {
      made += 1;
    });
    await raw(port, ...parts);
    return made;
  }

  it('behind a refusal are not made: they would fill the memory', async () => {
    const port = await listening(() => sleep(50).then(() => new Response('late')));
    expect(await madeOf(port, many, many)).toBe(SERVER_LIMITS.pipelined + 1);
    expect(statusesIn(await raw(port, head('GET /', 'Connection: close')))).toEqual([200]);
  });

  it('behind a refusal are not even parsed: only to look for their ends takes 1.5 ms a packet', async () => {
    const port = await listening(() => sleep(50).then(() => new Response('late')));
    const errors: unknown[] = [];
    server?.on('clientError', (error: NodeJS.ErrnoException) => errors.push(error.code));
    await raw(port, `${head('GET /').repeat(20)}this is no request\r\n\r\n`);
    expect(errors).toEqual([]);
  });

  it('behind the last one of a connection are not made', async () => {
    expect(await madeOf(await listening(() => new Response('one'), { requestsPerSocket: 3 }), many)).toBe(4);
  });
});

describe('a body in chunks', () => {
  const read: Fetch = async (request) => new Response(`read ${(await request.text()).length}`, { headers: { Connection: 'close' } });
  const chunked = head('POST /', 'Transfer-Encoding: chunked');
  const chunk = (bytes: number) => `${bytes.toString(16)}\r\n${'x'.repeat(bytes)}\r\n`;
  const end = '0\r\n\r\n';

  it('may come slowly and a byte at a time, as a small one does', async () => {
    const parts = Array.from({ length: 32 }, () => chunk(1));
    expect(await raw(await listening(read), chunked, ...parts, end)).toMatch(/read 32$/);
  });

  it('may have as many more as they have 2048 bytes each', async () => {
    expect(await raw(await listening(read), chunked, chunk(1).repeat(32) + chunk(4096).repeat(12) + end)).toMatch(/read 49184$/);
  });

  it('is refused where they are tiny, and its connection ends', async () => {
    const heard = await raw(await listening(read), chunked + chunk(1).repeat(33), chunk(1).repeat(100) + end + head('GET /behind'));
    expect([statusesIn(heard), unserved]).toEqual([[400], ['unparsed']]);
    expect(heard).toMatch(envelope(400, 'Permintaan tidak valid'));
  });

  it('with a length is no matter: it may come a byte at a time', async () => {
    const port = await listening(read, { requestMs: 30_000 });
    const parts = Array.from({ length: 60 }, () => 'x');
    expect(await raw(port, head('POST /', 'Content-Length: 60'), ...parts)).toMatch(/read 60$/);
  });

  it('that is refused costs the parser little, and later connections are heard', async () => {
    const port = await listening(read);
    const tiny = chunk(1).repeat(10_000) + end;
    const [attack, usual] = [`${chunked}${tiny}`, `${chunked}${chunk(tiny.length)}${end}`];
    const costOf = async (bytes: string, status: number) => {
      const costs: number[] = [];
      for (let n = 0; n < 5; n++) {
        const before = process.cpuUsage();
        expect(statusesIn(await raw(port, bytes))).toEqual([status]);
        const { user, system } = process.cpuUsage(before);
        costs.push(user + system);
      }
      return Math.min(...costs);
    };
    const calm = await costOf(usual, 200);
    expect((await costOf(attack, 400)) / calm).toBeLessThan(3);
    expect(await raw(port, usual)).toMatch(/read 60005$/);
  });
});

describe('HTTP/1.0', () => {
  const echo: Fetch = (request) => new Response(`${request.method} ${new URL(request.url).pathname}`);
  it.each(['GET /health/ready', 'OPTIONS /', 'HEAD /health/live'])('needs no host: %s', async (line) => {
    const heard = await raw(await listening(echo), `${line} HTTP/1.0\r\n\r\n`);
    expect(statusesIn(heard)).toEqual([200]);
    expect(heard).toMatch(/connection: close/i);
  });
  it.each(['GET / HTTP/1.1\r\n\r\n', 'GET / HTTP/1.1\r\nHost:\r\n\r\n', 'GET / HTTP/1.0\r\nHost:\r\n\r\n'])('and %j is refused', async (bytes) => {
    expect(await raw(await listening(echo), bytes)).toMatch(envelope(400, 'Permintaan tidak valid'));
  });
});

it('an answer to a request whose body is not read says that its connection ends, and is not lost', async () => {
  const refuses: Fetch = () => new Response('too large', { status: 413 });
  const port = await listening(refuses);
  const body = 'x'.repeat(1024 * 1024);
  const heard = await raw(port, head('POST /', `Content-Length: ${8 * body.length}`), ...Array.from({ length: 8 }, () => body), head('GET /behind'));
  expect([statusesIn(heard), heard.match(/connection: \S+/gi), heard.endsWith('too large')]).toEqual([[413], ['connection: close'], true]);
});

describe('the operator’s own proxy', () => {
  const proxy = { isOwnProxy: (address: string) => address === '127.0.0.1' };
  const get = head('GET /');
  const quick: Fetch = () => new Response('done');

  it('has no share of the connections, and no end after so many requests', async () => {
    const limits = { connections: 6, shareOfOne: 0.5, requestsPerSocket: 2 };
    const port = await listening(quick, limits, proxy);
    const sockets = Array.from({ length: 5 }, () => connect(port, '127.0.0.1'));
    await sleep(100);
    expect(sockets.filter(({ destroyed }) => destroyed)).toEqual([]);
    expect(statusesIn(await raw(port, get, get, get, head('GET /', 'Connection: close')))).toEqual([200, 200, 200, 200]);
    for (const socket of sockets) socket.destroy();
  });

  it('has no share of the requests in flight', async () => {
    let waiting = 0;
    const waits: Fetch = async () => {
      waiting += 1;
      while (waiting < 4) await sleep(10);
      return new Response('done');
    };
    const url = `http://127.0.0.1:${await listening(waits, { inFlight: 4, shareOfOne: 0.25 }, proxy)}`;
    const answers = await Promise.all(Array.from({ length: 4 }, () => fetch(url)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  });

  it('may open a connection before it needs it; a stranger may not', async () => {
    const limits = { headersMs: 100, requestMs: 200, keepAliveMs: 3000 };
    const late = ['', 1200, head('GET /', 'Connection: close')] as const;
    const [own, stranger] = [await raw(await listening(quick, limits, proxy), ...late), await raw(await listening(quick, limits), ...late)];
    expect([statusesIn(own), statusesIn(stranger)]).toEqual([[200], [408]]);
  });
});

it('a connection stays open between two requests for as long as it is to, also where one without any is cut sooner', async () => {
  const quick: Fetch = () => new Response('done');
  const port = await listening(quick, { keepAliveMs: 1500, idleSocketMs: 200 });
  expect(statusesIn(await raw(port, head('GET /'), 700, head('GET /'), 700, head('GET /', 'Connection: close')))).toEqual([200, 200, 200]);
});

it('connections that never sent a byte are closed on demand, and no others', async () => {
  const port = await listening(async () => {
    await sleep(200);
    return new Response('done');
  });
  const [silent, halfAHead, atWork] = Array.from({ length: 3 }, () => connect(port, '127.0.0.1').resume());
  halfAHead?.write('GET / HTTP/1.1\r\n');
  atWork?.write(head('GET /'));
  await sleep(100);
  server?.closeSilentConnections();
  await sleep(50);
  expect([silent, halfAHead, atWork].map((socket) => socket?.closed)).toEqual([true, false, false]);
  for (const socket of [silent, halfAHead, atWork]) socket?.destroy();
});
