import type { LawDefinition } from '../law.ts';
import { ADMINS } from './admins.ts';
import { AUDIT } from './audit.ts';
import { BOOKINGS } from './bookings.ts';
import { DECISIONS } from './decisions.ts';
import { FAULT_LAWS } from './faults.ts';
import { GENERATED } from './generated.ts';
import { KEYS } from './keys.ts';
import { LEDGER } from './ledger.ts';
import { LIES } from './lies.ts';
import { LIMITS } from './limits.ts';
import { LIST_FILTERS } from './list-filters.ts';
import { OWNERS } from './owners.ts';
import { RACES } from './races.ts';
import { READS } from './reads.ts';
import { RIGHTS } from './rights.ts';
import { ROWS } from './rows.ts';
import { SECOND_SERVER } from './second-server.ts';
import { USERS } from './users.ts';
import { VERSIONS } from './versions.ts';

/** Every law, in the order in which they are tried. Simple laws come first, so that a new adapter fails first where it is easy to correct. */
export const LAWS: readonly LawDefinition[] = [
  ROWS,
  LEDGER,
  BOOKINGS,
  DECISIONS,
  LIES,
  RACES,
  KEYS,
  READS,
  LIST_FILTERS,
  AUDIT,
  LIMITS,
  USERS,
  RIGHTS,
  OWNERS,
  ADMINS,
  SECOND_SERVER,
  FAULT_LAWS,
  VERSIONS,
  GENERATED,
].flat();
