import type { Store } from '@ticket/kit';
import { storeOn } from '../packages/adapters/src/scratch-store.ts';
import { type Engine, freshDatabase } from './engines.ts';
import { neighbourOf } from './neighbour.ts';

/** In an order in which no row is deleted that another one refers to. */
const TABLES = ['bookings', 'stock_movements', 'events', 'idempotency_keys', 'rate_counts', 'commits', 'users'];

interface Opened {
  readonly store: Store;
  /** undefined where a new database costs less. */
  readonly empty: (() => Promise<void>) | undefined;
  readonly close: () => Promise<void>;
}

/**
 * Our adapters for the laws of the kit. A database serves one law after the other, and its rows are deleted in between: that takes a tenth of
 * the time of new tables. A store that was made to fail is not used again.
 */
export function kitStores(engine: Engine, accounts: 'ours' | 'none' = 'ours') {
  const idle: Opened[] = [];

  async function openNew(): Promise<Opened> {
    const { config, drop } = await freshDatabase(engine);
    const store = await storeOn(config, drop, accounts);
    // A file with its tables is made in no time.
    if (config.engine === 'sqlite') return { store, empty: undefined, close: () => store.close() };
    const neighbour = await neighbourOf(config);
    return {
      store,
      empty: async () => {
        for (const table of TABLES) if (accounts === 'ours' || table !== 'users') await neighbour.query(`DELETE FROM ${table}`);
      },
      close: async () => {
        await neighbour.end();
        await store.close();
      },
    };
  }

  async function open(): Promise<Store> {
    const opened = idle.pop() ?? (await openNew());
    let isReusable = true;
    const { fault } = opened.store;
    return {
      ...opened.store,
      ...(fault && {
        fault: (which) => {
          isReusable = false;
          return fault(which);
        },
      }),
      close: async () => {
        if (!isReusable || opened.empty === undefined) return opened.close();
        await opened.empty();
        idle.push(opened);
      },
    };
  }

  return {
    open,
    closeAll: async () => {
      for (const { close } of idle.splice(0)) await close();
    },
  };
}
