import { isTicketPrice } from '@ticket/domain';

/** Converts a price from JSON to cents; undefined if it has more than two decimals or is not a valid price. */
export function centsOf(price: number): number | undefined {
  const cents = Math.round(price * 100) + 0; // + 0 turns -0 into 0
  // If the price has at most two decimals, both sides are the same double. Otherwise they differ.
  return cents / 100 === price && isTicketPrice(cents) ? cents : undefined;
}

/** Cents as clients read them: "50000.00". */
export const priceOf = (cents: number): string => `${(cents - (cents % 100)) / 100}.${String(cents % 100).padStart(2, '0')}`;

/** What `priceOf` prints. */
export const PRINTED_PRICE = /^(?:0|[1-9]\d{0,7})\.\d{2}$/;
