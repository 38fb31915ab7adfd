import { connect, createServer, type Server, type Socket } from 'node:net';
import { atTheEnd } from './programs.ts';

/**
 * A read/write splitter between a server and a primary with its replica, like ProxySQL and MaxScale. Behind each connection of the server
 * are two: one to the primary and one to the replica. The replica answers plain SELECTs outside a transaction, and READ ONLY transactions.
 * Statements that set something go to both, and the primary's answer counts. Everything else goes to the primary.
 */
export class Splitter {
  /** How many statements the replica answered. If there were none, a test of its lag proves nothing. */
  readsAtReplica = 0;
  readonly #ports: Ports;
  readonly #clients = new Set<Socket>();
  readonly #server: Server;

  private constructor(ports: Ports) {
    this.#ports = ports;
    this.#server = createServer((client) => this.#connect(client));
  }

  static async lay(ports: Ports): Promise<Splitter> {
    const splitter = new Splitter(ports);
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
    const primary = connect(this.#ports.primary, '127.0.0.1');
    const replica = new Replica(this.#ports.replica, client);
    this.#clients.add(client);
    primary.on('data', (chunk) => client.write(chunk));
    for (const end of [client, primary]) {
      end.setNoDelay(true);
      end.on('error', () => undefined);
      end.on('close', () => {
        this.#clients.delete(client);
        client.destroy();
        primary.destroy();
        replica.destroy();
      });
    }
    const routeOf = router();
    let login = true;
    let before = Promise.resolve();
    onPackets(client, (packet) => {
      if (login) {
        login = false;
        primary.write(packet);
        replica.logIn(packet);
        return;
      }
      before = before.then(async () => {
        const route = (await replica.isThere) ? routeOf(packet) : 'primary';
        if (route === 'replica') {
          this.readsAtReplica++;
          replica.ask(packet);
        } else {
          if (route === 'both') replica.tell(packet);
          primary.write(packet);
        }
      });
    });
  }
}

interface Ports {
  readonly primary: number;
  readonly replica: number;
}

/** One connection to the replica, with the client's own login. */
class Replica {
  /** False if the replica refuses the login, for example because it does not have the database yet. Then the primary answers everything. */
  readonly isThere: Promise<boolean>;
  readonly #socket: Socket;
  /** Packets that come before the answer to the next question: the greeting, the answer to the login, and the answers to the settings. */
  #unheard = 2;

  constructor(port: number, client: Socket) {
    const socket = connect(port, '127.0.0.1');
    this.#socket = socket;
    socket.setNoDelay(true);
    this.isThere = new Promise((resolve) => {
      let isLoggedIn = false;
      let rest = Buffer.alloc(0);
      socket.on('data', (chunk) => {
        rest = Buffer.concat([rest, chunk]);
        while (this.#unheard > 0) {
          const length = lengthOf(rest);
          if (length === undefined) return;
          this.#unheard--;
          if (!isLoggedIn && this.#unheard === 0) {
            isLoggedIn = rest[4] === OK;
            resolve(isLoggedIn);
          }
          rest = rest.subarray(length);
        }
        client.write(rest);
        rest = Buffer.alloc(0);
      });
      socket.on('error', () => undefined);
      socket.on('close', () => {
        if (isLoggedIn) client.destroy();
        resolve(false);
      });
    });
  }

  /** A user without a password answers no challenge, so every server accepts the packet. */
  logIn(packet: Buffer): void {
    this.#socket.write(packet);
  }

  /** All further packets go to the client, which waits for the answer before it sends more. */
  ask(packet: Buffer): void {
    this.#socket.write(packet);
  }

  tell(packet: Buffer): void {
    if (packet[4] !== COM_QUIT) this.#unheard++;
    this.#socket.write(packet);
  }

  destroy(): void {
    this.#socket.destroy();
  }
}

type Route = 'replica' | 'primary' | 'both';

const [COM_QUIT, COM_INIT_DB, COM_QUERY, COM_CHANGE_USER, COM_STMT_PREPARE, COM_RESET_CONNECTION] = [1, 2, 3, 17, 22, 31];
const OK = 0;
const TO_BOTH: readonly (number | undefined)[] = [COM_QUIT, COM_INIT_DB, COM_CHANGE_USER, COM_RESET_CONNECTION];

/** Where the packets of one connection go. It recognises transactions by their statements, so autocommit has to stay on. */
function router(): (packet: Buffer) => Route {
  let transaction: Route | undefined;
  return (packet) => {
    const command = packet[4];
    if (TO_BOTH.includes(command)) return 'both';
    if (command === COM_STMT_PREPARE) throw new Error('the splitter knows no prepared statements');
    if (command !== COM_QUERY) return 'primary';
    const words = packet.toString('latin1', 5).replace(/^(\s|\(|--[^\n]*\n|\/\*.*?\*\/)+/s, '');
    if (/^(COMMIT|ROLLBACK)\b(?! *TO\b)/i.test(words)) {
      const route = transaction ?? 'primary';
      transaction = undefined;
      return route;
    }
    if (/^(START TRANSACTION|BEGIN)\b/i.test(words)) transaction = /\bREAD ONLY\b/i.test(words) ? 'replica' : 'primary';
    if (transaction !== undefined) return transaction;
    if (/^(SET (?!GLOBAL\b|STATEMENT\b)|USE\b)/i.test(words)) return 'both';
    return /^(SELECT|WITH)\b/i.test(words) && !OF_THE_PRIMARY.test(words) ? 'replica' : 'primary';
  };
}

/** SELECTs that lock rows or names. */
const OF_THE_PRIMARY = /\b(FOR UPDATE|FOR SHARE|LOCK IN SHARE MODE|(GET|RELEASE|IS_FREE|IS_USED)_LOCK)\b/i;

function onPackets(socket: Socket, each: (packet: Buffer) => void): void {
  let rest = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    for (let length = lengthOf(rest); length !== undefined; length = lengthOf(rest)) {
      each(rest.subarray(0, length));
      rest = rest.subarray(length);
    }
  });
}

/** The length of the packet that begins here, with its header; undefined until the whole packet is here. */
function lengthOf(bytes: Buffer): number | undefined {
  if (bytes.length < 4) return undefined;
  const length = 4 + bytes.readUIntLE(0, 3);
  return bytes.length < length ? undefined : length;
}
