import { rowsOf } from '@ticket/domain/testing';
import { expect, it } from 'vitest';
import { servers } from '../../../../tests/engines.ts';
import { openContainer, portsOf } from '../../../../tests/open-store.ts';
import { TOKENS } from '../container.ts';

const SLEEP = { mysql: 'SELECT SLEEP(0.7)', postgres: 'SELECT pg_sleep(0.7)' };

// SQLite has one writer, whose turns are in writer-turns.test.ts.
for (const engine of servers)
  it(`on ${engine} others leave sales their connections, however many they are and however long they take`, async () => {
    const { container, close } = await openContainer(engine);
    const database = container.get(TOKENS.database);
    const rows = rowsOf(portsOf(container));
    const event = await rows.event();
    const { id: userId } = await rows.user();
    await rows.book(event, { userId }); // its connection is there
    const seen: string[] = [];
    const others = Array.from({ length: 40 }, (_, n) =>
      (n % 2 === 0 ? database.query(SLEEP[engine]) : database.transaction((manager) => manager.query(SLEEP[engine]))).then(
        () => seen.push('other'),
        () => seen.push('refused'),
      ),
    );
    await rows.book(event, { userId });
    seen.push('sale');
    await Promise.all(others);
    expect(seen[0]).toBe('sale');
    expect(seen).toContain('other');
    await close();
  });
