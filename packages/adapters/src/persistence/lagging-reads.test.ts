import { describe, it } from 'vitest';
import { asKitStore, lawsOfWrites } from '../../../../tests/as-kit-store.ts';
import { engines } from '../../../../tests/engines.ts';
import { openLaggingStore } from '../../../../tests/lagging-store.ts';

/** Plain reads may lag behind what the store committed, and no promise except read-your-writes depends on them. */
describe.each(engines)('%s whose plain reads lag', (engine) => {
  const open = async () => asKitStore(await openLaggingStore(engine));
  for (const law of lawsOfWrites(open, { timeoutMs: 60_000 })) it(`keeps ${law.name}`, law.run);
});
