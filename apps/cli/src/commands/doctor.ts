import { styleText } from 'node:util';
import { AnsweredNo } from '../answered-no.ts';
import { type Configure, examples } from '../program.ts';

/** ticketctl doctor: exits with 0 if everything is ok, otherwise with 1. It changes nothing. */
export const doctor: Configure = (command, { terminal }) =>
  command.addHelpText('after', examples('ticketctl doctor')).action(async () => {
    const [{ readEnvironment }, { findings }] = await Promise.all([import('@ticket/adapters'), import('../findings.ts')]);
    let isSound = true;
    for await (const { about, isOk, says } of findings(readEnvironment())) {
      isSound &&= isOk;
      const mark = isOk ? 'ok  ' : 'MEND';
      const shown = terminal.columns === undefined ? mark : styleText(isOk ? 'green' : 'red', mark, { stream: process.stdout });
      await terminal.print(`${shown}  ${about.padEnd(13)}  ${says.replaceAll('\n', '\n                     ')}`);
    }
    if (!isSound) throw new AnsweredNo();
  });
