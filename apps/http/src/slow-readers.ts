import type { Socket } from 'node:net';

/** Bytes that Node was given to send, and those of them that the system has not taken yet. Node has no public name for the second. */
interface Handle {
  readonly bytesWritten: number;
  readonly writeQueueSize: number;
}

/**
 * Cuts off clients that take their answers too slowly. A client that reads a byte now and then keeps a connection from being idle,
 * and the rest of its answer in memory. Only windows count in which an answer waits for the client from beginning to end.
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

  /** An answer was sent to its end. */
  forget(socket: Socket): void {
    this.#sentBefore.delete(socket);
  }
}
