import type { Socket } from 'node:net';

/**
 * Node's internal handle of a socket: the bytes written so far, and those that the operating system has not taken yet. Node has no public
 * name for the second number.
 */
interface Handle {
  readonly bytesWritten: number;
  readonly writeQueueSize: number;
}

/**
 * Closes connections whose clients read their answers too slowly. If a client reads a byte now and then, its connection is never idle, and
 * the rest of its answer stays in memory. Only a time window in which an answer waited for the client all the time counts.
 */
export class SlowReaders {
  /** The bytes sent on each connection when its window began. */
  readonly #sentBefore = new WeakMap<Socket, number>();
  readonly #bytesMin: number;

  constructor(bytesMin: number) {
    this.#bytesMin = bytesMin;
  }

  /** Ends one window and begins the next. */
  look(sockets: Iterable<Socket>): void {
    for (const socket of sockets) {
      const { _handle: handle } = socket as Socket & { readonly _handle?: Handle | null };
      if (!handle || handle.writeQueueSize === 0) {
        this.forget(socket);
        continue;
      }
      const sent = handle.bytesWritten - handle.writeQueueSize;
      const before = this.#sentBefore.get(socket);
      if (before !== undefined && sent - before < this.#bytesMin) socket.destroy();
      else this.#sentBefore.set(socket, sent);
    }
  }

  /** Called when an answer was sent completely. */
  forget(socket: Socket): void {
    this.#sentBefore.delete(socket);
  }
}
