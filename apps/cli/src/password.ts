import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import type { Command } from 'commander';
import { AnsweredNo } from './answered-no.ts';

/**
 * The password from TICKETS_PASSWORD, or from standard input. An empty variable counts as not set, as in the configuration. Without a
 * password the command was used wrongly.
 */
export async function passwordFor(command: Command): Promise<string> {
  const password = process.env['TICKETS_PASSWORD'] || (await passwordFromStandardInput());
  return password === '' ? command.error(NO_PASSWORD) : password;
}

const NO_PASSWORD =
  "error: there is no password: TICKETS_PASSWORD is not set, and standard input is empty. Set it, or give a line: echo 'the password' | ticketctl user ...";

/** Reads a line from standard input. On a terminal it prompts, and does not show what is typed or pasted. */
async function passwordFromStandardInput(): Promise<string> {
  if (process.stdin.isTTY) return askTerminal();
  let text = '';
  for await (const chunk of process.stdin.setEncoding('utf8')) {
    text += chunk;
    if (text.includes('\n')) break;
  }
  return text.split(/\r?\n/)[0] ?? '';
}

/** readline shows each key on its output, so the output is discarded here. */
function askTerminal(): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true, historySize: 0 });
  process.stderr.write('Password (not shown): ');
  return new Promise<string>((resolve, reject) => {
    lines.once('line', resolve);
    // Ctrl-C, and Ctrl-D on an empty line
    lines.once('close', () => reject(new AnsweredNo()));
  }).finally(() => {
    process.stderr.write('\n');
    lines.close();
  });
}
