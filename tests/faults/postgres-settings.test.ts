import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { answersAsEver } from './as-ever.ts';
import { ask, BoxOffice } from './box-office.ts';
import { type PrivateServer, privateServer, privateServers } from './private-server.ts';
import { type Server, startServer, until } from './programs.ts';
import { OUTAGE, query, reckon } from './reckoning.ts';

type Settings = Readonly<Record<string, string>>;

/** An administrator may set these for all connections, for one database, or for one user. */
describe.each(privateServers.filter((engine) => engine === 'postgres'))('a server on %s with odd settings', (engine) => {
  let database: PrivateServer;
  let server: Server;
  let store: ReturnType<PrivateServer['store']>;
  let office: BoxOffice;
  beforeAll(async () => {
    database = await privateServer(engine);
    store = database.store();
    server = await startServer(store);
    office = await BoxOffice.open(server.url);
  });
  beforeEach(() => {
    server.unread();
    office.heard.clear();
  });

  /** Each new connection gets the current settings. */
  const cutAll = async () => {
    await database.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${store.database}' AND pid <> pg_backend_pid()`);
    await sleep(200);
  };
  const run = async (statements: readonly string[]) => {
    for (const statement of [...statements, 'SELECT pg_reload_conf()']) await database.query(statement);
    await sleep(200); // PostgreSQL needs a moment to reload its configuration
    await cutAll();
  };
  async function under<Result>(settings: Settings, work: () => Promise<Result>): Promise<Result> {
    try {
      await run(Object.entries(settings).map(([name, value]) => `ALTER SYSTEM SET ${name} = ${value}`));
      return await work();
    } finally {
      await run(['ALTER SYSTEM RESET ALL']);
    }
  }
  const isServing = () => until('it serves again', async () => ((await ask(office.url, 'GET', '/api/events')).status === 200 ? true : undefined));

  /** Unrelated settings share a row. */
  const ROWS: readonly (readonly [what: string, settings: Settings, pauseMs: number])[] = [
    [
      'SERIALIZABLE, another time zone, dates and intervals of another form, latin1',
      {
        default_transaction_isolation: "'serializable'",
        default_transaction_deferrable: 'on',
        TimeZone: "'Asia/Kolkata'",
        DateStyle: "'German, DMY'",
        IntervalStyle: "'sql_standard'",
        client_encoding: "'LATIN1'",
      },
      0,
    ],
    [
      'strings with backslash escapes, NULL as a word in arrays, = NULL as IS NULL',
      {
        standard_conforming_strings: 'off',
        backslash_quote: 'off',
        escape_string_warning: 'off',
        array_nulls: 'off',
        transform_null_equals: 'on',
        bytea_output: "'escape'",
        quote_all_identifiers: 'on',
        extra_float_digits: '-15',
      },
      0,
    ],
    [
      'a few milliseconds for a lock, a statement, and a transaction that waits',
      { lock_timeout: '5', statement_timeout: '50', idle_in_transaction_session_timeout: '2', client_min_messages: "'debug5'" },
      0,
    ],
    ['idle connections are closed after a second', { idle_session_timeout: "'1s'" }, 1500],
    [
      'a planner without its usual ways, generic plans alone, little memory',
      {
        enable_indexscan: 'off',
        enable_bitmapscan: 'off',
        enable_hashjoin: 'off',
        enable_nestloop: 'off',
        plan_cache_mode: "'force_generic_plan'",
        jit_above_cost: '0',
        from_collapse_limit: '1',
        work_mem: "'64kB'",
        row_security: 'off',
      },
      0,
    ],
  ];
  it.each(ROWS)('%s: the answers are as ever', (_, settings, pauseMs) =>
    under(settings, async () => {
      await isServing();
      await sleep(pauseMs);
      await answersAsEver(server, office);
      // A row without a booking, such as a new event's, must not get a booking named NULL.
      expect(await query(store, "SELECT event_id FROM stock_movements WHERE booking_id = 'NULL'")).toEqual([]);
    }),
  );

  it.each([
    ['of its database', (): string => `DATABASE ${store.database}`],
    ['of its user', (): string => 'ROLE postgres'],
  ])('the same as settings %s: the answers are as ever', async (_, owner) => {
    const settings = { ...ROWS[0]?.[1], ...ROWS[1]?.[1], ...ROWS[2]?.[1] };
    try {
      await run(Object.entries(settings).map(([name, value]) => `ALTER ${owner()} SET ${name} = ${value}`));
      await isServing();
      await answersAsEver(server, office);
    } finally {
      await run([`ALTER ${owner()} RESET ALL`]);
    }
  });

  it('a database that an administrator set read-only: orders hear 503 and nothing is stored, reads go on, and it sells again without a restart', async () => {
    await run([`ALTER DATABASE ${store.database} SET default_transaction_read_only = on`]);
    try {
      const { status, order } = await office.order();
      expect([status, order.certainty]).toEqual([503, 'not done']);
      expect((await ask(office.url, 'GET', '/api/events')).status).toBe(200);
      const ready = await ask(office.url, 'GET', '/health/ready');
      expect([ready.status, ready.body.data.orders]).toEqual([200, 'refused']);
    } finally {
      await database.query(`ALTER DATABASE ${store.database} RESET ALL`);
    }
    await until('it sells again', async () => ((await office.order()).status === 201 ? true : undefined));
    await reckon(office, server, { heard: OUTAGE });
  });
});
