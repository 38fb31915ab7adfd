import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { brotliDecompressSync, createBrotliDecompress, createGunzip, gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { codingForStream, compressed, compressedStream } from './compression.ts';

const encoder = new TextEncoder();
/** Random text, which does not become small. So a client that stops reading soon has received all that it has room for. */
const TEXTS = Array.from({ length: 100 }, (_, part) => `${part}:${randomBytes(5000).toString('hex')}`);
const textOf = (part: number): string => TEXTS[part % TEXTS.length] ?? '';
let readParts: number;
let isEnded: boolean;

/** Parts of text. An Error among them is thrown when its turn comes. */
async function* parts(count: number, error?: Error): AsyncGenerator<Uint8Array> {
  readParts = 0;
  isEnded = false;
  try {
    for (let part = 0; part < count; part++) {
      readParts += 1;
      yield encoder.encode(textOf(part));
    }
    if (error !== undefined) throw error;
  } finally {
    isEnded = true;
  }
}
const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await sleep(1);
};
const never = new AbortController().signal;

describe.each([
  ['br' as const, brotliDecompressSync, createBrotliDecompress],
  ['gzip' as const, gunzipSync, createGunzip],
])('in %s', (coding, decompress, createDecompress) => {
  it('a stream is what went in', async () => {
    const sent = await new Response(compressedStream(parts(50), coding, never)).arrayBuffer();
    expect(decompress(sent).toString()).toBe(Array.from({ length: 50 }, (_, part) => textOf(part)).join(''));
  });

  it('a part is readable before the next one is there', { timeout: 10_000 }, async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    async function* slow() {
      yield encoder.encode('first');
      await held;
      yield encoder.encode(' second');
    }
    const reader = compressedStream(slow(), coding, never).getReader();
    const plain = createDecompress();
    const read = async () => {
      const { value } = await reader.read();
      if (value !== undefined) plain.write(value);
      return value !== undefined;
    };
    let text = '';
    plain.on('data', (bytes) => {
      text += bytes;
    });
    await read();
    await until(() => text === 'first');
    release();
    while (await read());
    await until(() => text === 'first second');
  });

  it('the source is read no faster than the client reads, and ends when the client leaves', async () => {
    const reader = compressedStream(parts(100_000), coding, never).getReader();
    await reader.read();
    await sleep(100);
    const before = readParts;
    await sleep(100);
    expect(readParts).toBe(before);
    await reader.cancel();
    await until(() => isEnded);
    expect(codingForStream(coding)).toBe(coding);
  });

  it('a request that is aborted before its body is read ends the source', { timeout: 10_000 }, async () => {
    const leaving = new AbortController();
    compressedStream(parts(100_000), coding, leaving.signal);
    await until(() => readParts > 0);
    leaving.abort();
    await until(() => isEnded);
  });

  it('a failure of the source breaks the stream off', async () => {
    const body = new Response(compressedStream(parts(3, new Error('broke off')), coding, never));
    await expect(body.arrayBuffer()).rejects.toThrow('broke off');
  });

  it('bytes are compressed once for all requests', async () => {
    const bytes = encoder.encode(textOf(1));
    const [one, other] = [compressed(bytes, coding), compressed(bytes, coding)];
    expect(one).toBe(other);
    expect(decompress((await one) ?? '').toString()).toBe(textOf(1));
  });
});

it('beyond a few at once nothing more is compressed, until one of them ends', async () => {
  const leaving = new AbortController();
  for (let open = 0; open < 4; open++) {
    expect(codingForStream('br')).toBe('br');
    compressedStream(parts(100_000), 'br', leaving.signal);
  }
  const bytes = encoder.encode(textOf(1));
  expect([codingForStream('br'), compressed(bytes, 'gzip')]).toEqual([undefined, undefined]);
  leaving.abort();
  await until(() => codingForStream('br') === 'br');
  expect(gunzipSync((await compressed(bytes, 'gzip')) ?? '').toString()).toBe(textOf(1));
});
