import { createPlatform, loadConfig, readEnvironment } from '@ticket/adapters';

const platform = createPlatform(loadConfig(readEnvironment()));
await platform.connect(); // opens the database and brings its tables up to date
const { registerUser, createEvent, bookTickets, listEvents, auditStock } = platform.useCases;

// The actor is a user of the platform. A token says who it is.
const account = { name: 'Ibu Ani', email: `ani-${Date.now()}@example.com`, password: 'correct horse', role: 'admin' } as const;
const { value: session } = await registerUser({ actor: 'operator' }, account);
const ani = { actor: (await platform.tokens.verify(session.token)) ?? 'anonymous' } as const;

const plan = { name: 'Jazz', location: 'Palembang', eventDate: new Date('2031-01-02T19:00:00Z'), ticketPriceCents: 150_000, totalTickets: 10 };
const { value: event } = await createEvent(ani, plan);
const { value: booking } = await bookTickets(ani, { eventId: event.id, quantity: 2 });
console.log(booking.status);

// A list comes in parts, so that a long one needs little memory.
const { parts } = await listEvents(ani, { limit: 10 });
for await (const part of parts) for (const { name, availableTickets } of part) console.log(name, availableTickets);

for await (const { events, differences } of auditStock({ actor: 'operator' }))
  console.log(`${events} events audited, ${differences.length} differences`);
await platform.close();
