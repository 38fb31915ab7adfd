import type { ListRequest, Page } from '@ticket/domain';
import fc from 'fast-check';
import widthOf from 'string-width';
import { describe, expect, it } from 'vitest';
import { keptTerminal } from '../../../tests/kept-terminal.ts';
import { type Listing, type ListOptions, printList } from './listing.ts';

interface Row {
  readonly id: string;
  readonly name: string;
  readonly at: string;
}
const listing: Listing<Row> = {
  columns: { id: ({ id }) => id, name: ({ name }) => name, at: ({ at }) => at },
  shown: ['id', 'name', 'at'],
  json: (row) => JSON.stringify(row),
};
const rowOf = (n: number, name = `row ${n}`): Row => ({ id: String(n).padStart(36, '0'), name, at: '2026-11-28T22:31:11.966Z' });

/** A list that gives `limit` rows at a time. `asked` is how many rows it has read. */
function listOf(count: number, nameOf = (n: number) => `row ${n}`) {
  const reads = { rows: 0, mostAtOnce: 0 };
  const list = async ({ limit = 100, after }: ListRequest): Promise<Page<Row>> => {
    const from = after === undefined ? 0 : Number(after.id) + 1;
    const rows = Array.from({ length: Math.min(limit, count - from) }, (_, n) => rowOf(from + n, nameOf(from + n)));
    reads.rows += rows.length;
    reads.mostAtOnce = Math.max(reads.mostAtOnce, rows.length);
    const last = rows.at(-1);
    const next = last !== undefined && from + limit < count ? { limit, after: { at: 0, id: last.id } } : undefined;
    return {
      parts: (async function* () {
        yield rows;
      })(),
      total: undefined,
      next,
      prev: undefined,
      limit,
    };
  };
  return { list, reads };
}

async function printed(
  count: number,
  options: ListOptions,
  { columns, nameOf }: { readonly columns?: number; readonly nameOf?: (n: number) => string } = {},
) {
  const said = keptTerminal(columns);
  const { list, reads } = listOf(count, nameOf);
  await printList(list, {}, listing, options, said.terminal);
  return { ...said, lines: said.printed.split('\n').slice(0, -1), reads };
}

describe('a printed list', () => {
  it('fits the terminal with any names and any width, with the ids whole and no control characters', async () => {
    const names = fc.array(
      fc.oneof(
        fc.string({ unit: 'grapheme' }),
        fc.string({ unit: 'binary' }),
        fc.constantFrom('🎷👩‍👩‍👧 Jazz', '日本語のコンサート', '\u001b[31mred\u202e'),
      ),
      {
        minLength: 1,
        maxLength: 8,
      },
    );
    await fc.assert(
      fc.asyncProperty(names, fc.integer({ min: 40, max: 200 }), async (all, columns) => {
        const { lines } = await printed(all.length, {}, { columns, nameOf: (n) => all[n] ?? '' });
        expect(lines).toHaveLength(all.length + 1);
        for (const [n, line] of lines.slice(1).entries()) {
          expect(widthOf(line)).toBeLessThanOrEqual(columns);
          expect(line.startsWith(rowOf(n).id)).toBe(true);
          // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not be there
          expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
        }
      }),
    );
  });

  it('into a pipe has every row on a line of its own, with as many tabs as any other', async () => {
    const { lines, told } = await printed(1234, {}, { nameOf: (n) => (n === 7 ? 'a\tb\nc' : 'x') });
    expect([lines.length, new Set(lines.map((line) => line.split('\t').length)), told]).toEqual([1234, new Set([3]), []]);
  });

  it('on a terminal ends after 100 rows, and says that there are more', async () => {
    const { lines, told, reads } = await printed(1000, {}, { columns: 80 });
    expect([lines.length, told, reads.rows]).toEqual([101, ['These are the first 100. For more: --limit 1000, --csv or --json.'], 200]);
    expect((await printed(100, {}, { columns: 80 })).told).toEqual([]);
  });

  it.each([1, 99, 100, 101, 250])('with --limit %i has so many rows in every form', async (limit) => {
    expect((await printed(300, { limit })).lines).toHaveLength(Math.min(limit, 300));
    expect(JSON.parse((await printed(300, { limit, json: true })).printed)).toHaveLength(limit);
    expect((await printed(300, { limit, csv: true })).lines).toHaveLength(limit + 1);
  });

  it('in CSV has no formula, also behind a separator of another spreadsheet', async () => {
    const { lines } = await printed(2, { csv: true }, { nameOf: (n) => ['=1+1', 'a;=1+1'][n] ?? '' });
    expect(lines.slice(1).map((line) => line.split(',')[1])).toEqual(["'=1+1", "a;'=1+1"]);
  });

  it('without rows is an empty array, a head, or a word', async () => {
    expect([JSON.parse((await printed(0, { json: true })).printed), (await printed(0, { csv: true })).printed]).toEqual([[], 'id,name,at\r\n']);
    expect(await printed(0, {}, { columns: 80 })).toMatchObject({ printed: '', told: ['There are none.'] });
  });

  it('reads a long list in parts of 100 rows, and writes each before it reads the next', async () => {
    const { list, reads } = listOf(5000);
    let written = 0;
    const said = keptTerminal();
    const write = async (text: string) => {
      written += text.split('\n').length - 1;
      expect(reads.rows - written).toBeLessThanOrEqual(100);
    };
    await printList(list, {}, listing, { csv: true }, { ...said.terminal, write });
    expect([written, reads.mostAtOnce]).toEqual([5001, 100]);
  });
});
