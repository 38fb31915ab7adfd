export const bookTickets = () => undefined;
