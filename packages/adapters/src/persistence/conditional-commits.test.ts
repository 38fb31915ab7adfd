import { answerOf, as, rowsOf } from '@ticket/domain/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engines } from '../../../../tests/engines.ts';
import { openContainer, portsOf } from '../../../../tests/open-store.ts';
import { TOKENS } from '../container.ts';
import { faultsOf } from '../scratch-faults.ts';

/** A conditional change is decided again only if nothing was stored. Otherwise it would be refused for the version that it stored itself. */
describe.each(engines)('a conditional change whose transaction goes wrong, on %s', (engine) => {
  let opened: Awaited<ReturnType<typeof openContainer>>;
  beforeAll(async () => {
    opened = await openContainer(engine);
  });
  afterAll(() => opened.close());

  it.each(['at_commit', 'before_commit'] as const)('%s: is done once, and raises the version once', async (which) => {
    const { container } = opened;
    const [useCases, fault] = [container.get(TOKENS.useCases), faultsOf(container.get(TOKENS.database))];
    const rows = rowsOf(portsOf(container));
    const admin = await rows.user({ role: 'admin' });
    const [user, event] = [await rows.user(), await rows.event({ organizerId: admin.id })];
    const booking = await rows.book(event, { userId: user.id });
    const context = { ...as(admin), ifVersion: [1] };
    const changes = [
      () => useCases.changeEvent(context, event.id, { name: 'Blues' }),
      () => useCases.changeBookingStatus(context, booking.id, { status: 'pending' }),
      () => useCases.changeUser(context, user.id, { name: 'Budi' }),
    ];
    for (const change of changes) {
      const hasHappened = fault(which);
      expect(await change()).toMatchObject({ version: 2 });
      expect(hasHappened()).toBe(true);
      expect(await answerOf(change())).toBe('version_changed');
    }
    expect(await rows.eventRow(event)).toMatchObject({ name: 'Blues', version: 2 });
    expect(await rows.bookingRows(user.id)).toMatchObject([{ status: 'pending', version: 2 }]);
    expect(await useCases.readUser(as(admin), user.id)).toMatchObject({ name: 'Budi', version: 2 });
  });

  it('is refused on the version that another change left, although it names the one that was read', async () => {
    const { container } = opened;
    const useCases = container.get(TOKENS.useCases);
    const rows = rowsOf(portsOf(container));
    const admin = await rows.user({ role: 'admin' });
    const event = await rows.event({ organizerId: admin.id });
    const names = Array.from({ length: 10 }, (_, index) => `Blues ${index}`);
    const edits = names.map((name) => answerOf(useCases.changeEvent({ ...as(admin), ifVersion: [1] }, event.id, { name })));
    expect((await Promise.all(edits)).toSorted()).toEqual(['done', ...names.slice(1).map(() => 'version_changed')]);
    expect((await rows.eventRow(event))?.version).toBe(2);
  });
});
