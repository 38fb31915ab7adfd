import { randomBytes } from 'node:crypto';
import { AnsweredNo } from '../answered-no.ts';
import { BUYERS, ORGANIZER, plansFrom, quantityOf } from '../demo-programme.ts';
import { type Configure, examples } from '../program.ts';

const operator = { actor: 'operator' } as const;

/** ticketctl demo: exits with 1 and changes nothing if the database has an event or a user. */
export const demo: Configure = (command, { withUseCases, terminal: { print } }) =>
  command.addHelpText('after', examples('ticketctl demo')).action(async () => {
    const password = randomBytes(12).toString('base64url');
    await withUseCases(async (useCases, where) => {
      if (await hasRows(useCases.listEvents, useCases.listUsers)) {
        await print(`There are events or users in ${where} already, and the demo fills only an empty database. Nothing was changed.`);
        throw new AnsweredNo();
      }
      // The organizer comes first. If two demos start at once, the e-mail lets only one of them go on.
      const organizer = (await useCases.createUser(operator, { ...ORGANIZER, password, role: 'admin' })).value;
      const asOrganizer = { actor: { userId: organizer.id, role: organizer.role } };
      const buyers = await Promise.all(
        BUYERS.map(async (buyer) => (await useCases.createUser(operator, { ...buyer, password: randomBytes(18).toString('base64url') })).value),
      );
      let [tickets, cancelled] = [0, 0];
      const plans = plansFrom(new Date());
      for (const [nth, plan] of plans.entries()) {
        const { id: eventId } = (await useCases.createEvent(asOrganizer, plan)).value;
        for (const [index, { id: userId, role }] of buyers.entries()) {
          const quantity = Math.min(quantityOf(nth, index), plan.totalTickets);
          if (quantity === 0) continue;
          const booking = (await useCases.bookTickets({ actor: { userId, role } }, { eventId, quantity })).value;
          if (plan.totalTickets > 12 && (nth + index) % 7 === 0) {
            await useCases.changeBookingStatus(operator, booking.id, { status: 'cancelled' });
            cancelled += 1;
          } else tickets += quantity;
        }
      }
      await print(`${plans.length} events, ${buyers.length + 1} users, ${tickets} tickets sold, ${cancelled} bookings cancelled, in ${where}.`);
    });
    await print(`Log in as ${ORGANIZER.email} with the password ${password}`);
    await print('Look: ticketctl event list');
  });

async function hasRows(
  ...lists: readonly ((
    context: typeof operator,
    request: { readonly limit: number },
  ) => Promise<{ readonly parts: AsyncIterable<readonly unknown[]> }>)[]
) {
  for (const list of lists) for await (const part of (await list(operator, { limit: 1 })).parts) if (part.length > 0) return true;
  return false;
}
