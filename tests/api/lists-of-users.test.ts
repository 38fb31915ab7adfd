import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engines } from '../engines.ts';
import { type Api, type Caller, openApi, type Reply } from '../open-api.ts';

interface UserRow {
  readonly id: string;
  readonly name: string;
}

const nextOf = ({ headers }: Reply): string | undefined => /<([^>]*)>; rel="next"/.exec(headers.get('Link') ?? '')?.[1];
const ids = ({ body }: Reply) => body.data.map(({ id }: UserRow) => id);

describe.each(engines)('the list of users on %s', (engine) => {
  let api: Api;
  let admin: Caller;
  let sari: Caller;
  const get = (path: string, as: Caller | undefined = admin) => api.send('GET', path, { as });
  const found = async (query: string): Promise<string[]> => (await get(`/api/users?${query}`)).body.data.map(({ name }: UserRow) => name);
  beforeAll(async () => {
    api = await openApi(engine, 'locked');
    admin = await api.account({ role: 'admin', name: 'Ibu Ani', updatedAt: new Date(0) });
    sari = await api.account({ name: 'SÁRI Dewi', email: 'sari.dewi@mail.test', updatedAt: new Date(0) });
  });
  afterAll(async () => {
    expect(api.logged).toEqual([]);
    await api.close();
  });

  it('is searched by words of names and e-mails, and by role', async () => {
    expect(await found('q=sari')).toEqual(['SÁRI Dewi']);
    expect(await found('q=DEW%20s%C3%A1r')).toEqual(['SÁRI Dewi']);
    expect(await found('q=sari.dewi@mail.test')).toEqual(['SÁRI Dewi']);
    expect([await found('q=ani&role=admin'), await found('q=ani&role=user'), await found('role=admin')]).toEqual([['Ibu Ani'], [], ['Ibu Ani']]);
    const { headers } = await get('/api/users?role=user&total=true');
    expect(headers.get('X-Total-Count')).toBe('1');
  });

  it('is searched by nobody who may not list it, whatever they send', async () => {
    for (const query of ['q=sari', 'q=', 'role=admin', 'modified_since=2000-01-01T00:00:00Z', 'cursor=x']) {
      expect((await get(`/api/users?${query}`, sari)).status, query).toBe(403);
      expect((await api.send('GET', `/api/users?${query}`)).status, query).toBe(401);
    }
  });

  it('follows an edit, and forgets the words of the deleted', async () => {
    const { id } = await api.account({ name: 'Wayan Lama' });
    const before = new Date().toISOString();
    await api.send('PUT', `/api/users/${id}`, { as: admin, body: { name: 'Wayan Baru', email: 'baru@mail.test' } });
    expect([await found('q=lama'), await found('q=baru'), await found('q=baru@mail')]).toEqual([[], ['Wayan Baru'], ['Wayan Baru']]);
    expect(await found(`modified_since=${before}`)).toEqual(['Wayan Baru']);
    await api.send('DELETE', `/api/users/${id}`, { as: admin });
    expect(await found('q=baru')).toEqual([]);
    expect(await api.query('SELECT word FROM user_words WHERE user_id = ?', [id])).toEqual([]);
  });

  it('neither repeats nor skips a user who was there, while others come and go between pages of 20', async () => {
    const there: string[] = [];
    for (let number = 0; number < 50; number++) there.push((await api.account({ name: `Putu ${number}`, createdAt: new Date(number % 7) })).id);
    for (const filter of ['q=putu', 'role=user', 'q=putu&role=user', 'modified_since=2000-01-01T00:00:00Z']) {
      const seen: string[] = [];
      for (let url: string | undefined = `/api/users?${filter}&limit=20`; url !== undefined; ) {
        const reply: Reply = await get(url);
        expect(reply.status, reply.text).toBe(200);
        seen.push(...ids(reply));
        for (const number of [3, 9]) await api.account({ name: `Putu baru ${number}`, createdAt: new Date(number) });
        const gone = await api.account({ name: 'Putu lama', createdAt: new Date(0) });
        await api.send('DELETE', `/api/users/${gone.id}`, { as: admin });
        const next = nextOf(reply);
        url = next?.replace(/^.*(?=\/api)/, '');
      }
      expect(seen.filter((id) => there.includes(id)).toSorted()).toEqual(there.toSorted());
      expect(new Set(seen).size).toBe(seen.length);
    }
  });

  it.each([
    ['q=', 'q'],
    ['q=%E2%9D%A4%EF%B8%8F%CC%81%E2%80%8D', undefined],
    ['q=%F0%9F%8F%BB%CC%81%E2%80%8D', 'q'],
    ['q=%25', 'q'],
    ['q=_', 'q'],
    ["q=';--", 'q'],
    ["q=o'brien", undefined],
    ['q=a%00b', undefined],
    [`q=${'a'.repeat(1900)}`, 'q'],
    [`q=${'a'.repeat(100_000)}`, 'query'],
    [`q=${encodeURIComponent('\u0301'.repeat(100))}`, 'q'],
    [`q=${encodeURIComponent('é'.repeat(100))}`, undefined],
    ['q=a%20b%20c%20d%20e%20f%20g%20h%20i', 'q'],
    ['q=a&q=b', 'q'],
    ['q=a&total=true', 'total'],
    ['q=a&offset=0', 'offset'],
    ['role=Admin', 'role'],
    ['role=operator', 'role'],
    ['modified_since=yesterday', 'modified_since'],
    ['modified_since=2031-01-01T00:00:00Z&role=user', 'role'],
    ['modified_since=2031-01-01T00:00:00Z&q=a', 'q'],
    ['sort=name', 'sort'],
    ['from=2031-01-01T00:00:00Z', 'from'],
  ])('takes "%.60s", or names the faulty parameter', async (query, field) => {
    const { status, body } = await get(`/api/users?${query}`);
    if (field === undefined) expect(status).toBe(200);
    else expect([status, body.errors?.map((fault: { field: string }) => fault.field)]).toEqual([400, [field]]);
  });
});
