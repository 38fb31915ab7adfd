import { bookTickets } from '../selling/book-tickets.ts';

export const settle = bookTickets;
