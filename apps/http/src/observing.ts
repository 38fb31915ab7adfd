import { userIdOf } from '@ticket/domain/spi';
import type { Context, Hono, MiddlewareHandler } from 'hono';
import type { ClientAddress } from './client-address.ts';
import type { AppEnv } from './env.ts';
import type { Metrics } from './metrics.ts';
import { once } from './once.ts';
import { factsOf, type Log, type Reason, type Report } from './report.ts';

/** The methods that are used as label values, because Node's parser accepts about thirty. */
const METHODS: readonly string[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const READS: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];
/** Each of these failures gets its own log line, however many there are. */
const NEVER_SAMPLED: readonly Reason[] = ['failed', 'outcome_unknown'];

/**
 * Counts every request. Writes a log line for each that failed or may have changed something. Other requests have a line only at level
 * debug. Lines of refused requests are sampled. A line has only words and ids that the server knows, and where the request came from. It
 * has nothing of the query, the headers or the body.
 */
export function observing(app: Hono<AppEnv>, log: Log, metrics: Metrics, addressOf: ClientAddress): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const began = performance.now();
    let failure: { level: 'warn' | 'error'; message: string; error: unknown } | undefined;
    let isAnswered = false;
    const report: Report = (level, message, error) => {
      failure = { level, message, error: factsOf(error) };
      // A failure while the answer is being sent gets its own line.
      if (isAnswered) log({ ...failure, requestId: c.get('requestId') });
    };
    c.set('report', report);
    await next();
    isAnswered = true;

    const { method } = c.req;
    const { status } = c.res;
    const milliseconds = performance.now() - began;
    const route = c.get('route') ?? 'unknown';
    metrics.answered(METHODS.includes(method) ? method : 'other', route, status, milliseconds / 1000);
    const reason = c.get('reason');
    if (status >= 400 && reason !== undefined) metrics.refused(reason);
    const isNotable = status >= 400 || !READS.includes(method);
    if (!isNotable && log.debug !== true) return;
    log({
      level: isNotable ? 'info' : 'debug',
      message: 'request',
      ...failure,
      ...(status >= 400 && reason !== undefined && !NEVER_SAMPLED.includes(reason) ? { sampled: true } : {}),
      requestId: c.get('requestId'),
      userId: c.get('userId') ?? userIdOf(c.get('context')?.actor ?? 'anonymous'),
      client: addressOf(c),
      account: c.get('account'),
      ...c.get('security'),
      ...(c.get('headers')['Idempotency-Replayed'] === undefined ? {} : { replayed: true }),
      method,
      route,
      path: pathOf(c, route, wordsOf(app)),
      status,
      reason,
      milliseconds: Math.round(milliseconds * 1000) / 1000,
    });
  };
}

/** Keeps only the parts of the path that are the server's own words or ids. Other text may be private. */
function pathOf({ req: { path } }: Context, route: string, words: ReadonlySet<string>): string {
  if (path === route) return path;
  const parts = path.slice(0, PATH_CHARACTERS_MAX).split('/');
  return parts.map((part) => (words.has(part) || UUID.test(part) ? part : '…')).join('/');
}

const PATH_CHARACTERS_MAX = 200;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const wordsOf = once((app: Hono<AppEnv>): ReadonlySet<string> => new Set(app.routes.flatMap(({ path }) => path.split('/'))));
