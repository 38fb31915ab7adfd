import type { Command } from 'commander';
import type { Terminal } from './terminal.ts';
import type { WithUseCases } from './with-use-cases.ts';

/** What a command works with. Tests give their own. */
export interface Program {
  readonly terminal: Terminal;
  readonly withUseCases: WithUseCases;
}

/** A file in `commands/` exports one. It gives the command its arguments, options, an example and its action. */
export type Configure = (command: Command, program: Program) => Command;

/** The examples at the end of a command's help. */
export const examples = (...lines: readonly string[]): string =>
  `\n${lines.length === 1 ? 'Example' : 'Examples'}:\n${lines.map((line) => `  $ ${line}`).join('\n')}`;
