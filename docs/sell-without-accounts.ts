import { type Config, createPlatformWithoutAccounts, PROFILES } from '@ticket/adapters';
import { Refusal, type VouchedUser } from '@ticket/domain';

/** Your own sign-in knows them. Nothing is stored of them here but their ids: 1 to 36 visible ASCII characters. */
const staff: VouchedUser = { userId: 'staff-7', role: 'admin' };
const customers: readonly VouchedUser[] = ['auth0|ani', 'auth0|budi'].map((userId) => ({ userId, role: 'user' }));

/** Two customers at once for the last ticket: 'confirmed' and 'insufficient_tickets'. On SQLite the database is `{ engine: 'sqlite', folder: 'data' }`. */
export async function sellTheLastTicket(database: Config['database']): Promise<readonly string[]> {
  const platform = createPlatformWithoutAccounts({ database, policies: PROFILES.locked });
  await platform.connect();
  const { createEvent, bookTickets } = platform.useCases;

  const plan = { name: 'Jazz on the River', location: 'Palembang', eventDate: new Date('2031-01-02T19:00:00Z'), ticketPriceCents: 150_000 };
  const { value: event } = await createEvent({ actor: staff }, { ...plan, totalTickets: 1 });
  const order = (actor: VouchedUser) =>
    bookTickets({ actor }, { eventId: event.id, quantity: 1 }).then(
      ({ value }) => value.status,
      (error: unknown) => (error instanceof Refusal ? error.code : Promise.reject(error)),
    );
  const answers = await Promise.all(customers.map(order));
  await platform.close();
  return answers;
}
