import { backUp } from '@ticket/adapters';
import { Command } from 'commander';
import { AnsweredNo } from '../answered-no.ts';
import { FileName, parsed } from '../options.ts';
import { configured } from '../with-use-cases.ts';

/**
 * tickets backup <file>: exits with 0 if the backup is complete and checked. If the database has its own tools, prints the command to run
 * and exits with 1.
 */
export const backup = () =>
  new Command('backup')
    .description('copy the embedded database into a new file while it is in use; of a server, print the command that does')
    .argument('<file>', 'which is not there yet', parsed(FileName))
    .action(async (file: string) => {
      const { database } = configured();
      const done = await backUp(database, file);
      if (done === 'done') {
        console.log(
          `The database in ${database.engine === 'sqlite' ? database.folder : database.database} was copied to ${file}, and the copy was checked.`,
        );
        return;
      }
      // Nothing was backed up, so the exit code must stop a script.
      console.error(`Nothing was backed up: ${done.why}. Run:`);
      console.log(done.backUp);
      if (done.onMariaDb !== undefined) console.error(`On MariaDB: ${done.onMariaDb}`);
      console.error(`To restore it, with every server stopped: ${done.restore}`);
      throw new AnsweredNo();
    });
