import { connect, createServer, type Server, type Socket } from 'node:net';
import type { ServedEngine } from '../engine-names.ts';
import { atTheEnd } from './programs.ts';
import { type DatabaseError, PROTOCOLS, type Protocol } from './wire-protocols.ts';

export const BEGIN = /^START TRANSACTION/;
export const COMMIT = /^COMMIT$/;
/** A statement that waits for a row's lock. */
export const LOCK = /FOR (?:NO KEY )?UPDATE/;

/** One connection of the server's pool, seen from the wire: `near` leads to the server, `far` to the database. */
interface Line {
  readonly near: Socket;
  readonly far: Socket;
  readonly protocol: Protocol;
  /** Nothing gets through any more, and neither side is told. */
  silent: boolean;
  /** Handles the database's next answer, which is not passed on. */
  onAnswer?: ((answer: Buffer) => void) | undefined;
  /** Statements that meet a fate each time. */
  spoiled?: { readonly words: RegExp; readonly fate: Fate };
}

/** The fate of a statement on its way to the database. `statement` includes everything that was sent behind it without waiting. */
export type Fate = (line: Line, statement: Buffer, behind: Buffer) => void;

interface Database {
  readonly engine: ServedEngine;
  readonly port: number;
}

/** A TCP proxy between the server and its database. It injects the faults of a network. */
export class Wire {
  /** How many statements the server has sent. */
  statements = 0;
  readonly #protocol: Protocol;
  #database: number;
  readonly #lines = new Set<Line>();
  readonly #server: Server;
  #trap: { readonly words: RegExp; readonly fate: Fate; readonly sprung: () => void } | undefined;
  /** While the wire is dark, all data and closed connections wait. They come through in order when it is light again. */
  #held: (() => void)[] | undefined;

  private constructor({ engine, port }: Database) {
    this.#protocol = PROTOCOLS[engine];
    this.#database = port;
    this.#server = createServer({ allowHalfOpen: true }, (near) => this.#connect(near));
  }

  static async lay(database: Database): Promise<Wire> {
    const wire = new Wire(database);
    await new Promise<void>((resolve) => wire.#server.listen(0, '127.0.0.1', resolve));
    atTheEnd(() => {
      wire.cut();
      wire.#server.close();
    });
    return wire;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** New connections lead to this port from now on, and open ones stay. It is like a host name that gets a new address. */
  pointAt(database: number): void {
    this.#database = database;
  }

  /** Each matching statement meets its fate on the connections that are open now. New connections work. */
  spoil(words: RegExp, fate: Fate): void {
    for (const line of this.#lines) line.spoiled = { words, fate };
  }

  /** The next matching statement meets its fate. Resolves after that. */
  trap(words: RegExp, fate: Fate): Promise<void> {
    return new Promise((sprung) => {
      this.#trap = { words, fate, sprung };
    });
  }

  /** From this statement on nothing gets through. The statement itself gets through when the wire is light again. */
  goDarkAt(words: RegExp): Promise<void> {
    return this.trap(words, (line, statement) => {
      this.goDark();
      this.#pass(line, () => line.far.write(statement));
    });
  }

  goDark(): void {
    this.#held ??= [];
  }

  goLight(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const deliver of held) deliver();
  }

  /** Resets every connection. */
  cut(): void {
    for (const { near, far } of this.#lines) for (const end of [near, far]) end.destroy();
  }

  #connect(near: Socket): void {
    const far = connect(this.#database, '127.0.0.1');
    const line: Line = { near, far, protocol: this.#protocol, silent: false };
    this.#lines.add(line);
    const read = this.#protocol.reader();
    near.on('data', (chunk) => this.#pass(line, () => this.#toDatabase(line, read(chunk))));
    far.on('data', (chunk) => this.#pass(line, () => this.#toServer(line, chunk)));
    for (const [end, other] of [
      [near, far],
      [far, near],
    ] as const) {
      end.on('error', () => undefined);
      end.on('end', () => this.#pass(line, () => other.end()));
      end.on('close', () => {
        this.#pass(line, () => other.destroy());
        if (near.destroyed && far.destroyed) this.#lines.delete(line);
      });
    }
  }

  #pass(line: Line, deliver: () => void): void {
    if (line.silent) return;
    if (this.#held === undefined) deliver();
    else this.#held.push(deliver);
  }

  #toDatabase(line: Line, sent: ReturnType<ReturnType<Protocol['reader']>>): void {
    for (const [index, { statement, bytes }] of sent.entries()) {
      const fate = statement === undefined ? undefined : this.#fateOf(line, statement);
      if (fate !== undefined) {
        const behind = Buffer.concat(sent.slice(index + 1).map((one) => one.bytes));
        fate(line, Buffer.concat([bytes, behind]), behind);
        return;
      }
      line.far.write(bytes);
    }
  }

  #fateOf(line: Line, statement: string): Fate | undefined {
    this.statements++;
    if (line.spoiled?.words.test(statement)) return line.spoiled.fate;
    if (!this.#trap?.words.test(statement)) return undefined;
    const { fate, sprung } = this.#trap;
    this.#trap = undefined;
    return (...facts) => {
      fate(...facts);
      sprung();
    };
  }

  #toServer(line: Line, chunk: Buffer): void {
    if (line.onAnswer === undefined) line.near.write(chunk);
    else line.onAnswer(chunk);
  }
}

/** The connection is lost before the database gets the statement. */
export const loseStatement: Fate = ({ near, far }) => {
  for (const end of [near, far]) end.destroy();
};

/** The database executes the statement, but the answer is lost with the connection. */
export const loseAnswer: Fate = (line, statement) => {
  line.onAnswer = () => loseStatement(line, statement, Buffer.alloc(0));
  line.far.write(statement);
};

/** The server loses its connection at once. The statement arrives later, long after the server gave up. */
export const arriveLate =
  (milliseconds: number): Fate =>
  (line, statement) => {
    line.silent = true;
    line.near.destroy();
    setTimeout(() => line.far.end(statement), milliseconds);
  };

/** The server loses its connection at once. The statement arrives when the test releases it. */
export function arriveWhenLetGo(): { readonly fate: Fate; letGo: () => void } {
  let letGo = () => {};
  const fate: Fate = (line, statement) => {
    line.silent = true;
    line.near.destroy();
    letGo = () => line.far.end(statement);
  };
  return { fate, letGo: () => letGo() };
}

/** The database executes the statement. Its answer waits until the test releases it, even if the server has given up the connection. */
export function keepAnswerBack(): { readonly fate: Fate; letGo: () => void } {
  let letGo = () => {};
  const fate: Fate = (line, statement) => {
    line.silent = true;
    line.near.once('end', () => line.far.end());
    line.far.once('data', (answer) => {
      letGo = () => {
        line.silent = false;
        line.near.write(answer);
      };
    });
    line.far.write(statement);
  };
  return { fate, letGo: () => letGo() };
}

/** The statement waits on its way until the test releases it. */
export function holdBack(): { readonly fate: Fate; letGo: () => void } {
  let letGo = () => {};
  const fate: Fate = (line, statement) => {
    letGo = () => line.far.write(statement);
  };
  return { fate, letGo: () => letGo() };
}

/** The network forgets the connection after the statement. Both ends keep it, and neither gets anything from the other again. */
export const forgetConnection: Fate = (line, statement) => {
  line.far.write(statement);
  line.silent = true;
};

/** The database executes another statement, and the server gets an error as the answer. */
export const answerWith =
  ({ code, done }: DatabaseError): Fate =>
  (line) => {
    line.onAnswer = () => {
      line.onAnswer = undefined;
      line.near.write(line.protocol.error(code));
    };
    line.far.write(line.protocol.query(done));
  };

/** The database executes another statement, and the server gets its answer. */
export const askInstead =
  (sql: string): Fate =>
  (line, _, behind) =>
    line.far.write(Buffer.concat([line.protocol.query(sql), behind]));
