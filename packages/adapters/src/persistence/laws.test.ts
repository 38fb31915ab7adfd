import { laws } from '@ticket/kit';
import { afterAll, describe, it } from 'vitest';
import { engines } from '../../../../tests/engines.ts';
import { kitStores } from '../../../../tests/kit-stores.ts';

/** A busy machine may keep one call waiting for long. */
const timeoutMs = 60_000;

/** Every law of the kit, on every engine. The kit's own tests run them on the ports in memory. */
describe.each(engines)('%s', (engine) => {
  const { open, closeAll } = kitStores(engine);
  afterAll(closeAll);
  for (const law of laws(open, { level: 'accounts', timeoutMs })) it(`keeps ${law.name}`, law.run);
});

/** Every promise of selling holds without accounts too. */
describe.each(engines)('%s without accounts', (engine) => {
  const { open, closeAll } = kitStores(engine, 'none');
  afterAll(closeAll);
  for (const law of laws(open, { level: 'limits', timeoutMs })) it(`keeps ${law.name}`, law.run);
});
