/** The forms in which the API shows rows and values. The command line prints the same ones. */
export { defused } from './defused.ts';
export { instantOf } from './instants.ts';
export { centsOf, priceOf } from './money.ts';
export { bookingViewText, eventViewText, userText } from './presenters.ts';
