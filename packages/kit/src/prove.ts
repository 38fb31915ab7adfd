import { readFileSync } from 'node:fs';
import { BrokenLaw, type Draw, type Law, type LawDefinition, NotProved, tryLaw } from './law.ts';
import { LAWS } from './laws/index.ts';
import { CAPABILITIES, type Capability, type Level, levelsUpTo, type OpenStore, requireLevel } from './store.ts';

/** Which laws are tried on a store, and how. An option, a level or a law that does not exist is refused with a `TypeError`. */
export interface LawOptions {
  /** The store has the ports of this level. Its laws and those of the levels before it are tried. */
  readonly level: Level;
  /** Tries these laws alone, by their ids. */
  readonly only?: readonly string[];
  /** The same seed draws the same cases. A random one without it; the message of a broken law names it. */
  readonly seed?: number;
  /** From the message of a broken law that draws its cases: tries the case that it found, alone. */
  readonly path?: string;
  /** How long each law that draws its cases goes on. 1000 without it. */
  readonly generatedMs?: number;
  /** After this time a law that still runs counts as broken. 4000 without it, because most test runners stop a test after 5000. */
  readonly timeoutMs?: number;
  /** What the store cannot show. Laws that need it are left out. Otherwise such a law fails, so that a missing proof is always noticed. */
  readonly without?: readonly Capability[];
}

export const KIT_VERSION = versionOf(JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')));

function versionOf(description: unknown): string {
  if (typeof description === 'object' && description !== null && 'version' in description) return String(description.version);
  throw new Error('package.json names no version');
}

/** How long a law is tried if the options do not set it. */
export const DEFAULTS = { generatedMs: 1000, timeoutMs: 4000 } as const;

/**
 * The laws of a level as values, for any test runner: `for (const law of laws(openStore, { level: 'stock' })) it(law.name, law.run)`. Each law
 * opens a store of its own and closes it. Throws for an unknown option, level or law.
 */
export function laws(open: OpenStore, options: LawOptions): readonly Law[] {
  const { draw, timeoutMs, chosen } = chosenBy(options);
  return chosen.map((law) => ({ ...named(law), run: () => tryLaw(law, open, draw, timeoutMs) }));
}

const named = ({ id, level, title }: LawDefinition) => ({ id, level, title, name: `${id} ${title}` });

/** The result of one law. */
export interface LawResult {
  readonly id: string;
  readonly title: string;
  readonly outcome: 'kept' | 'broken' | 'not_proved';
  readonly milliseconds: number;
  /** What a broken law found, and how to try it again. For a law that is not proved: what the store lacks. */
  readonly message?: string;
}

/** What was proved, as `conformance.json` has it. */
export interface Report {
  /** The name that the store or the server gives itself. */
  readonly about: string | undefined;
  /** The kit's own version. */
  readonly kit: string;
  /** `http` when a running server was tried by HTTP. */
  readonly level: Level | 'http';
  readonly seed: number;
  readonly seconds: number;
  /** True if no law is broken, and at least one is kept. */
  readonly isKept: boolean;
  /** What the store could not show. With `beside` in it, nothing has shown that rows are locked. */
  readonly notProved: readonly Capability[];
  readonly laws: readonly LawResult[];
}

/** `LawOptions` without a test runner. A law that the store cannot show is reported as not proved, and does not fail. */
export interface ProveOptions extends Omit<LawOptions, 'without' | 'generatedMs'> {
  /**
   * About how long all laws take together; 30 without it. Laws that draw their cases share the time that the others leave. Each of them gets at
   * least a second.
   */
  readonly seconds?: number;
  /** Called after each law. */
  readonly onResult?: (result: LawResult) => void;
}

/** Tries every law of a level without a test runner. What the store cannot show is in the report as not proved. */
export async function prove(open: OpenStore, { seconds = 30, onResult, ...options }: ProveOptions): Promise<Report> {
  requireSeconds(seconds);
  const { draw, timeoutMs, chosen } = chosenBy(options);
  const began = performance.now();
  const about = await aboutOf(open, options.level);
  const tried = await tryAll(chosen, { draw, seconds, timeoutMs, began, onResult }, (law, ownDraw, ownMs) => tryLaw(law, open, ownDraw, ownMs));
  return { about, kit: KIT_VERSION, level: options.level, seed: draw.seed, ...tried };
}

export function requireSeconds(seconds: number): void {
  if (!Number.isFinite(seconds) || seconds <= 0) throw new RangeError('seconds is a number above 0');
}

/** From the message of a broken law: numbers and colons. */
export function requirePath(path: string | undefined): void {
  if (path !== undefined && !/^\d+(?::\d+)*$/.test(path)) throw new RangeError('path is taken from the message of a broken law, such as 7:1:0');
}

type Titled = Pick<LawDefinition, 'id' | 'title'>;
interface Trial {
  readonly draw: Draw;
  readonly seconds: number;
  readonly timeoutMs: number;
  /** The start of the time that all laws share, by `performance.now()`. */
  readonly began: number;
  readonly onResult: ((result: LawResult) => void) | undefined;
}

/** Tries laws one after the other. Laws that draw their cases share the time that the others leave. */
export async function tryAll<Tried extends Titled>(
  chosen: readonly Tried[],
  { draw, seconds, timeoutMs, began, onResult }: Trial,
  tryOne: (law: Tried, draw: Draw, timeoutMs: number) => Promise<void>,
): Promise<Pick<Report, 'seconds' | 'isKept' | 'notProved' | 'laws'>> {
  const isDrawn = ({ id }: Titled) => /^H?G/.test(id);
  let drawnLeft = chosen.filter(isDrawn).length;
  const results: LawResult[] = [];
  const missing = new Set<Capability>();
  for (const law of chosen) {
    const leftMs = seconds * 1000 - (performance.now() - began);
    const forMs = isDrawn(law) ? Math.max(DEFAULTS.generatedMs, leftMs / drawnLeft) : draw.forMs;
    if (isDrawn(law)) drawnLeft -= 1;
    const result = await resultOf(law, () => tryOne(law, { ...draw, forMs }, timeoutMs + forMs), missing);
    results.push(result);
    onResult?.(result);
  }
  return {
    seconds: Math.round((performance.now() - began) / 100) / 10,
    isKept: results.some(({ outcome }) => outcome === 'kept') && results.every(({ outcome }) => outcome !== 'broken'),
    notProved: CAPABILITIES.filter((capability) => missing.has(capability)),
    laws: results,
  };
}

/** Opens a store once before any law is tried, so that a missing port is reported at once. */
async function aboutOf(open: OpenStore, level: Level): Promise<string | undefined> {
  const store = await open().catch((cause: unknown) => {
    throw new Error(`openStore() failed: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  });
  const { about } = store;
  try {
    requireLevel(store, level);
  } finally {
    await store.close();
  }
  return about;
}

async function resultOf({ id, title }: Titled, run: () => Promise<void>, missing: Set<Capability>): Promise<LawResult> {
  const began = performance.now();
  const result = (outcome: LawResult['outcome'], message?: string): LawResult => {
    const milliseconds = Math.round(performance.now() - began);
    return message === undefined ? { id, title, outcome, milliseconds } : { id, title, outcome, milliseconds, message };
  };
  try {
    await run();
    return result('kept');
  } catch (error) {
    if (error instanceof NotProved) missing.add(error.capability);
    if (error instanceof NotProved) return result('not_proved', error.message);
    if (error instanceof BrokenLaw) return result('broken', error.message);
    throw error; // the store cannot be opened, or lacks a port
  }
}

const OPTIONS: Readonly<Record<keyof LawOptions, true>> = {
  level: true,
  only: true,
  seed: true,
  path: true,
  generatedMs: true,
  timeoutMs: true,
  without: true,
};

function chosenBy({ level, only, seed = Math.trunc(Math.random() * 2 ** 31), path, without = [], ...options }: LawOptions) {
  const unknown = Object.keys(options).filter((name) => !Object.hasOwn(OPTIONS, name));
  if (unknown.length > 0) throw new TypeError(`unknown option ${unknown.join(', ')}; there are ${Object.keys(OPTIONS).join(', ')}`);
  const levels = levelsUpTo(level);
  if (levels.length === 0) throw new TypeError(`unknown level ${String(level)}`);
  requirePath(path);
  const { generatedMs = DEFAULTS.generatedMs, timeoutMs = DEFAULTS.timeoutMs } = options;
  for (const [name, milliseconds] of Object.entries({ generatedMs, timeoutMs }))
    if (!Number.isFinite(milliseconds) || milliseconds <= 0) throw new RangeError(`${name} is a number above 0`);
  const incapable = without.filter((name) => !CAPABILITIES.includes(name));
  if (incapable.length > 0) throw new TypeError(`unknown capability ${incapable.join(', ')}; there are ${CAPABILITIES.join(', ')}`);
  for (const id of only ?? []) {
    const law = LAWS.find((each) => each.id === id);
    if (law === undefined) throw new TypeError(`unknown law ${id}; there are ${LAWS.map((each) => each.id).join(', ')}`);
    if (!levels.includes(law.level)) throw new TypeError(`${id} is a law of the level ${law.level}, and the level asked for is ${level}`);
  }
  const chosen = LAWS.filter(
    (law) => levels.includes(law.level) && (only?.includes(law.id) ?? true) && !law.needs?.some((name) => without.includes(name)),
  );
  const draw: Draw = { seed, path, forMs: generatedMs };
  return { draw, timeoutMs, chosen };
}
