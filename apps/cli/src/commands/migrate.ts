import { type Configure, examples } from '../program.ts';

/** ticketctl migrate: opening the database for a command that may write brings its tables up to date. */
export const migrate: Configure = (command, { withUseCases, terminal }) =>
  command.addHelpText('after', examples('ticketctl migrate')).action(() => withUseCases(() => terminal.print('The tables are up to date.')));
