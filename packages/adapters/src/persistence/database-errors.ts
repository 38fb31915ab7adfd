import { Unavailable } from '@ticket/domain';

/**
 * What a failure of the database means for the statement it stopped. Each dialect has the lists of its engine; those of Node and of the
 * network are here.
 *
 * The default is the safe side. A failure that no list names is `unforeseen`: before COMMIT nothing is stored, at COMMIT
 * nobody knows (see `isKnownRollback` of a dialect). Only our own faults are bugs.
 */
export type ErrorClass =
  /** The transaction is rolled back, or can be: run all of it again. */
  | 'rolled_back'
  /** Nothing was begun: wait, then run. */
  | 'not_started'
  /** This server takes no writes now, or soon nothing. Another one behind the same name may: give the connection up, then run. */
  | 'wrong_server'
  /** The connection is gone, and with it whatever was not committed. */
  | 'connection_lost'
  /** No room to write, or a read-only file; nothing was stored. */
  | 'unwritable'
  /** The file is not where it was opened; nothing was begun, and only a person can help. */
  | 'moved'
  /** The disk failed. At COMMIT the log may hold the transaction all the same, and a restart find it. */
  | 'disk_failed'
  /** The server's user may not do it, or may no longer connect; nothing was stored. */
  | 'denied'
  | 'duplicate'
  | 'referenced'
  /** Our statement, our values or our tables are wrong. */
  | 'bug'
  /** The database failed in an unexpected way. */
  | 'unforeseen';

/** Node's error codes of connections. */
const BY_CODE: Readonly<Record<string, ErrorClass>> = {
  ECONNREFUSED: 'not_started',
  ENOTFOUND: 'not_started',
  EAI_AGAIN: 'not_started',
  EHOSTUNREACH: 'not_started',
  ENETUNREACH: 'not_started',
  ETIMEDOUT: 'not_started', // of connecting; our own limit of a try is PROTOCOL_SEQUENCE_TIMEOUT
  PROTOCOL_SEQUENCE_TIMEOUT: 'connection_lost',
  ECONNRESET: 'connection_lost',
  EPIPE: 'connection_lost',
};

/** What an engine's own failures mean; undefined for those that are not its own. */
export interface Lists {
  /** Of a number above zero. */
  readonly ofNumber?: (errno: number) => ErrorClass;
  readonly ofCode: (code: string) => ErrorClass | undefined;
  /** Of what has neither a number nor a code. */
  readonly ofWords?: (message: string) => ErrorClass | undefined;
}

export const classifierBy =
  ({ ofNumber, ofCode, ofWords }: Lists) =>
  (error: unknown): ErrorClass => {
    const { errno, code, message, isOfDriver } = driverErrorOf(error);
    if (ofNumber !== undefined && typeof errno === 'number' && errno > 0) return ofNumber(errno);
    if (typeof code === 'string') {
      const kind = ofCode(code) ?? BY_CODE[code];
      if (kind !== undefined) return kind;
      // Node's own word for a wrong argument is our fault; what it says of streams, sockets and TLS is the network's.
      return /^(?:ERR_(?!STREAM|SOCKET|TLS|SSL)|[^A-Z])/.test(code) ? 'bug' : 'unforeseen';
    }
    return ofWords?.(message) ?? (isOfDriver ? 'unforeseen' : 'bug');
  };

/** The database failed in an unexpected way. Nothing is stored. One request of a batch may be the cause. */
export class UnforeseenFailure extends Unavailable {
  constructor(error: unknown) {
    const { errno, code } = driverErrorOf(error);
    super(`the database failed with error ${errno ?? code ?? 'without a number'}`, { cause: error });
  }
}

/** Which constraint a duplicate or a reference broke, in the engine's own words. */
export const messageOf = (error: unknown): string => driverErrorOf(error).message;

/** The error's number, where the engine gives one. */
export const errnoOf = (error: unknown): unknown => driverErrorOf(error).errno;

/** The error's code, in the words of its engine or of Node. */
export const codeOf = (error: unknown): unknown => driverErrorOf(error).code;

interface DriverError {
  readonly errno?: unknown;
  readonly code?: unknown;
  readonly message: string;
  /** TypeORM wraps what its driver throws. */
  readonly isOfDriver: boolean;
}

function driverErrorOf(error: unknown): DriverError {
  if (!(error instanceof Error)) return { message: String(error), isOfDriver: false };
  const isOfDriver = 'driverError' in error && error.driverError instanceof Error;
  const { errno, code, message } = (isOfDriver ? error.driverError : error) as Error & { errno?: unknown; code?: unknown };
  return { errno, code, message, isOfDriver };
}
