import { BOOKING_STATUSES, type BookingListRequest, type BookingStatus, type BookingView } from '@ticket/domain';
import { Option } from 'commander';
import { type ListOptions, listed, printList } from '../listing.ts';
import { Id, Instant, parsed, TicketCount } from '../options.ts';
import { printRow } from '../printing.ts';
import { type Configure, examples } from '../program.ts';
import { type UserReference, userOf } from '../user-reference.ts';

const operator = { actor: 'operator' } as const;
const EXAMPLE_ID = '880e8400-e29b-41d4-a716-446655440000';

interface Filters extends ListOptions {
  readonly event?: string;
  readonly user?: UserReference;
  readonly status?: BookingStatus;
  readonly from?: Date;
  readonly to?: Date;
}

/** ticketctl booking list | show | create | confirm | cancel | delete */
export const booking: Configure = (command, { withUseCases, terminal }) => {
  const part = (name: string, does: string) => command.command(name).description(does);
  const withId = (name: string, does: string) =>
    part(name, does)
      .argument('<id>', 'of the booking', parsed(Id))
      .addHelpText('after', examples(`ticketctl booking ${name} ${EXAMPLE_ID}`));

  listed(part('list', 'list bookings, the latest first'))
    .option('--event <id>', 'of this event', parsed(Id))
    .option('--user <user>', 'of the user with this id or e-mail')
    .addOption(new Option('--status <status>', 'with this status').choices(BOOKING_STATUSES))
    .option('--from <time>', 'made at this time or later', parsed(Instant))
    .option('--to <time>', 'made before this time', parsed(Instant))
    .addHelpText('after', examples('ticketctl booking list --status cancelled', 'ticketctl booking list --csv > bookings.csv'))
    .action(async ({ event: eventId, user, status, from, to, ...options }: Filters) => {
      const listing = await listingOfBookings();
      await withUseCases(
        async (useCases) => {
          const userId = user === undefined ? undefined : (await userOf(useCases, user)).id;
          const request: BookingListRequest = { eventId, userId, status, from, to };
          await printList((asked: BookingListRequest) => useCases.listBookings(operator, asked), request, listing, options, terminal);
        },
        { looks: true },
      );
    });

  withId('show', 'show one booking')
    .option('--json', 'as the API shows it')
    .action(async (id: string, options: ListOptions) => {
      const listing = await listingOfBookings();
      await withUseCases(async ({ readBooking }) => printRow(listing, await readBooking(operator, id), options, terminal), { looks: true });
    });

  part('create', 'book tickets for a user, and print the id of the booking')
    .requiredOption('--event <id>', 'the event', parsed(Id))
    .requiredOption('--user <user>', 'the id or the e-mail of the user who gets them')
    .option('--quantity <n>', 'the number of tickets', parsed(TicketCount), 1)
    .addHelpText('after', examples('ticketctl booking create --event 770e8400-e29b-41d4-a716-446655440000 --user budi@example.com --quantity 2'))
    .action(async ({ event: eventId, user, quantity }: { readonly event: string; readonly user: UserReference; readonly quantity: number }) => {
      const id = await withUseCases(async (useCases) => {
        const { id: userId, role } = await userOf(useCases, user);
        return (await useCases.bookTickets({ actor: { userId, role } }, { eventId, quantity })).value.id;
      });
      await terminal.print(id);
    });

  const changes = { confirm: 'confirmed', cancel: 'cancelled' } as const;
  for (const [name, status] of Object.entries(changes)) {
    withId(name, status === 'cancelled' ? 'cancel a booking; its tickets can be sold again' : 'confirm a booking').action(async (id: string) => {
      await withUseCases(({ changeBookingStatus }) => changeBookingStatus(operator, id, { status }));
      await terminal.print(id);
    });
  }

  withId('delete', 'delete a booking; its tickets can be sold again').action(async (id: string) => {
    await withUseCases(({ deleteBooking }) => deleteBooking(operator, id));
    await terminal.print(id);
  });

  return command;
};

async function listingOfBookings() {
  const { bookingViewText, priceOf } = await import('@ticket/http/wire');
  return {
    columns: {
      id: (one: BookingView) => one.id,
      event_id: (one: BookingView) => one.eventId,
      event_name: (one: BookingView) => one.event.name,
      user_id: (one: BookingView) => one.userId,
      user_name: (one: BookingView) => one.user?.name ?? '',
      user_email: (one: BookingView) => one.user?.email ?? '',
      quantity: (one: BookingView) => String(one.quantity),
      total_price: (one: BookingView) => priceOf(one.totalPriceCents),
      status: (one: BookingView) => one.status,
      booking_date: (one: BookingView) => one.bookingDate.toISOString(),
    },
    shown: ['id', 'event_name', 'user_email', 'quantity', 'status', 'booking_date'],
    json: bookingViewText,
  };
}
