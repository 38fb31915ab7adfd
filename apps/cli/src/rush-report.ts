/** The value that a share of the values does not exceed (nearest rank); undefined without values. */
export function percentile(values: readonly number[], share: number): number | undefined {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

const ROWS_MAX = 12;
/** Lengths of a row in milliseconds that people read easily. */
const STEPS_MS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 60_000];

/** A bar for each stretch of the sale, from the first ticket to the last: when it began, and the tickets a second in it. */
export function barsOf(soldAtMs: readonly number[], columns: number): readonly string[] {
  const lastMs = soldAtMs.reduce((latest, at) => Math.max(latest, at), 0);
  if (soldAtMs.length === 0) return [];
  const stepMs = STEPS_MS.find((step) => lastMs < step * ROWS_MAX) ?? Math.ceil(lastMs / ROWS_MAX);
  const rows = Array.from({ length: Math.floor(lastMs / stepMs) + 1 }, () => 0);
  for (const at of soldAtMs) rows[Math.floor(at / stepMs)] = (rows[Math.floor(at / stepMs)] ?? 0) + 1;
  const most = Math.max(...rows);
  const width = Math.max(10, Math.min(columns, 100) - 36);
  const unit = stepMs < 1000 ? ([1, 'ms'] as const) : ([1000, 's'] as const);
  const first = rows.findIndex((sold) => sold > 0);
  return rows.slice(first).map((sold, behind) => {
    const row = first + behind;
    const at = `${String((row * stepMs) / unit[0]).padStart(6)} ${unit[1].padEnd(2)}`;
    const rate = Math.round((sold * 1000) / stepMs).toLocaleString('en');
    return `${at} │${'█'.repeat(Math.round((sold / most) * width))} ${rate}/s`;
  });
}
