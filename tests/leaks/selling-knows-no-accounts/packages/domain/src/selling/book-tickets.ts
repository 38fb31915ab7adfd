import type { User } from '../accounts/user.ts';

export const bookTickets = (user: User) => user.id;
