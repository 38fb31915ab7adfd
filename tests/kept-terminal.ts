import type { Terminal } from '../apps/cli/src/terminal.ts';

/** A terminal that keeps what commands print and tell. `said` has both, in their order. */
export function keptTerminal(columns?: number) {
  const kept = { printed: '', told: [] as string[], said: '' };
  const write = async (text: string) => {
    kept.printed += text;
    kept.said += text;
  };
  const terminal: Terminal = {
    write,
    print: (line) => write(`${line}\n`),
    tell: (line) => {
      kept.told.push(line);
      kept.said += `${line}\n`;
    },
    columns,
  };
  return Object.assign(kept, { terminal });
}
