import { AnsweredNo } from '../answered-no.ts';
import { FileName, parsed } from '../options.ts';
import { type Configure, examples } from '../program.ts';
import { configured } from '../with-use-cases.ts';
import { lineOf } from './audit.ts';

/** ticketctl restore <file>: exits with 0 if the backup is now the database, and with 1 if it is not, or if the audit finds differences. */
export const restore: Configure = (command, { terminal }) =>
  command
    .argument('<file>', 'made by ticketctl backup', parsed(FileName))
    .addHelpText('after', examples('ticketctl restore tickets-monday.db'))
    .action(async (file: string) => {
      const { createContainer, renewKeptSecret, restore: restoreBackup, TOKENS } = await import('@ticket/adapters');
      const config = await configured(terminal);
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
              for (const difference of part.differences) await terminal.print(lineOf(difference));
            }
            await terminal.print(`${events} events audited in ${file}, ${differences} differences`);
          } finally {
            await container.unbindAllAsync();
          }
        },
        beforeExchange: () => {
          if (keptIn !== undefined && renewKeptSecret(keptIn)) terminal.tell('A new secret was made: everybody logs in again.');
        },
      });
      if ('restore' in restored) {
        terminal.tell(`Nothing was restored: ${restored.why}. With every server stopped, run:`);
        await terminal.print(restored.restore);
        terminal.tell(SECRET_ADVICE);
        throw new AnsweredNo();
      }
      await terminal.print(
        `The database is as it was in ${file}.${restored.kept === undefined ? '' : ` What was there before is kept in ${restored.kept}`}`,
      );
      if (keptIn === undefined) await terminal.print(SECRET_ADVICE);
      if (differences === 0) return;
      await terminal.print('Its books do not agree. What each rule means and what to do: docs/runbook.md, StockDifference');
      throw new AnsweredNo();
    });

const SECRET_ADVICE =
  'Tokens that were ended after the backup was made are good again until JWT_SECRET is changed: give it a new value, and the old one to JWT_SECRET_PREVIOUS for a day.';
