import type { Difference } from '@ticket/domain';
import { AnsweredNo } from '../answered-no.ts';
import { Id, parsed } from '../options.ts';
import { type Configure, examples } from '../program.ts';

/** ticketctl audit [--event <id>] [--json]: exits with 0 if every ticket is accounted for, otherwise prints the differences and exits with 1. */
export const audit: Configure = (command, { withUseCases, terminal: { print, write } }) =>
  command
    .option('--event <id>', 'of this event alone', parsed(Id))
    .option('--json', 'one JSON object: database, differences, events')
    .addHelpText('after', examples('ticketctl audit', 'ticketctl audit --json'))
    .action(async ({ event, json = false }: { readonly event?: string; readonly json?: boolean }) => {
      let events = 0;
      let differences = 0;
      await withUseCases(
        async ({ auditStock }, where) => {
          const parts = auditStock({ actor: 'operator' }, { eventId: event });
          // The first part comes before anything is printed, because an unknown event is refused with it.
          let step = await parts.next();
          if (json) await write(`{"database":${JSON.stringify(where)},"differences":[`);
          for (; !step.done; step = await parts.next()) {
            events += step.value.events;
            for (const difference of step.value.differences) {
              const separator = differences++ === 0 ? '' : ',';
              await (json ? write(`${separator}${JSON.stringify(difference)}`) : print(lineOf(difference)));
            }
          }
          await print(json ? `],"events":${events}}` : `${events} events audited in ${where}, ${differences} differences`);
        },
        { looks: true },
      );
      if (differences === 0) return;
      if (!json) await print('Nothing was repaired. What each rule means and what to do: docs/runbook.md, StockDifference');
      throw new AnsweredNo();
    });

export const lineOf = ({ eventId, rule, expected, found, bookingId }: Difference): string =>
  `${eventId}  ${rule}  expected ${expected}  found ${found}${bookingId === undefined ? '' : `  such as booking ${bookingId}`}`;
