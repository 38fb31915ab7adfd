import { existsSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { selfTest } from './controls/self-test.ts';
import { type ProveServerOptions, proveServer, SERVER_LAWS } from './http/prove-server.ts';
import { serverAt } from './http/server-address.ts';
import { interruption } from './interruption.ts';
import { LAWS } from './laws/index.ts';
import { memoryStore } from './memory-store.ts';
import { type LawResult, prove, type Report } from './prove.ts';
import { LEVELS, type Level, type OpenStore } from './store.ts';

const HELP = `ticket-kit proves that a store of tickets sells none twice and loses none.

  ticket-kit prove <store> [options]   tries the laws on a store
  ticket-kit prove --url URL [options] tries the laws that HTTP can show on a running server that has the specified API
  ticket-kit self-test [--seed N]      shows that each law bites: stores and servers with one fault each have to break it
  ticket-kit laws                      lists the laws

A store is one of
  ./my-store.js       a module whose export openStore (or default) gives an empty store each time it is called
  memory              the domain's ports in memory
  sqlite:             our adapters on SQLite, in a folder of their own that is removed
  postgres://…        our adapters on that server, each law in a database of its own that is dropped; the same for mysql://…

With --url it registers an admin and twenty users, makes events of its own, and deletes them at the end, also after Ctrl-C. Only an admin
whom the server keeps as its last one stays. Give --url again for a second
server on the same rows. Where nobody can register as admin, set TICKET_KIT_ADMIN_TOKEN to an admin's token.

Options of prove
  --level ${LEVELS.join('|')}   the ports that the store has; stock when left out
  --allow-remote      lets --url name a server that is not on this machine: it gets thousands of requests
  --law S20,G3        these laws alone
  --seconds N         for all laws together, about; 30 when left out
  --seed N            draws the same cases again
  --path P            from the message of a broken law: its case alone
  --timeout N         milliseconds after which a law that has not ended is broken; 10000 when left out
  --json              the report on stdout
  --report FILE       writes the report to a file (conformance.json)

Exit code: 0 every law is kept; 1 a law is broken; 2 nothing could be tried. Laws that the store cannot show are named, and do not fail.`;

/** The command itself is wrong, so the exit code is 2. */
class Misuse extends Error {}

const TRIED = {
  url: 'string',
  'allow-remote': 'boolean',
  level: 'string',
  law: 'string',
  seconds: 'string',
  seed: 'string',
  path: 'string',
  timeout: 'string',
  json: 'boolean',
  report: 'string',
} as const;

/** Runs a command and returns its exit code. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const [command, ...rest] = args;
    if (command === undefined || command === '--help' || command === '-h' || command === 'help') {
      console.log(HELP);
      return command === undefined ? 2 : 0;
    }
    if (command === 'prove') return await proveCommand(rest);
    if (command === 'self-test') return await selfTestCommand(rest);
    if (command === 'laws') return listLaws(rest);
    throw new Misuse(`unknown command ${command}`);
  } catch (error) {
    const hint = error instanceof Misuse ? '\n\nticket-kit --help lists the commands' : '';
    console.error(`ticket-kit: ${error instanceof Error ? error.message : String(error)}${hint}`);
    return 2;
  }
}

async function proveCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parse(args, TRIED, ['url']);
  if (values.report !== undefined && !existsSync(dirname(values.report))) throw new Misuse(`the folder of ${values.report} is not there`);
  const seed = values.seed === undefined ? undefined : numberOf('seed', values.seed);
  const options = {
    seconds: numberOf('seconds', values.seconds ?? '30'),
    timeoutMs: numberOf('timeout', values.timeout ?? '10000'),
    ...(seed === undefined ? {} : { seed }),
    ...(values.path === undefined ? {} : { path: values.path }),
    ...(values.law === undefined ? {} : { only: values.law.split(',').map((id) => id.trim()) }),
    onResult: tellResult,
  };
  const { store, report } = values.url === undefined ? await proveStore(positionals, values, options) : await proveUrls(positionals, values, options);
  const conformance = { store, ...report };
  tellReport(report);
  if (values.json === true) console.log(JSON.stringify(conformance));
  if (values.report !== undefined) writeFileSync(values.report, `${JSON.stringify(conformance, undefined, 2)}\n`);
  return report.isKept ? 0 : 1;
}

type Tried = Values<typeof TRIED>;
type Common = Omit<ProveServerOptions, 'adminToken' | 'onRowsLeft' | 'signal'>;
interface Proved {
  readonly store: string;
  readonly report: Report;
}

async function proveStore(positionals: readonly string[], values: Tried, options: Common): Promise<Proved> {
  const [target, ...more] = positionals;
  if (target === undefined || more.length > 0) throw new Misuse('prove takes one store');
  if (values['allow-remote'] === true) throw new Misuse('--allow-remote goes with --url');
  const level = levelOf(values.level ?? 'stock');
  return { store: shownTarget(target), report: await prove(await storesOf(target), { level, ...options }) };
}

async function proveUrls(positionals: readonly string[], values: Tried, options: Common): Promise<Proved> {
  if (positionals.length > 0) throw new Misuse('prove takes a store or --url, not both');
  if (values.level !== undefined) throw new Misuse('--level goes with a store; --url has laws of its own');
  const servers = (values.url ?? '').split(' ').map((address) => serverAt(address, values['allow-remote'] === true));
  const { TICKET_KIT_ADMIN_TOKEN: adminToken } = process.env;
  const report = await proveServer(servers, {
    ...options,
    ...(adminToken === undefined || adminToken === '' ? {} : { adminToken }),
    signal: interruption(),
    onRowsLeft: ({ events, users }) => {
      console.error(
        `The server did not delete ${events} events and ${users} users that were made. Their names are ticket-kit, or name and a number.`,
      );
      if (users === 1) console.error('One of them may be the admin: a server without another admin keeps its last one.');
    },
  });
  return { store: servers.join(' '), report };
}

async function selfTestCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parse(args, { seed: 'string' });
  if (positionals.length > 0) throw new Misuse('self-test takes no store');
  const { controls, sound, isPassed } = await selfTest({
    seed: numberOf('seed', values.seed ?? '1'),
    onControl: ({ flaw, law, isNoticed, milliseconds }) =>
      console.log(`${isNoticed ? 'noticed    ' : 'NOT NOTICED'} ${law.padEnd(4)} ${(milliseconds / 1000).toFixed(2)} s  ${flaw}`),
  });
  for (const { id, outcome, message } of sound) if (outcome !== 'kept') console.log(`${id} is ${outcome} on a sound store: ${message}`);
  const noticed = controls.filter(({ isNoticed }) => isNoticed).length;
  console.log(
    `${noticed} of ${controls.length} faults noticed; ${sound.filter(({ outcome }) => outcome === 'kept').length} of ${sound.length} laws kept by a sound store`,
  );
  return isPassed ? 0 : 1;
}

function listLaws(args: readonly string[]): number {
  if (args.length > 0) throw new Misuse('laws takes no options');
  for (const { id, level, title, needs } of LAWS)
    console.log(`${id.padEnd(4)} ${level.padEnd(8)} ${title}${needs === undefined ? '' : ` (needs ${needs.join(' and ')})`}`);
  for (const { id, title } of SERVER_LAWS) console.log(`${id.padEnd(4)} ${'http'.padEnd(8)} ${title}`);
  return 0;
}

function tellResult({ id, title, outcome, milliseconds, message }: LawResult): void {
  const words = { kept: 'kept', broken: 'BROKEN', not_proved: 'not proved' }[outcome];
  console.error(`${words.padEnd(10)} ${id.padEnd(4)} ${title} (${milliseconds} ms)`);
  if (outcome === 'broken') console.error(`  ${message?.replaceAll('\n', '\n  ')}`);
}

function tellReport({ laws, seconds, seed, notProved }: Report): void {
  const count = (outcome: LawResult['outcome']) => laws.filter((law) => law.outcome === outcome).length;
  console.error(`${count('kept')} laws kept, ${count('broken')} broken, ${count('not_proved')} not proved, in ${seconds} s, seed ${seed}`);
  if (notProved.includes('beside')) console.error('Locks are not proved: the store has no beside(), which opens a second server on the same rows.');
  if (notProved.includes('fault')) console.error('Outages are not proved: the store has no fault(), which makes the next transaction go wrong.');
  if (notProved.includes('holdings')) console.error('Limits for a person are not proved: the decisions were told not_counted in heldByOwner.');
}

async function storesOf(target: string): Promise<OpenStore> {
  if (target === 'memory') return async () => memoryStore();
  if (DATABASE.test(target)) return ourAdapters(target);
  // The rest of an address may have a password in it.
  const [scheme] = /^\w{2,}:/.exec(target) ?? [];
  if (scheme === 'http:' || scheme === 'https:') throw new Misuse('a running server is tried with --url');
  if (scheme !== undefined && scheme !== 'node:') throw new Misuse(`${scheme} is no address of a store`);
  const module: Readonly<Record<string, unknown>> = await import(/\.[cm]?[jt]s$/.test(target) ? pathToFileURL(resolve(target)).href : target).catch(
    (error: unknown) => {
      const isTypeScript = error instanceof TypeError && 'code' in error && error.code === 'ERR_UNKNOWN_FILE_EXTENSION';
      const hint = isTypeScript ? '; this Node reads no TypeScript: compile it first, or use Node 22.18 or newer' : '';
      throw new Misuse(`${target} cannot be loaded: ${error instanceof Error ? error.message : String(error)}${hint}`);
    },
  );
  const open = module['openStore'] ?? module['default'];
  if (typeof open !== 'function') throw new Misuse(`${target} exports no function openStore`);
  return open as OpenStore; // requireLevel checks the store that it opens
}

async function ourAdapters(url: string): Promise<OpenStore> {
  const { openScratchStore } = await import('@ticket/adapters/kit').catch((error: unknown) => {
    const isMissing =
      error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND' && error.message.includes("'@ticket/adapters'");
    if (!isMissing) throw error;
    throw new Misuse('a database address needs @ticket/adapters: npm install @ticket/adapters, or name a module of your own');
  });
  return () => openScratchStore(url);
}

const DATABASE = /^(?:postgres|postgresql|mysql|sqlite):/;
/** Where a database is, without the user, the password and the parameters of its address. */
function shownTarget(target: string): string {
  if (!DATABASE.test(target) || !URL.canParse(target)) return target;
  const { protocol, host, pathname } = new URL(target);
  return host === '' ? target : `${protocol}//${host}${pathname}`;
}

function levelOf(name: string): Level {
  const level = LEVELS.find((each) => each === name);
  if (level === undefined) throw new Misuse(`unknown level ${name}; there are ${LEVELS.join(', ')}`);
  return level;
}

function numberOf(name: string, text: string): number {
  if (!/^\d+$/.test(text)) throw new Misuse(`--${name} is a whole number, and is ${text}`);
  return Number(text);
}

type Values<Options extends Readonly<Record<string, 'string' | 'boolean'>>> = {
  readonly [Name in keyof Options]?: Options[Name] extends 'string' ? string : boolean;
};

/** Reads the options. An option that is given twice is refused, because its meaning is unclear. Options in `repeated` are joined by spaces. */
function parse<Options extends Readonly<Record<string, 'string' | 'boolean'>>>(
  args: readonly string[],
  options: Options,
  repeated: readonly string[] = [],
): { values: Values<Options>; positionals: string[] } {
  const types = Object.fromEntries(Object.entries(options).map(([name, type]) => [name, { type, multiple: true as const }]));
  const { values, positionals } = read(() => parseArgs({ args: [...args], options: types, allowPositionals: true, strict: true }));
  const single = Object.entries(values).map(([name, given]) => {
    if (!Array.isArray(given)) return [name, given];
    if (repeated.includes(name)) return [name, given.join(' ')];
    if (given.length > 1) throw new Misuse(`--${name} is given ${given.length} times`);
    return [name, given[0]];
  });
  return { values: Object.fromEntries(single) as Values<Options>, positionals };
}

function read<Value>(parsing: () => Value): Value {
  try {
    return parsing();
  } catch (error) {
    throw new Misuse(error instanceof Error ? error.message : String(error));
  }
}
