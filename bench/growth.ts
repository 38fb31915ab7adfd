import { setTimeout as sleep } from 'node:timers/promises';
import { empty, fill, fillBookings } from './data.ts';
import { peakMb } from './machine.ts';
import { type Bench, loadAndCompare } from './measure.ts';
import { grown, type Times } from './scenarios/loads.ts';
import { ended, type Kind, type Server, startServer } from './servers.ts';

/** The time of one request in ms (p50 of one client) at this number of stored bookings. Also the time of an audit of them. */
export interface Size {
  readonly kind: Kind;
  readonly bookings: number;
  readonly ownPageMs: number;
  readonly allPageMs: number;
  readonly bookMs: number;
  readonly serverPeakMb: number;
  readonly audit: { readonly exitCode: number | null; readonly seconds: number; readonly peakMb: number };
  readonly faults: readonly string[];
}

/** Measures one server while its table grows. */
export async function growth(bench: Bench, kind: Kind, sizes: readonly number[], times: Times): Promise<readonly Size[]> {
  const server = await startServer(kind, bench.databases);
  const measured: Size[] = [];
  let stored = 0;
  try {
    for (const size of sizes) {
      await empty(server.store, server.schema); // the run for the previous size also made bookings through the API
      const bookings = { from: 0, to: size, firstUserHas: 'a tenth' } as const;
      const play = grown('own', bookings, times);
      await fill(server.store, server.schema, play);
      await fillBookings(server.store, server.schema, bookings, play);
      stored = size;
      const faults: string[] = [];
      const p50 = async (what: 'own' | 'all' | 'book') => {
        const result = await loadAndCompare(bench, server, grown(what, { ...bookings, to: stored }, times));
        stored += result.created;
        faults.push(...result.faults);
        return result;
      };
      const [own, all, book] = [await p50('own'), await p50('all'), await p50('book')];
      const ms = (result: typeof own) => result.streams['requests']?.p50 ?? Number.NaN;
      const audited = await audit(server);
      if (audited.exitCode !== 0) faults.push(`the audit ended with ${audited.exitCode}`);
      measured.push({
        kind,
        bookings: size,
        ownPageMs: ms(own),
        allPageMs: ms(all),
        bookMs: ms(book),
        faults,
        serverPeakMb: Math.max(own.peakMb, all.peakMb, book.peakMb),
        audit: audited,
      });
    }
  } finally {
    await server.stop();
  }
  return measured;
}

/** The audit of our command line, and the most memory that its process held. */
async function audit(server: Server): Promise<Size['audit']> {
  const began = performance.now();
  const { child } = server.cli('audit');
  let peak = 0;
  while (child.exitCode === null && child.signalCode === null) {
    try {
      peak = Math.max(peak, peakMb(child.pid ?? 0) || 0);
    } catch {
      break; // the process has just ended
    }
    await sleep(10);
  }
  return { exitCode: await ended(child), seconds: (performance.now() - began) / 1000, peakMb: peak };
}
