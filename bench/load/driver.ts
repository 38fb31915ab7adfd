import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type Dispatcher } from 'undici';
import type { FromDriver, Job, Shot, Stream, StreamResult } from './job.ts';

/**
 * The load generator, in its own process. It takes one job after another from its parent, and is the same for every server. It shares the
 * cores with the server under test. So it uses undici's dispatch, keeps only numbers, and calculates at the end.
 */
const send = (message: FromDriver) => process.send?.(message);

process.on('message', (job: Job) => void run(job));
process.on('disconnect', () => process.exit(0));
send({ event: 'ready' });

async function run({ streams, limitMs }: Job): Promise<void> {
  const began = performance.now();
  const deadline = began + limitMs;
  let opened = 0;
  let closed = 0;
  const open = () => {
    opened += 1;
    if (opened === streams.length) send({ event: 'opened' });
  };
  const close = () => {
    closed += 1;
    if (closed === streams.length) send({ event: 'closed' });
  };
  const results = await Promise.all(streams.map(async (stream) => [stream.name, await drive(stream, began, deadline, open, close)] as const));
  send({ event: 'done', results: Object.fromEntries(results) });
}

class Tally {
  readonly answers: Record<string, number> = {};
  readonly latencies: number[] = [];
  accepted = 0;
  bytes = 0;
  lastCreated = 0;
  firstError: string | undefined;
  /** The measured time. */
  from = 0;
  until = Number.POSITIVE_INFINITY;

  answered(status: number, due: number, now: number, bytes: number): void {
    this.answers[status] = (this.answers[status] ?? 0) + 1;
    if (status === 201) this.lastCreated = now;
    if (now < this.from || now > this.until) return;
    this.latencies.push(now - due);
    this.bytes += bytes;
    if (status < 300) this.accepted += 1;
  }

  failed(error: Error): void {
    this.answers['error'] = (this.answers['error'] ?? 0) + 1;
    this.firstError ??= error.message;
  }
}

async function drive(stream: Stream, began: number, deadline: number, open: () => void, close: () => void): Promise<StreamResult> {
  const { origins, connections, shots, pace } = stream;
  const clients = Array.from({ length: connections }, (_, n) => new Client(origins[n % origins.length] ?? '', { pipelining: 1 }));
  const requests = shots.map(prepare);
  const tally = new Tally();
  const fire = (client: Client, shot: number, due: number) =>
    new Promise<void>((resolve) => {
      const request = requests[shot];
      if (request === undefined) return resolve();
      client.dispatch(request, handlerOf(tally, due, resolve));
    });
  const overdue = () => performance.now() > deadline;

  let cutOff = false;
  if (pace.kind === 'cycle') {
    tally.from = began + pace.warmUpMs;
    tally.until = tally.from + pace.measureMs;
    setTimeout(open, pace.warmUpMs);
    const own = Math.max(1, Math.floor(shots.length / connections));
    const loops = clients.map(async (client, n) => {
      for (let turn = 0; performance.now() < tally.until; turn++) {
        await fire(client, (n * own + (turn % own)) % shots.length, performance.now());
        if (pace.pauseMs !== undefined) await sleep(pace.pauseMs);
      }
    });
    await sleep(tally.until - performance.now());
    close();
    cutOff = await within(Promise.all(loops), deadline);
  } else {
    open();
    tally.from = began;
    const free = [...clients];
    const waiting: [shot: number, due: number][] = [];
    const inFlight = new Set<Promise<void>>();
    const start = (client: Client, shot: number, due: number) => {
      const one = fire(client, shot, due).then(() => {
        inFlight.delete(one);
        const next = waiting.shift();
        if (next !== undefined && !overdue()) start(client, ...next);
        else free.push(client);
      });
      inFlight.add(one);
    };
    if (pace.kind === 'once') {
      let next = 0;
      const loops = clients.map(async (client) => {
        for (let shot = next++; shot < shots.length && !overdue(); shot = next++) await fire(client, shot, performance.now());
      });
      cutOff = (await within(Promise.all(loops), deadline)) || next < shots.length;
    } else {
      const origin = performance.now();
      for (const [shot, at] of pace.atMs.entries()) {
        const due = origin + at;
        const ahead = due - performance.now();
        if (ahead > 1) await sleep(ahead);
        const client = free.pop();
        if (client === undefined) waiting.push([shot, due]);
        else start(client, shot, due);
        if (overdue()) break;
      }
      while (inFlight.size > 0 && !overdue()) await within(Promise.race(inFlight), deadline);
      cutOff = waiting.length > 0 || inFlight.size > 0;
    }
    tally.until = performance.now();
    close();
  }
  await Promise.all(clients.map((client) => client.destroy()));
  return summary(tally, began, cutOff);
}

function prepare({ method, path, token, body }: Shot): Dispatcher.DispatchOptions {
  const headers = [
    ...(token === undefined ? [] : ['authorization', `Bearer ${token}`]),
    ...(body === undefined ? [] : ['content-type', 'application/json']),
  ];
  return { method, path, headers, body: body ?? null };
}

function handlerOf(tally: Tally, due: number, done: () => void): Dispatcher.DispatchHandler {
  let status = 0;
  let bytes = 0;
  return {
    onRequestStart() {},
    onResponseStart(_controller, statusCode) {
      status = statusCode;
    },
    onResponseData(_controller, chunk) {
      bytes += chunk.length;
    },
    onResponseEnd() {
      tally.answered(status, due, performance.now(), bytes);
      done();
    },
    onResponseError(_controller, error) {
      tally.failed(error);
      done();
    },
  };
}

async function within(work: Promise<unknown>, deadline: number): Promise<boolean> {
  const stop = new AbortController();
  const late = sleep(Math.max(0, deadline - performance.now()), true, { signal: stop.signal }).catch(() => false);
  const cut = await Promise.race([work.then(() => false), late]);
  stop.abort();
  return cut;
}

function summary(tally: Tally, began: number, cutOff: boolean): StreamResult {
  const sorted = Float64Array.from(tally.latencies).sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? 0;
  const seconds = (tally.until - tally.from) / 1000;
  return {
    answers: tally.answers,
    seconds,
    accepted: tally.accepted,
    perSecond: sorted.length / seconds,
    p50: at(0.5),
    p99: at(0.99),
    max: at(1),
    bytes: tally.bytes,
    lastCreatedMs: Math.max(0, tally.lastCreated - began),
    cutOff,
    firstError: tally.firstError,
  };
}
