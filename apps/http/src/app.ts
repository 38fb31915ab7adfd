import type { Policies, TrustedProxies, UseCases, WritesRefused } from '@ticket/adapters';
import type { TokenService } from '@ticket/domain/accounts';
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { matchedRoutes } from 'hono/route';
import { authenticate } from './authenticate.ts';
import { limitBody } from './body.ts';
import { clientAddress, networksOf } from './client-address.ts';
import { crossOrigin } from './cross-origin.ts';
import { signedCursors } from './cursors.ts';
import { addDocsPage } from './docs-page.ts';
import type { AppEnv } from './env.ts';
import { answer, fail, ok, success } from './envelope.ts';
import { answerError } from './errors.ts';
import { everyAnswer, securityHeaders } from './every-answer.ts';
import { HEALTH_PATHS } from './health-paths.ts';
import { type Fingerprint, idempotency, KEYED_ROUTES } from './idempotency.ts';
import { originOf } from './links.ts';
import { messages } from './messages.ts';
import type { Metrics } from './metrics.ts';
import { metricsPage } from './metrics-page.ts';
import { observing } from './observing.ts';
import { type Operation, openApi, operationsFor } from './openapi.ts';
import type { Log } from './report.ts';
import { routePath } from './route-path.ts';
import { authRoutes } from './routes/auth.ts';
import { bookingRoutes } from './routes/bookings.ts';
import { eventRoutes } from './routes/events.ts';
import { userRoutes } from './routes/users.ts';
import { LiveReply, ReadyReply, StatusReply } from './schemas/status.ts';
import { accountOf } from './security-events.ts';

export interface AppOptions {
  readonly useCases: UseCases;
  readonly tokens: TokenService;
  readonly fingerprint: Fingerprint;
  /** Fingerprints with earlier secrets, which were in use within the last day. */
  readonly earlierFingerprints?: readonly Fingerprint[];
  readonly policies: Policies;
  /** The operator's own proxies in front. The client's address in their header is believed. */
  readonly trustedProxies: TrustedProxies;
  /** Other origins whose pages may read answers in a browser. */
  readonly corsOrigins: readonly string[];
  /** Whether HSTS includes the subdomains. */
  readonly hstsIncludeSubdomains?: boolean;
  readonly version: string;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Makes a span for each request, if traces are on. */
  readonly tracing?: MiddlewareHandler<AppEnv> | undefined;
  /** The token that `GET /metrics` requires; see Config. */
  readonly metricsToken: string | undefined;
  /** Whether requests can be served: the database is connected, and the server is not stopping. */
  readonly readiness: () => Promise<Readiness>;
}

/** The state for readiness checks. Ready means that reads are served. Orders may still be refused while the database refuses writes. */
export type Readiness =
  | { readonly state: 'ready'; readonly ordersRefused: WritesRefused | undefined }
  | { readonly state: 'no_database' | 'stopping' };

/** The whole HTTP API. Checks come in one order (docs/api.md): route, body size, token; then the route's own. */
export function createApp(options: AppOptions): Hono<AppEnv> {
  const {
    useCases,
    tokens,
    fingerprint,
    earlierFingerprints,
    policies,
    trustedProxies,
    corsOrigins,
    hstsIncludeSubdomains,
    version,
    log,
    metrics,
    metricsToken,
    tracing,
    readiness,
  } = options;
  const app = new Hono<AppEnv>({ getPath: routePath });
  const addressOf = clientAddress(trustedProxies, log);
  const parts = {
    useCases,
    policies,
    networksOf: (c: Context) => networksOf(addressOf(c)),
    accountOf: accountOf(fingerprint),
    paging: { cursors: signedCursors(fingerprint), originOf: originOf(trustedProxies) },
  };

  if (tracing !== undefined) app.use(tracing);
  app.use(everyAnswer(securityHeaders(policies, hstsIncludeSubdomains)), observing(app, log, metrics, addressOf));
  if (corsOrigins.length > 0) app.use(crossOrigin(corsOrigins));
  app.use(knownRoute(methodNotAllowed({ app, onMethodNotAllowed: answerMethod })), limitBody);
  app.use('/api/*', authenticate(tokens));
  const keyed = idempotency(fingerprint, earlierFingerprints);
  for (const path of KEYED_ROUTES) app.use(path, keyed);

  const operation = operationsFor(policies);
  const descriptions = policies.referencePage ? { openapi: '/openapi.json', docs: '/docs' } : { openapi: '/openapi.json' };
  app.get('/', operation(STATUS), (c) => ok(c, messages.up, { name: NAME, version, status: 'up' as const, ...descriptions }));
  app.get(HEALTH_PATHS.live, operation(LIVE), (c) => ok(c, messages.live, { status: 'live' as const }));
  app.get(HEALTH_PATHS.ready, operation(READY), async (c) => {
    const now = await readiness();
    if (now.state === 'ready') {
      // Readiness stays 200, so that a balancer keeps sending reads. The body says that orders are refused.
      const orders = now.ordersRefused === undefined ? { orders: 'ok' as const } : { orders: 'refused' as const, reason: now.ordersRefused };
      return ok(c, messages.ready, { status: 'ready' as const, ...orders });
    }
    c.set('reason', 'not_ready');
    return fail(c, 'not_ready', messages.notReady[now.state], null, { 'Retry-After': '1' });
  });
  app.route('/api/auth', authRoutes(parts));
  app.route('/api/users', userRoutes(parts));
  app.route('/api/events', eventRoutes(parts));
  app.route('/api/bookings', bookingRoutes(parts));
  app.get('/openapi.json', openApi(app, { version, policies }, parts.paging.originOf));
  if (policies.referencePage) addDocsPage(app);
  // In the locked profile strangers must not learn how busy the server is.
  if (metricsToken !== undefined || policies.profile === 'open') app.get('/metrics', metricsPage(metrics.registry, metricsToken));

  app.notFound((c) => {
    c.set('reason', 'no_such_route');
    return fail(c, 'no_such_route', messages.noSuchRoute, null);
  });
  app.onError(answerError);
  return app;
}

const NAME = 'Ticket Platform API';

const STATUS: Operation = {
  tag: 'Status',
  id: 'status',
  summary: 'Says the name and version of the server, and where its API is described',
  description: 'For people and for checks that the address is right.',
  token: 'none',
  failures: [],
  answer: [200, success(messages.up, StatusReply)],
};

const LIVE: Operation = {
  tag: 'Status',
  id: 'live',
  summary: 'Says that the process runs',
  description: 'It asks no database. A process that does not answer should be started again.',
  token: 'none',
  failures: [],
  answer: [200, success(messages.live, LiveReply)],
};
const READY: Operation = {
  tag: 'Status',
  id: 'ready',
  token: 'none',
  failures: ['not_ready'],
  description:
    'It is ready while the database can be reached and the server is not stopping. `orders` says whether orders are accepted, and `reason` why not.',
  summary: 'Says whether the server can serve requests',
  answer: [200, success(messages.ready, ReadyReply)],
};

/** Answers 404 for an unknown route, whatever the body and the actor. If the path has other methods, the answer is 405 and names them. */
const knownRoute =
  (otherMethods: MiddlewareHandler): MiddlewareHandler<AppEnv> =>
  (c, next) => {
    const route = matchedRoutes(c).find(({ method }) => method !== 'ALL');
    c.set('route', route?.path);
    if (route !== undefined) return next();
    return otherMethods(c, async () => {
      c.res = await c.notFound();
    });
  };

/** The answer for a known path with another method. It lists the methods of the path, as the answer to OPTIONS or together with 405. */
function answerMethod(c: Context<AppEnv>, methods: readonly string[]): Response {
  const allow = { Allow: methods.join(', ') };
  if (c.req.method !== 'OPTIONS') {
    c.set('reason', 'method_not_allowed');
    return fail(c, 'method_not_allowed', messages.methodNotAllowed, null, allow);
  }
  c.res.headers.delete('Content-Type'); // it belongs to the 404 that this answer replaces
  return answer(c, 204, null, allow);
}
