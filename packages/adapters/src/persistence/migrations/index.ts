import { FirstTables1764000000000 } from './1764000000000-first-tables.ts';
import { IdempotencyKeys1764500000000 } from './1764500000000-idempotency-keys.ts';
import { FailedLogins1764600000000 } from './1764600000000-failed-logins.ts';
import { RateCounts1764700000000 } from './1764700000000-rate-counts.ts';
import { MigrationPrograms1764800000000 } from './1764800000000-migration-programs.ts';
import { Commits1764900000000 } from './1764900000000-commits.ts';
import { OneTreeATable1765000000000 } from './1765000000000-one-tree-a-table.ts';
import { BookingsByUser1765100000000 } from './1765100000000-bookings-by-user.ts';
import { KindsOfRequests1765200000000 } from './1765200000000-kinds-of-requests.ts';
import { RowVersions1765300000000 } from './1765300000000-row-versions.ts';
import { Lists1765400000000 } from './1765400000000-lists.ts';
import { ListsOfUsers1765500000000 } from './1765500000000-lists-of-users.ts';

/**
 * All migrations, in order. Each has one file, with a text for each engine (texts.ts). A released migration is never edited: a further
 * change is a further file. From MigrationPrograms on, each first records the oldest program that can use the new tables
 * (`recordOldestProgram`).
 */
export const migrations = [
  FirstTables1764000000000,
  IdempotencyKeys1764500000000,
  FailedLogins1764600000000,
  RateCounts1764700000000,
  MigrationPrograms1764800000000,
  Commits1764900000000,
  OneTreeATable1765000000000,
  BookingsByUser1765100000000,
  KindsOfRequests1765200000000,
  RowVersions1765300000000,
  Lists1765400000000,
  ListsOfUsers1765500000000,
];
