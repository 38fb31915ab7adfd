import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engines } from '../engines.ts';
import { type Api, type Caller, CONCERT, openApi } from '../open-api.ts';

const REFUSED = { success: false, code: 'version_changed', message: 'Data sudah berubah, baca kembali sebelum mencoba lagi', errors: null };
/** A tag of the form of ours, of another version than any row here. */
const OTHER = `"77-${'x'.repeat(27)}"`;

/** If-Match on every route that changes or deletes one row. */
describe.each(engines)('a conditional request, on %s', (engine) => {
  let api: Api;
  let admin: Caller;
  let buyer: Caller;
  beforeAll(async () => {
    api = await openApi(engine, 'locked');
    [admin, buyer] = [await api.account({ role: 'admin' }), await api.account()];
  });
  afterAll(async () => {
    expect(api.logged).toEqual([]);
    await api.close();
  });

  interface Row {
    /** Where the row is read. */
    readonly path: string;
    readonly change: (ifMatch?: string) => ReturnType<Api['send']>;
    readonly remove: (ifMatch?: string) => ReturnType<Api['send']>;
  }
  const headersOf = (ifMatch: string | undefined) => ({ headers: ifMatch === undefined ? {} : { 'If-Match': ifMatch } });
  let changes = 0;
  const next = (): number => {
    changes += 1;
    return changes;
  };
  const rows: Readonly<Record<string, (as?: Caller) => Promise<Row>>> = {
    event: async (as = admin) => {
      const { id } = (await api.send('POST', '/api/events', { as: admin, body: CONCERT })).body.data;
      const path = `/api/events/${id}`;
      return {
        path,
        change: (ifMatch) => api.send('PUT', path, { as, body: { name: `Jazz ${next()}` }, ...headersOf(ifMatch) }),
        remove: (ifMatch) => api.send('DELETE', path, { as, ...headersOf(ifMatch) }),
      };
    },
    booking: async (as = buyer) => {
      const { id: event_id } = (await api.send('POST', '/api/events', { as: admin, body: CONCERT })).body.data;
      const { id } = (await api.send('POST', '/api/bookings', { as: buyer, body: { event_id, quantity: 1 } })).body.data;
      const path = `/api/bookings/${id}`;
      const statusOf = (change: number) => ['pending', 'confirmed'][change % 2];
      return {
        path,
        change: (ifMatch) => api.send('PATCH', `${path}/status`, { as, body: { status: statusOf(next()) }, ...headersOf(ifMatch) }),
        remove: (ifMatch) => api.send('DELETE', path, { as, ...headersOf(ifMatch) }),
      };
    },
    user: async (as = admin) => {
      const { id } = await api.account();
      const path = `/api/users/${id}`;
      return {
        path,
        change: (ifMatch) => api.send('PUT', path, { as, body: { name: `Budi ${next()}` }, ...headersOf(ifMatch) }),
        remove: (ifMatch) => api.send('DELETE', path, { as, ...headersOf(ifMatch) }),
      };
    },
  };
  const tagOf = async ({ path }: Row): Promise<string> => (await api.send('GET', path, { as: admin })).headers.get('ETag') ?? 'none';
  const versionOf = async (row: Row): Promise<string | undefined> => (await tagOf(row)).split('-')[0];

  describe.each(Object.entries(rows))('of a row: %s', (_, make) => {
    it('is done with the ETag that was read, and refused once somebody has changed the row', async () => {
      const row = await make();
      const read = await tagOf(row);
      expect(read).toMatch(/^"1-[\w-]{27}"$/);
      while ((await versionOf(row)) === '"1') expect((await row.change()).status).toBe(200); // the first status may be the one it has
      for (const refused of [await row.change(read), await row.remove(read), await row.change(OTHER), await row.remove('"unknown"')])
        expect([refused.status, refused.body]).toEqual([412, REFUSED]);
      expect(await versionOf(row)).toBe('"2');
      const changed = await row.change(await tagOf(row));
      expect([changed.status, changed.headers.get('ETag')]).toEqual([200, null]);
      expect(await versionOf(row)).toBe('"3');
      expect((await row.remove(`${OTHER}, W/${await tagOf(row)}`)).status).toBe(200);
    });

    it('with * is done if the row is there', async () => {
      const row = await make();
      expect([(await row.change('*')).status, (await row.remove(' * ')).status]).toEqual([200, 200]);
      expect([(await row.change('*')).status, (await row.remove('*')).status, (await row.remove(OTHER)).status]).toEqual([404, 404, 404]);
    });

    it('is refused as malformed, with the name of the header', async () => {
      const row = await make();
      const message = 'Harus * atau ETag dari jawaban sebelumnya, paling banyak 10';
      for (const header of ['1', '"1', '"a" "b"', `${'"a",'.repeat(10)}"a"`, `"${'x'.repeat(600)}"`])
        for (const { status, body } of [await row.change(header), await row.remove(header)])
          expect([status, body.code, body.errors]).toEqual([400, 'invalid_input', [{ field: 'If-Match', message }]]);
      expect((await row.remove(await tagOf(row))).status).toBe(200);
    });

    it('tells a stranger nothing about the version, nor that the header is malformed', async () => {
      const gone = await api.account();
      expect((await api.send('DELETE', `/api/users/${gone.id}`, { as: admin })).status).toBe(200);
      const stale = await make(gone);
      expect([(await stale.change(OTHER)).status, (await stale.remove('malformed')).status]).toEqual([401, 401]);
      const stranger = await make(await api.account());
      expect([(await stranger.change(OTHER)).status, (await stranger.remove(OTHER)).status]).toEqual([403, 403]);
    });

    it('is done once of many that name one version at the same time', async () => {
      const row = await make();
      const tag = await tagOf(row);
      const statuses = (await Promise.all(Array.from({ length: 8 }, () => row.remove(tag)))).map(({ status }) => status);
      expect(statuses.toSorted()).toEqual([200, ...Array.from({ length: 7 }, () => 404)]);
    });
  });

  it('of an event counts no sale as a change: the tag read before it is good, and a cached answer is not', async () => {
    const row = await (rows['event'] as NonNullable<(typeof rows)['event']>)();
    const event_id = row.path.split('/').at(-1);
    const read = await tagOf(row);
    expect((await api.send('POST', '/api/bookings', { as: buyer, body: { event_id, quantity: 2 } })).status).toBe(201);
    const again = await api.send('GET', row.path, { headers: { 'If-None-Match': read } });
    expect([again.status, again.body.data.available_tickets, await versionOf(row)]).toEqual([200, 98, '"1']);
    expect((await row.change(read)).status).toBe(200);
    const edits = await Promise.all(Array.from({ length: 8 }, async () => row.change(await tagOf(row))));
    expect(edits.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(1);
    expect(await versionOf(row)).toBe(`"${2 + edits.filter(({ status }) => status === 200).length}`);
  });

  it('is judged before the body, and not at all by routes that change no stored row', async () => {
    const row = await (rows['event'] as NonNullable<(typeof rows)['event']>)();
    const headers = { 'If-Match': OTHER };
    expect((await api.send('PUT', row.path, { as: admin, body: '{', headers })).status).toBe(412);
    expect((await api.send('GET', row.path, { headers })).status).toBe(200);
    expect((await api.send('POST', '/api/events', { as: admin, body: CONCERT, headers })).status).toBe(201);
  });

  it('may use the ETag of one’s own account', async () => {
    const user = await api.account();
    const tag = (await api.send('GET', '/api/auth/me', { as: user })).headers.get('ETag') ?? '';
    const rename = () => api.send('PUT', `/api/users/${user.id}`, { as: user, body: { name: 'Wati' }, headers: { 'If-Match': tag } });
    expect([(await rename()).status, (await rename()).status]).toEqual([200, 412]);
    expect((await api.send('GET', '/api/auth/me', { as: user, headers: { 'If-None-Match': tag } })).status).toBe(200);
  });
});
