import { emptyMemory } from '@ticket/domain/memory';
import { laggingInMemoryStore } from '@ticket/domain/testing';
import { describe, expect, it } from 'vitest';
import { asKitStore, lawsOfWrites } from '../../../tests/as-kit-store.ts';
import { CONTROLS, selfTest } from './controls/self-test.ts';
import { SHOP_FLAWS } from './controls/shop-flaws.ts';
import { SERVER_LAWS } from './http/prove-server.ts';
import { BrokenLaw, type Level, laws, type OpenStore } from './index.ts';
import { LAWS } from './laws/index.ts';
import { memoryStore } from './memory-store.ts';

describe('the ports in memory', () => {
  for (const law of laws(async () => memoryStore(), { level: 'accounts', without: ['fault'], timeoutMs: 30_000 })) it(`keep ${law.name}`, law.run);
});

describe('the ports in memory, whose plain reads lag', () => {
  const open = async () => asKitStore(await laggingInMemoryStore());
  for (const law of lawsOfWrites(open, { timeoutMs: 30_000 })) it(`keep ${law.name}`, law.run);
});

describe('the ports in memory without accounts', () => {
  const open = async () => memoryStore(emptyMemory({ hasAccounts: false }));
  for (const law of laws(open, { level: 'limits', without: ['fault'], timeoutMs: 30_000 })) it(`keep ${law.name}`, law.run);
});

describe('the laws', () => {
  it('each notice the fault that is planted for them, and a sound store keeps them all', async () => {
    const { controls, sound } = await selfTest();
    expect(controls.filter(({ isNoticed }) => !isNoticed)).toEqual([]);
    expect(sound.filter(({ outcome }) => outcome === 'broken')).toEqual([]);
    expect(controls.length).toBeGreaterThanOrEqual(24);
  });

  it('each notice a fault: one that is planted for them, or one of another law', async () => {
    const planted = new Set(CONTROLS.map(({ law }) => law));
    // A lock that is never released is noticed by its own law, and keeps every other one waiting.
    const faults = CONTROLS.filter(({ flaw }) => flaw !== 'the lock is kept when a decision throws');
    const blind: string[] = [];
    for (const { id, level } of LAWS) {
      if (planted.has(id)) continue;
      let isNoticed = false;
      for (const { open } of faults) {
        isNoticed ||= await notices(id, level, open);
        if (isNoticed) break;
      }
      if (!isNoticed) blind.push(id);
    }
    expect(blind).toEqual([]);
  });

  it('of HTTP have a planted fault each', () => {
    expect(SERVER_LAWS.map(({ id }) => id).filter((id) => !Object.values<string>(SHOP_FLAWS).includes(id))).toEqual([]);
  });

  it('have ids that differ, and titles that differ', () => {
    const all = [...LAWS, ...SERVER_LAWS];
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    expect(new Set(all.map(({ title }) => title)).size).toBe(all.length);
  });
});

async function notices(id: string, level: Level, open: OpenStore): Promise<boolean> {
  const [law] = laws(open, { level, only: [id], seed: 1, generatedMs: 300 });
  try {
    await law?.run();
    return false;
  } catch (error) {
    return error instanceof BrokenLaw;
  }
}
