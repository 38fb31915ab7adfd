import type { Difference } from '@ticket/domain';
import { Command } from 'commander';
import { AnsweredNo } from '../answered-no.ts';
import { Id, parsed } from '../options.ts';
import type { WithUseCases } from '../with-use-cases.ts';

/** tickets audit [--event <id>] [--json]: exits with 0 if every ticket is accounted for, otherwise prints the differences and exits with 1. */
export const audit = (withUseCases: WithUseCases) =>
  new Command('audit')
    .description('prove that stock, bookings and ledger agree; exit 1 with the differences when they do not')
    .option('--event <id>', 'of this event alone', parsed(Id))
    .option('--json', 'one JSON object: database, differences, events')
    .action(async ({ event, json = false }: { readonly event?: string; readonly json?: boolean }) => {
      let events = 0;
      let differences = 0;
      await withUseCases(
        async ({ auditStock }, where) => {
          if (json) process.stdout.write(`{"database":${JSON.stringify(where)},"differences":[`);
          for await (const part of auditStock({ actor: 'operator' }, { eventId: event })) {
            events += part.events;
            for (const difference of part.differences) {
              const separator = differences++ === 0 ? '' : ',';
              if (json) process.stdout.write(`${separator}${JSON.stringify(difference)}`);
              else console.log(lineOf(difference));
            }
          }
          if (json) process.stdout.write(`],"events":${events}}\n`);
          else console.log(`${events} events audited in ${where}, ${differences} differences`);
        },
        { looks: true },
      );
      if (differences === 0) return;
      if (!json) console.log('Nothing was repaired. What each rule means and what to do: docs/runbook.md, StockDifference');
      throw new AnsweredNo();
    });

export const lineOf = ({ eventId, rule, expected, found, bookingId }: Difference): string =>
  `${eventId}  ${rule}  expected ${expected}  found ${found}${bookingId === undefined ? '' : `  such as booking ${bookingId}`}`;
