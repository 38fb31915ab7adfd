import assert from 'node:assert/strict';
import { arbitraries, beginSale, type OpenStore } from '@ticket/kit';
import fc from 'fast-check';

/** Up to three clients take any steps at the same time. After that, no ticket is missing, and none was sold twice. */
export async function checkMyStore(openStore: OpenStore): Promise<void> {
  const store = await openStore();
  const clients = fc.array(fc.array(arbitraries.step), { maxLength: 3 });
  const property = fc.asyncProperty(arbitraries.totalTickets, clients, async (totalTickets, lists) => {
    const sale = await beginSale(store, totalTickets);
    await Promise.all(
      lists.map(async (steps) => {
        for (const step of steps) await sale.take(step);
      }),
    );
    assert.deepEqual(await sale.differences(), []);
  });
  await fc.assert(property).finally(() => store.close());
}
