import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { Page } from '@ticket/domain';
import { Hono } from 'hono';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { signedCursors } from './cursors.ts';
import type { AppEnv } from './env.ts';
import { answerError } from './errors.ts';
import { listAnswer } from './lists.ts';

type Row = number;
const reported: unknown[] = [];
let endedAt: number | undefined;

/** A list of these parts; an Error among them is thrown when its turn comes. */
async function* walk(parts: readonly (readonly Row[] | Error)[]): AsyncGenerator<readonly Row[]> {
  let sent = 0;
  try {
    for (const part of parts) {
      if (part instanceof Error) throw part;
      sent += 1;
      yield part;
    }
  } finally {
    endedAt = sent;
  }
}

const answer = listAnswer({ id: 'Baris', en: 'Rows' }, (row: Row) => JSON.stringify({ row, text: 'ab"c' }), 'everyone');

type Rest = Omit<Page<Row>, 'parts'>;
const PAGING = { cursors: signedCursors((texts) => texts.join('').length.toString()), originOf: () => 'https://tickets.example' };

function appFor(parts: readonly (readonly Row[] | Error)[], rest: Rest = { total: undefined, next: undefined, prev: undefined, limit: undefined }) {
  const app = new Hono<AppEnv>();
  app.get('/api/rows', (c) => {
    c.set('report', (...line) => reported.push(line));
    return answer(c, { parts: walk(parts), ...rest }, PAGING);
  });
  app.onError(answerError);
  return app;
}
const shown = (rows: readonly Row[]) => ({ success: true, message: 'Baris', data: rows.map((row) => ({ row, text: 'ab"c' })) });

afterEach(() => {
  reported.length = 0;
  endedAt = undefined;
});

describe('a list', () => {
  it.each([[[]], [[[]]], [[[1, 2, 3]]], [[[1, 2], [3]]], [[[1, 2], []]], [[[1], [2], [3, 4], []]], [[[], [], [1], [2]]]])(
    'in the parts %j is one envelope',
    async (parts) => {
      const answer = await appFor(parts).request('/api/rows');
      expect(answer.headers.get('Content-Type')).toBe('application/json; charset=UTF-8');
      expect(await answer.json()).toEqual(shown(parts.flat()));
      expect(endedAt).toBe(parts.length);
    },
  );

  it('in one part has a tag of its bytes, and who has them already gets no body', async () => {
    const app = appFor([[1, 2]]);
    const etag = (await app.request('/api/rows')).headers.get('ETag') ?? '';
    expect(etag).toMatch(/^"[\w-]{27}"$/);
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const answer = await app.request('/api/rows', { headers: { 'If-None-Match': known } });
      expect([answer.status, await answer.text(), answer.headers.get('ETag')]).toEqual([304, '', etag]);
    }
    expect((await app.request('/api/rows', { headers: { 'If-None-Match': '"other"' } })).status).toBe(200);
    expect((await appFor([[1, 3]]).request('/api/rows')).headers.get('ETag')).not.toBe(etag);
  });

  it('says how many there are, and where it goes on', async () => {
    const app = appFor([[1, 2]], { total: 5, next: { limit: 2, offset: 4 }, prev: { limit: 2, offset: 0 }, limit: 2 });
    const { headers } = await app.request('/api/rows?limit=2&offset=2');
    expect(headers.get('X-Total-Count')).toBe('5');
    const link = (query: string, rel: string) => `<https://tickets.example/api/rows?${query}>; rel="${rel}"`;
    expect(headers.get('Link')).toBe([link('limit=2', 'first'), link('limit=2&offset=0', 'prev'), link('limit=2&offset=4', 'next')].join(', '));
    expect((await app.request('/api/rows?limit=2&total=true')).headers.get('Link')).toContain(link('limit=2&offset=4&total=true', 'next'));
    expect((await appFor([[1]]).request('/api/rows')).headers.has('Link')).toBe(false);
  });

  it.each([[[new Error('x')]], [[[1], new Error('x')]]])('that fails before anything is sent is an ordinary failure', async (parts) => {
    const answer = await appFor(parts, { total: 9, next: undefined, prev: undefined, limit: undefined }).request('/api/rows');
    expect(answer.status).toBe(500);
    expect(answer.headers.has('X-Total-Count')).toBe(false);
    expect(await answer.json()).toMatchObject({ success: false, errors: null });
  });

  it('is walked no further when its reader leaves', async () => {
    const answer = await appFor([[1], [2], [3], [4], [5], [6]]).request('/api/rows');
    const reader = answer.body?.getReader();
    await reader?.read();
    await reader?.cancel();
    expect(endedAt).toBeLessThan(6);
    expect(reported).toEqual([]);
  });
});

describe('over a connection', () => {
  async function fetched(app: Hono<AppEnv>): Promise<string> {
    const server = createServer(getRequestListener(app.fetch, { overrideGlobalObjects: false }));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo; // a server that listens on a port has one
    try {
      return await (await fetch(`http://127.0.0.1:${port}/api/rows`)).text();
    } finally {
      server.closeAllConnections();
      server.close();
    }
  }

  it('a long list arrives whole', async () => {
    expect(JSON.parse(await fetched(appFor([[1], [2], [3]])))).toEqual(shown([1, 2, 3]));
  });

  it('half a list never looks like a whole one, nor tells why', async () => {
    const printed = vi.spyOn(console, 'error').mockImplementation(() => {}); // by the server, of a connection it had to break
    const text = await fetched(appFor([[1], [2], new Error('secret')])).catch(() => 'broken off');
    expect(() => JSON.parse(text)).toThrow();
    expect(text).not.toContain('secret');
    expect(reported).toHaveLength(1);
    printed.mockRestore();
  });
});
