import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CONCERT } from '../open-api.ts';
import { answersAsEver, countsOf, minutesOff, rowsIn } from './as-ever.ts';
import { ask, BoxOffice } from './box-office.ts';
import { hasMariaDb, PrivateMariaDb } from './private-mariadb.ts';
import { type Server, startServer, tryToStart, until } from './programs.ts';
import { CALM, OUTAGE, query, reckon } from './reckoning.ts';
import { storms } from './storm.ts';
import { answerWith, askInstead, type Fate, Wire } from './wire.ts';

const UNAVAILABLE = 'Layanan sementara tidak tersedia';

const NEW_USER = { name: 'Ann', email: 'ann@example.com', password: 'a long password' };
/** Another value than before, so that there is something to store. */
const fresh = (body: object) => ({ ...body, name: `Ann ${randomUUID()}`, ...('email' in body ? { email: `${randomUUID()}@example.com` } : {}) });

type Settings = Readonly<Record<string, string>>;

/** Each statement that matches the words meets its fate until `work` ends. */
async function always<Result>(wire: Wire, words: RegExp, fate: Fate, work: () => Promise<Result>): Promise<Result> {
  const again: Fate = (...facts) => {
    fate(...facts);
    void wire.trap(words, again);
  };
  void wire.trap(words, again);
  try {
    return await work();
  } finally {
    void wire.trap(/(?!)/, fate); // matches nothing
  }
}

describe.runIf(hasMariaDb)('a MariaDB with odd settings', () => {
  let mariadb: PrivateMariaDb;
  /** One server serves all tests that need no start of their own, since starts take most of the time. It connects to the database directly. */
  let server: Server & { readonly store: ReturnType<PrivateMariaDb['store']> };
  let wire: Wire;
  let office: BoxOffice;
  beforeAll(async () => {
    mariadb = await PrivateMariaDb.start();
    wire = await Wire.lay(mariadb);
    const store = mariadb.store();
    server = { ...(await startServer({ ...store, port: wire.port })), store };
    office = await BoxOffice.open(server.url);
  });
  beforeEach(() => {
    server.unread();
    office.heard.clear();
  });

  /** Closes all connections. Each new one has to be set up. */
  const cutAll = async () => {
    wire.cut();
    await sleep(200);
  };

  /** All new connections have these settings while `work` runs. */
  async function under<Result>(settings: Settings, work: () => Promise<Result>): Promise<Result> {
    const before = new Map<string, unknown>();
    for (const name of Object.keys(settings)) before.set(name, (await mariadb.query(`SELECT @@GLOBAL.${name} AS value`))[0]?.['value']);
    const root = await mariadb.neighbour();
    try {
      for (const [name, value] of Object.entries(settings)) await root.query(`SET GLOBAL ${name} = ${value}`);
      return await work();
    } finally {
      for (const [name, value] of before) await root.query(`SET GLOBAL ${name} = ?`, [value]);
      await root.end();
      await cutAll();
    }
  }

  /** These settings already affect a server's first statements. Unrelated settings share a row. */
  const atStart: readonly [string, Settings][] = [
    ['transactions may only read, no autocommit', { tx_read_only: '1', autocommit: '0' }],
    ['one row of each SELECT, no big SELECTs', { sql_select_limit: '1', sql_big_selects: '0', max_join_size: '1' }],
  ];
  it.each(atStart)('%s: a server starts, and its answers are as ever', (_, settings) =>
    under(settings, async () => {
      const started = await startServer(mariadb.store());
      await answersAsEver(started, await BoxOffice.open(started.url));
      await started.kill();
    }),
  );

  // This test comes first. The others leave events in the ledger, and the audit's statement names them all.
  it('packets of 4 KB: a crowd is served, and what is too large is refused without harm', () =>
    under({ max_allowed_packet: '4096', net_buffer_length: '1024' }, async () => {
      await cutAll();
      const events = await query(server.store, 'SELECT id FROM events');
      const crowd = await Promise.all(Array.from({ length: 120 }, (_, index) => office.order({ key: index % 3 === 0 ? randomUUID() : undefined })));
      expect(countsOf(crowd)).toEqual({ 201: 120 });
      const event = office.sales[0]?.id ?? '';
      const description = 'x'.repeat(5000);
      const [made, changed] = [
        await ask(server.url, 'POST', '/api/events', { as: office.admin, body: { ...CONCERT, description } }),
        await ask(server.url, 'PUT', `/api/events/${event}`, { as: office.admin, body: { name: 'Changed', description } }),
      ];
      for (const [{ status, body }, usual] of [[made, 201] as const, [changed, 200] as const]) {
        expect([usual, 413, 503]).toContain(status);
        expect(status).not.toBe(500);
        if (status === 503) expect(body.message).toBe(UNAVAILABLE);
      }
      const names = await query<{ name: string }>(server.store, `SELECT name FROM events WHERE id = '${event}'`);
      expect(names[0]?.name === 'Changed').toBe(changed.status === 200);
      expect(await query(server.store, 'SELECT id FROM events')).toHaveLength(events.length + (made.status === 201 ? 1 : 0));
      await storms(office, 500);
      await reckon(office, server, { heard: [...CALM, '503'] });
    }));

  const later: readonly [string, Settings, pauseMs?: number][] = [
    [
      'COMMIT begins the next transaction; READ UNCOMMITTED, another time zone, latin1',
      {
        completion_type: '1',
        tx_isolation: "'READ-UNCOMMITTED'",
        time_zone: "'+05:30'",
        character_set_server: 'latin1',
        collation_server: 'latin1_swedish_ci',
        character_set_client: 'latin1',
        character_set_results: 'latin1',
      },
    ],
    [
      'COMMIT ends the connection; SERIALIZABLE, no checks',
      { completion_type: '2', tx_isolation: "'SERIALIZABLE'", foreign_key_checks: '0', check_constraint_checks: '0', unique_checks: '0' },
    ],
    [
      'REPEATABLE READ that refuses changed rows, safe updates; the SQL of another dialect, where IS NULL finds the last insert',
      {
        tx_isolation: "'REPEATABLE-READ'",
        innodb_snapshot_isolation: '1',
        sql_safe_updates: '1',
        sql_auto_is_null: '1',
        sql_mode: "'ANSI_QUOTES,PIPES_AS_CONCAT,IGNORE_SPACE,PAD_CHAR_TO_FULL_LENGTH,NO_UNSIGNED_SUBTRACTION'",
      },
    ],
    [
      'no backslash escapes, the binlog format of a binlog that is not there, a second for a lock or a statement',
      {
        sql_mode: "'NO_BACKSLASH_ESCAPES,STRICT_TRANS_TABLES'",
        binlog_format: "'STATEMENT'",
        innodb_lock_wait_timeout: '1',
        max_statement_time: '1',
      },
    ],
    ['no sql_mode, connections are closed after a second', { sql_mode: "''", wait_timeout: '1' }, 1500],
  ];
  it.each(later)('%s: the answers are as ever', (_, settings, pauseMs = 0) =>
    under(settings, async () => {
      await cutAll();
      expect((await ask(office.url, 'GET', '/api/events')).status).toBe(200);
      await sleep(pauseMs);
      await answersAsEver(server, office);
    }),
  );

  it('a binlog of statements, on which no write would be taken: the start is refused in one line that names the setting; a mixed one serves', async () => {
    const logging = await PrivateMariaDb.start({ options: ['--log-bin=log', '--server-id=1', '--binlog-format=STATEMENT'] });
    const refused = await tryToStart(logging.store());
    expect(refused.code).toBe(1);
    const said = refused.output.split('\n').filter((line) => line !== '' && !line.startsWith('{"level":"warn"'));
    expect(said).toEqual([expect.stringMatching(/binlog_format.*STATEMENT|STATEMENT.*binlog_format/)]);
    await logging.query("SET GLOBAL binlog_format = 'MIXED'");
    const server = await startServer(logging.store());
    const office = await BoxOffice.open(server.url);
    expect((await office.order()).status).toBe(201);
    await server.kill();
    await logging.kill();
  });

  describe('what an error number means, put on the wire', () => {
    /** A log line may come after the answer that it describes. */
    const expectLogged = (errno: number, from: number) =>
      expect.poll(() => server.output().slice(from), { timeout: 5000 }).toMatch(new RegExp(`\\b${errno}\\b`));

    // wire.test.ts has 1180, 1053, 1317 and 1927.
    const atCommit = [2013, 4031, 1105, 9001, 1290, 1836, 1047, 3100, 1792, 1158, 1159, 1160, 1161, 3168, 9999];
    it.each(atCommit.flatMap((errno) => ['COMMIT', 'ROLLBACK'].map((done) => [errno, done] as const)))(
      '%i at COMMIT, when what the database did was %s: found out, and booked once',
      async (errno, done) => {
        const before = await rowsIn(server.store, 'bookings');
        const sprung = wire.trap(/^COMMIT$/, answerWith({ code: errno, done }));
        const { status, order } = await office.order({ quantity: 2, key: errno % 2 === 0 ? randomUUID() : undefined });
        await sprung;
        expect([status, (await rowsIn(server.store, 'bookings')) - before]).toEqual([201, 1]);
        expect(await rowsIn(server.store, 'bookings', `id = '${order.booking?.id}' AND quantity = 2`)).toBe(1);
      },
    );

    it.each([
      ['PUT of an event', 'PUT', () => `/api/events/${office.sales[0]?.id}`, { ticket_price: 75000 }, 200],
      ['a new event', 'POST', () => '/api/events', CONCERT, 201],
      ['PUT of a user', 'PUT', () => `/api/users/${office.buyers[3]?.id}`, { name: 'Joan' }, 200],
      ['a new user', 'POST', () => '/api/users', NEW_USER, 201],
    ])('9999 at the COMMIT of %s, stored or not: done once', async (_, method, path, body, usual) => {
      for (const done of ['COMMIT', 'ROLLBACK']) {
        const sprung = wire.trap(/^COMMIT$/, answerWith({ code: 9999, done }));
        const { status } = await ask(office.url, method, path(), { as: office.admin, body: fresh(body) });
        await sprung;
        expect([done, status]).toEqual([done, usual]);
      }
    });

    const beforeCommit = [1598, 1153, 1030, 3159, 1047, 3100, 1665, 1104, 1792, 9999];
    const places: readonly [string, RegExp][] = [
      ['the locking SELECT', /FOR UPDATE/],
      ['the UPDATE of the stock', /UPDATE `?events`? SET available/],
      ['the INSERT of the booking', /INSERT INTO `?bookings/],
    ];
    it.each(beforeCommit.flatMap((errno) => places.map(([place, words]) => [errno, place, words] as const)))(
      '%i to %s: booked once after all, or 503 and nothing stored',
      async (errno, _, words) => {
        const before = await rowsIn(server.store, 'bookings');
        const from = server.output().length;
        const sprung = wire.trap(words, answerWith({ code: errno, done: 'DO 1' }));
        const { status, order } = await office.order();
        await sprung;
        const stored = (await rowsIn(server.store, 'bookings')) - before;
        expect([
          [201, 'done', 1],
          [503, 'not done', 0],
        ]).toContainEqual([status, order.certainty, stored]);
        if (status === 503) await expectLogged(errno, from);
      },
    );

    it.each([1030, 1665, 9999])('%i to every INSERT of a booking: 503, nothing stored, and the log names the number', async (errno) => {
      const before = await rowsIn(server.store, 'bookings');
      const from = server.output().length;
      const { status, order } = await always(wire, /INSERT INTO `?bookings/, answerWith({ code: errno, done: 'DO 1' }), () => office.order());
      expect([status, order.certainty, (await rowsIn(server.store, 'bookings')) - before]).toEqual([503, 'not done', 0]);
      await expectLogged(errno, from);
      expect((await office.order()).status).toBe(201);
    });

    it.each([
      ['the INSERT of a user', /^INSERT INTO `?users/, 'POST', () => '/api/users', NEW_USER, 201],
      ['the UPDATE of a user', /^UPDATE `?users/, 'PUT', () => `/api/users/${office.buyers[3]?.id}`, { name: 'Joan' }, 200],
      ['the INSERT of an event', /^INSERT INTO `?events/, 'POST', () => '/api/events', CONCERT, 201],
      ['the UPDATE of an event', /^UPDATE `?events/, 'PUT', () => `/api/events/${office.sales[0]?.id}`, { name: 'Changed' }, 200],
    ])('9999 to %s: done after all, or 503', async (_, words, method, path, given, usual) => {
      const sprung = wire.trap(words, answerWith({ code: 9999, done: 'DO 1' }));
      const { status, body } = await ask(office.url, method, path(), { as: office.admin, body: fresh(given) });
      await sprung;
      expect([
        [usual, true],
        [503, false],
      ]).toContainEqual([status, body.success]);
      if (status === 503) expect(body.message).toBe(UNAVAILABLE);
    });

    it.each([...beforeCommit, 1290, 1836, 2013])('%i to a read: it is asked once more', async (errno) => {
      const [buyer] = office.buyers;
      for (const [path, words] of [
        ['/api/events', /^SELECT .* FROM `?events/s],
        ['/api/bookings', /^SELECT .* FROM `?bookings/s],
        ['/api/auth/me', /^SELECT .* FROM `?users/s],
      ] as const) {
        const sprung = wire.trap(words, answerWith({ code: errno, done: 'DO 1' }));
        const { status } = await ask(office.url, 'GET', path, { as: buyer });
        await sprung;
        expect([path, status]).toEqual([path, 200]);
      }
    });

    it('9999 to every read: 503, and 200 once it is over', async () => {
      const read = () => ask(office.url, 'GET', '/api/events');
      const { status, body } = await always(wire, /^SELECT .* FROM `?events/s, answerWith({ code: 9999, done: 'DO 1' }), read);
      expect([status, body.message]).toEqual([503, UNAVAILABLE]);
      expect((await read()).status).toBe(200);
    });

    it('in the end it all adds up', async () => {
      await reckon(office, server, { heard: OUTAGE });
    });

    it.each([
      [1054, 'unknown column'],
      [1064, 'syntax'],
      [1146, 'no such table'],
      [1048, 'NULL'],
      [1406, 'too long'],
      [3819, 'MySQL: a CHECK'],
      [4025, 'MariaDB: a CHECK'],
    ])('%i before COMMIT is our own fault (%s): 500, and nothing stored', async (errno) => {
      const before = await rowsIn(server.store, 'bookings');
      const sprung = wire.trap(/INSERT INTO `?bookings/, answerWith({ code: errno, done: 'DO 1' }));
      const order = { as: office.buyers[0], body: { event_id: office.sales.at(-1)?.id, quantity: 1 } };
      const { status } = await ask(office.url, 'POST', '/api/bookings', order);
      await sprung;
      expect([status, (await rowsIn(server.store, 'bookings')) - before]).toEqual([500, 0]);
      server.unread();
    });
  });

  describe('a new connection on which a setting fails', () => {
    it.each([1105, 1193, 1231, 9999])('%i to the first setting: it is not used, and the order is right under READ COMMITTED', async (errno) => {
      const rude = await mariadb.neighbour(server.store.database);
      await rude.query('START TRANSACTION');
      await rude.query('SELECT id FROM events FOR UPDATE');
      await cutAll();
      const sprung = wire.trap(/^SET\b/, answerWith({ code: errno, done: 'DO 1' }));
      const asked = office.order();
      await sprung;
      const waiting = until('the order waits for the lock', async () => {
        await sleep(150); // InnoDB shows a reader the same snapshot again within a tenth of a second
        const sql = "SELECT trx_isolation_level AS isolation FROM information_schema.INNODB_TRX WHERE trx_state = 'LOCK WAIT'";
        return (await mariadb.query(sql))[0]?.['isolation'];
      });
      const seen = await Promise.race([waiting, asked.then(({ status }) => `answered ${status} at once`)]);
      waiting.catch(() => undefined); // nothing waits if the order has its answer
      await rude.query('ROLLBACK');
      await rude.end();
      expect([seen, (await asked).status]).toEqual(['READ COMMITTED', 201]);
    });

    it('whose server is a Galera node, as the first one was not: it is not used, and nothing is stored', async () => {
      const before = await rowsIn(server.store, 'bookings');
      const from = server.output().length;
      await cutAll();
      const clustered = askInstead("SELECT 'wsrep_on' AS Variable_name, 'ON' AS Value");
      const { status, order } = await always(wire, /wsrep_on/, clustered, () => office.order());
      expect([status, order.certainty, (await rowsIn(server.store, 'bookings')) - before]).toEqual([503, 'not done', 0]);
      await expect.poll(() => server.output().slice(from), { timeout: 5000 }).toContain('BecameGaleraNode');
      expect((await office.order()).status).toBe(201);
    });

    it('to the last setting: it is not used, and what the database stamps is UTC', () =>
      under({ time_zone: "'+05:30'" }, async () => {
        await cutAll();
        const sprung = wire.trap(/^SET\b.*time_zone/s, answerWith({ code: 1105, done: 'DO 1' }));
        const key = randomUUID();
        expect((await office.order({ key })).status).toBe(201);
        await sprung;
        expect(await minutesOff(server.store, key)).toBeLessThan(60);
      }));

    it('to each of them for a while: 503, never an answer from a connection without its settings, and on sale again after it', async () => {
      await cutAll();
      const [order, list] = await always(wire, /^SET\b/, answerWith({ code: 1105, done: 'DO 1' }), () =>
        Promise.all([office.order(), ask(office.url, 'GET', '/api/events')]),
      );
      expect([order.status, order.order.certainty, list.status]).toEqual([503, 'not done', 503]);
      await until('tickets are sold again', async () => ((await office.order()).status === 201 ? true : undefined));
      await reckon(office, server, { heard: OUTAGE });
    });
  });
});
