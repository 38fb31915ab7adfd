import { ADMIN, differences, empty, fill, fillBookings, type Grown, type Person, type Show, tokenOf } from './data.ts';
import type { Job, StreamResult } from './load/job.ts';
import type { Driver } from './load.ts';
import { cpuSeconds, machineBusySeconds, peakMb, resetPeak } from './machine.ts';
import { type Databases, ended, SECRET, type Server } from './servers.ts';

/** The data from which a scenario makes its load. */
export interface Stage {
  readonly origins: readonly string[];
  readonly users: readonly Person[];
  readonly events: readonly Show[];
  readonly token: (person: Person) => string;
}

export interface Play {
  readonly users: readonly Person[];
  readonly events: readonly Show[];
  /** Bookings that already exist. */
  readonly bookings?: Grown;
  /** The requests that clients send before the measured time. */
  readonly before?: (stage: Stage) => Job;
  readonly job: (stage: Stage) => Job;
  /** Statuses that this load may get. Any other status is a fault. */
  readonly expected: readonly number[];
}

export interface Measured {
  readonly streams: Readonly<Record<string, StreamResult>>;
  /** CPU seconds per second of measured time. */
  readonly serverCpu: number;
  readonly databaseCpu: number;
  readonly loadCpu: number;
  /** Cores that were busy with other work of the machine. */
  readonly foreignCpu: number;
  readonly peakMb: number;
  readonly commits: number;
  readonly statements: number;
  readonly created: number;
  readonly faults: readonly string[];
}

export interface Bench {
  readonly databases: Databases;
  readonly driver: Driver;
}

/** One load on a running server. Its tables are emptied before, and audited after. */
export async function measure(bench: Bench, server: Server, play: Play): Promise<Measured> {
  await empty(server.store, server.schema);
  await fill(server.store, server.schema, play);
  if (play.bookings !== undefined) await fillBookings(server.store, server.schema, play.bookings, play);
  const measured = await loadAndCompare(bench, server, play);
  return server.schema === 'reference' ? measured : { ...measured, faults: [...measured.faults, ...(await auditOf(server))] };
}

/** The verdict of our own audit command. */
async function auditOf(server: Server): Promise<readonly string[]> {
  const { child, output } = server.cli('audit');
  const exitCode = await ended(child);
  return exitCode === 0 ? [] : [`the audit ended with ${exitCode}: ${output()}`];
}

/** One load on a running server with filled tables. After it the tables are compared with the clients' answers. */
export async function loadAndCompare(
  { driver }: Bench,
  server: Server,
  { users, events, bookings, before: earlier, job, expected }: Play,
): Promise<Measured> {
  const sample = () => ({
    at: performance.now(),
    machine: machineBusySeconds(),
    server: sum(server.pids.map(cpuSeconds)),
    database: sum((server.database?.pids() ?? []).map(cpuSeconds)),
    load: cpuSeconds(driver.pid),
  });
  const tokens = new Map([ADMIN, ...users].map((person) => [person.id, tokenOf(person, SECRET)]));
  const stage: Stage = { origins: server.origins, users, events, token: ({ id }) => tokens.get(id) ?? '' };
  if (earlier !== undefined) await driver.run(earlier(stage), { onOpen: () => undefined, onClose: () => undefined });
  let opened = sample();
  let closed = opened;
  for (const pid of server.pids) resetPeak(pid);
  const before = await server.database?.counters();
  const streams = await driver.run(job(stage), {
    onOpen: () => {
      opened = sample();
    },
    onClose: () => {
      closed = sample();
    },
  });
  const after = await server.database?.counters();
  const created = sum(Object.values(streams).map(({ answers }) => answers['201'] ?? 0));
  const faults: string[] = [...(await differences(server.store, server.schema, created + (bookings?.to ?? 0)))];
  for (const [name, { answers, cutOff, firstError }] of Object.entries(streams)) {
    for (const [status, count] of Object.entries(answers))
      if (!expected.includes(Number(status))) faults.push(`${name}: ${count} × ${status} ${firstError ?? ''}`);
    if (cutOff) faults.push(`${name}: cut off`);
  }
  const seconds = Math.max(0.001, (closed.at - opened.at) / 1000);
  const used = (what: 'machine' | 'server' | 'database' | 'load') => (closed[what] - opened[what]) / seconds;
  const [serverCpu, databaseCpu, loadCpu] = [used('server'), used('database'), used('load')];
  return {
    streams,
    created,
    faults,
    serverCpu,
    databaseCpu,
    loadCpu,
    foreignCpu: Math.max(0, used('machine') - serverCpu - databaseCpu - loadCpu),
    peakMb: Math.max(...server.pids.map(peakMb)),
    commits: (after?.commits ?? 0) - (before?.commits ?? 0),
    statements: (after?.statements ?? 0) - (before?.statements ?? 0),
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
