import { fstatSync } from 'node:fs';
import pino from 'pino';
import type { Log } from './report.ts';
import { sampling } from './sampling.ts';

const STDOUT = 1;
/** Lines are written together, so many or this long after the first: on the way of a booking a write each costs more than the line. */
const LINES_MAX = 64;
const WRITE_MS = 100;
/** The most that is kept while the reader is slow. Later lines are left out, since a full pipe must not stop a sale. */
const KEPT_BYTES_MAX = 16 * 1024 * 1024;

/** No line is made of these. Should one ever be, under its own name, its value is left out. */
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

/** As a line has it, made once a millisecond: at a rush some ten lines are of the same one. */
function timeNow(): string {
  const now = Date.now();
  if (now !== time.milliseconds) time = { milliseconds: now, text: `,"time":"${new Date(now).toISOString()}"` };
  return time.text;
}
let time = { milliseconds: 0, text: '' };

/** Where lines go, many at a time. */
interface Destination {
  write(lines: string): void;
  /** Calls back when all of it is written. */
  flush(written: () => void): void;
  /** At the process's end, when nothing can be waited for. */
  end(lines: string): void;
}

/** A file takes whatever comes, in a thread of its own, because its disk may be slow. */
function toFile(): Destination {
  const file = pino.destination({ dest: STDOUT, sync: false, minLength: 1, maxLength: KEPT_BYTES_MAX });
  file.on('error', () => undefined); // its disk is full: the sale goes on
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
 * A pipe may be full for ever, because its reader hangs. Node's own stream never waits for it. A write in a thread would: Node joins
 * its threads at the end, so the process would never end.
 */
function toPipe(): Destination {
  const { stdout } = process;
  stdout.on('error', () => undefined); // its reader is gone: the sale goes on
  const write = (lines: string) => {
    if (stdout.writableLength < KEPT_BYTES_MAX) stdout.write(lines);
  };
  return { write, flush: (written) => void stdout.write('', () => written()), end: write };
}

/** The log on standard output, a JSON object a line. It is written behind the work's back; at the process's own end all that its reader takes. */
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
      // nobody reads it any more
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
  // Level debug means every line, those of reads too.
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
