import { afterAll, describe, expect, it } from 'vitest';
import { proveServer } from '../../packages/kit/src/index.ts';
import { engines, freshDatabase } from '../engines.ts';
import { startServer } from '../faults/programs.ts';

/** The kit's laws of HTTP, as `ticket-kit prove --url` tries them from outside. */
describe.each(engines)('two servers on one database of %s', (engine) => {
  const endings: (() => Promise<unknown>)[] = [];
  afterAll(async () => {
    for (const end of endings.toReversed()) await end();
  });

  it('keep every law that HTTP can show', { timeout: 120_000 }, async () => {
    const { config, drop } = await freshDatabase(engine);
    endings.push(drop);
    const store = config.engine === 'sqlite' ? { engine: config.engine, folder: config.folder } : config;
    const first = await startServer(store); // it makes the tables
    const servers = [first, await startServer(store)];
    endings.push(...servers.map(({ stop }) => stop));
    const left: unknown[] = [];
    const { laws } = await proveServer(
      servers.map(({ url }) => url),
      { seconds: 5, timeoutMs: 60_000, onRowsLeft: (rows) => left.push(rows) },
    );
    expect(laws.filter(({ outcome }) => outcome !== 'kept').map(({ message }) => message)).toEqual([]);
    // The last admin alone is not deleted.
    expect(left).toEqual([{ events: 0, users: 1 }]);
  });
});
