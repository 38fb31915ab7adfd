import { AnsweredNo } from '../answered-no.ts';
import { FileName, parsed } from '../options.ts';
import { type Configure, examples } from '../program.ts';
import { configured } from '../with-use-cases.ts';

/**
 * ticketctl backup <file>: exits with 0 if the backup is complete and checked. If the database has its own tools, prints the command to run
 * and exits with 1.
 */
export const backup: Configure = (command, { terminal }) =>
  command
    .argument('<file>', 'which is not there yet', parsed(FileName))
    .addHelpText('after', examples('ticketctl backup tickets-monday.db'))
    .action(async (file: string) => {
      const { backUp } = await import('@ticket/adapters');
      const { database } = await configured(terminal);
      const done = await backUp(database, file);
      if (done === 'done') {
        await terminal.print(
          `The database in ${database.engine === 'sqlite' ? database.folder : database.database} was copied to ${file}, and the copy was checked.`,
        );
        return;
      }
      // Nothing was backed up, so the exit code must stop a script.
      terminal.tell(`Nothing was backed up: ${done.why}. Run:`);
      await terminal.print(done.backUp);
      if (done.onMariaDb !== undefined) terminal.tell(`On MariaDB: ${done.onMariaDb}`);
      terminal.tell(`To restore it, with every server stopped: ${done.restore}`);
      throw new AnsweredNo();
    });
