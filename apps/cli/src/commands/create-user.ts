import type { Role } from '@ticket/domain';
import { Command, Option } from 'commander';
import { passwordFromStandardInput } from '../password.ts';
import type { WithUseCases } from '../with-use-cases.ts';

interface Options {
  readonly name: string;
  readonly email: string;
  readonly password?: string;
  readonly role: Role;
}

const NO_PASSWORD =
  "error: there is no password: TICKETS_PASSWORD is not set, and standard input is empty. Set it, or give a line: echo 'the password' | tickets user create ...";

/**
 * tickets user create --name <name> --email <email> [--role admin] The password comes from TICKETS_PASSWORD, or from a line on standard
 * input, because an argument would be visible in the list of processes.
 */
export const createUser = (withUseCases: WithUseCases) =>
  new Command('create')
    .description('make a user; the password is read from TICKETS_PASSWORD or from standard input')
    .requiredOption('--name <name>', 'the name of the user')
    .requiredOption('--email <email>', 'the e-mail, which no other user has')
    .addOption(new Option('--role <role>', 'the role').choices(['user', 'admin']).default('user'))
    .addOption(new Option('--password <password>', 'seen by every process on this machine; better leave it out').env('TICKETS_PASSWORD'))
    .action(async ({ name, email, role, password: given }: Options, command: Command) => {
      // An empty variable counts as not set, as in the configuration.
      const password = given || (await passwordFromStandardInput());
      if (password === '') command.error(NO_PASSWORD);
      const account = { name, email, role, password };
      const { value: user } = await withUseCases((useCases) => useCases.createUser({ actor: 'operator' }, account));
      console.log(`${user.id} ${user.role} ${user.email}`);
    });
