/** A reason why the program cannot start, in one line for the operator: what is wrong and what to do. */
export class StartFault extends Error {
  override readonly name = 'StartFault';
}

/** Error codes of the operating system or of SQLite: a missing file, rights, a full disk, an address in use. */
const OF_THE_SYSTEM = /^(?:E[A-Z\d]{2,}|SQLITE_\w+)$/;

/** The text that is printed for an error that ends the program. It has a stack only if the error is a bug. */
export function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof StartFault) return error.message;
  if ('code' in error && OF_THE_SYSTEM.test(String(error.code)))
    return `The system refuses what is needed here: ${error.message.split('\n')[0]}. Check the permissions, and whether the disk is full.`;
  return error.stack ?? error.message;
}
