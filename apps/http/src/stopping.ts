import { setTimeout as sleep } from 'node:timers/promises';
import type { createContainer } from '@ticket/adapters';
import type { HttpServer } from './http-server.ts';
import { factsOf, type Log } from './report.ts';
import type { Tracing } from './tracing.ts';

/** The time for requests in flight when the server stops. Then their connections are closed. Heroku and other services kill a process after 10 s. */
const GRACE_MS = 8000;
const STOP_MAX_MS = 9500;
/** The time for each last step after that, so that a database, a collector or a log reader that hangs cannot prevent the stop. */
const LAST_STEP_MS = 400;

/** Everything that must be stopped. */
interface Running {
  readonly servers: readonly HttpServer[];
  readonly container: ReturnType<typeof createContainer>;
  readonly log: Log;
  readonly written: () => Promise<void>;
  readonly tracing: Tracing | undefined;
  readonly drainMs: number;
}

/**
 * Returns a function that ends the process with an exit code. The first call lets requests in flight finish. A second call ends the process
 * at once. During `drainMs` the readiness check says that the server stops, also on new connections, so that a load balancer sends no
 * further requests. Then idle connections are closed, and all others after GRACE_MS.
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
    // Connections without a running request would keep the servers open for seconds.
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
