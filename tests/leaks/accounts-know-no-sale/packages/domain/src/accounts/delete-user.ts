import { heldBy } from '../stock/booking.ts';

export const deleteUser = () => heldBy();
