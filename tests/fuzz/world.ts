import { OPERATOR } from '@ticket/domain/testing';
import { TOKENS } from '../../packages/adapters/src/container.ts';
import type { Profile } from '../../packages/adapters/src/profiles.ts';
import type { Engine } from '../engines.ts';
import { CONCERT, openApi, unpacked } from '../open-api.ts';
import type { Answer } from './promises.ts';
import type { Asked } from './requests.ts';

export type World = Awaited<ReturnType<typeof openWorld>>;

/** Every row of every table, as text. */
export type Tables = Readonly<Record<string, string>>;

const PASSWORD = 'a password of Ann';

/**
 * A few people with a few events and bookings. Each request begins with exactly these rows. Requests name them by words such as
 * `<users.ann>`. So a failing request is easy to read, and means the same in the next run.
 */
export async function openWorld(engine: Engine, profile: Profile) {
  const api = await openApi(engine, profile);
  const database = api.container.get(TOKENS.database);
  const { auditStock } = api.container.get(TOKENS.useCases);

  const admin = await api.account({ name: 'Admin', email: 'admin@example.com', role: 'admin' });
  const chief = await api.account({ name: 'Chief', email: 'chief@example.com', role: 'admin' });
  const bob = await api.account({ name: 'Bob', email: 'bob@example.com' });
  const gone = await api.account({ name: 'Gone', email: 'gone@example.com' });
  await api.send('DELETE', `/api/users/${gone.id}`, { as: admin });
  const { user, token } = (await api.send('POST', '/api/auth/register', { body: { name: 'Ann', email: 'ann@example.com', password: PASSWORD } })).body
    .data;
  const ann = { id: user.id, token };
  const event = async (changes: object): Promise<string> =>
    (await api.send('POST', '/api/events', { as: admin, body: { ...CONCERT, ...changes } })).body.data.id;
  const book = async (as: typeof ann, event_id: string, quantity: number): Promise<string> =>
    (await api.send('POST', '/api/bookings', { as, body: { event_id, quantity } })).body.data.id;
  const [onSale, soldOut, over, empty] = [await event({}), await event({ total_tickets: 3 }), await event({}), await event({ ticket_price: 0 })];
  const [held, pending, cancelled] = [await book(ann, onSale, 2), await book(bob, soldOut, 3), await book(ann, over, 1)];
  await api.send('PATCH', `/api/bookings/${pending}/status`, { as: bob, body: { status: 'pending' } });
  await api.send('PATCH', `/api/bookings/${cancelled}/status`, { as: ann, body: { status: 'cancelled' } });
  await database.transaction((manager) => manager.query(`UPDATE events SET event_date = '2020-01-01 00:00:00.000' WHERE id = ?`, [over]));

  const words = new Map<string, string>(
    Object.entries({
      'tokens.admin': admin.token,
      'tokens.ann': ann.token,
      'tokens.bob': bob.token,
      'tokens.gone': gone.token,
      'tokens.chief': chief.token,
      'users.admin': admin.id,
      'users.ann': ann.id,
      'users.bob': bob.id,
      'users.gone': gone.id,
      'users.chief': chief.id,
      'events.onSale': onSale,
      'events.soldOut': soldOut,
      'events.over': over,
      'events.empty': empty,
      'bookings.held': held,
      'bookings.pending': pending,
      'bookings.cancelled': cancelled,
      'emails.ann': 'ann@example.com',
      'passwords.ann': PASSWORD,
      'current_passwords.ann': PASSWORD,
    }),
  );

  const names = await tableNames();
  const rowsOf = (table: string) => database.query<Record<string, unknown>>(`SELECT * FROM ${table} ORDER BY 1, 2`);
  const original = await Promise.all(names.map(rowsOf));

  /** In the order of creation, so that no row refers to a later one. */
  async function tableNames(): Promise<readonly string[]> {
    const sql =
      engine === 'sqlite'
        ? `SELECT name AS tab FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY rowid`
        : `SELECT table_name AS tab FROM information_schema.tables WHERE table_schema = ${engine === 'mysql' ? 'DATABASE()' : 'current_schema()'}`;
    return (await database.query<{ tab: string }>(sql)).map(({ tab }) => tab);
  }

  async function tables(): Promise<Tables> {
    const rows = await Promise.all(names.map(rowsOf));
    return Object.fromEntries(names.map((name, index) => [name, JSON.stringify(rows[index])]));
  }

  /** All rows as they were at the start. */
  async function restore(): Promise<void> {
    await database.transaction(async (manager) => {
      // A database server returns rows in no fixed order.
      if (engine === 'mysql') await manager.query('SET FOREIGN_KEY_CHECKS = 0');
      if (engine === 'postgres') await manager.query('SET LOCAL session_replication_role = replica');
      for (const name of names.toReversed()) await manager.query(`DELETE FROM ${name}`);
      for (const [index, name] of names.entries()) {
        const rows = original[index] ?? [];
        const columns = Object.keys(rows[0] ?? {}).filter((column) => column !== 'is_available'); // the engine computes it
        if (columns.length === 0) continue;
        const places = rows.map(() => `(${columns.map(() => '?').join(', ')})`).join(', ');
        const values = rows.flatMap((row) => columns.map((column) => row[column]));
        await manager.query(`INSERT INTO ${name} (${columns.join(', ')}) VALUES ${places}`, values);
      }
      if (engine === 'mysql') await manager.query('SET FOREIGN_KEY_CHECKS = 1');
    });
  }

  /** The audit's findings, and each event whose stock is impossible. */
  async function differences(): Promise<readonly unknown[]> {
    const found: unknown[] = [];
    for await (const part of auditStock(OPERATOR)) found.push(...part.differences);
    return found;
  }

  const inFull = (text: string): string => text.replaceAll(/<(\w+\.\w+)>/g, (word, name: string) => words.get(name) ?? word);

  /** Replaces each word of the world in the request by its value. */
  const spelled = (asked: Asked): Asked => ({
    ...asked,
    target: inFull(asked.target),
    headers: Object.fromEntries(Object.entries(asked.headers).map(([name, value]) => [name, inFull(value)])),
    body: typeof asked.body === 'string' ? inFull(asked.body) : asked.body,
  });

  /** Sends the request to the app in this process. */
  async function ask({ method, target, headers, body }: Asked): Promise<Answer> {
    const hasBody = body !== undefined && method.toUpperCase() !== 'GET' && method !== 'HEAD';
    const request = new Request(`http://localhost${target}`, {
      method,
      headers,
      ...(hasBody ? { body: typeof body === 'string' ? body : Uint8Array.from(body) } : {}),
    });
    const response = await api.fetch(request);
    return { status: response.status, headers: response.headers, text: await unpacked(response) };
  }

  return { ...api, ask, inFull, engine, profile, words, tables, restore, differences, spelled };
}
