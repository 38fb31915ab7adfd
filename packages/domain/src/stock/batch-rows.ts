/** The rows of one table while a batch is decided: as they were read, and as the decisions so far left them. */
export class BatchRows<Row extends { readonly id: string }> {
  readonly #before: readonly Row[];
  /** No row has the key undefined, so a look-up without an id finds nothing. */
  readonly #now = new Map<string | undefined, Row>();

  constructor(rows: readonly Row[]) {
    this.#before = rows;
    for (const row of rows) this.#now.set(row.id, row);
  }

  has(id: string): boolean {
    return this.#now.has(id);
  }

  /** The row is frozen, because a decision that writes into it would change the row for later decisions. */
  find(id: string | undefined): Row | undefined {
    const row = this.#now.get(id);
    return row && Object.freeze(row);
  }

  put(id: string, row: Row | undefined): void {
    if (row === undefined) this.#now.delete(id);
    else this.#now.set(id, row);
  }

  deleteWhere(isGone: (row: Row) => boolean): void {
    for (const [id, row] of this.#now) if (isGone(row)) this.#now.delete(id);
  }

  inserted(): readonly Row[] {
    const before = new Set(this.#before.map(({ id }) => id));
    return [...this.#now.values()].filter(({ id }) => !before.has(id));
  }

  /** Rows whose object differs from the one that was read. */
  changed(): readonly { readonly before: Row; readonly after: Row }[] {
    const changed: { readonly before: Row; readonly after: Row }[] = [];
    for (const before of this.#before) {
      const after = this.#now.get(before.id);
      if (after !== undefined && after !== before) changed.push({ before, after });
    }
    return changed;
  }

  deleted(): readonly Row[] {
    return this.#before.filter(({ id }) => !this.#now.has(id));
  }
}
