import { type Listing, printable } from './listing.ts';
import type { Terminal } from './terminal.ts';

/** Prints one row as lines of name and value, or as the JSON of the API. */
export async function printRow<Row>(
  { columns, json }: Listing<Row>,
  row: Row,
  { json: asJson = false }: { readonly json?: boolean },
  { print }: Terminal,
): Promise<void> {
  if (asJson) return print(json(row));
  const width = Math.max(...Object.keys(columns).map((name) => name.length));
  for (const [name, of] of Object.entries(columns)) await print(`${name.padEnd(width)}  ${printable(of(row))}`);
}
