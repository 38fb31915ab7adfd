export interface User {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly password: string;
  readonly role: string;
}
export interface Event {
  readonly id: string;
  name: string;
  priceCents: number;
  total: number;
  available: number;
  /** The row a moment ago. */
  before?: Event;
}
export interface Booking {
  readonly id: string;
  readonly userId: string;
  readonly eventId: string;
  readonly quantity: number;
  readonly cents: number;
  status: string;
}
