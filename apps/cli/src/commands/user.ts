import type { Role } from '@ticket/domain';
import type { User, UserChanges, UserListRequest } from '@ticket/domain/accounts';
import { type Command, Option } from 'commander';
import { type ListOptions, listed, printList } from '../listing.ts';
import { Instant, parsed } from '../options.ts';
import { passwordFor } from '../password.ts';
import { printRow } from '../printing.ts';
import { type Configure, examples } from '../program.ts';
import { type UserReference, userOf } from '../user-reference.ts';
import { createUser } from './create-user.ts';

const operator = { actor: 'operator' } as const;

interface Filters extends ListOptions {
  readonly q?: string;
  readonly role?: Role;
  readonly modifiedSince?: Date;
}

/** ticketctl user list | show | create | change | promote | demote | password | logout | delete */
export const user: Configure = (command, program) => {
  const { withUseCases, terminal } = program;
  const part = (name: string, does: string) => command.command(name).description(does);
  const withUser = (name: string, does: string, ...more: readonly string[]) =>
    part(name, does)
      .argument('<user>', 'the id or the e-mail')
      .addHelpText('after', examples([`ticketctl user ${name} ani@example.com`, ...more].join(' ')));

  createUser(part('create', 'make a user; the password is read from TICKETS_PASSWORD or from standard input'), program);

  listed(part('list', 'list users, the oldest account first'))
    .option('--q <words>', 'users with these words, or words that begin so, in name or e-mail')
    .addOption(new Option('--role <role>', 'users with this role').choices(['user', 'admin']))
    .option('--modified-since <time>', 'users that were edited at this time or later; without other filters', parsed(Instant))
    .addHelpText('after', examples('ticketctl user list --role admin', 'ticketctl user list --csv > users.csv'))
    .action(async ({ q: search, role, modifiedSince, ...options }: Filters) => {
      const listing = await listingOfUsers();
      const request: UserListRequest = { search, role, modifiedSince };
      await withUseCases(({ listUsers }) => printList((asked: UserListRequest) => listUsers(operator, asked), request, listing, options, terminal), {
        looks: true,
      });
    });

  withUser('show', 'show one user')
    .option('--json', 'as the API shows it')
    .action(async (reference: UserReference, options: ListOptions) => {
      const listing = await listingOfUsers();
      await withUseCases(async (useCases) => printRow(listing, await userOf(useCases, reference), options, terminal), { looks: true });
    });

  const change = async (reference: UserReference, changes: UserChanges) => {
    const { id, role, email } = await withUseCases(async (useCases) =>
      useCases.changeUser(operator, (await userOf(useCases, reference)).id, changes),
    );
    await terminal.print(`${id} ${role} ${email}`);
  };

  withUser('change', 'change the name or the e-mail of a user', "--name 'Ibu Ani'")
    .option('--name <name>', 'the new name')
    .option('--email <email>', 'the new e-mail')
    .action(async (reference: UserReference, changes: Pick<UserChanges, 'name' | 'email'>, self: Command) => {
      if (Object.keys(changes).length === 0) self.error('error: nothing to change was given');
      await change(reference, changes);
    });

  withUser('promote', 'make a user an admin').action((reference: UserReference) => change(reference, { role: 'admin' }));
  withUser('demote', 'make an admin a user; one admin always stays').action((reference: UserReference) => change(reference, { role: 'user' }));

  withUser('password', 'set a new password, read from TICKETS_PASSWORD or from standard input; every session of the user ends').action(
    async (reference: UserReference, _options: object, self: Command) => {
      await change(reference, { password: await passwordFor(self) });
    },
  );

  withUser('logout', 'end every session of a user').action(async (reference: UserReference) => {
    const { id, role, email } = await withUseCases(async (useCases) => {
      const found = await userOf(useCases, reference);
      return useCases.logOut({ actor: { userId: found.id, role: found.role } });
    });
    await terminal.print(`${id} ${role} ${email}`);
  });

  withUser('delete', 'delete a user who has no bookings that hold tickets, and organises no events').action(async (reference: UserReference) => {
    const id = await withUseCases(async (useCases) => {
      const found = await userOf(useCases, reference);
      await useCases.deleteUser(operator, found.id);
      return found.id;
    });
    await terminal.print(id);
  });

  return command;
};

async function listingOfUsers() {
  const { userText } = await import('@ticket/http/wire');
  return {
    columns: {
      id: (one: User) => one.id,
      name: (one: User) => one.name,
      email: (one: User) => one.email,
      role: (one: User) => one.role,
      createdAt: (one: User) => one.createdAt.toISOString(),
      updatedAt: (one: User) => one.updatedAt.toISOString(),
    },
    shown: ['id', 'email', 'role', 'name', 'createdAt'],
    json: userText,
  };
}
