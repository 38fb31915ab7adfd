import { type ProveServerOptions, proveServer } from '../http/prove-server.ts';
import { LAWS } from '../laws/index.ts';
import { memoryStore } from '../memory-store.ts';
import { type LawResult, prove, type Report } from '../prove.ts';
import type { OpenStore } from '../store.ts';
import { FLAWS, type Flaw } from './flaws.ts';
import { flawedMemoryStore, MEMORY_FLAWS } from './memory-flaws.ts';
import { openShop } from './shop.ts';
import { SHOP_FLAWS, type ShopFlaw } from './shop-flaws.ts';
import { stepStore } from './step-store.ts';

/** A store with one fault. */
export interface Control {
  readonly flaw: string;
  /** The law that has to notice it. */
  readonly law: string;
  readonly open: OpenStore;
}

export const CONTROLS: readonly Control[] = [
  ...(Object.entries(FLAWS) as [Flaw, string][]).map(([flaw, law]) => ({ flaw, law, open: async () => stepStore(flaw) })),
  ...Object.entries(MEMORY_FLAWS).map(([flaw, [law, plant]]) => ({ flaw, law, open: async () => flawedMemoryStore(plant) })),
];

/** The result of one control. */
export interface ControlResult extends Omit<Control, 'open'> {
  readonly isNoticed: boolean;
  readonly milliseconds: number;
  /** The message of the law. */
  readonly message: string;
}

export interface SelfTest {
  readonly controls: readonly ControlResult[];
  /** The results of every law on the two correct stores and the correct server into which the bugs are planted. */
  readonly sound: readonly LawResult[];
  /** True when every control was noticed by its law, and no sound store broke a law. */
  readonly isPassed: boolean;
}

/** Shows that the laws notice bugs: tries stores and servers with one bug each. The law that belongs to the bug has to break. */
export async function selfTest({
  seed = 1,
  onControl,
}: {
  readonly seed?: number;
  readonly onControl?: (result: ControlResult) => void;
} = {}): Promise<SelfTest> {
  const step = await prove(async () => stepStore(), { level: 'audit', seed, seconds: 5 });
  const memory = await prove(async () => memoryStore(), { level: 'accounts', seed, seconds: 5 });
  const server = await proved(undefined, { seed, seconds: 5 });
  const controls: ControlResult[] = [];
  const tell = (flaw: string, law: string, [found]: readonly LawResult[]) => {
    const message = found?.message ?? 'the law was kept';
    const result = { flaw, law, isNoticed: found?.outcome === 'broken', milliseconds: found?.milliseconds ?? 0, message };
    controls.push(result);
    onControl?.(result);
  };
  for (const { flaw, law, open } of CONTROLS) {
    const level = LAWS.find(({ id }) => id === law)?.level ?? 'accounts';
    const { laws } = await prove(open, { level, only: [law], seed, seconds: 2 });
    tell(flaw, law, laws);
  }
  for (const [flaw, law] of Object.entries(SHOP_FLAWS) as [ShopFlaw, string][])
    tell(flaw, law, (await proved(flaw, { only: [law], seed, seconds: 2 })).laws);
  const sound = [...step.laws, ...memory.laws, ...server.laws];
  return { controls, sound, isPassed: controls.every(({ isNoticed }) => isNoticed) && sound.every(({ outcome }) => outcome !== 'broken') };
}

async function proved(flaw: ShopFlaw | undefined, options: ProveServerOptions): Promise<Report> {
  const { url, close } = await openShop(flaw);
  try {
    return await proveServer([url], options);
  } finally {
    await close();
  }
}
