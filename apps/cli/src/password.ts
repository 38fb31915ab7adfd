import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { AnsweredNo } from './answered-no.ts';

/** Reads a line from standard input. On a terminal it prompts, and does not show what is typed or pasted. */
export async function passwordFromStandardInput(): Promise<string> {
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
