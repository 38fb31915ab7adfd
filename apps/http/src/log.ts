import { fstatSync } from 'node:fs';
import pino from 'pino';
import type { Log } from './report.ts';
import { sampling } from './sampling.ts';

const STDOUT = 1;
/**
 * Lines are written together: after this number of lines, or this time after the first. A separate write for each line would cost more than
 * the line.
 */
const LINES_MAX = 64;
const WRITE_MS = 100;
/** The most bytes that are kept while the reader is slow. Later lines are dropped, because a full pipe must not stop a sale. */
const KEPT_BYTES_MAX = 16 * 1024 * 1024;

/** No line should contain these fields. If a line ever does, pino removes the values. */
const NEVER = [
  'password',
  'passwordHash',
  'password_hash',
  'hash',
  'token',
  'secret',
  'authorization',
  'cookie',
  'email',
  'body',
  'query',
  'parameters',
];

/** The time of a line as text. It is made once for each millisecond, because in a rush about ten lines have the same one. */
function timeNow(): string {
  const now = Date.now();
  if (now !== time.milliseconds) time = { milliseconds: now, text: `,"time":"${new Date(now).toISOString()}"` };
  return time.text;
}
let time = { milliseconds: 0, text: '' };

/** The destination of lines, which are written many at a time. */
interface Destination {
  write(lines: string): void;
  /** Calls `written` when all lines are written. */
  flush(written: () => void): void;
  /** Writes the last lines at the end of the process, when nothing can wait. */
  end(lines: string): void;
}

/** Writes to a file in a separate thread, because the disk may be slow. */
function toFile(): Destination {
  const file = pino.destination({ dest: STDOUT, sync: false, minLength: 1, maxLength: KEPT_BYTES_MAX });
  file.on('error', () => undefined); // the disk is full: sales continue
  return {
    write: (lines) => void file.write(lines),
    flush: (written) => file.flush(written),
    end: (lines) => {
      file.write(lines);
      file.flushSync();
    },
  };
}

/**
 * Writes to a pipe through Node's own stream, which never waits. A pipe may be full for ever, because its reader hangs. A write in a thread
 * would then never end, and Node waits for its threads, so the process would never end.
 */
function toPipe(): Destination {
  const { stdout } = process;
  stdout.on('error', () => undefined); // the reader is gone: sales continue
  const write = (lines: string) => {
    if (stdout.writableLength < KEPT_BYTES_MAX) stdout.write(lines);
  };
  return { write, flush: (written) => void stdout.write('', () => written()), end: write };
}

/**
 * The log on standard output, with one JSON object on each line. No request waits for a write. At the end of the process, all lines that
 * the reader accepts are written.
 */
export function createLog(level: 'debug' | 'info' | 'warn' | 'error', facts?: () => object): { log: Log; written: () => Promise<void> } {
  const destination = fstatSync(STDOUT).isFile() ? toFile() : toPipe();
  let kept: string[] = [];
  let timer: NodeJS.Timeout | undefined;
  const handOver = () => {
    clearTimeout(timer);
    timer = undefined;
    destination.write(kept.join(''));
    kept = [];
  };
  const stream = {
    write(line: string) {
      kept.push(line);
      if (kept.length >= LINES_MAX) handOver();
      else timer ??= setTimeout(handOver, WRITE_MS).unref();
    },
  };
  process.prependOnceListener('exit', () => {
    try {
      flush();
      destination.end(kept.join(''));
    } catch {
      // the reader is gone
    }
  });
  const lines = pino(
    {
      level,
      base: null,
      messageKey: 'message',
      timestamp: timeNow,
      ...(facts === undefined ? {} : { mixin: facts }),
      formatters: { level: (name) => ({ level: name }) },
      redact: [...NEVER, ...NEVER.map((name) => `error.${name}`)],
    },
    stream,
  );
  const write: Log = ({ level, message, ...rest }) => lines[level](rest, message);
  const { sample, flush } = sampling(write);
  // With level debug every line is written, nothing is sampled.
  const log: Log = ({ sampled = false, ...line }) => (sampled && level !== 'debug' ? sample(line) : write(line));
  return {
    log: Object.assign(log, { debug: level === 'debug' }),
    written: () => {
      flush();
      handOver();
      return new Promise((resolve) => destination.flush(resolve));
    },
  };
}
