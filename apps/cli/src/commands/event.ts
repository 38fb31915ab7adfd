import type { EventListRequest, EventView } from '@ticket/domain';
import { type Command, Option } from 'commander';
import { type ListOptions, listed, printList } from '../listing.ts';
import { Id, Instant, PriceCents, parsed, TicketCount } from '../options.ts';
import { printRow } from '../printing.ts';
import { type Configure, examples } from '../program.ts';
import { type UserReference, userOf } from '../user-reference.ts';

const operator = { actor: 'operator' } as const;

interface EventOptions {
  readonly name?: string;
  readonly description?: string;
  readonly location?: string;
  readonly date?: Date;
  readonly price?: number;
  readonly tickets?: number;
}

const ORDERS = { event_date: 'eventDate', name: 'name', ticket_price: 'ticketPrice' } as const;

interface Filters extends ListOptions {
  readonly from?: Date;
  readonly to?: Date;
  readonly q?: string;
  readonly available?: true;
  readonly modifiedSince?: Date;
  readonly sort?: keyof typeof ORDERS | `-${keyof typeof ORDERS}`;
}

/** ticketctl event list | show | create | change | delete */
export const event: Configure = (command, { withUseCases, terminal }) => {
  const part = (name: string, does: string) => command.command(name).description(does);

  listed(part('list', 'list events by date, or filtered and in another order'))
    .option('--from <time>', 'events at this time or later', parsed(Instant))
    .option('--to <time>', 'events before this time', parsed(Instant))
    .option('--q <words>', 'events with these words, or words that begin so, in name, location or description; not with --available')
    .option('--available', 'events with tickets to sell')
    .option('--modified-since <time>', 'events that were edited at this time or later; without other filters', parsed(Instant))
    .addOption(
      new Option('--sort <field>', 'the order; with - in front the last comes first; by name and ticket_price without filters').choices(
        Object.keys(ORDERS).flatMap((name) => [name, `-${name}`]),
      ),
    )
    .addHelpText('after', examples('ticketctl event list --available', 'ticketctl event list --csv > events.csv'))
    .action(async ({ from, to, q: search, available: isAvailable, modifiedSince, sort, ...options }: Filters) => {
      const field = sort?.replace(/^-/, '') as keyof typeof ORDERS | undefined;
      const request: EventListRequest = {
        ...(field && { order: ORDERS[field] }),
        ...(sort?.startsWith('-') && { reversed: true }),
        from,
        to,
        search,
        isAvailable,
        modifiedSince,
      };
      const listing = await listingOfEvents();
      await withUseCases(
        ({ listEvents }) => printList((asked: EventListRequest) => listEvents(operator, asked), request, listing, options, terminal),
        { looks: true },
      );
    });

  part('show', 'show one event')
    .argument('<id>', 'of the event', parsed(Id))
    .option('--json', 'as the API shows it')
    .addHelpText('after', examples('ticketctl event show 770e8400-e29b-41d4-a716-446655440000'))
    .action(async (id: string, options: ListOptions) => {
      const listing = await listingOfEvents();
      await withUseCases(async ({ readEvent }) => printRow(listing, await readEvent(operator, id), options, terminal), { looks: true });
    });

  withFields(part('create', 'make an event, and print its id'), { isNew: true })
    .requiredOption('--organizer <user>', 'the id or the e-mail of the admin who organises it')
    .addHelpText(
      'after',
      examples(
        "ticketctl event create --name 'Jazz' --location Palembang --date 2027-02-15T19:00:00+07:00 --price 50000 --tickets 100 --organizer ani@example.com",
      ),
    )
    .action(async ({ organizer, ...fields }: Required<EventOptions> & { readonly organizer: UserReference }) => {
      const id = await withUseCases(async (useCases) => {
        const { id: userId, role } = await userOf(useCases, organizer);
        const { value } = await useCases.createEvent({ actor: { userId, role } }, withCents(fields));
        return value.id;
      });
      await terminal.print(id);
    });

  withFields(part('change', 'change an event; what is left out stays').argument('<id>', 'of the event', parsed(Id)), { isNew: false })
    .addHelpText('after', examples('ticketctl event change 770e8400-e29b-41d4-a716-446655440000 --price 75000'))
    .action(async (id: string, fields: EventOptions, self: Command) => {
      if (Object.keys(fields).length === 0) self.error('error: nothing to change was given');
      await withUseCases(({ changeEvent }) => changeEvent(operator, id, withCents(fields)));
      await terminal.print(id);
    });

  part('delete', 'delete an event that has no pending or confirmed bookings; its ledger stays')
    .argument('<id>', 'of the event', parsed(Id))
    .addHelpText('after', examples('ticketctl event delete 770e8400-e29b-41d4-a716-446655440000'))
    .action(async (id: string) => {
      await withUseCases(({ deleteEvent }) => deleteEvent(operator, id));
      await terminal.print(id);
    });

  return command;
};

const withFields = (command: Command, { isNew }: { readonly isNew: boolean }): Command => {
  const fields = [
    new Option('--name <text>', 'the name'),
    new Option('--location <text>', 'where it is'),
    new Option('--date <time>', 'when it begins: ISO 8601 with a time zone').argParser(parsed(Instant)),
    new Option('--price <amount>', 'of a ticket, with at most two decimals').argParser(parsed(PriceCents)),
    new Option('--tickets <n>', 'the number of tickets').argParser(parsed(TicketCount)),
  ];
  for (const field of fields) command.addOption(field.makeOptionMandatory(isNew));
  return command.option('--description <text>', 'what it is about');
};

const withCents = <Fields extends EventOptions>({ date, price, tickets, ...texts }: Fields) => ({
  ...texts,
  eventDate: date as NonNullable<Fields['date']>,
  ticketPriceCents: price as NonNullable<Fields['price']>,
  totalTickets: tickets as NonNullable<Fields['tickets']>,
});

async function listingOfEvents() {
  const { eventViewText, priceOf } = await import('@ticket/http/wire');
  return {
    columns: {
      id: (event: EventView) => event.id,
      name: (event: EventView) => event.name,
      location: (event: EventView) => event.location,
      event_date: (event: EventView) => event.eventDate.toISOString(),
      ticket_price: (event: EventView) => priceOf(event.ticketPriceCents),
      total_tickets: (event: EventView) => String(event.totalTickets),
      available_tickets: (event: EventView) => String(event.availableTickets),
      description: (event: EventView) => event.description ?? '',
      organizer: (event: EventView) => event.organizer?.email ?? event.organizerId,
    },
    shown: ['id', 'name', 'event_date', 'available_tickets', 'location', 'ticket_price'],
    json: eventViewText,
  };
}
