import { mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { MariaDb, Postgres } from './database.ts';
import { growth, type Size } from './growth.ts';
import { Driver } from './load.ts';
import { machine } from './machine.ts';
import { type Bench, type Measured, measure, type Play } from './measure.ts';
import * as loads from './scenarios/loads.ts';
import { type Kind, prepare, type Server, startServer } from './servers.ts';
import { faultsOf, goalsTable, growthTable, runsTable } from './table.ts';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string' },
    only: { type: 'string', multiple: true },
    quick: { type: 'boolean', default: false },
    limit: { type: 'string', default: '25' },
    'warm-up': { type: 'string' },
    seconds: { type: 'string' },
    profile: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

const quick = options.quick;
const rounds = Number(options.rounds ?? (quick ? 1 : 3));
const milliseconds = (given: string | undefined, usual: number): number => (given === undefined ? usual : Number(given) * 1000);
const times = { warmUpMs: quick ? 300 : 500, measureMs: milliseconds(options.seconds, quick ? 1000 : 2500) };
/** The time until V8 has compiled the hot code. A server that just started takes twice the CPU. */
const warmUpMs = milliseconds(options['warm-up'], quick ? 2000 : 6000);
const both: readonly Kind[] = ['reference', 'ours'];
const engines: readonly Kind[] = [...both, 'ours-postgres', 'ours-sqlite'];

interface Scenario {
  readonly play: Play;
  readonly kinds: readonly Kind[];
  /** Measured in the first round only. */
  readonly once?: readonly Kind[];
}

/** The camp's sale takes long and gives no ratio. The reference cannot keep up with it, and is shown for the record. */
const SCENARIOS: Readonly<Record<string, Scenario>> = {
  root: { play: loads.root(times), kinds: [...engines, 'ours-binlog'] },
  hot: { play: loads.bookings(1, times), kinds: [...engines, 'reference-binlog', 'ours-binlog', 'raw', 'ours-two'], once: ['tuned'] },
  spread: { play: loads.bookings(100, times), kinds: [...engines, 'reference-binlog', 'ours-binlog'], once: ['tuned'] },
  rush: { play: quick ? loads.rush(1500, 300) : loads.rush(5000, 1000), kinds: engines },
  strangers: { play: quick ? loads.strangersRush(1500, 300) : loads.strangersRush(5000, 1000), kinds: engines },
  storm: { play: loads.storm(times), kinds: both },
  one: { play: loads.one(times), kinds: engines, once: ['tuned'] },
  different: { play: loads.different(times), kinds: engines, once: ['tuned'] },
  list20: { play: loads.list(20, 64, times), kinds: engines, once: ['tuned'] },
  list1000: { play: loads.list(1000, 8, times), kinds: both, once: ['tuned'] },
  whole: { play: loads.whole(times), kinds: both, once: ['tuned'] },
  others: { play: loads.others(times), kinds: engines },
  camp: { play: quick ? loads.camp(10, 6) : loads.camp(10), kinds: [], once: quick ? ['ours', 'ours-postgres', 'ours-sqlite'] : engines },
};
const names = [...Object.keys(SCENARIOS), 'growth'];
const only = (options.only ?? []).flatMap((list) => list.split(','));
const unknown = only.filter((name) => !names.includes(name));
if (options.help || unknown.length > 0 || !Number.isInteger(rounds) || rounds < 1) {
  console.error(
    `npm run bench -- [--rounds 3] [--only ${names.join(',')}] [--quick] [--warm-up seconds] [--seconds measured] [--limit minutes] [--profile folder]`,
  );
  process.exit(options.help ? 0 : 2);
}
/** CPU profiles of our processes, for the viewer of Chrome or VS Code. They cost a few per cent. */
const profiling = options.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${resolve(options.profile)}`];
const wanted = only.length > 0 ? only : names;

const runs: Record<string, Partial<Record<Kind, Measured[]>>> = {};
let sizes: readonly Size[] = [];
const began = new Date();

/** A run always ends, and shows the results so far. Servers, load and database end with this process. */
setTimeout(() => finish(`stopped after ${options.limit} minutes`, 1), Number(options.limit) * 60_000).unref();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => finish(`stopped by ${signal}`, 1));

/** Faults of the rushes that are not measured. A server that just started is the most likely to oversell. */
const coldFaults: string[] = [];
prepare();
const [mariaDb, mariaDbWithBinaryLog, postgres] = await Promise.all([
  MariaDb.start({ binaryLog: false }),
  MariaDb.start({ binaryLog: true }),
  Postgres.start(),
]);
const databases = { mariaDb, mariaDbWithBinaryLog, postgres };
const bench: Bench = { databases, driver: await Driver.start() };
const { processor, memoryGb, node, load } = machine();
const heading = `${began.toISOString()}, ${processor}, ${memoryGb} GB, Node ${node}, MariaDB ${mariaDb.version} and PostgreSQL ${postgres.version} (durable commits), load average at start ${load.join(' ')}; ${rounds} round${rounds > 1 ? 's' : ''}`;
console.log(`${heading}\n`);

for (let round = 0; round < rounds; round++) {
  const played = Object.entries(SCENARIOS).filter(([name]) => wanted.includes(name));
  const servers = new Map<Kind, Server>();
  for (const kind of new Set(played.flatMap(([, { kinds, once = [] }]) => [...kinds, ...(round === 0 ? once : [])]))) {
    const server = await startServer(kind, databases, kind.startsWith('ours') ? profiling : []);
    servers.set(kind, server);
    await measure(bench, server, loads.bookings(1, { warmUpMs: 0, measureMs: warmUpMs }));
    if (kind !== 'raw') await measure(bench, server, loads.list(20, 16, { warmUpMs: 0, measureMs: warmUpMs / 6 }));
    // A rush has no warm-up of its own. Most of its answers are refusals, and no code above has warmed those up.
    const rushes = played.filter(([name, { kinds }]) => ['rush', 'strangers'].includes(name) && kinds.includes(kind));
    for (const [, { play }] of rushes.slice(0, 1))
      coldFaults.push(...(await measure(bench, server, play)).faults.map((fault) => `first rush, ${kind}: ${fault}`));
  }
  for (const [name, { play, kinds, once = [] }] of played) {
    // The servers take turns, and each round begins with another one. So other work of the machine affects all alike. The others are idle.
    const turn = kinds.map((_, n) => kinds[(n + round) % kinds.length]).filter((kind) => kind !== undefined);
    for (const kind of round === 0 ? [...turn, ...once] : turn) {
      const server = servers.get(kind);
      if (server === undefined) continue;
      const measured = await measure(bench, server, play);
      runs[name] ??= {};
      const known = runs[name];
      known[kind] = [...(known[kind] ?? []), measured];
      tell(`round ${round + 1} ${name} ${kind}`, measured);
    }
  }
  for (const server of servers.values()) await server.stop();
}
if (wanted.includes('growth'))
  for (const kind of ['ours', 'ours-postgres'] as const) {
    const counts = quick ? [1000, 10_000, 100_000] : [1000, 10_000, 100_000, 1_000_000];
    sizes = [...sizes, ...(await growth(bench, kind, counts, { warmUpMs: 300, measureMs: quick ? 500 : 1500 }))];
  }
finish('', allFaults().some((fault) => !fault.includes('reference')) ? 1 : 0);

function tell(what: string, { streams, faults }: Measured): void {
  const figures = Object.entries(streams).map(([stream, { perSecond, p99 }]) => `${stream} ${perSecond.toFixed(0)}/s p99 ${p99.toFixed(0)} ms`);
  process.stderr.write(`${what} ${figures.join(', ')}${faults.length > 0 ? ` FAULTS ${faults.join('; ')}` : ''}\n`);
}

function allFaults(): readonly string[] {
  return [...coldFaults, ...faultsOf(runs, sizes)];
}

function finish(note: string, code: number): never {
  const faults = allFaults();
  const parts = [goalsTable(runs, sizes), runsTable(runs), ...(sizes.length > 0 ? [growthTable(sizes)] : [])];
  const end = machine().load.join(' ');
  console.log(
    `\n${parts.join('\n\n')}\n\n${faults.length === 0 ? 'No faults: every audit agreed with what the clients were told.' : `Faults:\n${faults.map((fault) => `- ${fault}`).join('\n')}`}`,
  );
  console.log(`${note === '' ? '' : `${note}. `}${((Date.now() - began.getTime()) / 60_000).toFixed(1)} minutes, load average at the end ${end}`);
  const folder = new URL('results/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    new URL(`${began.toISOString().replaceAll(':', '-')}.json`, folder),
    JSON.stringify({ heading, loadAtEnd: end, note, runs, sizes, faults }, null, 2),
  );
  process.exit(code);
}
