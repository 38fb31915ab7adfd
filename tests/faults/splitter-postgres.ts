import { connect, createServer, type Server, type Socket } from 'node:net';
import { Client } from 'pg';
import { atTheEnd } from './programs.ts';
import { messagesOf, PROTOCOLS } from './wire-protocols.ts';

/**
 * A read/write splitter between a server and a primary with its standby, like Pgpool-II. Behind each connection of the server are two: one
 * to the primary and one to the standby. The standby answers SELECTs that run outside a transaction and take no lock. Everything else goes
 * to the primary. A statement waits for the answer to the previous one, so that answers keep their order.
 */
export class PostgresSplitter {
  /** How many statements the standby answered. If there were none, a test of its lag proves nothing. */
  readsAtReplica = 0;
  readonly #ports: Ports;
  readonly #clients = new Set<Socket>();
  readonly #server: Server;

  private constructor(ports: Ports) {
    this.#ports = ports;
    this.#server = createServer((client) => this.#connect(client));
  }

  static async lay(ports: Ports): Promise<PostgresSplitter> {
    const splitter = new PostgresSplitter(ports);
    await new Promise<void>((resolve) => splitter.#server.listen(0, '127.0.0.1', resolve));
    atTheEnd(() => {
      for (const client of splitter.#clients) client.destroy();
      splitter.#server.close();
    });
    return splitter;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  #connect(client: Socket): void {
    const primary = new Backend(connect(this.#ports.primary, '127.0.0.1'), client);
    let standby: Promise<Backend | undefined> | undefined;
    this.#clients.add(client);
    const end = () => {
      this.#clients.delete(client);
      client.destroy();
      primary.destroy();
      void standby?.then((one) => one?.destroy());
    };
    for (const socket of [client, primary.socket]) socket.on('error', () => undefined).on('close', end);
    const read = PROTOCOLS.postgres.reader();
    const texts = new Map<string, Buffer>();
    let before: Promise<unknown> = Promise.resolve();
    client.on('data', (chunk) => {
      for (const { statement, bytes } of read(chunk)) {
        standby ??= this.#standbyFor(bytes, client);
        before = before.then(async () => {
          if (statement === undefined) return primary.socket.write(bytes);
          const other = isOfTheStandby(statement) && primary.isOutsideTransaction ? await standby : undefined;
          if (other !== undefined) this.readsAtReplica++;
          return (other ?? primary).ask(bytes, texts);
        });
        before.catch(end);
      }
    });
  }

  /** Logs in with the client's options. Undefined if the standby refuses, for example because it does not have the database yet. */
  async #standbyFor(startup: Buffer, client: Socket): Promise<Backend | undefined> {
    const words = startup.toString('utf8', 8).split('\0');
    const of = (name: string) => words[words.indexOf(name) + 1] ?? '';
    const { replica, password } = this.#ports;
    const login = new Client({ host: '127.0.0.1', port: replica, user: of('user'), password, database: of('database'), options: of('options') });
    login.on('error', () => undefined);
    try {
      await login.connect();
    } catch {
      return undefined;
    }
    const { stream } = (login as unknown as { connection: { stream: Socket } }).connection;
    stream.removeAllListeners();
    stream.on('error', () => undefined).on('close', () => client.destroy());
    return new Backend(stream, client);
  }
}

interface Ports {
  readonly primary: number;
  readonly replica: number;
  readonly password: string;
}

const isOfTheStandby = (statement: string): boolean =>
  /^\s*SELECT\b/i.test(statement) && !/\bFOR (?:NO KEY )?(?:UPDATE|SHARE)\b|pg_advisory|set_config/i.test(statement);

/** One of the two connections behind a client's connection. Its output goes to the client. */
class Backend {
  isOutsideTransaction = true;
  readonly socket: Socket;
  readonly #known = new Set<string>();
  #answered = () => {};
  #unasked = 0;

  constructor(socket: Socket, client: Socket) {
    this.socket = socket;
    socket.setNoDelay(true);
    const read = messagesOf({ hasStarted: true });
    socket.on('data', (chunk) => {
      for (const message of read(chunk)) {
        const kind = String.fromCharCode(message[0] ?? 0);
        if (kind === '1' && this.#unasked > 0) this.#unasked--;
        else client.write(message);
        if (kind !== 'Z') continue;
        this.isOutsideTransaction = String.fromCharCode(message[5] ?? 0) === 'I';
        this.#answered();
      }
    });
  }

  /** Each of the two gets a named statement once. */
  ask(bytes: Buffer, texts: Map<string, Buffer>): Promise<void> {
    const before: Buffer[] = [];
    let toldHere: string | undefined;
    for (const message of messagesOf({ hasStarted: true })(bytes)) {
      const [first = '', second = ''] = message.toString('utf8', 5).split('\0');
      const kind = String.fromCharCode(message[0] ?? 0);
      if (kind === 'P') {
        texts.set(first, message);
        this.#known.add(first);
        toldHere = first;
      }
      if (kind !== 'B' || second === toldHere || this.#known.has(second)) continue;
      before.push(texts.get(second) ?? Buffer.alloc(0));
      this.#known.add(second);
      this.#unasked++;
    }
    const answered = new Promise<void>((resolve) => {
      this.#answered = resolve;
    });
    this.socket.write(Buffer.concat([...before, bytes]));
    return answered;
  }

  destroy(): void {
    this.socket.destroy();
  }
}
