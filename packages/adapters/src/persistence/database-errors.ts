import { Unavailable } from '@ticket/domain';

/**
 * What an error of the database means for the statement that failed. Each dialect has the list of its engine. The list of Node and the
 * network is here.
 *
 * An error that is on no list is `unforeseen`, which is safe: before COMMIT nothing is stored, and at COMMIT the outcome is unknown (see
 * `isKnownRollback` of a dialect). Only faults of our own code are bugs.
 */
export type ErrorClass =
  /** The transaction is rolled back, or can be: run all of it again. */
  | 'rolled_back'
  /** Nothing was started: wait, then run. */
  | 'not_started'
  /** This server accepts no writes now, or is about to stop. Another server may have the same name by now: close the connection, then run. */
  | 'wrong_server'
  /** The connection is gone, and all that was not committed is rolled back. */
  | 'connection_lost'
  /** No room to write, or a read-only file; nothing was stored. */
  | 'unwritable'
  /** The file is no longer where it was opened. Nothing was started, and only a person can help. */
  | 'moved'
  /** The disk failed. At COMMIT the log may still contain the transaction, and a restart may find it. */
  | 'disk_failed'
  /** Our database user has no right to do this, or can no longer connect. Nothing was stored. */
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
  ETIMEDOUT: 'not_started', // while connecting; our own time limit of a try is PROTOCOL_SEQUENCE_TIMEOUT
  PROTOCOL_SEQUENCE_TIMEOUT: 'connection_lost',
  ECONNRESET: 'connection_lost',
  EPIPE: 'connection_lost',
};

/** The meaning of an engine's own errors; undefined for other errors. */
export interface Lists {
  /** The class of an error with a number above zero. */
  readonly ofNumber?: (errno: number) => ErrorClass;
  readonly ofCode: (code: string) => ErrorClass | undefined;
  /** The class of an error with neither a number nor a code. */
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
      // Node's codes for wrong arguments are our fault. Its codes for streams, sockets and TLS are faults of the network.
      return /^(?:ERR_(?!STREAM|SOCKET|TLS|SSL)|[^A-Z])/.test(code) ? 'bug' : 'unforeseen';
    }
    return ofWords?.(message) ?? (isOfDriver ? 'unforeseen' : 'bug');
  };

/** The database failed in an unexpected way, and nothing is stored. One request of a batch may be the cause. */
export class UnforeseenFailure extends Unavailable {
  constructor(error: unknown) {
    const { errno, code } = driverErrorOf(error);
    super(`the database failed with error ${errno ?? code ?? 'without a number'}`, { cause: error });
  }
}

/** The engine's message. It names the constraint that a duplicate or a reference broke. */
export const messageOf = (error: unknown): string => driverErrorOf(error).message;

/** The error's number, if the engine gives one. */
export const errnoOf = (error: unknown): unknown => driverErrorOf(error).errno;

/** The error's code from the engine or from Node. */
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
