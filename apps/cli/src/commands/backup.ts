import { backUp } from '@ticket/adapters';
import { Command } from 'commander';
import { AnsweredNo } from '../answered-no.ts';
import { FileName, parsed } from '../options.ts';
import { configured } from '../with-use-cases.ts';

/** tickets backup <file>: exit 0 when the backup is there, whole and checked; 1 with the command to run where the database has tools of its own. */
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
      // Nothing was backed up, so a script that goes on after this command must stop.
      console.error(`Nothing was backed up: ${done.why}. Run:`);
      console.log(done.backUp);
      if (done.onMariaDb !== undefined) console.error(`On MariaDB: ${done.onMariaDb}`);
      console.error(`To restore it, with every server stopped: ${done.restore}`);
      throw new AnsweredNo();
    });
