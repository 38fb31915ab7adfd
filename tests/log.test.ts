import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Libsql from 'libsql';
import { describe, expect, it } from 'vitest';
import { freePort, JWT_SECRET, startServer, temporaryFolder, until } from './faults/programs.ts';

/** All secrets below contain this word. No line of the log may contain it. */
const MARK = 'zqx';
const PASSWORD = `${MARK}-correct-horse`;
const EMAIL = `${MARK}@example.com`;
const SECRETS = { METRICS_TOKEN: `${MARK}-metrics-token-0123`, ADMIN_EMAIL: `${MARK}-root@example.com`, ADMIN_PASSWORD: PASSWORD };
const FORGED = '{"level":"error","message":"forged"}';

type Line = Record<string, unknown>;
type Server = Awaited<ReturnType<typeof startServer>>;

/** The whole log. Each line has to be a JSON object. */
const linesOf = (server: Server): Line[] =>
  server
    .output()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
const requestsIn = (server: Server): Line[] => linesOf(server).filter(({ message }) => message === 'request');

const refused = (url: string) => fetch(`${url}/api/auth/login`, { method: 'POST' });
const inParallel = async (count: number, work: () => Promise<{ readonly status: number }>) => {
  for (let done = 0; done < count; done += 50) for (const { status } of await Promise.all(Array.from({ length: 50 }, work))) expect(status).toBe(415);
};

describe('the log', () => {
  it('T99: holds no password, token, e-mail, header, query or body, whatever fails, and no line that a client made', async () => {
    const folder = temporaryFolder();
    // The file's own address is in the stack frames, so it must not contain the word.
    const preload = `const word = ['z', 'qx'].join('');
      process.on('SIGUSR2', () => { throw Object.assign(new Error(word + '\\n${FORGED}'), { parameters: [word], code: 'E_BUG' }); });`;
    const server = await startServer({ engine: 'sqlite', folder }, { env: { LOG_LEVEL: 'debug', ...SECRETS }, preload });
    const statuses = new Set<number>();
    const tokens: string[] = [];
    const send = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
      const answer = await fetch(server.url + path, {
        method,
        headers: {
          'Content-Type': 'application/json',
          'User-Agent': EMAIL,
          Cookie: `session=${PASSWORD}`,
          'Idempotency-Key': `${MARK}-key`,
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      statuses.add(answer.status);
      return answer;
    };
    const as = (token: string) => ({ Authorization: `Bearer ${token}` });
    const account = { name: `${MARK} ${FORGED}`, email: EMAIL, password: PASSWORD };
    const made: unknown = await (await send('POST', '/api/auth/register', account)).json();
    const token = /"token":"([^"]+)"/.exec(JSON.stringify(made))?.[1] ?? '';
    expect(token).not.toBe('');
    tokens.push(token, `${token.slice(0, -4)}${MARK}A`);
    const again = `${MARK}-another-key`;

    await send('POST', '/api/auth/login', account); // 200
    await send('POST', '/api/auth/login', { ...account, password: `${MARK} wrong` }); // 401
    await send('POST', '/api/auth/login', `{"password": "${PASSWORD}"`); // 400
    await send('POST', '/api/auth/login', { ...account, email: [EMAIL] });
    await send('POST', '/api/auth/login', account, { 'Content-Type': `text/${MARK}` }); // 415
    await send('POST', '/api/auth/register', account, { 'Idempotency-Key': again }); // taken
    await send('POST', '/api/auth/register', { ...account, name: 'else' }); // 422
    await send('POST', '/api/auth/register', { ...account, name: MARK.repeat(30_000) }); // 413
    await send('GET', `/api/auth/me?token=${token}&password=${PASSWORD}`, undefined, as(token));
    await send('GET', '/api/auth/me', undefined, as(`${token.slice(0, -4)}${MARK}A`));
    await send('GET', '/api/bookings', undefined, { Authorization: `Basic ${MARK}` });
    await send('POST', '/api/events', account, as(token)); // 403
    await send('PUT', '/api/users/me', { name: `${MARK}\r\n${FORGED}` }, as(token));
    await send('POST', '/api/users', { ...account, name: `${MARK}\r\n${FORGED}` });
    await send('GET', `/api/users/${EMAIL}`);
    await send('GET', `/api/events/${MARK}%0d%0a${encodeURIComponent(FORGED)}`);
    await send('GET', `/${PASSWORD}/${token}`, undefined, { 'X-Request-Id': FORGED }); // 404
    await send('DELETE', `/api/auth/login?${MARK}`); // 405
    await send('GET', '/metrics', undefined, as(`${SECRETS.METRICS_TOKEN}x`));
    await send('GET', '/metrics', undefined, as(SECRETS.METRICS_TOKEN));
    for (let n = 0; n < 11; n++) await send('POST', '/api/auth/login', { email: `${MARK}-other@example.com`, password: PASSWORD }); // 429
    await raw(server.url, `GET /${PASSWORD} HTTP/1.1\r\nHost: ${MARK} ${FORGED}\r\nAuthorization: ${PASSWORD}\r\nConnection: close\r\n\r\n`);
    await raw(server.url, `${PASSWORD}\r\n${FORGED}\r\n\r\n`);
    // The failing INSERT has the name, the e-mail and the hash among its parameters.
    const database = new Libsql(join(folder, 'tickets.sqlite'));
    database.exec('ALTER TABLE users RENAME COLUMN password_hash TO elsewhere');
    database.close();
    const late = { ...account, email: `${MARK}-late@example.com` };
    await send('POST', '/api/auth/register', late, { 'Idempotency-Key': `${MARK}-late` }); // 500
    server.child.kill('SIGUSR2');
    expect(await server.exited).toBe(1);

    expect([...statuses].toSorted()).toEqual([200, 201, 400, 401, 403, 404, 405, 413, 415, 422, 429, 500]);
    const lines = linesOf(server);
    expect(new Set(lines.map(({ message }) => message))).toContain('failed unexpectedly');
    expect(lines.filter(({ message }) => message === 'uncaughtException: stopping')).toHaveLength(1);
    expect(lines.filter(({ message }) => message === 'forged')).toEqual([]);
    expect(server.output()).not.toMatch(/zqx|\$2[aby]\$|INSERT INTO|elsewhere/);
    for (const text of [...tokens, ...tokens.flatMap((one) => one.split('.')), JWT_SECRET]) expect(server.output()).not.toContain(text);
  });

  it('holds no password of the database, when it cannot be reached', async () => {
    const env = { DATABASE_URL: `mysql://${MARK}-user:${PASSWORD}@127.0.0.1:${await freePort()}/tickets` };
    const server = await startServer({ engine: 'sqlite', folder: temporaryFolder() }, { env });
    expect((await fetch(`${server.url}/api/events`)).status).toBe(503);
    await server.stop();
    expect(requestsIn(server)).toHaveLength(0);
    expect(linesOf(server).filter(({ level, reason }) => level === 'warn' && reason === 'unavailable')).toHaveLength(1);
    expect(server.output()).not.toContain(MARK);
  });
});

describe('what is written into the log is there', () => {
  /** These tests log everything; the sampled lines have tests below. */
  const env = { LOG_LEVEL: 'debug' };
  const PRELOAD = `process.on('SIGUSR2', () => { throw new Error('a bug'); }).on('SIGHUP', () => process.exit(3));`;

  it.each([
    ['SIGTERM', 0],
    ['SIGUSR2', 1],
    ['SIGHUP', 3],
  ] as const)('after %s: all of it, in whole lines', async (signal, exitCode) => {
    const server = await startServer({ engine: 'sqlite', folder: temporaryFolder() }, { env, preload: PRELOAD });
    await inParallel(500, () => refused(server.url));
    server.child.kill(signal);
    expect(await server.exited).toBe(exitCode);
    await sleep(100); // the pipe may still hold lines
    expect(requestsIn(server)).toHaveLength(500);
    if (signal !== 'SIGHUP') expect(linesOf(server).at(-1)).toMatchObject({ message: expect.stringContaining('finishing what is in flight') });
  });

  it('when its reader comes back: a reader that pauses stops no request', async () => {
    const server = await startServer({ engine: 'sqlite', folder: temporaryFolder() }, { env });
    server.child.stdout?.pause();
    await inParallel(2000, () => refused(server.url)); // several times the capacity of a pipe
    server.child.stdout?.resume();
    await until('all of it is there', () => (server.output().endsWith('\n') && requestsIn(server).length === 2000 ? true : undefined));
    expect(await server.stop()).toBe(0);
  });

  it('or has no reader any more, and the server serves on', async () => {
    const server = await startServer({ engine: 'sqlite', folder: temporaryFolder() }, { env });
    server.child.stdout?.destroy();
    await inParallel(100, () => refused(server.url));
    await sleep(300);
    await inParallel(100, () => refused(server.url));
    expect(await server.stop()).toBe(0);
  });
});

describe('lines that strangers can cause', () => {
  const ATTACKS = 2000;
  const TINY = 'GET /x HTTP/1.1\r\nHost: x\r\n\r\n';
  /** Data that is not HTTP. Each has its own connection. */
  const UNPARSED = 60;

  it('are sampled: a flood of tiny requests costs fewer bytes of log than it has, hides nothing that matters, and is counted to the last', async () => {
    const folder = temporaryFolder();
    const server = await startServer({ engine: 'sqlite', folder }, { preload: `process.on('SIGHUP', () => process.exit(3));` });
    const database = new Libsql(join(folder, 'tickets.sqlite'));
    const register = async (n: number) => {
      const body = JSON.stringify({ name: 'Ani', email: `ani-${n}@example.com`, password: 'correct horse' });
      return (await fetch(`${server.url}/api/auth/register`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body })).status;
    };
    const attack = Promise.all([
      ...Array.from({ length: 10 }, () => flood(server.url, TINY, ATTACKS / 10)),
      (async () => {
        for (let n = 0; n < UNPARSED; n += 20) await Promise.all(Array.from({ length: 20 }, () => raw(server.url, 'x\r\n\r\n')));
      })(),
    ]);
    const granted = await Promise.all(Array.from({ length: 12 }, (_, n) => register(n)));
    database.exec('ALTER TABLE users RENAME COLUMN password_hash TO elsewhere');
    const failed = await Promise.all(Array.from({ length: 12 }, (_, n) => register(100 + n)));
    database.close();
    await attack;
    const counters = await (await fetch(`${server.url}/metrics`)).text();
    server.child.kill('SIGHUP'); // at once, because the server writes the pending counts when it exits
    expect(await server.exited).toBe(3);
    await sleep(100); // the pipe may still hold lines

    const lines = linesOf(server);
    expect(new Set(granted)).toEqual(new Set([201]));
    expect(new Set(failed)).toEqual(new Set([500]));
    for (const status of [201, 500]) expect(lines.filter((line) => line['status'] === status)).toHaveLength(12);
    const told = (message: string, reason: string) => {
      const written = lines.filter((line) => line['message'] === message && line['reason'] === reason).length;
      const leftOut = lines
        .filter((line) => line['of'] === message && line['reason'] === reason)
        .reduce((sum, line) => sum + Number(line['count']), 0);
      return { written, all: written + leftOut };
    };
    expect(told('request', 'no_such_route').all).toBe(ATTACKS);
    expect(told('not served', 'unparsed').all).toBe(UNPARSED);
    expect(told('request', 'no_such_route').written).toBeLessThan(ATTACKS / 10);
    expect(counters).toContain(`tickets_refusals_total{reason="no_such_route"} ${ATTACKS}`);
    expect(counters).toContain(`tickets_refusals_total{reason="unparsed"} ${UNPARSED}`);
    const ofFlood = lines.filter((line) => ['no_such_route', 'unparsed'].includes(String(line['reason'])));
    const bytes = ofFlood.reduce((sum, line) => sum + JSON.stringify(line).length + 1, 0);
    expect(bytes / (ATTACKS * TINY.length)).toBeLessThan(1);
  });
});

/** Sends the request this many times on one connection, a few at a time. */
function flood(url: string, request: string, times: number): Promise<void> {
  const atOnce = 5;
  return new Promise((resolve, reject) => {
    let [heard, sent] = ['', 0];
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    const send = () => {
      const answers = heard.split('HTTP/1.1 404').length - 1;
      if (answers === times) socket.destroy();
      const more = Math.min(times - sent, answers + atOnce - sent);
      sent += more;
      if (more > 0) socket.write(request.repeat(more));
    };
    socket.on('error', reject).on('connect', send);
    socket.on('data', (chunk) => {
      heard += chunk.toString('latin1');
      send();
    });
    socket.once('close', () => resolve());
  });
}

/** Sends bytes unchanged, and waits until the connection closes. */
function raw(url: string, bytes: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => void socket.write(bytes));
    socket.on('error', () => undefined).on('data', () => undefined);
    socket.once('close', () => resolve());
  });
}
