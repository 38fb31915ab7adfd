import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../packages/domain/src/testing/random.ts';
import { atTheEnd } from '../faults/programs.ts';

/** Around the server's limits for a head (10 s) and for a whole request (15 s). */
const DELAY_MS_MIN = 8000;
const DELAY_MS_MAX = 17_000;
/** Enough bytes to begin a request, but less than its head. */
const FIRST_BYTES = 10;

/** The address of a wire to the server. The end of the head, or of the body, comes late on it. */
export function laySlowWire(url: string, random: Random): Promise<string> {
  const { hostname, port } = new URL(url);
  const wire = createServer((near) => {
    const far = connect(Number(port), hostname);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const)
      socket.on('error', () => other.destroy()).on('close', () => other.destroy());
    far.pipe(near);
    near.once('data', async (request: Buffer) => {
      near.pause();
      const cut = random.chance(0.5) ? FIRST_BYTES : request.length - 1;
      far.write(request.subarray(0, cut));
      // If the server gives up, its answer crosses with the rest of the request.
      const answered = new Promise((resolve) => far.once('data', resolve).once('close', resolve));
      await Promise.race([answered, sleep(DELAY_MS_MIN + random.below(DELAY_MS_MAX - DELAY_MS_MIN))]);
      if (far.writable) far.write(request.subarray(cut));
      near.pipe(far);
    });
  });
  atTheEnd(() => wire.close());
  return new Promise((resolve) => {
    wire.listen(0, '127.0.0.1', () => {
      const address = wire.address();
      resolve(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`);
    });
  });
}
