import type { Unavailable } from '@ticket/domain';
import { AnsweredNo } from './answered-no.ts';
import { OutputFailed, type Terminal } from './terminal.ts';
import { Unfinished } from './unfinished.ts';
import { Interrupted } from './until-signal.ts';

/**
 * 0: done. 1: refused, or the answer is no, such as an audit with differences. 2: used wrongly. 3: the database, the configuration or this
 * program failed. 129, 130, 141 and 143: ended by a closed terminal, by Ctrl-C, because nobody reads the output any more, or
 * by SIGTERM. A shell gives these numbers to a program that the signal ends.
 */
export type ExitCode = 0 | 1 | 2 | 3 | 129 | 130 | 141 | 143;

/** Tells a person why a command failed, and returns its exit code. */
export async function endOf(error: unknown, { tell }: Terminal, { isVerbose }: { readonly isVerbose: boolean }): Promise<ExitCode> {
  if (error instanceof AnsweredNo) return 1;
  const [cause, state] = error instanceof Unfinished ? [error.cause, error.state] : [error, 'Nothing was changed.'];
  if (cause instanceof OutputFailed && cause.isClosed) return 141;
  if (error instanceof Interrupted) {
    tell(error.message);
    return { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 }[error.signal] as ExitCode;
  }
  // Loaded only now, because a command that fails has loaded them before, and the help needs neither.
  const [{ Refusal, Unavailable }, { describeRefusal }, { wordsOf }] = await Promise.all([
    import('@ticket/domain'),
    import('./refusals.ts'),
    import('@ticket/adapters'),
  ]);
  if (cause instanceof Refusal) tell(`${describeRefusal(cause)}\n${state}`);
  else if (cause instanceof Unavailable) tell(adviceOn(cause, state));
  else if (cause instanceof OutputFailed) tell(cause.message);
  else tell(error === cause ? wordsOf(cause) : `${wordsOf(cause)}\n${state}`);
  if (isVerbose) tell(everythingOf(error));
  return cause instanceof Refusal ? 1 : 3;
}

/** What a person does while the database does not answer. `state` tells what the command has changed. */
export function adviceOn({ outcome, message, retryAfterSeconds }: Unavailable, state = 'Nothing was changed.'): string {
  if (outcome === 'unknown') return `The database did not answer: ${message}. It may have been done. Look whether it was before you do it again.`;
  const advice = message.startsWith('connect ') ? 'Is the database running, and are DB_HOST and DB_PORT (or DB_SOCKET, or the address) right? ' : '';
  return `Not possible now: ${message}. ${state} ${advice}Try again in ${retryAfterSeconds} s.`;
}

/** The error and its causes, each with its stack. */
function everythingOf(error: unknown): string {
  const lines: string[] = [];
  for (let one = error, depth = 0; one instanceof Error && depth < 10; one = one.cause, depth += 1)
    lines.push(`${depth === 0 ? '' : 'Caused by: '}${one.stack ?? one.message}`);
  return lines.join('\n');
}
