/** Limits on what a client may use of the server. After a time limit the connection is closed. Requests beyond a number are refused. */
export interface ServerLimits {
  /** The time from a connection's first byte to the end of the headers. `requestMs`: to the end of the body. */
  readonly headersMs: number;
  readonly requestMs: number;
  /** The longest time without data in either direction. */
  readonly idleSocketMs: number;
  /** The longest time between two requests on a connection. */
  readonly keepAliveMs: number;
  /** The bytes that a reader must take in each window while an answer waits for it. */
  readonly readWindowMs: number;
  readonly readBytesMin: number;
  readonly connections: number;
  /** The share of all connections, and of all requests in flight, that clients of one address (for IPv6 one /64) may use. */
  readonly shareOfOne: number;
  /** The same share for clients of one IPv6 /48. One customer may have a whole /48. */
  readonly shareOfSite: number;
  /** The number of requests on one connection that may wait for their answers. Further ones are refused, and the connection ends. */
  readonly pipelined: number;
  /** The number of requests after which a connection is closed, so that load balancers distribute clients again. */
  readonly requestsPerSocket: number;
  /** The number of requests whose answers are not sent yet. Further ones are refused (503), so that these stay fast. */
  readonly inFlight: number;
  /** The number of requests that start in one turn of the event loop. The others wait for the next turns (request-slices.ts). */
  readonly begunAtOnce: number;
}

export const SERVER_LIMITS: ServerLimits = {
  headersMs: 10_000,
  requestMs: 15_000,
  idleSocketMs: 30_000,
  keepAliveMs: 5000,
  // 1 KiB a second is slower than the slowest mobile connection.
  readWindowMs: 30_000,
  readBytesMin: 30 * 1024,
  connections: 10_000,
  requestsPerSocket: 10_000,
  inFlight: 5000,
  begunAtOnce: 64,
  // It is half of all, because a whole campus may share one address.
  shareOfOne: 0.5,
  shareOfSite: 0.75,
  pipelined: 8,
};
