import { isTicketPrice } from '@ticket/domain';

/** A price as JSON writes it, in cents; undefined when it has more than two decimals or is none. */
export function centsOf(price: number): number | undefined {
  const cents = Math.round(price * 100) + 0; // + 0 makes -0 of it 0
  // Both sides are the double nearest to cents/100 exactly when the price was written with at most two decimals.
  return cents / 100 === price && isTicketPrice(cents) ? cents : undefined;
}

/** Cents as clients read them: "50000.00". */
export const priceOf = (cents: number): string => `${(cents - (cents % 100)) / 100}.${String(cents % 100).padStart(2, '0')}`;
