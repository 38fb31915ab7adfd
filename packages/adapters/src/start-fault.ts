/** What keeps the program from starting, in one line for the person who starts it: what is wrong and what to do. */
export class StartFault extends Error {
  override readonly name = 'StartFault';
}

/** A refusal of the system or of SQLite: a file, its rights, room on the disk, an address. */
const OF_THE_SYSTEM = /^(?:E[A-Z\d]{2,}|SQLITE_\w+)$/;

/** What is printed of an error that ends the program: a stack is for what only a change of the program cures. */
export function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof StartFault) return error.message;
  if ('code' in error && OF_THE_SYSTEM.test(String(error.code)))
    return `The system refuses what is needed here: ${error.message.split('\n')[0]}. Look at the rights and the room of what it names.`;
  return error.stack ?? error.message;
}
