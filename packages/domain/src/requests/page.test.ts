import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LOCKED, OPEN } from '../testing/policies.ts';
import { times } from '../testing/store.ts';
import { type ListRequest, type Page, readPage } from './page.ts';
import type { PageRequest } from './ports.ts';

interface Row {
  readonly at: Date;
  readonly id: string;
}
/** Rows in order, two of each moment. */
const rowsOf = (count: number): Row[] => times(count, (index) => ({ at: new Date(Math.floor(index / 2)), id: String(index).padStart(6, '0') }));

const POLICIES = { open: OPEN.policy, locked: LOCKED.policy };
type Policy = keyof typeof POLICIES;

/** A list of `count` rows as it is asked for. */
async function ask(count: number, request: ListRequest, policy: Policy = 'open') {
  const rows = rowsOf(count);
  const list = await readPage(POLICIES[policy], request, {
    part: async ({ after, offset, limit, reversed }: PageRequest) => {
      const ordered = reversed ? rows.toReversed() : rows;
      const behind = ordered.filter(({ id }) => after === undefined || (reversed ? id < after.id : id > after.id));
      return { rows: behind.slice(offset, offset + limit), isMore: behind.length > offset + limit };
    },
    position: (row) => row,
    count: async () => count,
  });
  return { ...list, rows, read: () => collected(list.parts) };
}
async function collected(parts: AsyncIterable<readonly Row[]>): Promise<{ readonly rows: Row[]; readonly largest: number }> {
  const rows: Row[] = [];
  let largest = 0;
  for await (const part of parts) {
    rows.push(...part);
    largest = Math.max(largest, part.length);
  }
  return { rows, largest };
}

describe('a list without a limit', () => {
  it.each([0, 1, 1499, 1500, 1501, 2999, 3000, 3001, 4801])('has all its %i rows once, in order, never more than 1500 at once', async (count) => {
    const { rows, read, total, next } = await ask(count, {});
    const { rows: seen, largest } = await read();
    expect(seen).toEqual(rows);
    expect(largest).toBeLessThanOrEqual(1500);
    expect([total, next]).toEqual([count, undefined]);
  });

  it('leaves out the rows before its offset', async () => {
    const { rows, read } = await ask(4801, { offset: 2300 });
    expect((await read()).rows).toEqual(rows.slice(2300));
  });

  it('skips no row when others go while it is read', async () => {
    const { rows, read } = await ask(4801, {});
    const expected = rows.map(({ id }) => id);
    rows.splice(0, 3); // after the first part was read
    expect((await read()).rows.map(({ id }) => id)).toEqual(expected);
  });

  it('reads at most the next two parts ahead, and stops when the client is gone', async () => {
    const asked: number[] = [];
    const { parts } = await readPage(
      POLICIES.open,
      {},
      {
        part: async ({ limit }) => {
          asked.push(limit);
          return { rows: rowsOf(limit), isMore: true };
        },
        position: (row) => row,
        count: undefined,
      },
    );
    const walk = parts[Symbol.asyncIterator]();
    await walk.next();
    expect(asked).toEqual([1500, 1500]);
    await walk.next();
    expect(asked).toEqual([1500, 1500, 1500]);
    await walk.return?.();
    await Promise.resolve();
    expect(asked).toHaveLength(3);
  });

  it('fails before anything is sent when it cannot be read', async () => {
    const failing = readPage(OPEN.policy, {}, { part: () => Promise.reject(new Error('down')), position: (row: Row) => row, count: undefined });
    await expect(failing).rejects.toThrow('down');
  });

  it('has no limit in the open profile, and 100 rows in the locked one', async () => {
    expect((await (await ask(150, {}, 'open')).read()).rows).toHaveLength(150);
    const { read, next } = await ask(150, {}, 'locked');
    expect((await read()).rows).toHaveLength(100);
    expect(next).toEqual({ limit: 100, after: rowsOf(150)[99] });
  });
});

describe('a page', () => {
  it.each([
    [{ limit: 3 }, [0, 3], { limit: 3, after: rowsOf(10)[2] }],
    [{ limit: 3, offset: 0 }, [0, 3], { limit: 3, offset: 3 }],
    [{ limit: 3, offset: 6 }, [6, 9], { limit: 3, offset: 9 }],
    [{ limit: 3, offset: 7 }, [7, 10], undefined],
    [{ limit: 3, offset: 9 }, [9, 10], undefined],
    [{ limit: 3, offset: 10 }, [10, 10], undefined],
    [{ limit: 10 }, [0, 10], undefined],
    [{ limit: 1000 }, [0, 10], undefined],
  ])('of 10 rows, asked for by %j, has rows %j', async (request, [from, to], next) => {
    const page = await ask(10, request);
    expect((await page.read()).rows).toEqual(page.rows.slice(from, to));
    expect([page.total, page.next]).toEqual([10, next]);
  });

  it('leads on to the next until every row was seen once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(60), fc.integer({ min: 1, max: 20 }), async (count, limit) => {
        const seen: Row[] = [];
        for (let request: ListRequest | undefined = { limit }; request !== undefined; ) {
          const page = await ask(count, request);
          const { rows } = await page.read();
          expect(rows.length).toBeLessThanOrEqual(limit);
          seen.push(...rows);
          request = page.next;
        }
        expect(seen).toEqual(rowsOf(count));
      }),
    );
  });

  it('leads back to the first, by the same pages, also over rows that a store looked at in vain', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(40), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 5 }), async (count, limit, looked) => {
        // This store looks at a few rows for each part, and shows those with an even number.
        const rows = rowsOf(count);
        const isShown = ({ id }: Row) => Number(id) % 2 === 0;
        const part = async ({ after, reversed, limit: most }: PageRequest) => {
          const behind = (reversed ? rows.toReversed() : rows).filter(({ id }) => !after || (reversed ? id < after.id : id > after.id));
          const seen = behind.slice(0, looked);
          const found = seen.filter(isShown).slice(0, most);
          const end = found.length === most ? found.at(-1) : seen.at(-1);
          return { rows: found, isMore: end !== undefined && end !== behind.at(-1), start: found[0], end };
        };
        const read = { part, position: (row: Row) => row, count: undefined };
        const seen = async (first: ListRequest, to: 'next' | 'prev') => {
          const pages: Row[][] = [];
          let last = first;
          for (let request: ListRequest | undefined = first; request !== undefined; ) {
            last = request;
            const page: Page<Row> = await readPage(POLICIES.open, request, read);
            pages.push((await collected(page.parts)).rows);
            request = page[to];
          }
          return { pages, last };
        };
        const { pages, last } = await seen({ limit }, 'next');
        expect(pages.flat()).toEqual(rows.filter(isShown));
        if (last.after === undefined) return;
        const back = await seen({ limit, before: { at: new Date(1e9), id: '~' } }, 'prev');
        expect(back.pages.toReversed().flat()).toEqual(rows.filter(isShown));
        expect((await collected((await readPage(POLICIES.open, {}, read)).parts)).rows).toEqual(rows.filter(isShown));
      }),
    );
  });

  it.each([
    ['open', 1_000_000],
    ['locked', 10_000],
  ] as const)('leads nowhere that may not be asked for in the %s profile: beyond %i', async (profile, offsetMax) => {
    const nextOf = async (offset: number) => {
      const read = { part: async ({ limit }: PageRequest) => ({ rows: rowsOf(limit), isMore: true }), position: (row: Row) => row, count: undefined };
      return (await readPage(POLICIES[profile], { limit: 10, offset }, read)).next;
    };
    expect(await nextOf(offsetMax - 10)).toEqual({ limit: 10, offset: offsetMax });
    expect(await nextOf(offsetMax - 9)).toBeUndefined();
    expect(await nextOf(offsetMax)).toBeUndefined();
  });

  it('is the same for all who share the read, whether others follow or not', async () => {
    for (const isMore of [true, false]) {
      const rows = rowsOf(10);
      const { parts } = await readPage(
        OPEN.policy,
        { limit: 10 },
        { part: async () => ({ rows, isMore }), position: (row) => row, count: undefined },
      );
      expect((await parts[Symbol.asyncIterator]().next()).value).toBe(rows);
    }
  });

  it('is counted only where that was asked for', async () => {
    const uncounted = await readPage(
      OPEN.policy,
      { limit: 1 },
      { part: async () => ({ rows: rowsOf(1), isMore: false }), position: (row) => row, count: undefined },
    );
    expect(uncounted.total).toBeUndefined();
  });
});

describe('a request for a list', () => {
  it.each([
    ['open', { limit: 0 }, ['limit']],
    ['open', { limit: -1, offset: -1 }, ['limit', 'offset']],
    ['open', { limit: 1001 }, ['limit']],
    ['locked', { limit: 101 }, ['limit']],
    ['open', { limit: 1.5, offset: 0.5 }, ['limit', 'offset']],
    ['open', { limit: Number.NaN, offset: Number.NaN }, ['limit', 'offset']],
    ['open', { limit: 'unlimited' as never }, ['limit']], // a word of the policy, not of a request
    ['open', { offset: 1_000_001 }, ['offset']],
    ['locked', { offset: 10_001 }, ['offset']],
    ['open', { offset: 2 ** 53 }, ['offset']],
  ] as const)('is refused in the %s profile for %j', async (profile, request, fields) => {
    const details = { faults: fields.map((field) => expect.objectContaining({ field })) };
    await expect(ask(10, request, profile)).rejects.toMatchObject({ code: 'invalid_input', details });
  });

  it('is told the limits of both numbers', async () => {
    const faults = [
      { field: 'limit', message: 'a whole number, 1 to 100' },
      { field: 'offset', message: 'a whole number, 0 to 10000' },
    ];
    await expect(ask(10, { limit: 0, offset: -1 }, 'locked')).rejects.toMatchObject({ details: { faults } });
  });

  it.each([
    ['open', { limit: 1000, offset: 1_000_000 }],
    ['locked', { limit: 100, offset: 10_000 }],
  ] as const)('is heard in the %s profile for %j', async (profile, request) => {
    expect((await ask(10, request, profile)).next).toBeUndefined();
  });
});
