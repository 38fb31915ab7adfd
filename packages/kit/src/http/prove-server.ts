import { randomBytes, randomUUID } from 'node:crypto';
import { allSettled, Broken } from '../assertions.ts';
import { BrokenLaw, type Draw, within } from '../law.ts';
import { DEFAULTS, KIT_VERSION, type LawResult, type Report, requirePath, requireSeconds, tryAll } from '../prove.ts';
import { times } from '../rows.ts';
import { ANSWERS } from './answers.ts';
import { GENERATED_BY_HTTP } from './generated.ts';
import { RETURNS } from './returns.ts';
import { type Account, type Answer, fieldsOf, SaleClient, said } from './sale-client.ts';
import { SALES } from './sales.ts';
import type { ServerLaw, ServerScene } from './server-law.ts';

/** The laws that HTTP can show, in the order in which they are tried. */
export const SERVER_LAWS: readonly ServerLaw[] = [...SALES, ...RETURNS, ...ANSWERS, ...GENERATED_BY_HTTP];

/** How a running server is tried by HTTP. Every option can be left out. */
export interface ProveServerOptions {
  /** Tries these laws alone, by their ids. */
  readonly only?: readonly string[];
  /** The same seed draws the same cases. A random one without it. */
  readonly seed?: number;
  /** From the message of a broken law that draws its cases: tries the case that it found, alone. */
  readonly path?: string;
  /** About how long all laws take together. 30 without it. */
  readonly seconds?: number;
  /** After this time, an unanswered request or a law that still runs counts as broken. 10,000 without it. */
  readonly timeoutMs?: number;
  /** The token of an admin, for a server that lets nobody register as one. */
  readonly adminToken?: string;
  /** Ends the trial early: the kit deletes what it made, and the promise is rejected. */
  readonly signal?: AbortSignal;
  /** Called after each law. */
  readonly onResult?: (result: LawResult) => void;
  /** Called at the end if the server did not delete everything that the kit made, with the numbers of events and users that are left. */
  readonly onRowsLeft?: (left: { readonly events: number; readonly users: number }) => void;
}

/**
 * Tries the laws that HTTP can show on a running server that has the specified API. If you name several servers on the same rows, requests
 * go to them in turn.
 *
 * It registers an admin and twenty users, makes events of its own, and deletes them all at the end. Other rows are not touched. Throws when
 * nothing can be tried.
 */
export async function proveServer(
  servers: readonly string[],
  {
    only,
    seed = Math.trunc(Math.random() * 2 ** 31),
    path,
    seconds = 30,
    timeoutMs = 10_000,
    adminToken,
    signal,
    onResult,
    onRowsLeft,
  }: ProveServerOptions = {},
): Promise<Report> {
  requireSeconds(seconds);
  requirePath(path);
  if (servers.length === 0) throw new RangeError('no server is named');
  for (const id of only ?? [])
    if (!SERVER_LAWS.some((law) => law.id === id)) throw new TypeError(`unknown law ${id}; there are ${SERVER_LAWS.map((law) => law.id).join(', ')}`);
  const began = performance.now();
  const draw: Draw = { seed, path, forMs: DEFAULTS.generatedMs };
  const client = new SaleClient(servers.map(withoutSlash), timeoutMs);
  const { about, people, remove } = await peopleOf(client, servers, adminToken);
  let eventsLeft = 0;
  signal?.addEventListener('abort', () => client.end(), { once: true });
  try {
    const chosen = SERVER_LAWS.filter(({ id }) => only?.includes(id) ?? true);
    const tried = await tryAll(chosen, { draw, seconds, timeoutMs, began, onResult }, async (law, ownDraw, ownMs) => {
      signal?.throwIfAborted();
      const held = law.hold({ ...people, client, draw: ownDraw });
      try {
        await within(ownMs, held, 'the law');
      } catch (error) {
        signal?.throwIfAborted();
        throw new BrokenLaw(law, ownDraw, error);
      } finally {
        client.end(); // a law that has run out of time makes no more rows
        await held.catch(() => undefined);
        client.begin();
        eventsLeft += await client.clear(people.admin).catch(() => 1);
      }
    });
    return { about, kit: KIT_VERSION, level: 'http', seed, ...tried };
  } finally {
    const usersLeft = await remove();
    if (eventsLeft + usersLeft > 0) onRowsLeft?.({ events: eventsLeft, users: usersLeft });
  }
}

const withoutSlash = (address: string): string => address.replace(/\/+$/, '');
const BUYERS = 20;

/** Registers the users that the laws need. `remove` deletes them, and returns how many could not be deleted. */
async function peopleOf(client: SaleClient, servers: readonly string[], adminToken: string | undefined) {
  const made: Account[] = [];
  const register = async (role: 'admin' | 'user'): Promise<Account> => {
    const body = { name: 'ticket-kit', email: `${randomUUID()}@example.com`, password: randomBytes(24).toString('base64url'), role };
    const answer = await client.send('POST', '/api/auth/register', { body });
    const { user, token } = fieldsOf(answer.data);
    const { id, role: given } = fieldsOf(user);
    if (answer.status !== 201 || typeof token !== 'string' || typeof id !== 'string' || given !== role)
      throw new Error(
        `nothing can be tried: POST /api/auth/register for the role ${role} was answered ${said(answer)}. The server has to let an admin and ${BUYERS} users register`,
      );
    made.push({ id, token });
    return { id, token };
  };
  const adminOf = async (): Promise<Account> => {
    if (adminToken === undefined) return register('admin');
    const answer = await client.send('GET', '/api/auth/me', { as: { token: adminToken } });
    const { id, role } = fieldsOf(answer.data);
    if (answer.status !== 200 || role !== 'admin' || typeof id !== 'string')
      throw new Error(`TICKET_KIT_ADMIN_TOKEN is no token of an admin: GET /api/auth/me was answered ${said(answer)}`);
    return { id, token: adminToken };
  };
  let admin: Account | undefined;
  const remove = async (): Promise<number> => {
    let left = 0;
    // The admin is deleted last, because the token of a deleted admin deletes nobody.
    for (const { id } of made.toReversed()) {
      const { status } = await client.send('DELETE', `/api/users/${id}`, { as: admin }).catch(() => ({ status: 0 }));
      if (status !== 200) left += 1;
    }
    return left;
  };
  try {
    const about = wordsOfServer(await client.send('GET', '/'));
    admin = await adminOf();
    for (const _server of servers) {
      const { status } = await client.send('GET', '/api/auth/me', { as: admin });
      if (status !== 200) throw new Error('nothing can be tried: the servers do not share their rows, since one of them does not know the admin');
    }
    const buyers = await allSettled(times(BUYERS, () => register('user')));
    const [buyer = admin, stranger = admin] = buyers;
    const people: Omit<ServerScene, 'client' | 'draw'> = { admin, buyers, buyer, stranger };
    return { about, people, remove };
  } catch (error) {
    await remove();
    throw error instanceof Broken ? new Error(`nothing can be tried: ${error.message}`) : error;
  }
}

/** The name and version that the server tells, if it tells them. */
function wordsOfServer({ data }: Answer): string | undefined {
  const { name, version } = fieldsOf(data);
  return typeof name === 'string' ? `${name}${typeof version === 'string' ? ` ${version}` : ''}` : undefined;
}
