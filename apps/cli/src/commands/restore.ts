import { createContainer, renewKeptSecret, restore as restoreBackup, TOKENS } from '@ticket/adapters';
import { Command } from 'commander';
import { AnsweredNo } from '../answered-no.ts';
import { FileName, parsed } from '../options.ts';
import { configured } from '../with-use-cases.ts';
import { lineOf } from './audit.ts';

/** tickets restore <file>: exits with 0 if the backup is now the database, and with 1 if it is not, or if the audit finds differences. */
export const restore = () =>
  new Command('restore')
    .description('put a backup in the place of the embedded database, which no server may have open; the old one is kept beside it')
    .argument('<file>', 'made by tickets backup', parsed(FileName))
    .action(async (file: string) => {
      const config = configured();
      const { keptIn } = config.jwt;
      let differences = 0;
      const restored = await restoreBackup(config.database, file, {
        look: async (database) => {
          const container = createContainer({ ...config, database });
          try {
            await container.get(TOKENS.database).connect({ makes: false });
            let events = 0;
            for await (const part of container.get(TOKENS.useCases).auditStock({ actor: 'operator' }, { eventId: undefined })) {
              events += part.events;
              differences += part.differences.length;
              for (const difference of part.differences) console.log(lineOf(difference));
            }
            console.log(`${events} events audited in ${file}, ${differences} differences`);
          } finally {
            await container.unbindAllAsync();
          }
        },
        beforeExchange: () => {
          if (keptIn !== undefined && renewKeptSecret(keptIn)) console.log('A new secret was made: everybody logs in again.');
        },
      });
      if ('restore' in restored) {
        console.error(`Nothing was restored: ${restored.why}. With every server stopped, run:`);
        console.log(restored.restore);
        console.error(SECRET_ADVICE);
        throw new AnsweredNo();
      }
      console.log(`The database is as it was in ${file}.${restored.kept === undefined ? '' : ` What was there before is kept in ${restored.kept}`}`);
      if (keptIn === undefined) console.log(SECRET_ADVICE);
      if (differences === 0) return;
      console.log('Its books do not agree. What each rule means and what to do: docs/runbook.md, StockDifference');
      throw new AnsweredNo();
    });

const SECRET_ADVICE =
  'Tokens that were ended after the backup was made are good again until JWT_SECRET is changed: give it a new value, and the old one to JWT_SECRET_PREVIOUS for a day.';
