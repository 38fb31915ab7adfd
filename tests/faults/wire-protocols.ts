import type { ServedEngine } from '../engine-names.ts';

/** The statement in data from the server to its database; undefined for other data, such as a password. */
interface Sent {
  readonly statement: string | undefined;
  readonly bytes: Buffer;
}

export interface DatabaseError {
  /** MySQL's number, or PostgreSQL's SQLSTATE. */
  readonly code: number | string;
  readonly done: string;
}

/** The protocol between a server and its database, as far as fault injection needs it. */
export interface Protocol {
  /** Reads one connection from its first byte. An incomplete message waits for the next chunk. */
  reader(): (chunk: Buffer) => readonly Sent[];
  /** A statement without values. */
  query(sql: string): Buffer;
  /** The answer to a failed statement. */
  error(code: DatabaseError['code']): Buffer;
}

const COM_QUERY = 3;
const SAID = 'put on the wire by a test';

const mysql: Protocol = {
  // A client sends one statement and waits for the answer. So a statement begins a chunk: length (3), number (1), COM_QUERY (1), text.
  reader: () => (chunk) => [{ statement: chunk[3] === 0 && chunk[4] === COM_QUERY ? chunk.toString('latin1', 5) : undefined, bytes: chunk }],
  query: (sql) => packet(0, Buffer.concat([Buffer.from([COM_QUERY]), Buffer.from(sql)])),
  error: (code) => packet(1, Buffer.concat([Buffer.from([0xff, Number(code) & 0xff, Number(code) >> 8]), Buffer.from(`#HY000${SAID}`)])),
};

function packet(sequence: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(4);
  header.writeUIntLE(payload.length, 0, 3);
  header[3] = sequence;
  return Buffer.concat([header, payload]);
}

/**
 * Version 3. A message has a kind (1), a length without the kind (4), and content. A statement is one Query message, or several messages up
 * to Sync: Parse gives a text its name, and Bind refers to it. A client may send many messages without waiting.
 */
const postgres: Protocol = {
  reader() {
    /** The statements that have a name on this connection. */
    const named = new Map<string, string>();
    const read = messagesOf({ hasStarted: false });
    let begun: Buffer[] = [];
    let statement: string | undefined;
    return (chunk) => {
      const sent: Sent[] = [];
      for (const message of read(chunk)) {
        const kind = String.fromCharCode(message[0] ?? 0);
        begun.push(message);
        const texts = message.toString('utf8', 5).split('\0');
        if (kind === 'Q') statement = texts[0];
        if (kind === 'P') named.set(texts[0] ?? '', texts[1] ?? '');
        if (kind === 'B') statement = named.get(texts[1] ?? '');
        if (['P', 'B', 'D', 'E', 'C'].includes(kind)) continue; // Sync ends it
        sent.push({ statement, bytes: Buffer.concat(begun) });
        begun = [];
        statement = undefined;
      }
      return sent;
    };
  },
  query: (sql) => messageOf('Q', `${sql}\0`),
  error: (code) => Buffer.concat([messageOf('E', `SERROR\0VERROR\0C${code}\0M${SAID}\0\0`), messageOf('Z', 'I')]),
};

/** What a connection asks before its first real message. */
const SSL_REQUEST = 80877103;

/** Splits the data into complete messages. An incomplete one waits. A connection's first messages have no kind, so they begin with the length. */
export function messagesOf({ hasStarted }: { readonly hasStarted: boolean }): (chunk: Buffer) => readonly Buffer[] {
  let kindLength = hasStarted ? 1 : 0;
  let waiting = Buffer.alloc(0);
  return (chunk) => {
    waiting = Buffer.concat([waiting, chunk]);
    const whole: Buffer[] = [];
    while (waiting.length >= kindLength + 4) {
      const length = kindLength + waiting.readInt32BE(kindLength);
      if (waiting.length < length) break;
      const message = waiting.subarray(0, length);
      waiting = waiting.subarray(length);
      whole.push(message);
      if (kindLength === 0 && message.readInt32BE(4) !== SSL_REQUEST) kindLength = 1;
    }
    return whole;
  };
}

function messageOf(kind: string, text: string): Buffer {
  const body = Buffer.from(text);
  const head = Buffer.alloc(5);
  head.write(kind, 0, 'latin1');
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

export const PROTOCOLS: Readonly<Record<ServedEngine, Protocol>> = { mysql, postgres };
