import type { Role } from '@ticket/domain';
import { type Command, Option } from 'commander';
import { passwordFor } from '../password.ts';
import { type Configure, examples } from '../program.ts';

interface Options {
  readonly name: string;
  readonly email: string;
  readonly password?: string;
  readonly role: Role;
}

/**
 * ticketctl user create --name <name> --email <email> [--role admin] The password comes from TICKETS_PASSWORD, or from a line on standard
 * input, because an argument would be visible in the list of processes.
 */
export const createUser: Configure = (command, { withUseCases, terminal }) =>
  command
    .requiredOption('--name <name>', 'the name of the user')
    .requiredOption('--email <email>', 'the e-mail, which no other user has')
    .addOption(new Option('--role <role>', 'the role').choices(['user', 'admin']).default('user'))
    .option('--password <password>', 'seen by every process on this machine; better leave it out')
    .addHelpText('after', examples("ticketctl user create --name 'Ibu Ani' --email ani@example.com --role admin"))
    .action(async ({ name, email, role, password: given }: Options, self: Command) => {
      const account = { name, email, role, password: given || (await passwordFor(self)) };
      const { value: user } = await withUseCases((useCases) => useCases.createUser({ actor: 'operator' }, account));
      await terminal.print(`${user.id} ${user.role} ${user.email}`);
    });
