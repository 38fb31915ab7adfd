/** A client's share of the server, in time and in number. Above a time the connection is cut; above a number requests are refused. */
export interface ServerLimits {
  /** From the connection's first byte to the end of the headers, and to the end of the body. */
  readonly headersMs: number;
  readonly requestMs: number;
  /** A connection on which nothing moves, in either direction. */
  readonly idleSocketMs: number;
  /** Between two requests. */
  readonly keepAliveMs: number;
  /** The bytes that a reader must take in each window while an answer waits for it. */
  readonly readWindowMs: number;
  readonly readBytesMin: number;
  readonly connections: number;
  /** Of the connections, and of the requests in flight, that clients of one address (of IPv6 one /64) may take. */
  readonly shareOfOne: number;
  /** The same for clients of one IPv6 /48, which one customer may have whole. */
  readonly shareOfSite: number;
  /** Requests on one connection that wait for their answers; more are refused, and the connection ends. */
  readonly pipelined: number;
  /** On one connection before it is closed, so that balancers spread them anew. */
  readonly requestsPerSocket: number;
  /** Requests whose answers are not sent yet; more are refused (503), so that those in flight stay quick. */
  readonly inFlight: number;
  /** Requests that are begun in one turn of the event loop; the others wait for the next turns (request-slices.ts). */
  readonly begunAtOnce: number;
}

export const SERVER_LIMITS: ServerLimits = {
  headersMs: 10_000,
  requestMs: 15_000,
  idleSocketMs: 30_000,
  keepAliveMs: 5000,
  // 1 KiB a second is less than the slowest mobile line carries.
  readWindowMs: 30_000,
  readBytesMin: 30 * 1024,
  connections: 10_000,
  requestsPerSocket: 10_000,
  inFlight: 5000,
  begunAtOnce: 64,
  // Half: a campus may come through one address.
  shareOfOne: 0.5,
  shareOfSite: 0.75,
  pipelined: 8,
};
