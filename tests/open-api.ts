import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import type { User } from '@ticket/domain/accounts';
import { anId, aUser, OPERATOR } from '@ticket/domain/testing';
import { type AppOptions, createApp } from '../apps/http/src/app.ts';
import { createMetrics } from '../apps/http/src/metrics.ts';
import type { Config } from '../packages/adapters/src/config.ts';
import { TOKENS } from '../packages/adapters/src/container.ts';
import { type Policies, PROFILES, type Profile } from '../packages/adapters/src/profiles.ts';
import { COMMON_PASSWORDS } from '../packages/adapters/src/security/common-passwords.ts';
import { documentedAnswers } from './documented-answers.ts';
import type { Engine } from './engines.ts';
import { openContainer } from './open-store.ts';

/** A person with an account, and their Authorization header. */
export interface Caller {
  readonly id: string;
  readonly token: string;
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  /** The body as it came. */
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: what a client gets is what the tests are about, so nothing is assumed of it
  readonly body: any;
}

export type Api = Awaited<ReturnType<typeof openApi>>;

/** The whole API in this process, on an empty database of the engine. The wiring, tokens and hashes are real. */
export async function openApi(
  engine: Engine,
  profile: Profile,
  overrides: {
    readonly selling?: Partial<Policies['selling']>;
    readonly accounts?: Partial<Policies['accounts']>;
    readonly referencePage?: boolean;
    readonly readiness?: AppOptions['readiness'];
  } = {},
  config: Partial<Config> = {},
) {
  const base = PROFILES[profile];
  const policies: Policies = {
    ...base,
    referencePage: overrides.referencePage ?? base.referencePage,
    selling: { ...base.selling, ...overrides.selling },
    accounts: { ...base.accounts, passwords: { ...base.accounts.passwords, common: COMMON_PASSWORDS }, ...overrides.accounts },
  };
  const metrics = createMetrics();
  const { container, close } = await openContainer(engine, { policies, ...config }, metrics.measures);
  /** Reports that are more serious than a log line. It is empty unless a request failed, or was refused without a reason. */
  const logged: unknown[] = [];
  const tokens = container.get(TOKENS.tokens);
  const fingerprint = container.get(TOKENS.fingerprint);
  const readiness = overrides.readiness ?? (async () => ({ state: 'ready', ordersRefused: undefined }) as const);
  const options: AppOptions = {
    useCases: container.get(TOKENS.useCases),
    tokens,
    fingerprint,
    earlierFingerprints: container.get(TOKENS.earlierFingerprints),
    readiness,
    trustedProxies: 1,
    corsOrigins: container.get(TOKENS.config).corsOrigins,
    policies,
    version: '0.0.0',
    log: (line) => {
      const isGrantedOrSaysWhy = Number(line['status']) < 400 || line['reason'] !== undefined;
      if (line.level !== 'info' || !isGrantedOrSaysWhy) logged.push(line);
    },
    metrics,
    metricsToken: undefined,
  };
  const app = createApp(options);

  // Another app describes itself, so that the metrics and the log have only what the test does.
  const asked = await createApp({ ...options, log: () => {}, metrics: createMetrics() }).request('/openapi.json');
  const answers = documentedAnswers(JSON.parse(await asked.text()));
  /** What the OpenAPI document does not say of answers on connections. Closing tells it. */
  const undocumented: string[] = [];

  /** Serves a request as `send` does, also for a server on a port. */
  const fetch: typeof app.fetch = async (request, env, context) => {
    const response = await app.fetch(request, env, context);
    const isOnConnection = (env as { readonly incoming?: unknown } | undefined)?.incoming !== undefined;
    const { status, headers } = response;
    const text = isOnConnection ? undefined : await unpacked(response.clone());
    const fault = answers.faultOf({ method: request.method, url: request.url, status, headers, text });
    if (fault !== undefined) undocumented.push(fault);
    return response;
  };

  /** Sends a request as the caller. A body that is not text is sent as JSON. */
  async function send(
    method: string,
    path: string,
    { as, body, headers = {} }: { as?: Caller | undefined; body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<Reply> {
    // No network is between the tests and the app. X-Forwarded-For gives the address of a request.
    const response = await app.request(path, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(as === undefined ? {} : { Authorization: `Bearer ${as.token}` }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const fault = answers.faultOf({
      method,
      url: `http://localhost${path}`,
      status: response.status,
      headers: response.headers,
      text: packedAs(response) ? undefined : text,
    });
    if (fault !== undefined) throw new Error(`${fault}\n${text.slice(0, 500)}`);
    const isTable = response.headers.get('Content-Type')?.startsWith('text/csv');
    return { status: response.status, headers: response.headers, text, body: text === '' || isTable ? undefined : JSON.parse(text) };
  }

  /** Creates an account directly in the database, which saves the hash. */
  async function account(overrides: Partial<User> = {}): Promise<Caller> {
    const user = aUser({ id: anId(), ...overrides });
    await container.get(TOKENS.users).change(user.id, OPERATOR, () => ({ user, passwordHash: '$2b$10$nobody' }));
    return { id: user.id, token: await tokens.issue(user) };
  }

  const query = <Row>(sql: string, parameters: readonly unknown[] = []) => container.get(TOKENS.database).query<Row>(sql, parameters);

  /** Every answer of the test run has to be in the document. */
  async function closeChecked(): Promise<void> {
    await close();
    if (undocumented.length > 0) throw new Error([...new Set(undocumented)].join('\n'));
  }

  return { send, fetch, account, query, close: closeChecked, container, logged, metrics, document: answers };
}

const packedAs = ({ headers }: Response): string | null => headers.get('Content-Encoding');

/** The text of an answer. No HTTP client is between the tests and the app, so a compressed one is undone here. */
export async function unpacked(response: Response): Promise<string> {
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (bytes.length === 0) return '';
  const coding = packedAs(response);
  return new TextDecoder().decode(coding === 'br' ? brotliDecompressSync(bytes) : coding === 'gzip' ? gunzipSync(bytes) : bytes);
}

export const CONCERT = {
  name: 'GDGoC Tech Talk',
  description: 'Workshop backend development',
  location: 'UNSRI Palembang',
  event_date: '2030-02-15T14:00:00.000Z',
  ticket_price: 50000,
  total_tickets: 100,
};
