import type { Log } from './report.ts';

type Line = Parameters<Log>[0];

/** The number of equal lines that are written in a second, which is enough to see what they are. Further ones are only counted. */
const WRITTEN_MAX = 10;
/**
 * The number of kinds of lines that are counted separately in a second. Further kinds share one count. There are fewer messages and reasons
 * than this.
 */
const KINDS_MAX = 100;
const SECOND_MS = 1000;

interface Kind {
  readonly level: Line['level'];
  readonly of: string;
  readonly reason?: unknown;
  readonly error?: unknown;
  count: number;
}

/**
 * Limits the lines that a stranger can cause as often as they like. Lines with the same message, reason and error are one kind. In each
 * second the first lines of a kind are written, and at its end the number of omitted lines. `flush` writes the counts at once.
 */
export function sampling(write: Log): { readonly sample: Log; readonly flush: () => void } {
  let kinds = new Map<string, Kind>();
  let timer: NodeJS.Timeout | undefined;
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    const ended = [...kinds.values()];
    kinds = new Map();
    for (const { count, ...kind } of ended) if (count > WRITTEN_MAX) write({ ...kind, message: 'lines left out', count: count - WRITTEN_MAX });
  };
  const sample: Log = (line) => {
    timer ??= setTimeout(flush, SECOND_MS).unref();
    const alike = JSON.stringify([line.message, line['reason'], line['error']]);
    const name = kinds.size < KINDS_MAX || kinds.has(alike) ? alike : 'various';
    const kind = kinds.get(name) ?? kindOf(line, name === alike);
    kinds.set(name, kind);
    kind.count += 1;
    if (kind.count <= WRITTEN_MAX) write(line);
  };
  return { sample, flush };
}

const kindOf = ({ level, message, reason, error }: Line, isNamed: boolean): Kind =>
  isNamed ? { level, of: message, reason, error, count: 0 } : { level, of: 'various', count: 0 };
