import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { networkOf, siteOf } from './client-address.ts';
import type { ServerLimits } from './server-limits.ts';

/** All clients of one network, and their share of the server. */
interface Client {
  readonly share: number;
  connections: number;
  inFlight: number;
}

/** A connection with its clients and its unfinished answers, in the order of their requests. */
export interface Connection {
  /** The networks that the connection is counted for. Empty for the operator's own proxy, because its address is that of all clients. */
  readonly clients: readonly Client[];
  readonly isOwnProxy: boolean;
  readonly answers: Set<ServerResponse>;
  /** Requests that wait until the earlier answers are sent. */
  readonly waiting: Map<ServerResponse, () => void>;
  requests: number;
  /** The unfinished answers are the last ones. Later requests on the connection are not served. */
  isOver: boolean;
}

/** The open connections and their requests in flight, counted by network. */
export class Connections {
  readonly #limits: ServerLimits;
  readonly #isOwnProxy: (address: string) => boolean;
  readonly #open = new Map<Duplex, Connection>();
  readonly #clients = new Map<string, Client>();
  #inFlight = 0;

  constructor(limits: ServerLimits, isOwnProxy: (address: string) => boolean) {
    this.#limits = limits;
    this.#isOwnProxy = isOwnProxy;
  }

  find(socket: Duplex): Connection | undefined {
    return this.#open.get(socket);
  }

  of(socket: Socket): Connection {
    return this.#open.get(socket) ?? this.open(socket);
  }

  sockets(): readonly Socket[] {
    return [...this.#open.keys()] as Socket[];
  }

  open(socket: Socket): Connection {
    const address = socket.remoteAddress ?? '';
    const isOwnProxy = this.#isOwnProxy(address);
    const names = isOwnProxy ? [] : this.#namesOf(networkOf(address));
    const clients = names.map(([network, share]) => {
      const client = this.#clients.get(network) ?? { share, connections: 0, inFlight: 0 };
      this.#clients.set(network, client);
      client.connections += 1;
      return client;
    });
    const connection: Connection = { clients, isOwnProxy, answers: new Set(), waiting: new Map(), requests: 0, isOver: false };
    this.#open.set(socket, connection);
    // When a connection closes, Node tells only its current answer, not the answers that wait behind it.
    socket.once('close', () => {
      this.#open.delete(socket);
      for (const response of connection.answers) this.release(connection, response);
      for (const [index, client] of clients.entries()) {
        client.connections -= 1;
        if (client.connections === 0) this.#clients.delete(names[index]?.[0] ?? '');
      }
    });
    return connection;
  }

  #namesOf(network: string): readonly (readonly [network: string, share: number])[] {
    const site = siteOf(network);
    const own = [network, this.#limits.shareOfOne] as const;
    return site === undefined ? [own] : [own, [site, this.#limits.shareOfSite]];
  }

  hasTooMany({ clients }: Connection): boolean {
    return clients.some(({ connections, share }) => connections > this.#limits.connections * share);
  }

  /** Whether the limits allow no further request in flight. */
  isBusy({ clients }: Connection): boolean {
    const { inFlight } = this.#limits;
    return this.#inFlight >= inFlight || clients.some((client) => client.inFlight >= inFlight * client.share);
  }

  /** Called when a request has arrived. From now on its answer is owed. */
  owe(connection: Connection, response: ServerResponse): void {
    connection.answers.add(response);
    this.#inFlight += 1;
    for (const client of connection.clients) client.inFlight += 1;
  }

  /** Called when an answer is sent, or will never be sent. */
  release({ answers, waiting, clients }: Connection, response: ServerResponse): void {
    if (!answers.delete(response)) return;
    this.#inFlight -= 1;
    for (const client of clients) client.inFlight -= 1;
    waiting.delete(response);
    const [next] = answers;
    const work = next && waiting.get(next);
    // `setImmediate` lets other requests run first. The connection may be closed by then.
    if (work !== undefined) setImmediate(() => waiting.has(next as ServerResponse) && work());
  }

  /**
   * Does the work of a request once the answers before its own are sent (RFC 9112, 9.3.2). If the connection closes before that, the work
   * is not done. It is also not done if the answer is no longer owed.
   */
  inTurn({ answers, waiting }: Connection, response: ServerResponse, work: () => void): void {
    const [first] = answers;
    if (first === response) work();
    else
      waiting.set(response, () => {
        waiting.delete(response);
        work();
      });
  }
}
