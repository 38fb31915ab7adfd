import { randomUUID } from 'node:crypto';

/** The address of the API. A validating proxy may stand there. */
export const url: string = process.env['API_URL'] ?? 'http://localhost:3000';
export const ani = { name: 'Ani', email: `${randomUUID()}@example.com`, password: 'correct horse', role: 'admin' } as const;
export const concert = { name: 'Jazz', location: 'Palembang', event_date: '2031-01-02T19:00:00Z', ticket_price: 50_000, total_tickets: 3 };
