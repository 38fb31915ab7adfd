import { Unavailable } from '@ticket/domain';
import { Broken } from './assertions.ts';
import { type Rows, rowsOf } from './rows.ts';
import { differencesOf, wordsOfDifference } from './stock-facts.ts';
import { type Capability, type Fault, type FullStore, type Level, type OpenStore, requireLevel, type Store, UnfitStore } from './store.ts';

/** A promise of the ports, and how it is tried. */
export interface LawDefinition {
  /** It stays the same in every version, because results name it. */
  readonly id: string;
  readonly level: Level;
  readonly title: string;
  readonly needs?: readonly Capability[];
  /** Does nothing when the promise is kept, and throws when it is not. */
  readonly hold: (scene: Scene) => Promise<void>;
}

/** The store on which a law is tried, and tools for it. */
export interface Scene {
  readonly store: FullStore;
  readonly rows: Rows;
  /** The same rows from another server. For laws that need `beside`. */
  readonly other: { readonly store: FullStore; readonly rows: Rows };
  /** Makes the next transaction of `store` go wrong. The returned function says whether it did. For laws that need `fault`. */
  readonly fault: (fault: Fault) => Promise<() => boolean>;
  readonly draw: Draw;
}

/** How generated laws draw their cases. */
export interface Draw {
  readonly seed: number;
  /** The place of a counter-example in the draw of the seed. Only this case is tried. */
  readonly path?: string | undefined;
  /** After this time a generated law stops drawing. */
  readonly forMs: number;
}

/** A law on a store, ready for a test runner: `it(law.name, law.run)`. */
export interface Law {
  readonly id: string;
  readonly level: Level;
  readonly title: string;
  /** Id and title. */
  readonly name: string;
  /** Rejects with a `BrokenLaw` when the law does not hold. */
  readonly run: () => Promise<void>;
}

/** The store lacks a function that the law needs. The law is neither kept nor broken. */
export class NotProved extends Error {
  override readonly name = 'NotProved';
  readonly capability: Capability;
  /** `capability` is what the store lacks. */
  constructor(capability: Capability) {
    const lack = capability === 'holdings' ? 'the store counts no holdings (heldByOwner is not_counted)' : `the store has no ${capability}()`;
    super(`${lack}, so this is not proved; add it, or say without: ['${capability}']`);
    this.capability = capability;
  }
}

/**
 * A law that does not hold: its message has the law, what was found, what an audit finds in the rows, and how to try it again. The rows of a
 * server that is tried by HTTP cannot be audited.
 */
export class BrokenLaw extends Error {
  override readonly name = 'BrokenLaw';
  readonly law: string;
  /** `audit` has one line for each difference in the rows. It is undefined if they cannot be read. */
  constructor({ id, title }: Pick<LawDefinition, 'id' | 'title'>, draw: Draw, cause: unknown, audit?: readonly string[]) {
    const found = cause instanceof Broken ? cause.message : `the ${audit === undefined ? 'law' : 'store'} threw ${wordsOfError(cause)}`;
    const path = cause instanceof Broken ? cause.path : undefined;
    const again = path === undefined ? `seed: ${draw.seed}` : `seed: ${draw.seed}, path: '${path}'`;
    const options = path === undefined ? `--seed ${draw.seed}` : `--seed ${draw.seed} --path ${path}`;
    super(
      `${id} ${title}\n  ${found}\n${wordsOfAudit(audit)}  to try it again: { only: ['${id}'], ${again} }, or ticket-kit prove … --law ${id} ${options}`,
      { cause },
    );
    this.law = id;
  }
}

function wordsOfAudit(audit: readonly string[] | undefined): string {
  if (audit === undefined) return '';
  return audit.length === 0 ? '  an audit of the rows finds no difference\n' : `  an audit of the rows finds:\n    ${audit.join('\n    ')}\n`;
}

const wordsOfError = (error: unknown): string => {
  if (error instanceof Unavailable) return `Unavailable (outcome ${error.outcome}) without an outage: ${error.message}`;
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
};

/** Tries a law on a store of its own, within the time. */
export async function tryLaw(law: LawDefinition, open: OpenStore, draw: Draw, timeoutMs: number): Promise<void> {
  const store = await within(timeoutMs, open(), 'opening the store');
  const touched = new Set<string>();
  let other: Store | undefined;
  let isHeld = false;
  try {
    requireLevel(store, law.level);
    const needs = law.needs ?? [];
    for (const name of ['beside', 'fault'] as const) if (needs.includes(name) && store[name] === undefined) throw new NotProved(name);
    if (needs.includes('beside')) {
      other = await within(timeoutMs, store.beside?.() ?? Promise.resolve(undefined), 'opening a second server');
      if (other !== undefined) requireLevel(other, law.level);
    }
    const scene: Scene = {
      store,
      rows: rowsOf(store, touched),
      other: sideOf(other ?? store, touched),
      fault: async (fault) => (await store.fault?.(fault)) ?? (() => false),
      draw,
    };
    await within(timeoutMs, law.hold(scene), 'the law');
    isHeld = true;
  } catch (error) {
    if (error instanceof NotProved || error instanceof UnfitStore) throw error;
    throw new BrokenLaw(law, draw, error, await auditOf(store, touched));
  } finally {
    // A store with a call that is never answered may not close either. The law's own error is more useful than an error of closing.
    const closing = within(timeoutMs, closeBoth(store, other), 'closing the store');
    await (isHeld ? closing : closing.catch(() => undefined));
  }
}

async function closeBoth(store: Store, other: Store | undefined): Promise<void> {
  await other?.close();
  await store.close();
}

function sideOf(store: Store, touched: Set<string>): Scene['other'] {
  return { store: store as FullStore, rows: rowsOf(store, touched) }; // checked by requireLevel above
}

async function auditOf({ stored }: Store, touched: ReadonlySet<string>): Promise<readonly string[]> {
  try {
    const differences = await within(AUDIT_MS, Promise.all([...touched].map((id) => differencesOf(stored, id))), 'the audit');
    return differences.flat().map(wordsOfDifference);
  } catch (error) {
    return [`nothing: it failed with ${wordsOfError(error)}`];
  }
}
const AUDIT_MS = 5000;

/** A call that is never answered also breaks a law. Without this, a test runner would only say that the time is over. */
export async function within<Value>(milliseconds: number, work: Promise<Value>, what: string): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Broken(`${what} did not end within ${milliseconds} ms: a call is not answered`)), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
