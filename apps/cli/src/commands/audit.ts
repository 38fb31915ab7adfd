import { Command } from 'commander';
import { AnsweredNo } from '../answered-no.ts';
import { Id, parsed } from '../options.ts';
import type { WithUseCases } from '../with-use-cases.ts';

/** tickets audit [--event <id>] [--json]: exit 0 when every ticket is accounted for, 1 with what is not. */
export const audit = (withUseCases: WithUseCases) =>
  new Command('audit')
    .description('prove that stock, bookings and ledger agree; exit 1 with the differences when they do not')
    .option('--event <id>', 'of this event alone', parsed(Id))
    .option('--json', 'one JSON object: events, differences')
    .action(async ({ event, json = false }: { readonly event?: string; readonly json?: boolean }) => {
      let events = 0;
      let differences = 0;
      await withUseCases(async ({ auditStock }) => {
        if (json) process.stdout.write('{"differences":[');
        for await (const part of auditStock({ actor: 'operator' }, { eventId: event })) {
          events += part.events;
          for (const difference of part.differences) {
            const { eventId, rule, expected, found } = difference;
            const separator = differences++ === 0 ? '' : ',';
            if (json) process.stdout.write(`${separator}${JSON.stringify(difference)}`);
            else console.log(`${eventId}  ${rule}  expected ${expected}  found ${found}`);
          }
        }
        if (json) process.stdout.write(`],"events":${events}}\n`);
        else console.log(`${events} events audited, ${differences} differences`);
      });
      if (differences > 0) throw new AnsweredNo();
    });
