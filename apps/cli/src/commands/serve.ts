import { type Configure, examples } from '../program.ts';

/** ticketctl serve */
export const serve: Configure = (command) =>
  command.addHelpText('after', examples('ticketctl serve')).action(async () => (await import('@ticket/http')).serve({ exitCode: 3 }));
