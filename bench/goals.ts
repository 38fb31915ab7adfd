import type { Measured } from './measure.ts';
import type { Kind } from './servers.ts';

/** The product is measured against these. It must reach `floor`, and it aims at `goal`. */
export interface Goal {
  readonly scenario: string;
  readonly title: string;
  readonly ours: Kind;
  /** The server to compare with, round by round. Without it the figure is absolute. */
  readonly against?: Kind;
  readonly figure: (measured: Measured) => number;
  readonly unit: '/s' | 'ms' | 'MB';
  readonly floor: number;
  readonly goal: number;
}

const perSecond = (stream: string) => (measured: Measured) => measured.streams[stream]?.perSecond ?? Number.NaN;
const p50 = (stream: string) => (measured: Measured) => measured.streams[stream]?.p50 ?? Number.NaN;
const p99 = (stream: string) => (measured: Measured) => measured.streams[stream]?.p99 ?? Number.NaN;
const soldOut = ({ streams }: Measured) => streams['bookings']?.lastCreatedMs ?? Number.NaN;

const reference = { ours: 'ours', against: 'reference' } as const;
const postgres = { ours: 'ours-postgres', against: 'reference' } as const;
const binlog = { ours: 'ours-binlog', against: 'reference-binlog' } as const;
const sqlite = { ours: 'ours-sqlite', against: 'reference' } as const;
const bookings = { figure: perSecond('bookings'), unit: '/s' } as const;
const reads = { figure: perSecond('reads'), unit: '/s' } as const;

/** Ratios say how many times better ours is: requests ours / theirs, times theirs / ours. */
export const GOALS: readonly Goal[] = [
  { scenario: 'hot', title: 'hot event, 64 clients', ...reference, ...bookings, floor: 15, goal: 20 },
  { scenario: 'hot', title: '… its p99', ...reference, figure: p99('bookings'), unit: 'ms', floor: 8, goal: 10 },
  { scenario: 'hot', title: '… compared with a raw mysql2 program', ours: 'ours', against: 'raw', ...bookings, floor: 0.65, goal: 0.8 },
  { scenario: 'hot', title: '… two processes compared with one', ours: 'ours-two', against: 'ours', ...bookings, floor: 0.8, goal: 1 },
  { scenario: 'hot', title: '… on PostgreSQL', ...postgres, ...bookings, floor: 12, goal: 20 },
  { scenario: 'hot', title: '… on PostgreSQL, compared with MariaDB', ours: 'ours-postgres', against: 'ours', ...bookings, floor: 0.8, goal: 1 },
  { scenario: 'hot', title: '… on MariaDB with a binary log', ...binlog, ...bookings, floor: 12, goal: 20 },
  { scenario: 'hot', title: '… on SQLite', ...sqlite, ...bookings, floor: 20, goal: 35 },
  { scenario: 'spread', title: '100 events, 64 clients', ...reference, ...bookings, floor: 12, goal: 16 },
  { scenario: 'spread', title: '… on PostgreSQL', ...postgres, ...bookings, floor: 12, goal: 16 },
  { scenario: 'spread', title: '… on MariaDB with a binary log', ...binlog, ...bookings, floor: 12, goal: 16 },
  { scenario: 'spread', title: '… on SQLite', ...sqlite, ...bookings, floor: 12, goal: 18 },
  { scenario: 'rush', title: 'rush, 1,000 tickets, 5,000 buyers', ...reference, ...bookings, floor: 11, goal: 16 },
  { scenario: 'rush', title: '… until sold out', ...reference, figure: soldOut, unit: 'ms', floor: 8, goal: 12 },
  { scenario: 'rush', title: '… on SQLite', ...sqlite, ...bookings, floor: 15, goal: 30 },
  { scenario: 'strangers', title: 'the same, tokens never seen before', ...reference, ...bookings, floor: 11, goal: 16 },
  { scenario: 'strangers', title: '… until sold out', ...reference, figure: soldOut, unit: 'ms', floor: 8, goal: 12 },
  { scenario: 'strangers', title: '… on SQLite', ...sqlite, ...bookings, floor: 15, goal: 30 },
  { scenario: 'storm', title: 'bookings while logins storm', ...reference, ...bookings, floor: 15, goal: 22 },
  { scenario: 'storm', title: '… their p99', ...reference, figure: p99('bookings'), unit: 'ms', floor: 10, goal: 15 },
  { scenario: 'storm', title: '… logins', ...reference, figure: perSecond('logins'), unit: '/s', floor: 2, goal: 2.5 },
  { scenario: 'one', title: 'one event, 64 clients', ...reference, ...reads, floor: 10, goal: 16 },
  { scenario: 'different', title: '100 different events, 64 clients', ...reference, ...reads, floor: 8, goal: 12 },
  { scenario: 'different', title: '… on PostgreSQL', ...postgres, ...reads, floor: 8, goal: 12 },
  { scenario: 'different', title: '… on SQLite', ...sqlite, ...reads, floor: 8, goal: 12 },
  { scenario: 'list20', title: 'list of 20 events', ...reference, ...reads, floor: 8, goal: 12 },
  { scenario: 'list1000', title: 'list of 1,000 events', ...reference, ...reads, floor: 10, goal: 17 },
  { scenario: 'whole', title: "one user's 10,000 bookings", ...reference, figure: p50('reads'), unit: 'ms', floor: 3, goal: 5 },
  { scenario: 'others', title: 'GET / while bookings run, p50', ours: 'ours', figure: p50('others'), unit: 'ms', floor: 2, goal: 1 },
  { scenario: 'others', title: '… on SQLite', ours: 'ours-sqlite', figure: p50('others'), unit: 'ms', floor: 12, goal: 6 },
  { scenario: 'camp', title: 'camp sale ×10, p99', ours: 'ours', figure: p99('bookings'), unit: 'ms', floor: 250, goal: 60 },
  { scenario: 'camp', title: '… on SQLite', ours: 'ours-sqlite', figure: p99('bookings'), unit: 'ms', floor: 250, goal: 60 },
];

export const PEAK_MB = { floor: 250, goal: 160 };
export const AUDIT_MB = { floor: 150, goal: 60 };
/** The cost of a page at the greatest size, divided by its cost at the smallest. */
export const PAGE_GROWTH = { floor: 2, goal: 1.25 };
