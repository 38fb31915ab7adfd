import { wordsOf } from '@ticket/adapters';
import { Refusal, Unavailable } from '@ticket/domain';
import { serve } from '@ticket/http';
import { Command, CommanderError } from 'commander';
import { AnsweredNo } from './answered-no.ts';
import { audit } from './commands/audit.ts';
import { backup } from './commands/backup.ts';
import { createUser } from './commands/create-user.ts';
import { restore } from './commands/restore.ts';
import { describeRefusal } from './refusals.ts';
import { onConfiguredDatabase, type WithUseCases } from './with-use-cases.ts';

/** Runs one command line and gives the exit code: 0 done, 1 refused or not possible, 2 used wrongly. */
export async function run(argv: readonly string[], withUseCases: WithUseCases = onConfiguredDatabase): Promise<number> {
  const program = new Command('tickets')
    .description('The ticket platform’s command line. It works on the database that the environment (and .env) names.')
    .exitOverride()
    .showHelpAfterError('(add --help for what a command takes)');
  program.addCommand(new Command('serve').description('run the HTTP API').action(() => serve()));
  program.addCommand(
    new Command('migrate').description('bring the tables up to date, and nothing else').action(() =>
      withUseCases(async () => {
        console.log('The tables are up to date.');
      }),
    ),
  );
  program.addCommand(audit(withUseCases));
  program.addCommand(backup());
  program.addCommand(restore());
  program.addCommand(new Command('user').description('work on users').addCommand(createUser(withUseCases)));
  // A command made here does not inherit it.
  for (const command of [program, ...program.commands, ...program.commands.flatMap(({ commands }) => commands)]) command.exitOverride();
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

function messageFor(error: unknown): string {
  if (error instanceof Refusal) return describeRefusal(error);
  if (error instanceof Unavailable)
    return `Not possible now: ${error.message}. ${error.message.startsWith('connect ') ? 'Is the database running, and are DB_HOST and DB_PORT (or DB_SOCKET, or the address) right? ' : ''}Try again in ${error.retryAfterSeconds} s.`;
  return wordsOf(error);
}
