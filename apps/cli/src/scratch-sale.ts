import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { UseCases, VouchedUser } from '@ticket/domain';
import type { Terminal } from './terminal.ts';
import { pagesOf } from './walk.ts';
import { configured } from './with-use-cases.ts';

/** A place for a sale whose event is deleted at the end. */
export interface ScratchSale {
  readonly useCases: UseCases;
  readonly where: string;
  readonly eventId: string;
  readonly buyerOf: (index: number) => VouchedUser;
  /** Deletes what the sale made, and closes the database. */
  readonly end: () => Promise<void>;
  /** What a person does if `end` fails. */
  readonly leftovers: string;
}

const EVENT = {
  location: 'ticketctl rush',
  description: 'Made by ticketctl rush, which deletes it at its end.',
  // In the past, so that a server that sells no past events does not sell this one beside the rush.
  eventDate: new Date('1970-01-01T00:00:00Z'),
  ticketPriceCents: 2500,
};

/** An embedded database in a temporary folder, with no accounts. Each buyer is another user. */
export async function inTemporaryFolder(totalTickets: number): Promise<ScratchSale> {
  const { createPlatformWithoutAccounts, loadConfig } = await import('@ticket/adapters');
  const folder = await mkdtemp(join(tmpdir(), 'ticketctl-rush-'));
  const platform = createPlatformWithoutAccounts(loadConfig({ NODE_ENV: 'test', DATA_DIR: folder }, { signsTokens: false }));
  const end = async () => {
    await platform.close();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await platform.connect();
    const { useCases } = platform;
    const { value } = await useCases.createEvent({ actor: { userId: 'organizer', role: 'admin' } }, { ...EVENT, name: 'Rush', totalTickets });
    const buyerOf = (index: number): VouchedUser => ({ userId: `buyer-${index + 1}`, role: 'user' });
    return {
      useCases,
      where: 'an embedded database in a temporary folder',
      eventId: value.id,
      buyerOf,
      end,
      leftovers: `Delete the folder ${folder}.`,
    };
  } catch (error) {
    await end();
    throw error;
  }
}

/**
 * A scratch event of the configured database. One scratch user organises it and buys every ticket, because each account costs a password
 * hash. The limits of a user do not apply to this sale. The user is no admin: its rights are vouched for, as those of the operator are.
 */
export async function onScratchEvent(totalTickets: number, terminal: Terminal): Promise<ScratchSale> {
  const { createContainer, TOKENS } = await import('@ticket/adapters');
  const config = await configured(terminal);
  const unlimited = { pastEvents: true, ticketsPerUserMax: 'unlimited', bookingChangesPerHourMax: 'unlimited' } as const;
  const container = createContainer({ ...config, policies: { ...config.policies, selling: { ...config.policies.selling, ...unlimited } } });
  const database = container.get(TOKENS.database);
  const useCases = container.get(TOKENS.useCases);
  const operator = { actor: 'operator' } as const;
  let userId: string | undefined;
  let eventId: string | undefined;
  const end = async () => {
    try {
      if (eventId !== undefined && userId !== undefined) await deleteWithBookings(useCases, eventId, userId);
      if (userId !== undefined) await useCases.deleteUser(operator, userId);
    } finally {
      await container.unbindAllAsync();
    }
  };
  try {
    await database.connect();
    const name = `Rush ${randomBytes(4).toString('hex')}`;
    const email = `${name.toLowerCase().replace(' ', '-')}@ticketctl.invalid`;
    const account = { name: 'ticketctl rush', email, password: randomBytes(24).toString('base64url') };
    userId = (await useCases.createUser(operator, account)).value.id;
    const buyer = { userId, role: 'admin' } as const;
    eventId = (await useCases.createEvent({ actor: buyer }, { ...EVENT, name, totalTickets })).value.id;
    const leftovers = `The scratch event ${eventId} and the user ${email} may still be there. Look at them: ticketctl event show ${eventId}`;
    return { useCases, where: database.address, eventId, buyerOf: () => buyer, end, leftovers };
  } catch (error) {
    await end().catch(() => undefined); // the first error says more
    throw error;
  }
}

/** Deletes the bookings of the scratch user, and then the event. If somebody else has booked it, the event stays, and that is an error. */
async function deleteWithBookings({ listAttendees, deleteBooking, deleteEvent }: UseCases, eventId: string, userId: string): Promise<void> {
  const operator = { actor: 'operator' } as const;
  for await (const page of pagesOf((request) => listAttendees(operator, eventId, request), {}))
    await Promise.all(page.filter((booking) => booking.userId === userId).map(({ id }) => deleteBooking(operator, id)));
  await deleteEvent(operator, eventId);
}
