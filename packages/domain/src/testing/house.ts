import type { Ports } from '../ports.ts';
import { createUseCases } from '../use-cases/index.ts';
import { NOW } from './builders.ts';
import { inMemoryPorts } from './in-memory-ports.ts';
import { rowsOf } from './store.ts';

/** The use cases on memory at a fixed time, with an admin, two users and the admin's event of ten tickets. */
export async function aHouse(overrides: Partial<Ports> = {}) {
  const ports = inMemoryPorts({ clock: () => NOW, ...overrides });
  const rows = rowsOf(ports);
  const admin = await rows.user({ role: 'admin', name: 'Ibu Ani' });
  const [sari, budi] = [await rows.user({ name: 'Sari' }), await rows.user({ name: 'Budi' })];
  const event = await rows.event({ organizerId: admin.id });
  return { ports, rows, useCases: createUseCases(ports), admin, sari, budi, event };
}
