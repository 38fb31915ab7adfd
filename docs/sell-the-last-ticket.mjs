// Sells the last ticket to twenty buyers at once: node docs/sell-the-last-ticket.mjs [http://localhost:3000]
import { randomUUID } from 'node:crypto';

const BUYERS = 20;
const [server = 'http://localhost:3000'] = process.argv.slice(2);

async function post(path, body, token) {
  const headers = { 'Content-Type': 'application/json', ...(token && { Authorization: `Bearer ${token}` }) };
  const answer = await fetch(server + path, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: answer.status, ...(await answer.json()) };
}

/** Each run registers people of its own, so that it can be repeated. */
async function register(role) {
  const account = { name: 'Ani', email: `${randomUUID()}@example.com`, password: 'correct horse', role };
  const { status, message, data } = await post('/api/auth/register', account);
  if (status !== 201) throw new Error(`${status} ${message}`);
  return data.token;
}

const plan = { name: 'Jazz on the River', location: 'Palembang', event_date: '2031-01-02T19:00:00Z', ticket_price: 1500, total_tickets: 1 };
const { data: event } = await post('/api/events', plan, await register('admin'));
const buyers = await Promise.all(Array.from({ length: BUYERS }, () => register('user')));

console.log(`${BUYERS} buyers order the last ticket at once:`);
const answers = await Promise.all(buyers.map((token) => post('/api/bookings', { event_id: event.id, quantity: 1 }, token)));
const lines = answers.map(({ status, message }) => `${status} ${message}`);
for (const line of [...new Set(lines)].toSorted()) console.log(`${lines.filter((each) => each === line).length} × ${line}`);
