// Pages by got's own pagination, and by a follower of `Link` as octokit's. Each row that was there comes once, while others are made.
// got's cache asks the server before each use, and gets 304.
import assert from 'node:assert/strict';
import type { IncomingHttpHeaders } from 'node:http';
import got from 'got';
import { ani, concert, url } from './people.ts';

interface Row {
  readonly id: string;
}
const { data: session } = await got.post(`${url}/api/auth/register`, { json: ani }).json<{ data: { token: string } }>();
const api = got.extend({ headers: { authorization: `Bearer ${session.token}` } });
const make = async (year: number): Promise<string> =>
  (await api.post(`${url}/api/events`, { json: { ...concert, event_date: `${year}-01-02T19:00:00Z` } }).json<{ data: Row }>()).data.id;
const before: string[] = [];
for (let count = 0; count < 45; count++) before.push(await make(2031));
let made = 0;
/** Rows before and behind those that were there. */
const makeMore = async (): Promise<void> => {
  if (made++ < 60) await Promise.all([make(2030), make(2032)]);
};
function check(kind: string, seen: readonly string[]): void {
  assert.equal(new Set(seen).size, seen.length, `${kind} repeats a row`);
  assert.deepEqual(
    before.filter((id) => !seen.includes(id)),
    [],
    `${kind} skips a row`,
  );
}

const first = `${url}/api/events?limit=10`;
const byGot: string[] = [];
const pages = api.paginate<Row, string>(first, {
  pagination: { transform: async ({ body }) => (JSON.parse(body) as { data: Row[] }).data },
});
for await (const { id } of pages) if (byGot.push(id) % 10 === 0) await makeMore();
check('got', byGot);

const byLink: string[] = [];
for (let next: string | undefined = first; next !== undefined; ) {
  const { body, headers }: { body: string; headers: IncomingHttpHeaders } = await api.get(next);
  byLink.push(...(JSON.parse(body) as { data: Row[] }).data.map(({ id }) => id));
  await makeMore();
  // The pattern of @octokit/plugin-paginate-rest.
  next = /(?<=<)([^>]*)(?=>; rel="next")/i.exec(String(headers.link ?? ''))?.[0];
}
check('the follower of links', byLink);

const cached = api.extend({ cache: new Map() });
const target = `${url}/api/events/${before[0]}`;
const fresh = await cached.get(target);
const again = await cached.get(target);
assert.deepEqual([fresh.isFromCache, again.isFromCache, again.body], [false, true, fresh.body]);
// The server was asked, so a sale shows at once.
await api.post(`${url}/api/bookings`, { json: { event_id: before[0], quantity: 1 } });
const changed = await cached.get(target);
assert.deepEqual([changed.isFromCache, JSON.parse(changed.body).data.available_tickets], [false, 2]);
