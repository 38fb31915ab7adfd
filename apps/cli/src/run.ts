import { PROGRAM_VERSION } from '@ticket/adapters/program-version';
import { Command, CommanderError } from 'commander';
import { type ExitCode, endOf } from './exit-code.ts';
import { type Configure, examples, type Program } from './program.ts';
import { ownTerminal } from './terminal.ts';
import { onConfiguredDatabase } from './with-use-cases.ts';

/** Each command with its line in the help. Its file is loaded only when the command is used, so that the help appears at once. */
const COMMANDS: Readonly<Record<string, { readonly does: string; readonly load: () => Promise<Configure> }>> = {
  rush: {
    does: 'hold a sale with many buyers at once, watch it, and audit it; the database is a temporary one',
    load: async () => (await import('./commands/rush.ts')).rush,
  },
  demo: { does: 'fill an empty database with events, users and bookings to look at', load: async () => (await import('./commands/demo.ts')).demo },
  serve: { does: 'run the HTTP API', load: async () => (await import('./commands/serve.ts')).serve },
  config: {
    does: 'show every setting that is in force, and where it is from; secrets are masked',
    load: async () => (await import('./commands/config.ts')).config,
  },
  doctor: {
    does: 'look at the configuration, the database and this machine, and say how to mend what is wrong',
    load: async () => (await import('./commands/doctor.ts')).doctor,
  },
  migrate: {
    does: 'bring the tables up to date, and repair the words of searches',
    load: async () => (await import('./commands/migrate.ts')).migrate,
  },
  audit: {
    does: 'check that stock, bookings and ledger agree; exit 1 with the differences when they do not',
    load: async () => (await import('./commands/audit.ts')).audit,
  },
  backup: {
    does: 'copy the embedded database into a new file while it is in use; of a server, print the command that does',
    load: async () => (await import('./commands/backup.ts')).backup,
  },
  restore: {
    does: 'put a backup in the place of the embedded database, which no server may have open; the old one is kept beside it',
    load: async () => (await import('./commands/restore.ts')).restore,
  },
  event: { does: 'list, show, create, change or delete events', load: async () => (await import('./commands/event.ts')).event },
  booking: {
    does: 'list, show, create, confirm, cancel or delete bookings',
    load: async () => (await import('./commands/booking.ts')).booking,
  },
  user: { does: 'list, show, create, change, promote, demote, log out or delete users', load: async () => (await import('./commands/user.ts')).user },
};

/** Runs one command and returns its exit code: see `ExitCode`. */
export async function run(argv: readonly string[], given: Partial<Program> = {}): Promise<ExitCode> {
  const terminal = given.terminal ?? ownTerminal();
  const program: Program = { terminal, withUseCases: given.withUseCases ?? onConfiguredDatabase(terminal) };
  let help = '';
  const root = new Command('ticketctl')
    .description('Sells and checks tickets on the database that the environment (and .env) names.')
    .version(PROGRAM_VERSION, '-v, --version', 'print the version')
    .option('--verbose', 'show all that is known about an error')
    .configureOutput({
      writeOut: (text) => {
        help += text;
      },
      writeErr: (text) => terminal.tell(text.replace(/\n$/, '')),
    })
    .addHelpText('after', examples('ticketctl audit', 'ticketctl user --help'));
  for (const [name, { does, load }] of Object.entries(COMMANDS)) {
    const command = root.command(name).description(does);
    if (argv.includes(name)) (await load())(command, program);
  }
  prepare(root);
  try {
    await parse(root, argv);
    await terminal.write(help);
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return 2;
    return endOf(error, terminal, { isVerbose: root.opts<{ verbose?: boolean }>().verbose === true });
  }
}

/** Commander also throws when it has printed the help or the version. */
async function parse(root: Command, argv: readonly string[]): Promise<void> {
  try {
    await root.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError) || error.exitCode !== 0) throw error;
  }
}

/**
 * Sets what commands do not inherit from the program, because they come from other files. After an error each command shows how to get its
 * help.
 */
function prepare(command: Command, path = command.name()): void {
  command.exitOverride().showHelpAfterError(`See: ${path} --help`);
  for (const part of command.commands) prepare(part.copyInheritedSettings(command), `${path} ${part.name()}`);
}
