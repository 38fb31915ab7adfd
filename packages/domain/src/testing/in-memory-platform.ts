import type { AccountPorts } from '../accounts/ports.ts';
import { createAccountUseCases } from '../accounts/use-cases.ts';
import { inMemoryPorts } from '../memory/index.ts';
import { identifyActor } from '../requests/asking.ts';
import type { Ports } from '../selling/ports.ts';
import { createUseCases } from '../selling/use-cases.ts';
import { NOW } from './builders.ts';
import { OPEN } from './policies.ts';
import { rowsOf } from './store.ts';

/** The core's use cases and those of accounts, as a platform that has both wires them. */
export const everyUseCase = (ports: Ports & AccountPorts) => ({
  ...createUseCases(ports),
  ...createAccountUseCases(ports),
  identifyActor: identifyActor(ports, { ...ports.policy.rights, ...ports.accountPolicy.rights }),
});
export type EveryUseCase = ReturnType<typeof everyUseCase>;

/** The use cases on in-memory ports at a fixed time, with an admin, two users and an event of ten tickets that the admin organises. */
export async function inMemoryPlatform(overrides: Partial<Ports & AccountPorts> = {}) {
  const ports = inMemoryPorts({ clock: () => NOW, ...OPEN, ...overrides });
  const rows = rowsOf(ports);
  const admin = await rows.user({ role: 'admin', name: 'Ibu Ani' });
  const [sari, budi] = [await rows.user({ name: 'Sari' }), await rows.user({ name: 'Budi' })];
  const event = await rows.event({ organizerId: admin.id });
  return { ports, rows, useCases: everyUseCase(ports), admin, sari, budi, event };
}
