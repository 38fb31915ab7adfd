import { randomInt, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BoxOffice } from './box-office.ts';

/** Many buyers order at the same time, with and without keys. Some cancel their bookings. */
export function storm(office: BoxOffice, { crowd = 24, pauseMs = 20, at }: { crowd?: number; pauseMs?: number; at?: readonly string[] } = {}) {
  let over = false;
  const buy = async (number: number) => {
    const buyer = office.buyers[number % office.buyers.length];
    const url = at?.[number % at.length];
    const bought = [];
    while (!over) {
      const sale = office.sales[randomInt(office.sales.length)];
      if (buyer === undefined || sale === undefined) return;
      const mine = randomInt(6) === 0 ? bought.pop() : undefined;
      if (mine !== undefined) await office.cancel(mine);
      else {
        const key = randomInt(2) === 0 ? randomUUID() : undefined;
        const { order } = await office.order({ buyer, eventId: sale.id, quantity: randomInt(1, 4), key, ...(url === undefined ? {} : { at: url }) });
        if (order.certainty === 'done') bought.push(order);
      }
      await sleep(randomInt(pauseMs));
    }
  };
  const buyers = Promise.all(Array.from({ length: crowd }, (_, number) => buy(number)));
  // A failure is reported when the storm is stopped. It must not become an unhandled rejection.
  buyers.catch(() => undefined);
  return {
    stop: async () => {
      over = true;
      await buyers;
    },
  };
}

/** A storm of a given length. */
export async function storms(office: BoxOffice, milliseconds: number, options: Parameters<typeof storm>[1] = {}): Promise<void> {
  const { stop } = storm(office, options);
  await sleep(milliseconds);
  await stop();
}
