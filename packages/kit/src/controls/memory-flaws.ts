import { emptyMemory, type Memory } from '@ticket/domain/memory';
import { memoryStore } from '../memory-store.ts';
import type { FullStore } from '../store.ts';

import { LIMIT_FLAWS } from './limit-flaws.ts';
import type { Plant } from './plant.ts';
import { USER_FLAWS } from './user-flaws.ts';

export const MEMORY_FLAWS = { ...USER_FLAWS, ...LIMIT_FLAWS };

/** The ports in memory with a flaw. A second server has the same flaw, and a cache of its own. */
export function flawedMemoryStore(plant: Plant, memory: Memory = emptyMemory()): FullStore {
  const sound = memoryStore(memory) as FullStore; // the memory has accounts, so the store has their ports
  return { ...sound, ...plant(sound, memory), beside: async () => flawedMemoryStore(plant, memory) };
}
