import Libsql from 'libsql';
import AsynchronousLibsql from 'libsql/promise';
import * as mysql2 from 'mysql2';
import pg from 'pg';

/** One round trip to the database. */
export interface Trip {
  readonly connection: object;
  readonly text: string;
}

/**
 * Records everything that goes to a database. Call it before the database is opened. It wraps the drivers, below all our code, so that moved
 * code does not move the recorder.
 */
export function watchDrivers() {
  let trips: Trip[] = [];
  const restores: (() => void)[] = [];
  const watch = (prototype: object, method: string, note: (self: object, argument: unknown, answer: unknown) => void) => {
    const own = Reflect.getOwnPropertyDescriptor(prototype, method);
    const original: unknown = Reflect.get(prototype, method);
    if (typeof original !== 'function') throw new Error(`the driver has no ${method}`);
    function watched(this: object, ...given: unknown[]): unknown {
      const answer: unknown = Reflect.apply(original as () => unknown, this, given);
      note(this, given[0], answer);
      return answer;
    }
    Reflect.defineProperty(prototype, method, { configurable: true, writable: true, value: watched });
    restores.push(() => (own === undefined ? Reflect.deleteProperty(prototype, method) : Reflect.defineProperty(prototype, method, own)));
  };
  const sent = (connection: object, text: unknown) => trips.push({ connection, text: String(text) });

  // A prepared statement is stored and run many times; all() iterates.
  const some = new Libsql(':memory:');
  const statements: object = Object.getPrototypeOf(some.prepare('SELECT 1'));
  some.close();
  const prepared = new WeakMap<object, Trip>();
  for (const method of ['run', 'get', 'iterate'])
    watch(statements, method, (statement) => trips.push(prepared.get(statement) ?? { connection: statement, text: 'PREPARED BEFORE' }));
  watch(Libsql.prototype, 'prepare', (connection, text, statement) => prepared.set(Object(statement), { connection, text: String(text) }));
  for (const { prototype } of [Libsql, AsynchronousLibsql]) watch(prototype, 'exec', sent);

  // Every command that goes to the socket, also if it is not a query.
  watch(mysql2.Connection.prototype, 'addCommand', (connection, command) => sent(connection, textOf(Object(command))));

  // A query that is sent without waiting for the previous answer belongs to the same trip. No other code of ours sends a query as an object.
  const unanswered = new Map<object, string[]>();
  watch(pg.Client.prototype, 'query', (connection, query, answer) => {
    const before = unanswered.get(connection);
    const text = String(textOf(Object(query)));
    if (before !== undefined) before.push(text);
    else {
      const texts = [text];
      unanswered.set(connection, texts);
      trips.push({
        connection,
        get text() {
          return texts.join('; ');
        },
      });
      const isAnswered = () => unanswered.delete(connection);
      void Promise.resolve(answer).then(isAnswered, isAnswered);
    }
  });

  return {
    /** The trips during `work`. */
    during: async (work: () => Promise<unknown>): Promise<readonly Trip[]> => {
      trips = [];
      await work();
      return trips;
    },
    restore: () => {
      for (const restore of restores) restore();
    },
  };
}

const textOf = (command: object): unknown => ('sql' in command ? command.sql : 'text' in command ? command.text : command.constructor.name);

/** The statements of a trip, each as its verb, its tables and its lock: `SELECT events FOR UPDATE`. Statements of one packet are joined. */
export function inShort({ text }: Pick<Trip, 'text'>): string {
  // Quoted text is a value, or a name as TypeORM writes it.
  const plain = text
    .replace(/'(?:[^'\\]|\\.|'')*'/g, '?')
    .replace(/[`"]/g, '')
    .replace(/\/\*.*?\*\//g, '')
    .replace(/\s+/g, ' ');
  return plain
    .split(';')
    .map((statement) => {
      const [verb = '', second = ''] = statement.trim().split(' ');
      const tables = [...statement.matchAll(/\b(?:FROM|JOIN|INTO|^\s*UPDATE) (?!unnest\b)(\w+)/gi)].map(([, table]) => table);
      const lock = /\b(FOR UPDATE|FOR NO KEY UPDATE|FOR SHARE|LOCK IN SHARE MODE)\b/i.exec(statement)?.[1] ?? '';
      return [verb.toUpperCase(), tables.length === 0 ? second : tables.join(' + '), lock].filter((word) => word !== '').join(' ');
    })
    .join('; ');
}
