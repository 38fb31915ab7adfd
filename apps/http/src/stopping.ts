import { setTimeout as sleep } from 'node:timers/promises';
import type { createContainer } from '@ticket/adapters';
import type { HttpServer } from './http-server.ts';
import { factsOf, type Log } from './report.ts';
import type { Tracing } from './tracing.ts';

/** Requests in flight at the end get this long; then their connections are cut. Heroku and others kill after 10 s. */
const GRACE_MS = 8000;
const STOP_MAX_MS = 9500;
/** The time for each last step after that. A database, a collector or a log's reader that hangs must not prevent the stop. */
const LAST_STEP_MS = 400;

/** What has to come to an end. */
interface Running {
  readonly servers: readonly HttpServer[];
  readonly container: ReturnType<typeof createContainer>;
  readonly log: Log;
  readonly written: () => Promise<void>;
  readonly tracing: Tracing | undefined;
  readonly drainMs: number;
}

/**
 * Ends the process with the exit code: the first call lets requests in flight finish, a second does not. For the time to drain, a client
 * that asks for readiness is told that the server stops, also on a new connection. So a balancer sends no more requests. Connections are
 * closed as they fall idle, and cut after a grace time.
 */
export function stopper(
  { servers, container, log, written, tracing, drainMs }: Running,
  onStopping: () => void,
): (why: string, exitCode: number) => Promise<void> {
  let begun = false;
  return async (why, exitCode) => {
    if (begun) process.exit(1);
    begun = true;
    onStopping();
    log({ level: 'info', message: why });
    setTimeout(() => {
      log({ level: 'error', message: `Not stopped within ${STOP_MAX_MS} ms: giving up` });
      process.exit(1);
    }, STOP_MAX_MS).unref();
    setTimeout(() => {
      log({ level: 'warn', message: `Connections still open after ${GRACE_MS} ms are cut` });
      for (const server of servers) server.closeAllConnections();
    }, GRACE_MS).unref();
    await sleep(drainMs);
    const closed = servers.map((server) => new Promise((resolve) => server.close(resolve)));
    // Connections on which no request is under way would hold the servers open for seconds.
    const sweep = setInterval(() => {
      for (const server of servers) {
        server.closeIdleConnections();
        server.closeSilentConnections();
      }
    }, 50);
    await Promise.all(closed);
    clearInterval(sweep);
    for (const step of [() => container.unbindAllAsync(), () => tracing?.stop(), written]) {
      await Promise.race([step(), sleep(LAST_STEP_MS)]).catch((error: unknown) =>
        log({ level: 'warn', message: 'while stopping', error: factsOf(error) }),
      );
    }
    process.exit(exitCode);
  };
}
