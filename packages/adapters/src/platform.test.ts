import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { anEvent } from '@ticket/domain/testing';
import { expect, it } from 'vitest';
import { engines, environmentOf, freshDatabase } from '../../../tests/engines.ts';
import { loadConfig } from './config.ts';
import { createPlatform } from './platform.ts';

it.each(engines)('an app that embeds the platform sells a ticket on %s, and finds it again after it was closed', async (engine) => {
  const { config, drop } = await freshDatabase(engine);
  const folder = mkdtempSync(join(tmpdir(), 'ticket-platform-'));
  const open = async () => {
    const platform = createPlatform(loadConfig({ DATA_DIR: folder, ...environmentOf(config) }));
    await platform.connect();
    return platform;
  };
  try {
    const first = await open();
    const account = { name: 'Ibu Ani', email: 'ani@example.com', password: 'kereta-malam-9', role: 'admin' } as const;
    const { value: session } = await first.useCases.registerUser({ actor: 'operator' }, account);
    const ani = { actor: (await first.tokens.verify(session.token)) ?? expect.fail('the token is unknown') };
    const { value: event } = await first.useCases.createEvent(ani, anEvent({ totalTickets: 1 }));
    const { value: booking } = await first.useCases.bookTickets(ani, { eventId: event.id, quantity: 1 });
    await first.close();

    const second = await open();
    expect(await second.useCases.readBooking(ani, booking.id)).toMatchObject({ status: 'confirmed', quantity: 1 });
    expect(await second.useCases.readEvent(ani, event.id)).toMatchObject({ availableTickets: 0 });
    await second.close();
  } finally {
    await drop();
    rmSync(folder, { recursive: true, force: true });
  }
});
