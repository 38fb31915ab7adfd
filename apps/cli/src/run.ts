import { PROGRAM_VERSION, wordsOf } from '@ticket/adapters';
import { Refusal, Unavailable } from '@ticket/domain';
import { Command, CommanderError } from 'commander';
import { AnsweredNo } from './answered-no.ts';
import { audit } from './commands/audit.ts';
import { backup } from './commands/backup.ts';
import { createUser } from './commands/create-user.ts';
import { restore } from './commands/restore.ts';
import { describeRefusal } from './refusals.ts';
import { onConfiguredDatabase, type WithUseCases } from './with-use-cases.ts';

/** Runs one command and returns the exit code: 0 for success, 1 if it was refused or not possible, 2 for wrong usage. */
export async function run(argv: readonly string[], withUseCases: WithUseCases = onConfiguredDatabase): Promise<number> {
  const program = new Command('tickets')
    .description('The ticket platform’s command line. It works on the database that the environment (and .env) names.')
    .version(PROGRAM_VERSION, '-v, --version', 'print the version');
  // Imported only here, because the other commands start faster without a web server.
  program.addCommand(new Command('serve').description('run the HTTP API').action(async () => (await import('@ticket/http')).serve()));
  program.addCommand(
    new Command('migrate').description('bring the tables up to date, and nothing else').action(() =>
      withUseCases(
        async () => {
          console.log('The tables are up to date.');
        },
        { repairs: true },
      ),
    ),
  );
  program.addCommand(audit(withUseCases));
  program.addCommand(backup());
  program.addCommand(restore());
  program.addCommand(new Command('user').description('work on users').addCommand(createUser(withUseCases)));
  prepare(program);
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof AnsweredNo) return 1;
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    console.error(messageFor(error));
    return 1;
  }
}

/**
 * Sets the options of every command, because commands from other files do not inherit them. After an error each command shows how to get
 * its help.
 */
function prepare(command: Command, path = command.name()): void {
  command.exitOverride().showHelpAfterError(`See: ${path} --help`);
  for (const part of command.commands) prepare(part, `${path} ${part.name()}`);
}

function messageFor(error: unknown): string {
  if (error instanceof Refusal) return `${describeRefusal(error)}\nNothing was changed.`;
  if (error instanceof Unavailable && error.outcome === 'unknown')
    return `The database did not answer: ${error.message}. It may have been done. Look whether it was before you do it again.`;
  if (error instanceof Unavailable)
    return `Not possible now: ${error.message}. Nothing was changed. ${error.message.startsWith('connect ') ? 'Is the database running, and are DB_HOST and DB_PORT (or DB_SOCKET, or the address) right? ' : ''}Try again in ${error.retryAfterSeconds} s.`;
  return wordsOf(error);
}
