import { type Policies, PROFILES } from '@ticket/adapters';
import { Hono } from 'hono';
import { expect, it } from 'vitest';
import { signedCursors } from './cursors.ts';
import type { AppEnv } from './env.ts';
import { answerError } from './errors.ts';
import { query } from './query.ts';
import { userListRequest } from './schemas/lists.ts';

/** What a list is asked for by this query, or the fields that are wrong with it. */
async function read(text: string, { selling }: Policies = PROFILES.open): Promise<unknown> {
  const app = new Hono<AppEnv>().get(
    '/',
    query(
      userListRequest(selling.list),
      signedCursors((texts) => texts.join('')),
    ),
    (c) => {
      const input = c.get('input');
      if (input instanceof Error) throw input;
      return c.json(input);
    },
  );
  app.onError(answerError);
  const answer = await app.request(`/${text}`);
  const reply: { readonly errors?: readonly { readonly field: string }[] } = JSON.parse(await answer.text());
  return answer.status === 400 ? reply.errors?.map(({ field }) => field) : reply;
}

it.each([
  ['', {}],
  ['?', {}],
  ['?limit=1&offset=0&total=false', { limit: 1, offset: 0, total: false }],
  ['?limit=1000&offset=1000000&total=true', { limit: 1000, offset: 1_000_000, total: true }],
  ['?utm_source=a&utm_source=b&fbclid=c&gclid=d&_=1', {}],
  ['?%6Cimit=2', { limit: 2 }],
])('"%s" asks for %j', async (text, request) => {
  expect(await read(text)).toEqual(request);
});

it.each([
  ...[
    'limit=0',
    'limit=-1',
    'limit=1001',
    'limit=1.5',
    'limit=',
    'limit',
    'limit=x',
    'limit=1e2',
    'limit=0x1',
    'limit=%201',
    'limit=01',
    'limit=true',
  ],
  ...[
    'limit=%zz',
    'limit=1&limit=2',
    'limit=1&limit=1',
    'offset=-1',
    'offset=1000001',
    'offset=9007199254740992',
    'offset=1e18',
    'offset=x',
    'total=1',
    'total=yes',
    'total=',
  ],
])('"?%s" asks for nothing', async (text) => {
  expect(await read(`?${text}`)).toEqual([text.split(/[=&]/)[0]]);
});

it('names all faults, by the limits of the profile', async () => {
  expect(await read('?limit=0&offset=x&total=x')).toEqual(['limit', 'offset', 'total']);
  expect(await read('?limit=101', PROFILES.locked)).toEqual(['limit']);
});

it('names every parameter that no list has', async () => {
  const unknown = ['sort', 'page', 'Limit', '__proto__', 'constructor', 'utm', ''];
  expect(await read(`?${unknown.map((name) => `${name}=1`).join('&')}&sort=2&limit=x`)).toEqual(unknown);
});

it('names ten unknown parameters of a thousand, so that the answer stays short', async () => {
  const names = Array.from({ length: 600 }, (_, index) => index.toString(36));
  expect(await read(`?${names.join('&')}`)).toEqual(names.slice(0, 10));
});

it('has one question mark, and a second one is part of a name or of a value', async () => {
  expect(await read('??limit=1')).toEqual(['?limit']);
  expect(await read('?limit=1?offset=99')).toEqual(['limit']);
  expect(await read('?_=1?evil=1&limit=1')).toEqual({ limit: 1 });
  expect(await read(`?_=?${'x'.repeat(2000)}`)).toEqual(['query']);
});

it('that goes on and on is not taken apart', async () => {
  expect(await read(`?limit=1&_=${'x'.repeat(2000 - 10)}`)).toEqual({ limit: 1 });
  expect(await read(`?limit=1&_=${'x'.repeat(2000 - 9)}`)).toEqual(['query']);
});
