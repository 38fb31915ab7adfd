import { Refusal, type RequestContext } from '@ticket/domain';
import { openShop } from './shop.js';

const { useCases, signUp, signIn, contextOf, close } = await openShop('data');
const { auditStock, bookTickets, changeBookingStatus, createEvent } = useCases;
const codeOf = (error: unknown) => (error instanceof Refusal ? error.code : Promise.reject(error));

const office: RequestContext = { actor: { userId: 'box-office', role: 'admin' } }; // the ids of customers are UUIDs
const plan = { name: 'Jazz on the River', location: 'Palembang', eventDate: new Date('2031-01-02T19:00:00Z'), ticketPriceCents: 150_000 };
const { value: event } = await createEvent(office, { ...plan, totalTickets: 2 });

const [ani, budi] = [`ani-${event.id}@example.com`, `budi-${event.id}@example.com`];
for (const email of [ani, budi]) await signUp(email, 'correct horse');
const [forAni, forBudi] = [contextOf(await signIn(ani, 'correct horse')), contextOf(await signIn(budi, 'correct horse'))];

const { value: booking } = await bookTickets(forAni, { eventId: event.id, quantity: 2 });
console.log('Ani books two tickets:', booking.status);
console.log('Budi books one:', await bookTickets(forBudi, { eventId: event.id, quantity: 1 }).catch(codeOf));
console.log('Budi cancels the booking of Ani:', await changeBookingStatus(forBudi, booking.id, { status: 'cancelled' }).catch(codeOf));
for await (const { differences } of auditStock({ actor: 'operator' })) console.log('Differences that an audit finds:', differences.length);
await close();
