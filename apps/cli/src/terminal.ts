/** Where commands write. Tests pass one that keeps the text. */
export interface Terminal {
  /** Writes to standard output, and waits until it is written. Throws `OutputFailed` if it cannot be written. */
  readonly write: (text: string) => Promise<void>;
  /** Writes a line, as `write` does. */
  readonly print: (line: string) => Promise<void>;
  /** Writes a line for a person to standard error: progress, warnings, errors. */
  readonly tell: (line: string) => void;
  /** The width of the terminal; undefined if standard output goes to a file or another program. */
  readonly columns: number | undefined;
}

/** Standard output cannot be written: the disk is full, or the program that reads it has ended. */
export class OutputFailed extends Error {
  override readonly name = 'OutputFailed';
  /** The program that reads the output has ended, such as `head` when it has its lines. */
  readonly isClosed: boolean;

  constructor(cause: Error) {
    super(`The output cannot be written: ${cause.message}. Look at the rights and the room of the file that it goes to.`, { cause });
    this.isClosed = 'code' in cause && cause.code === 'EPIPE';
  }
}

/**
 * Node throws an error event that nobody handles. `write` has the error from its own callback. If standard error fails, nobody can be told.
 */
const heard = (): void => {};

/** The terminal of this process. */
export function ownTerminal(): Terminal {
  for (const stream of [process.stdout, process.stderr]) stream.off('error', heard).on('error', heard);
  const write = (text: string) =>
    new Promise<void>((resolve, reject) => {
      process.stdout.write(text, (error) => (error ? reject(new OutputFailed(error)) : resolve()));
    });
  return {
    write,
    print: (line) => write(`${line}\n`),
    tell: (line) => void process.stderr.write(`${line}\n`),
    // A terminal that does not know its width says 0.
    columns: process.stdout.isTTY ? process.stdout.columns || 80 : undefined,
  };
}
