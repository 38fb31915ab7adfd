import { Unavailable } from '@ticket/domain';
import { anId, aUser, OPERATOR, rowsOf } from '@ticket/domain/testing';
import { describe, expect, it, vi } from 'vitest';
import { openContainer, portsOf } from '../../../../tests/open-store.ts';
import { TOKENS } from '../container.ts';
import { QUEUE_LIMITS } from './batch-queue.ts';
import { WriterTurns } from './writer-turns.ts';

const turnOfTheEventLoop = () => new Promise<void>((resolve) => setImmediate(resolve));
const outcomeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: unknown) => error,
  );

describe('the turns of one writer', () => {
  it('are one at a time, in the order they were asked for, and what fails concerns its caller alone', async () => {
    const turns = new WriterTurns();
    const seen: string[] = [];
    const work = (name: string) => async () => {
      seen.push(`${name} begins`);
      await turnOfTheEventLoop();
      seen.push(`${name} ends`);
      if (name === 'b') throw new Error('b fails');
    };
    const outcomes = await Promise.all(['a', 'b', 'c'].map((name) => outcomeOf(turns.run('accounts', work(name)))));
    expect(seen).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
    expect(outcomes).toEqual(['done', new Error('b fails'), 'done']);
  });

  it('give way to the event loop in between', async () => {
    const turns = new WriterTurns();
    let loops = 0;
    const counting = setInterval(() => {}, 0);
    const count = (): void => void setImmediate(() => ++loops < 1000 && count());
    count();
    const seen: number[] = [];
    await Promise.all(Array.from({ length: 10 }, () => turns.run('accounts', async () => void seen.push(loops))));
    clearInterval(counting);
    expect(new Set(seen).size).toBe(10);
  });

  it('are refused beyond a number, and after a time', async () => {
    const turns = new WriterTurns({ waitingMax: 2, waitingMs: 30 });
    let release = () => {};
    const held = turns.run('accounts', () => new Promise<void>((resolve) => (release = resolve)));
    const waiting = [turns.run('accounts', async () => {}), turns.run('accounts', async () => {})].map(outcomeOf);
    expect(await outcomeOf(turns.run('accounts', async () => {}))).toEqual(new Unavailable('too many writes are waiting for their turn'));
    await new Promise((resolve) => setTimeout(resolve, 40));
    const sale = turns.run('sales', async () => {});
    release();
    await Promise.all([held, sale]); // sales are bounded by their own queue
    for (const refused of await Promise.all(waiting)) expect(refused).toMatchObject({ name: 'Unavailable', outcome: 'not_done' });
    expect(await outcomeOf(turns.run('accounts', async () => {}))).toBe('done');
  });

  it('are bounded as those of the stock are', () => {
    expect(QUEUE_LIMITS).toMatchObject({ waitingMax: 10_000, waitingMs: 5000 });
  });
});

describe('on SQLite', () => {
  it('sales come first, and accounts get one turn in ten while both wait', async () => {
    const { container, close } = await openContainer('sqlite');
    const ports = portsOf(container);
    const rows = rowsOf(ports);
    const event = await rows.event({ totalTickets: 100_000 });
    const buyer = await rows.user();
    const database = container.get(TOKENS.database);
    const marked = database.markedTransaction.bind(database);
    /** Whose each transaction was, in the order they ran. */
    const ran: string[] = [];
    vi.spyOn(database, 'markedTransaction').mockImplementation((work, turn = 'accounts') =>
      marked((...given) => {
        ran.push(turn);
        return work(...given);
      }, turn),
    );
    let isOver = false;
    // Few wait at once, so that a slow machine refuses none of them.
    const accounts = Array.from({ length: 6 }, async () => {
      for (let n = 0; n < 3; n++) {
        const user = aUser({ id: anId() });
        await ports.users.change(user.id, OPERATOR, () => ({ user, passwordHash: 'none' }));
      }
    });
    const buyers = Array.from({ length: 20 }, async () => {
      while (!isOver) await rows.book(event, { userId: buyer.id });
    });
    await Promise.all(accounts);
    isOver = true;
    await Promise.all(buyers);
    await close();

    const [first, last] = [ran.indexOf('sales'), ran.lastIndexOf('accounts')];
    const between = ran
      .slice(first, last + 1)
      .join(' ')
      .split('accounts')
      .map((sales) => sales.split('sales').length - 1);
    expect(first).toBeLessThanOrEqual(2); // a sale waits for the turn that is running, not for all six
    expect(Math.max(...between)).toBe(9);
    expect(between.slice(0, -1).filter((sales) => sales === 9).length).toBeGreaterThan(12);
  });
});
