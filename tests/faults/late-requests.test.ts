import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Engine } from '../engine-names.ts';
import { ask, BoxOffice, type Person } from './box-office.ts';
import { enginesHere, privateStore } from './private-server.ts';
import { audit, type Server, startServer, until } from './programs.ts';

/** The limits of the server as it runs (SERVER_LIMITS), plus a margin for a busy machine. */
const HEADERS_MS = 10_000;
const REQUEST_MS = 15_000;
const STOPPED_MS = 11_000;

/** A connection on which the test decides when each byte is sent. */
function dial(url: string) {
  const { port } = new URL(url);
  const socket = connect(Number(port), '127.0.0.1');
  let heard = '';
  socket.on('data', (chunk) => (heard += chunk));
  socket.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const statuses = () => [...heard.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status));
  return {
    send: (text: string) => void socket.write(text),
    statuses,
    /** Waits for this number of answers, or for the end of the connection. */
    answered: (count: number) => until('there is an answer', () => (statuses().length >= count || socket.destroyed ? true : undefined)),
    end: async () => {
      socket.end();
      await Promise.race([closed, sleep(2000)]);
      socket.destroy();
    },
  };
}

/** The bytes of a request, in parts. A client may pause between them. */
function bytesOf(method: string, path: string, as: Person, body: unknown, ...more: readonly string[]) {
  const text = JSON.stringify(body);
  const headers = [`Authorization: Bearer ${as.token}`, 'Content-Type: application/json', `Content-Length: ${text.length}`, ...more];
  return {
    line: `${method} ${path} HTTP/1.1\r\n`,
    headers: `Host: here\r\n${headers.join('\r\n')}\r\n\r\n`,
    body: text.slice(0, -1),
    last: text.slice(-1),
  };
}

/** What one client sent, and what it received. Its quantity is unique, so the stored rows show whether the request was served. */
interface Told {
  readonly name: string;
  readonly quantity: number;
  readonly statuses: readonly number[];
}

/** Every stored order has its own answer. An order with another answer, or none, is not stored. */
async function expectTrue(office: BoxOffice, server: Server, told: readonly Told[]): Promise<void> {
  const { body } = await ask(server.url, 'GET', '/api/bookings?limit=1000', { as: office.admin });
  const stored: number[] = body.data.map(({ quantity }: { quantity: number }) => quantity);
  const sum = (name: string, statuses: readonly number[], isStored: boolean) =>
    `${name}: ${statuses.join(' ') || 'silence'}, ${isStored ? 'stored' : 'not stored'}`;
  expect(told.map(({ name, statuses, quantity }) => sum(name, statuses, stored.includes(quantity)))).toEqual(
    told.map(({ name, statuses }) => sum(name, statuses, statuses.includes(201))),
  );
  expect((await audit(server.store)).output).toContain(' 0 differences');
}

// All run at the same time, since they mostly wait.
describe.concurrent('a request that is refused at the wire is not done later', () => {
  it('its head or its body is too slow', { timeout: 120_000 }, async () => {
    const run = async (engine: Engine) => {
      const server = await startServer(await privateStore(engine));
      const office = await BoxOffice.open(server.url, [5000]);
      const [buyer] = office.buyers;
      if (buyer === undefined) throw new Error('nobody to buy');
      let quantities = 0;
      /** Sends the first parts, waits, and sends the rest. */
      const late = async (name: string, waits: 'for the answer' | number, splitAt: 'line' | 'body', ...more: readonly string[]): Promise<Told> => {
        const quantity = ++quantities;
        const { line, headers, body, last } = bytesOf('POST', '/api/bookings', buyer, { event_id: office.sales[0]?.id, quantity }, ...more);
        const client = dial(server.url);
        client.send(splitAt === 'line' ? line : line + headers + body);
        if (waits === 'for the answer') await client.answered(1);
        else await sleep(waits);
        client.send(splitAt === 'line' ? headers + body + last : last);
        await client.answered(1);
        await sleep(500); // a request that starts now would be stored by then
        await client.end();
        return { name: `${engine}: ${name}`, quantity, statuses: client.statuses() };
      };
      /** A DELETE may have a body that the API does not read. */
      const kept = await office.order({ quantity: 1000 });
      const lateDeletion = async () => {
        const { line, headers, body, last } = bytesOf('DELETE', `/api/bookings/${kept.body.data.id}`, buyer, { why: 'none' });
        const client = dial(server.url);
        client.send(line + headers + body);
        await client.answered(1);
        client.send(last);
        await sleep(500);
        await client.end();
        return client.statuses();
      };
      const around = (ms: number) => [-1500, -100, 0, 100, 300, 500, 700, 900].map((by) => ms + by);
      const [deletion, ...told] = await Promise.all([
        lateDeletion(),
        late('slow head', 'for the answer', 'line'),
        late('slow head under a key', 'for the answer', 'line', `Idempotency-Key: ${randomUUID()}`),
        late('slow body', 'for the answer', 'body'),
        late('slow body under a key', 'for the answer', 'body', `Idempotency-Key: ${randomUUID()}`),
        ...around(HEADERS_MS).map((ms) => late(`head after ${ms} ms`, ms, 'line')),
        ...around(REQUEST_MS).map((ms) => late(`body after ${ms} ms`, ms, 'body')),
      ]);
      expect(deletion).toEqual([408]);
      expect(told.slice(0, 4).map(({ statuses }) => statuses)).toEqual([[408], [408], [408], [408]]);
      expect(told.some(({ statuses }) => statuses.includes(201))).toBe(true);
      await expectTrue(office, server, told);
    };
    await Promise.all(enginesHere.map(run));
  });

  it('its process was stopped for 11 s meanwhile', { timeout: 120_000 }, async () => {
    const run = async (engine: Engine) => {
      const server = await startServer(await privateStore(engine));
      const office = await BoxOffice.open(server.url, [5000]);
      const [buyer] = office.buyers;
      if (buyer === undefined) throw new Error('nobody to buy');
      let quantities = 0;
      const next = (...more: readonly string[]) => {
        const quantity = ++quantities;
        return { quantity, ...bytesOf('POST', '/api/bookings', buyer, { event_id: office.sales[0]?.id, quantity }, ...more) };
      };
      const clients = (
        [
          ['in the middle of its head', ({ line }) => [line], ({ headers, body, last }) => headers + body + last],
          ['in the middle of its body', ({ line, headers, body }) => [line + headers + body], ({ last }) => last],
          ['before its first byte', () => [''], ({ line, headers, body, last }) => line + headers + body + last],
          ['when it had just been sent', ({ line, headers, body, last }) => [line + headers + body + last], () => ''],
        ] as [string, (bytes: ReturnType<typeof next>) => string[], (bytes: ReturnType<typeof next>) => string][]
      ).flatMap(([name, before, during]) =>
        [[], [`Idempotency-Key: ${randomUUID()}`]].map((more) => {
          const bytes = next(...more);
          return {
            name: `${engine}: ${name} ${more.join('')}`.slice(0, 60),
            bytes,
            before: before(bytes).join(''),
            during: during(bytes),
            client: dial(server.url),
          };
        }),
      );
      // This request follows another one on its connection.
      const second = next();
      const pair = dial(server.url);
      const { line, headers, body, last } = next();
      pair.send(line + headers + body + last + second.line);
      await pair.answered(1);
      for (const { client, before } of clients) client.send(before);
      await sleep(50);
      server.child.kill('SIGSTOP');
      await sleep(100);
      for (const { client, during } of clients) client.send(during);
      pair.send(second.headers + second.body + second.last);
      const strangerBytes = next();
      const stranger = dial(server.url);
      stranger.send(strangerBytes.line + strangerBytes.headers + strangerBytes.body + strangerBytes.last);
      await sleep(STOPPED_MS);
      server.child.kill('SIGCONT');
      await Promise.all([...clients.map(({ client }) => client.answered(1)), stranger.answered(1), pair.answered(2)]);
      await sleep(500);
      await Promise.all([...clients.map(({ client }) => client.end()), stranger.end(), pair.end()]);
      await expectTrue(office, server, [
        ...clients.map(({ name, bytes, client }) => ({ name, quantity: bytes.quantity, statuses: client.statuses() })),
        { name: `${engine}: came meanwhile`, quantity: strangerBytes.quantity, statuses: stranger.statuses() },
        { name: `${engine}: behind another one`, quantity: second.quantity, statuses: pair.statuses().slice(1) },
      ]);
      expect(stranger.statuses()).toEqual([201]);
    };
    await Promise.all(enginesHere.map(run));
  });
});
