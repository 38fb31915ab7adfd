import type { ListRequest, Page } from '@ticket/domain';
import type { Command } from 'commander';
import { parsed, wholeNumber } from './options.ts';
import type { Terminal } from './terminal.ts';
import { pagesOf } from './walk.ts';

/** How a list is printed. The columns have the names of the API's fields. */
export interface Listing<Row> {
  readonly columns: Readonly<Record<string, (row: Row) => string>>;
  /** The columns of a table on a terminal, the most important first. A narrow terminal shows only the first of them. */
  readonly shown: readonly string[];
  /** The row as the API shows it. */
  readonly json: (row: Row) => string;
}

export interface ListOptions {
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly limit?: number;
}

const ROWS_MAX = 1_000_000_000 - 1;
/** A table on a terminal is for reading, so it ends here unless more are asked for. */
const TABLE_ROWS = 100;

/** Adds the options that every list has. */
export const listed = (command: Command): Command =>
  command
    .option('--limit <n>', `at most so many rows; without it ${TABLE_ROWS} on a terminal, otherwise all`, parsed(wholeNumber(1, ROWS_MAX)))
    .option('--json', 'a JSON array, each row as the API shows it')
    .option('--csv', 'a table for spreadsheets, with every column');

/** Prints a list part by part: on a terminal as a table, into a file or pipe as lines with tabs, or as JSON or CSV. */
export async function printList<Row, Request extends ListRequest>(
  list: (request: Request) => Promise<Page<Row>>,
  request: Request,
  listing: Listing<Row>,
  options: ListOptions,
  terminal: Terminal,
): Promise<void> {
  const isTable = !options.json && !options.csv && terminal.columns !== undefined;
  const rowsMax = options.limit ?? (isTable ? TABLE_ROWS : ROWS_MAX);
  const form = options.json ? asJson(listing) : options.csv ? await asCsv(listing) : isTable ? await asTable(listing, terminal) : asLines(listing);
  let printed = 0;
  let isMore = false;
  await terminal.write(form.head);
  // One row more is asked for, to know whether there are more.
  for await (const part of pagesOf(list, request, rowsMax + 1)) {
    const rows = part.slice(0, rowsMax - printed);
    isMore = part.length > rows.length;
    if (rows.length > 0) await terminal.write(form.rows(rows, printed === 0));
    printed += rows.length;
    if (isMore) break;
  }
  await terminal.write(form.tail);
  if (printed === 0 && !options.json && !options.csv) terminal.tell('There are none.');
  if (isMore && options.limit === undefined) terminal.tell(`These are the first ${printed}. For more: --limit ${printed * 10}, --csv or --json.`);
}

interface Form<Row> {
  readonly head: string;
  readonly rows: (rows: readonly Row[], isFirst: boolean) => string;
  readonly tail: string;
}

const asJson = <Row>({ json }: Listing<Row>): Form<Row> => ({
  head: '[',
  rows: (rows, isFirst) => `${isFirst ? '' : ','}\n${rows.map(json).join(',\n')}`,
  tail: '\n]\n',
});

/** `escape_formulas` puts a `'` before a cell that a spreadsheet would run (CWE-1236). */
async function asCsv<Row>({ columns }: Listing<Row>): Promise<Form<Row>> {
  const [{ stringify }, { defused }] = await Promise.all([import('csv-stringify/sync'), import('@ticket/http/wire')]);
  const text = (rows: readonly (readonly string[])[]) => stringify([...rows], { record_delimiter: 'windows', escape_formulas: true });
  return {
    head: text([Object.keys(columns)]),
    rows: (rows) => text(rows.map((row) => Object.values(columns).map((of) => defused(of(row))))),
    tail: '',
  };
}

const asLines = <Row>(listing: Listing<Row>): Form<Row> => ({
  head: '',
  rows: (rows) => rows.map((row) => `${cellsOf(listing, row).join('\t')}\n`).join(''),
  tail: '',
});

/** The ids stay whole, because people copy them. The other columns share what is left of the width. */
async function asTable<Row>(listing: Listing<Row>, { columns: width = 80 }: Terminal): Promise<Form<Row>> {
  const { default: widthOf } = await import('string-width');
  const graphemes = new Intl.Segmenter();
  let widths: readonly number[] | undefined;
  const fitting = (text: string, room: number): string => {
    if (widthOf(text) <= room) return text + ' '.repeat(room - widthOf(text));
    let kept = '';
    for (const { segment } of graphemes.segment(text)) {
      if (widthOf(kept + segment) > room - 1) break;
      kept += segment;
    }
    return fitting(`${kept}…`, room);
  };
  const lineOf = (cells: readonly string[]) =>
    `${(widths ?? [])
      .map((room, column) => fitting(cells[column] ?? '', room))
      .join(GAP)
      .trimEnd()}\n`;
  return {
    head: '',
    rows: (rows) => {
      const cells = rows.map((row) => cellsOf(listing, row).map((cell) => cell.replace(OF_A_TIME, 'Z')));
      const head = widths === undefined;
      widths ??= shrunk(
        listing.shown.map((name, column) => Math.max(name.length, ...cells.map((row) => widthOf(row[column] ?? '')))),
        width,
      );
      return [...(head ? [listing.shown] : []), ...cells].map(lineOf).join('');
    },
    tail: '',
  };
}

const cellsOf = <Row>({ columns, shown }: Listing<Row>, row: Row): string[] => shown.map((name) => printable(columns[name]?.(row) ?? ''));

/** Without characters that move the cursor, colour the terminal or turn the direction of the text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones that are taken out
export const printable = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]+/g, ' ');

/** The seconds of a time, for which a table has no room. */
const OF_A_TIME = /(?<=T\d{2}:\d{2}):\d{2}\.\d{3}Z$/;
const GAP = '  ';
/** A column that is cut has at least this width. Otherwise the last columns are left out. */
const COLUMN_MIN = 12;

/** The widths of the columns that fit. The first column stays whole. Then the widest ones are cut, and the last ones are left out. */
function shrunk(needed: readonly number[], width: number): readonly number[] {
  const widths = [...needed];
  const total = () => widths.reduce((sum, one) => sum + GAP.length + one, -GAP.length);
  while (widths.length > 1 && total() > width) {
    const widest = Math.max(...widths.slice(1));
    if (widest > COLUMN_MIN) widths[widths.indexOf(widest, 1)] = widest - 1;
    else widths.pop();
  }
  return widths;
}
