/** The rows of one table while a batch is decided: as they were read, and as the decisions so far left them. */
export class BatchRows<Row extends { readonly id: string }> {
  /** No row has the key undefined, so a look-up without an id finds nothing. */
  readonly #rows = new Map<string | undefined, { readonly before: Row | undefined; now: Row | undefined }>();

  constructor(rows: readonly Row[]) {
    for (const row of rows) this.#rows.set(row.id, { before: row, now: row });
  }

  has(id: string): boolean {
    return this.#rows.get(id)?.now !== undefined;
  }

  /** The row is frozen, because a decision that writes into it would change the row for later decisions. */
  find(id: string | undefined): Row | undefined {
    const row = this.#rows.get(id)?.now;
    return row && Object.freeze(row);
  }

  put(id: string, now: Row | undefined): void {
    const row = this.#rows.get(id);
    if (row === undefined) this.#rows.set(id, { before: undefined, now });
    else row.now = now;
  }

  deleteWhere(isGone: (row: Row) => boolean): void {
    for (const row of this.#rows.values()) if (row.now !== undefined && isGone(row.now)) row.now = undefined;
  }

  inserted(): readonly Row[] {
    const inserted: Row[] = [];
    for (const { before, now } of this.#rows.values()) if (before === undefined && now !== undefined) inserted.push(now);
    return inserted;
  }

  /** Rows whose object differs from the one that was read. */
  changed(): readonly { readonly before: Row; readonly after: Row }[] {
    const changed: { readonly before: Row; readonly after: Row }[] = [];
    for (const { before, now: after } of this.#rows.values())
      if (before !== undefined && after !== undefined && after !== before) changed.push({ before, after });
    return changed;
  }

  deleted(): readonly Row[] {
    const deleted: Row[] = [];
    for (const { before, now } of this.#rows.values()) if (before !== undefined && now === undefined) deleted.push(before);
    return deleted;
  }
}
