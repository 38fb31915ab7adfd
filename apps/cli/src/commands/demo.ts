import { randomBytes } from 'node:crypto';
import type { UseCases } from '@ticket/adapters';
import { Refusal } from '@ticket/domain';
import type { User } from '@ticket/domain/accounts';
import { AnsweredNo } from '../answered-no.ts';
import { BUYERS, ORGANIZER, plansFrom, quantityOf } from '../demo-programme.ts';
import { type Configure, examples } from '../program.ts';
import { Unfinished } from '../unfinished.ts';

const operator = { actor: 'operator' } as const;

/** ticketctl demo: exits with 1 and changes nothing if the database has an event or a user. */
export const demo: Configure = (command, { withUseCases, terminal: { print } }) =>
  command.addHelpText('after', examples('ticketctl demo')).action(async () => {
    const password = randomBytes(12).toString('base64url');
    await withUseCases(async (useCases, where) => {
      if (await hasRows(useCases.listEvents, useCases.listUsers)) {
        await print(
          `There are events or users in ${where} already, and the demo fills only an empty database. Nothing was changed. Choose another: DATA_DIR=demo-data ticketctl demo`,
        );
        throw new AnsweredNo();
      }
      // The organizer comes first. If two demos start at once, the e-mail lets only one of them go on.
      const organizer = (await useCases.createUser(operator, { ...ORGANIZER, password, role: 'admin' })).value;
      await print(`Log in as ${ORGANIZER.email} with the password ${password}`);
      const { events, tickets, cancelled } = await fill(useCases, organizer).catch((error: unknown) => {
        throw new Unfinished('The demo is not complete. What was made before stays: ticketctl event list', error);
      });
      await print(`${events} events, ${BUYERS.length + 1} users, ${tickets} tickets sold, ${cancelled} bookings cancelled, in ${where}.`);
    });
    await print('Look: ticketctl event list');
  });

async function fill(useCases: UseCases, organizer: User) {
  const newBuyer = async (buyer: (typeof BUYERS)[number]) =>
    (await useCases.createUser(operator, { ...buyer, password: randomBytes(18).toString('base64url') })).value;
  const buyers = await Promise.all(BUYERS.map(newBuyer));
  const plans = plansFrom(new Date());
  let [tickets, cancelled] = [0, 0];
  for (const [nth, plan] of plans.entries()) {
    const { id: eventId } = (await useCases.createEvent({ actor: { userId: organizer.id, role: organizer.role } }, plan)).value;
    for (const [index, { id: userId, role }] of buyers.entries()) {
      const wanted = Math.min(quantityOf(nth, index), plan.totalTickets);
      if (wanted === 0) continue;
      const book = (quantity: number) => useCases.bookTickets({ actor: { userId, role } }, { eventId, quantity });
      // The limits of this installation may allow less.
      const { id, quantity } = (await book(wanted).catch((error: unknown) => (error instanceof Refusal ? book(1) : Promise.reject(error)))).value;
      if (plan.totalTickets > 12 && (nth + index) % 7 === 0) {
        await useCases.changeBookingStatus(operator, id, { status: 'cancelled' });
        cancelled += 1;
      } else tickets += quantity;
    }
  }
  return { events: plans.length, tickets, cancelled };
}

async function hasRows(
  ...lists: readonly ((
    context: typeof operator,
    request: { readonly limit: number },
  ) => Promise<{ readonly parts: AsyncIterable<readonly unknown[]> }>)[]
) {
  for (const list of lists) for await (const part of (await list(operator, { limit: 1 })).parts) if (part.length > 0) return true;
  return false;
}
