import { AUDIT_MB, GOALS, type Goal, PAGE_GROWTH, PEAK_MB } from './goals.ts';
import type { Size } from './growth.ts';
import type { Measured } from './measure.ts';
import type { Kind } from './servers.ts';

/** All runs of a scenario by server, one for each round. */
export type Runs = Readonly<Record<string, Readonly<Partial<Record<Kind, readonly Measured[]>>>>>;

const OURS: readonly Kind[] = ['ours', 'ours-binlog', 'ours-postgres', 'ours-sqlite', 'ours-two'];

/** The figures against the goals. */
export function goalsTable(runs: Runs, sizes: readonly Size[]): string {
  const rows = GOALS.flatMap((goal) => rowOf(goal, runs));
  const peaks = Object.entries(runs).flatMap(([scenario, byKind]) =>
    OURS.flatMap((kind) => (byKind[kind] ?? []).map(({ peakMb }) => ({ scenario, kind, peakMb }))),
  );
  const highest = peaks.toSorted((a, b) => b.peakMb - a.peakMb)[0];
  if (highest !== undefined) {
    rows.push([
      'memory, the worst scenario',
      `${digits(highest.peakMb)} MB`,
      `(${highest.scenario}, ${highest.kind})`,
      '',
      ...aim(highest.peakMb, PEAK_MB, 'MB'),
    ]);
  }
  for (const kind of new Set(sizes.map((size) => size.kind))) {
    const grown = sizes.filter((size) => size.kind === kind);
    const [first, last] = [grown[0], grown.at(-1)];
    if (first === undefined || last === undefined) continue;
    for (const [title, pick] of [
      ['own', (size: Size) => size.ownPageMs],
      ['everybody’s', (size: Size) => size.allPageMs],
    ] as const) {
      const times = pick(last) / pick(first);
      rows.push([
        `page of 50 ${title}, ${kind}, ${last.bookings} compared with ${first.bookings} bookings`,
        `${digits(pick(last))} ms`,
        `${digits(pick(first))} ms`,
        `${digits(times)}×`,
        ...aim(times, PAGE_GROWTH, '×'),
      ]);
    }
    const over = last.audit.peakMb - first.audit.peakMb;
    rows.push([
      `audit, ${kind}, ${last.bookings} compared with ${first.bookings} bookings`,
      `${digits(last.audit.peakMb)} MB`,
      `${digits(first.audit.peakMb)} MB`,
      `${over < 0 ? '' : '+'}${digits(over)} MB`,
      ...aim(over, AUDIT_MB, 'MB'),
    ]);
  }
  return align([['', 'ours', 'reference', 'ratio (min–max)', 'floor', 'goal', ''], ...rows]);
}

function rowOf(goal: Goal, runs: Runs): string[][] {
  const { scenario, title, ours, against, figure, unit, floor, goal: aimed } = goal;
  const measured = runs[scenario]?.[ours] ?? [];
  if (measured.length === 0) return [];
  const mine = measured.map(figure);
  const faulty = measured.some(({ faults }) => faults.length > 0);
  const value = `${digits(median(mine))} ${unit}`;
  if (against === undefined) return [[title, value, spread(mine), '', ...aim(median(mine), { floor, goal: aimed }, unit, faulty)]];
  const others = (runs[scenario]?.[against] ?? []).map(figure);
  const ratios = mine.flatMap((own, round) => {
    const other = others[round];
    return other === undefined ? [] : [unit === 'ms' ? other / own : own / other];
  });
  if (ratios.length === 0) return [];
  const ratio = median(ratios);
  const verdict = faulty ? 'FAULT' : ratio >= aimed ? 'goal' : ratio >= floor ? 'floor' : 'BELOW';
  return [
    [
      title,
      value,
      `${digits(median(others))} ${unit}${against.startsWith('reference') ? '' : ` (${against})`}`,
      `${digits(ratio)}× (${spread(ratios)})`,
      `${floor}×`,
      `${aimed}×`,
      verdict,
    ],
  ];
}

/** For figures of which less is better. */
function aim(value: number, { floor, goal }: { readonly floor: number; readonly goal: number }, unit: string, faulty = false): string[] {
  return [`≤${floor} ${unit}`, `≤${goal} ${unit}`, faulty ? 'FAULT' : value <= goal ? 'goal' : value <= floor ? 'floor' : 'BELOW'];
}

/** All measurements, as medians of the rounds. CPU is ms on one core for one request. "of GET /" compares with the same server in the same round. */
export function runsTable(runs: Runs): string {
  const head = [
    '',
    'server',
    'load',
    'req/s (min–max)',
    'of GET /',
    'p50 ms',
    'p99 ms',
    'CPU server',
    'CPU database',
    'peak MB',
    'bookings/commit',
    'foreign cores',
  ];
  const rootOf = (kind: string) => (Object.entries(runs['root'] ?? {}).find(([one]) => one === kind)?.[1] ?? []).map(perSecondOfReads);
  const rows = Object.entries(runs).flatMap(([scenario, byKind]) =>
    Object.entries(byKind).flatMap(([kind, measured]) =>
      Object.keys(measured[0]?.streams ?? {}).map((stream, n) => {
        const of = (pick: (run: Measured) => number) => measured.map(pick);
        const one = (pick: (run: Measured) => number) => digits(median(of(pick)));
        const total = (run: Measured) => Object.values(run.streams).reduce((sum, { perSecond }) => sum + perSecond, 0);
        const speed = of((run) => run.streams[stream]?.perSecond ?? 0);
        return [
          ...[n === 0 ? scenario : '', n === 0 ? kind : '', stream, `${digits(median(speed))} (${spread(speed)})`],
          shareOfRoot(speed, rootOf(kind)),
          ...[one((run) => run.streams[stream]?.p50 ?? 0), one((run) => run.streams[stream]?.p99 ?? 0)],
          ...(n > 0
            ? ['', '', '', '', '']
            : [one((run) => (1000 * run.serverCpu) / total(run)), one((run) => (1000 * run.databaseCpu) / total(run)), one((run) => run.peakMb)]),
          ...(n > 0 ? [] : [one((run) => (run.commits > 0 && run.created > 0 ? run.created / run.commits : 0)), one((run) => run.foreignCpu)]),
        ];
      }),
    ),
  );
  return align([head, ...rows]);
}

const perSecondOfReads = ({ streams }: Measured): number => streams['reads']?.perSecond ?? Number.NaN;

/** The throughput of a load, as a share of that of GET / on the same server in the same round. */
function shareOfRoot(speeds: readonly number[], roots: readonly number[]): string {
  const shares = speeds.flatMap((speed, round) => (roots[round] === undefined ? [] : [(100 * speed) / roots[round]]));
  return shares.length === 0 ? '' : `${digits(median(shares))} %`;
}

export function growthTable(sizes: readonly Size[]): string {
  const rows = sizes.map(({ kind, bookings, ownPageMs, allPageMs, bookMs, serverPeakMb, audit }) => [
    ...[kind, String(bookings), digits(ownPageMs), digits(allPageMs), digits(bookMs), digits(serverPeakMb)],
    ...[String(audit.exitCode), digits(audit.seconds), digits(audit.peakMb)],
  ]);
  return align([
    ['server', 'bookings', 'own page of 50, ms', 'everybody’s, ms', 'book one, ms', 'server peak MB', 'audit exit', 'audit s', 'audit MB'],
    ...rows,
  ]);
}

export function faultsOf(runs: Runs, sizes: readonly Size[]): readonly string[] {
  const ofRuns = Object.entries(runs).flatMap(([scenario, byKind]) =>
    Object.entries(byKind).flatMap(([kind, measured]) =>
      measured.flatMap(({ faults }, round) => faults.map((fault) => `${scenario}, ${kind}, round ${round + 1}: ${fault}`)),
    ),
  );
  return [...ofRuns, ...sizes.flatMap(({ kind, bookings, faults }) => faults.map((fault) => `growth, ${kind}, ${bookings}: ${fault}`))];
}

export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2;
}

const spread = (numbers: readonly number[]): string =>
  numbers.length < 2 ? 'one round' : `${digits(Math.min(...numbers))}–${digits(Math.max(...numbers))}`;
const digits = (number: number): string =>
  Number.isFinite(number) ? number.toFixed(Math.abs(number) >= 100 ? 0 : Math.abs(number) >= 10 ? 1 : 2) : '–';

function align(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const lines = rows.map(
    (row) => `| ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join(' | ')} |`,
  );
  const rule = `| ${widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(Math.max(1, width - 1))}:`)).join(' | ')} |`;
  return [lines[0], rule, ...lines.slice(1)].join('\n');
}
