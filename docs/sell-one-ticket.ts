import { createUseCases, Refusal, type RequestContext } from '@ticket/domain';
import { createAccountUseCases } from '@ticket/domain/accounts';
import { inMemoryPorts } from '@ticket/domain/memory';

const ports = inMemoryPorts();
const { createEvent, bookTickets } = createUseCases(ports);
const { registerUser } = createAccountUseCases(ports);

const account = { name: 'Ibu Ani', email: 'ani@example.com', password: 'correct horse', role: 'admin' } as const;
const {
  value: { token },
} = await registerUser({ actor: 'operator' }, account);
const ani: RequestContext = { actor: (await ports.tokens.verify(token)) ?? 'anonymous' };

const plan = { name: 'Jazz on the River', location: 'Palembang', eventDate: new Date('2031-01-02T19:00:00Z'), ticketPriceCents: 150_000 };
const { value: event } = await createEvent(ani, { ...plan, totalTickets: 1 });

const order = () =>
  bookTickets(ani, { eventId: event.id, quantity: 1 }).then(
    ({ value }) => value.status,
    (error: unknown) => (error instanceof Refusal ? error.code : Promise.reject(error)),
  );

/** Two orders at once for the last ticket: one is 'confirmed', the other gets 'insufficient_tickets'. */
export const answers = await Promise.all([order(), order()]);
