// Takes out, one at a time, each line that protects a promise, and asks that the test named beside it fails.
// A protecting line without such a test is a line that somebody deletes one day. `npm run test:mutants [name]`
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import type { Plugin } from 'vitest/config';

const Report = v.object({ testResults: v.array(v.object({ assertionResults: v.array(v.object({ fullName: v.string(), status: v.string() })) })) });

const persistence = 'packages/adapters/src/persistence';

export interface Mutant {
  readonly name: string;
  readonly file: string;
  /** What stands there, once. */
  readonly line: string;
  readonly becomes: string;
  /** The test that has to fail, by its file and words of its full name. */
  readonly killedBy: readonly [file: string, words: string];
}

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'row lock',
    file: `${persistence}/locking.ts`,
    line: "if (mode === 'locked' && dialect.rowLock !== undefined) query.setLock(dialect.rowLock);",
    becomes: '',
    killedBy: [`${persistence}/races.test.ts`, 'a booking is decided on the stock that he leaves'],
  },
  {
    name: 'writer queue',
    file: `${persistence}/database.ts`,
    line: 'this.dialect.pool === undefined ? this.#turns.run(turn, run) : run()',
    becomes: 'run()',
    killedBy: [`${persistence}/races.test.ts`, 'users and bookings written at once, sqlite lose nothing that was acknowledged'],
  },
  {
    name: 'a CHECK that does not bite is told at the start',
    file: `${persistence}/dialects/sql.ts`,
    line: "if (errors.classify(error) !== 'referenced')",
    becomes: 'if (true)',
    killedBy: [`${persistence}/walls.test.ts`, 'CHECK is ignored'],
  },
  {
    name: 'an isolation that was not asked for is told at the start',
    file: `${persistence}/dialects/mysql-walls.ts`,
    line: "isolation === undefined || isolation === 'READ-COMMITTED'",
    becomes: 'true',
    killedBy: [`${persistence}/walls.test.ts`, 'isolation was changed'],
  },
  {
    name: 'a COMMIT that waits for no disk is told at the start',
    file: `${persistence}/dialects/sqlite-walls.ts`,
    line: 'SYNCED.includes(Number(synchronous))',
    becomes: 'true',
    killedBy: [`${persistence}/walls.test.ts`, 'COMMIT waits for no disk'],
  },
  {
    name: 'status decided under the lock',
    file: 'packages/domain/src/stock/settlement.ts',
    line: 'const before = this.#bookings.find(bookingId);',
    becomes: 'const before = this.#bookings.deleted().find(({ id }) => id === bookingId) ?? this.#bookings.find(bookingId);',
    killedBy: [`${persistence}/contracts.test.ts`, 'sqlite keeps the promises of BookingRepository'],
  },
  {
    name: 'stock counted down within a batch',
    file: 'packages/domain/src/stock/batch-rows.ts',
    line: 'const row = id === undefined ? undefined : this.#now.get(id);',
    becomes: 'const row = this.#before.find((one) => one.id === id);',
    killedBy: [`${persistence}/contracts.test.ts`, 'mysql keeps the promises of EventRepository'],
  },
  {
    name: 'no more than is left',
    file: 'packages/domain/src/stock/event.ts',
    line: 'if (taken > event.availableTickets)',
    becomes: 'if (false)',
    killedBy: [`${persistence}/contracts.test.ts`, 'sqlite keeps the promises of EventRepository'],
  },
  {
    name: 'a cancelled booking holds nothing',
    file: 'packages/domain/src/stock/booking.ts',
    line: "booking === undefined || booking.status === 'cancelled' ? 0",
    becomes: 'booking === undefined ? 0',
    killedBy: [`${persistence}/contracts.test.ts`, 'each answered as a small model answers it'],
  },
  {
    name: 'one lane for one event',
    file: `${persistence}/batch-queue.ts`,
    line: 'this.#lanes[hash(key) % this.#lanes.length]',
    becomes: 'this.#lanes[Math.floor(Math.random() * this.#lanes.length)]',
    killedBy: [`${persistence}/contracts.test.ts`, 'mysql keeps the promises of EventRepository'],
  },
  {
    name: 'a batch is halved when it fails',
    file: `${persistence}/batch-queue.ts`,
    line: 'if (batch.length === 1 || isOutage(error))',
    becomes: 'if (true)',
    killedBy: [`${persistence}/batch-queue.test.ts`, 'stores the neighbours of a request that cannot be stored'],
  },
  {
    name: 'nobody of another event in a second try',
    file: `${persistence}/stock-transaction.ts`,
    line: "if (this.#try === 'first') this.#batch.push(",
    becomes: 'this.#batch.push(',
    killedBy: [`${persistence}/failing-batches.test.ts`, 'who came meanwhile for other events has no part in it'],
  },
  {
    name: 'whole transaction again after a deadlock',
    file: `${persistence}/dialects/mysql-errors.ts`,
    line: "1213: 'rolled_back'",
    becomes: "1213: 'bug'",
    killedBy: [`${persistence}/races.test.ts`, 'costs a deadlock’s victim a second run and the buyer nothing'],
  },
  {
    name: 'rollback before running again',
    file: `${persistence}/tries.ts`,
    line: 'await rollBack(undefined).catch(() => undefined);',
    becomes: '',
    killedBy: [`${persistence}/contracts.test.ts`, 'sqlite keeps the promises of UserRepository'],
  },
  {
    name: 'a lost COMMIT is looked up',
    file: `${persistence}/tries.ts`,
    line: 'const found = isInDoubt ? await mark?.claim(runner.manager) : undefined;',
    becomes: 'const found = undefined as { readonly stored: Result } | undefined;',
    killedBy: [`${persistence}/failing-commits.test.ts`, 'once, when what was stored is a COMMIT: found out, and booked once'],
  },
  {
    name: 'a mark in every transaction that is told',
    file: `${persistence}/tries.ts`,
    line: 'mark === undefined || isInDoubt ? unsent : [...unsent, mark.next()]',
    becomes: 'unsent',
    killedBy: [`${persistence}/failing-commits.test.ts`, 'once, when what was stored is a COMMIT: found out, and booked once'],
  },
  {
    name: 'each statement of a packet finds the rows that were locked',
    file: `${persistence}/statement.ts`,
    line: 'if (expected !== undefined && found !== expected)',
    becomes: 'if (false)',
    killedBy: [`${persistence}/writing.test.ts`, 'mysql: one that finds fewer rows than were locked'],
  },
  {
    name: 'no second statement in the text of one',
    file: `${persistence}/dialects/mysql-pool.ts`,
    line: "if (typeof text === 'string' && text.includes(';') && !isJoined(text))",
    becomes: 'if (false)',
    killedBy: [`${persistence}/writing.test.ts`, 'mysql: text that holds a second statement is refused'],
  },
  {
    name: 'connections of the pool for sales',
    file: `${persistence}/database.ts`,
    line: "inPlace(turn === 'sales' ? undefined : this.#places, () =>",
    becomes: 'inPlace(this.#places, () =>',
    killedBy: [`${persistence}/places-for-sales.test.ts`, 'on mysql others leave sales their connections'],
  },
  {
    name: 'an unknown failure of COMMIT is no rollback',
    file: `${persistence}/tries.ts`,
    line: 'if (committing && !dialect.errors.isKnownRollback(error))',
    becomes: 'if (false)',
    killedBy: [`${persistence}/failing-commits.test.ts`, 'again and again: nobody hears that nothing was stored'],
  },
  {
    name: 'no mark is looked for when it may have been swept',
    file: `${persistence}/commit-mark.ts`,
    line: 'if (this.#isTooOld)',
    becomes: 'if (false)',
    killedBy: [`${persistence}/commit-mark.test.ts`, 'is not known, rather than done again'],
  },
  {
    name: 'an error that no list names stored nothing',
    file: `${persistence}/dialects/mysql-errors.ts`,
    line: "BY_NUMBER[errno] ?? (BUGS.has(errno) ? 'bug' : 'unforeseen')",
    becomes: "BY_NUMBER[errno] ?? 'bug'",
    killedBy: [`${persistence}/failing-batches.test.ts`, 'always: it alone hears that nothing was stored'],
  },
  {
    name: 'a booking is decided under its own event’s lock',
    file: `${persistence}/stock-transaction.ts`,
    line: 'eventId === undefined || eventId === decision.eventId ? undefined : { eventId }',
    becomes: 'undefined',
    killedBy: [`${persistence}/booking-look-ups.test.ts`, 'the booking is decided on under its own event’s lock'],
  },
  {
    name: 'what a replica does not have is looked up where writes go',
    file: `${persistence}/shared-reads.ts`,
    line: "(freshness === 'plain' ? (await queues.latest.submit(id, id)).row : undefined)",
    becomes: 'undefined',
    killedBy: [`${persistence}/shared-reads.test.ts`, 'gives a row that a plain read does not have yet'],
  },
  {
    name: 'a no by a replica is judged once more',
    file: 'packages/domain/src/requests/asking.ts',
    line: "if (restsOnRows(error)) return asOf('latest');",
    becomes: '',
    killedBy: ['packages/domain/src/testing/lagging-reads.test.ts', 'open no door less to a token that was given after a new password'],
  },
  {
    name: 'stock check in the tables',
    file: `${persistence}/migrations/1764000000000-first-tables.ts`,
    line: 'CHECK (0 <= available_tickets AND available_tickets <= total_tickets)',
    becomes: 'CHECK (1 = 1)',
    killedBy: [`${persistence}/migrations/migrations.test.ts`, 'the tables themselves refuse less than no stock'],
  },
  {
    name: 'no booking without its owner, where there are accounts',
    file: `${persistence}/migrations/1764000000000-first-tables.ts`,
    line: "...(hasUsers ? [foreignKey('fk_bookings_user', 'user_id', 'users')] : []),",
    becomes: '',
    killedBy: [`${persistence}/contracts.test.ts`, 'a booking whose user does not exist'],
  },
  {
    name: 'tables without accounts are not opened with them',
    file: `${persistence}/migrations/migrate.ts`,
    line: "accounts === 'ours' && requireAccounts(source, dialect)",
    becomes: 'undefined',
    killedBy: ['packages/adapters/src/platform-without-accounts.test.ts', 'is not opened with them, in one line'],
  },
  {
    name: 'tables without accounts are marked',
    file: `${persistence}/migrations/without-accounts.ts`,
    line: "await runner.query('INSERT INTO migrations (timestamp, name) VALUES (?, ?)', [TIMESTAMP, WITHOUT_ACCOUNTS]);",
    becomes: '',
    killedBy: ['packages/adapters/src/platform-without-accounts.test.ts', 'is not opened with them, in one line'],
  },
  {
    name: 'no token is believed without accounts',
    file: 'packages/domain/src/requests/asking.ts',
    line: "assert(users !== 'none' || 'role' in ref, 'without accounts the app vouches for who asks: { userId, role }');",
    becomes: '',
    killedBy: ['packages/domain/src/testing/without-accounts.test.ts', 'is told of its mistake'],
  },
  {
    name: 'a vouched id is one that every store keeps',
    file: 'packages/domain/src/requests/asking.ts',
    line: "if ('role' in ref && !isUserId(ref.userId)) refuseFaults([{ field: 'userId', message: USER_ID_MESSAGE }]);",
    becomes: '',
    killedBy: ['packages/domain/src/testing/without-accounts.test.ts', 'is refused by its name when it is of 37 characters'],
  },
  {
    name: 'durable commits on SQLite',
    file: `${persistence}/dialects/sqlite-open.ts`,
    line: "connection.pragma('synchronous = FULL');",
    becomes: "connection.pragma('synchronous = NORMAL');",
    killedBy: [`${persistence}/migrations/migrations.test.ts`, 'come up together'],
  },
  {
    name: 'an older program stays away from newer tables',
    file: `${persistence}/database.ts`,
    line: 'await requireProgramNewEnough(sources.reader, this.dialect);',
    becomes: '',
    killedBy: [`${persistence}/migrations/migrations.test.ts`, 'needs a newer program is refused in one line'],
  },
  {
    name: 'a COMMIT counts where the file is where it was',
    file: `${persistence}/dialects/sqlite-connection.ts`,
    line: 'this.#file?.requireStored();',
    becomes: '',
    killedBy: [`${persistence}/dialects/sqlite-file.test.ts`, 'a COMMIT into it is told as unknown'],
  },
  {
    name: 'a COMMIT sees that a name in the folder changed',
    file: `${persistence}/dialects/sqlite-file.ts`,
    line: 'if (!isSame(folder, this.#folder) || folder.mtimeNs !== this.#folder?.mtimeNs) return false;',
    becomes: '',
    killedBy: [`${persistence}/dialects/sqlite-file.test.ts`, 'by the COMMIT that it happened in'],
  },
  {
    name: 'a COMMIT sees that the file was written by others',
    file: `${persistence}/dialects/sqlite-file.ts`,
    line: 'if (!isSame(main, this.#opened.main) || main.mtimeNs !== this.#writtenAt || main.size !== this.#mainBytes) return false;',
    becomes: '',
    killedBy: [`${persistence}/dialects/sqlite-file.test.ts`, 'by the COMMIT that it happened in'],
  },
  {
    name: 'a COMMIT sees that the log was emptied',
    file: `${persistence}/dialects/sqlite-file.ts`,
    line: "return this.#logBegins() === 'with a log';",
    becomes: 'return true;',
    killedBy: [`${persistence}/dialects/sqlite-file.test.ts`, 'by the COMMIT that it happened in'],
  },
  {
    name: 'nothing is begun on a file that moved',
    file: `${persistence}/dialects/sqlite-connection.ts`,
    line: 'if (begins) this.#file?.requireThere({ looks: true });',
    becomes: '',
    killedBy: [`${persistence}/dialects/sqlite-file.test.ts`, 'is found before a transaction begins'],
  },
  {
    name: 'no log is laid over another file',
    file: `${persistence}/dialects/sqlite-start.ts`,
    line: "if (owner === 'another') {",
    becomes: 'if (false) {',
    killedBy: [`${persistence}/dialects/sqlite-file.test.ts`, 'copied before its last checkpoint is refused'],
  },
  {
    name: 'bytes that are no log are not wiped',
    file: `${persistence}/dialects/sqlite-start.ts`,
    line: "if (owner === 'nobody') {",
    becomes: 'if (false) {',
    killedBy: [`${persistence}/dialects/sqlite-file.test.ts`, 'that is none is refused, and nothing is touched: random bytes'],
  },
  {
    name: 'each log says which file it continues',
    file: `${persistence}/dialects/sqlite-file.ts`,
    line: 'return this.#mayBeginAnew ? stampFor(this.#held.header()) : [];',
    becomes: 'return [];',
    killedBy: [`${persistence}/dialects/sqlite-file.test.ts`, 'copied before its last checkpoint is refused'],
  },
  {
    name: 'nobody exchanges what is in use',
    file: `${persistence}/dialects/sqlite-open.ts`,
    line: 'const release = useFolder(folder);',
    becomes: 'const release = () => {};',
    killedBy: [`${persistence}/dialects/sqlite-exchange.test.ts`, 'waits for nobody'],
  },
  {
    name: 'who comes next finishes an exchange',
    file: `${persistence}/dialects/sqlite-exchange.ts`,
    line: 'if (stampsIn(folder).length > 0) {',
    becomes: 'if (false) {',
    killedBy: [`${persistence}/dialects/sqlite-exchange.test.ts`, 'it had moved the log, who comes next finishes it'],
  },
  {
    name: 'keys of the day are known after a new secret',
    file: 'packages/domain/src/requests/idempotency.ts',
    line: '|| key.earlierFingerprints?.includes(kept.fingerprint) === true',
    becomes: '',
    killedBy: ['tests/api/idempotency.test.ts', 'gives the first answer again under the secret before'],
  },
  {
    name: 'admins lock each other',
    file: `${persistence}/typeorm-user-repository.ts`,
    line: 'const admins = (await isAdmin(manager, id)) ? await adminIds(manager) : [];',
    becomes: 'const admins = [id];',
    killedBy: [`${persistence}/contracts.test.ts`, 'mysql never loses its last admin'],
  },
  {
    name: 'no hash is made of a part of a password',
    file: 'packages/domain/src/accounts/limiting.ts',
    line: 'isOutdated && isPasswordStorable(password)',
    becomes: 'isOutdated',
    killedBy: ['packages/domain/src/accounts/accounts.test.ts', 'opens an old hash of what is too long in NFC'],
  },
  {
    name: 'a published password is no account’s',
    file: 'packages/adapters/src/config.ts',
    line: 'COMMON_PASSWORDS.has(password) || isPublished(password, charactersMin)',
    becomes: 'COMMON_PASSWORDS.has(password)',
    killedBy: ['tests/command-line.test.ts', 'a password that stands in the repository, locked'],
  },
  {
    name: 'each deletion of a user is asked whether it may be',
    file: `${persistence}/typeorm-user-repository.ts`,
    line: 'after === undefined && before !== undefined ? await whyKept(manager, before) : undefined',
    becomes: 'undefined',
    killedBy: [`${persistence}/contracts.test.ts`, 'mysql never loses its last admin when a decision forgets to ask'],
  },
  {
    name: 'rights from the row',
    file: 'packages/domain/src/requests/actor.ts',
    line: "return row !== undefined && row.tokenVersion === ref.tokenVersion ? row : 'stale';",
    becomes: "return row ?? 'stale';",
    killedBy: [`${persistence}/contracts.test.ts`, 'mysql keeps the promises of EventRepository'],
  },
  {
    name: 'each user’s own idempotency keys',
    file: 'packages/domain/src/requests/idempotency.ts',
    line: "typeof ref === 'string' ? ref : ref.userId",
    becomes: "'everybody'",
    killedBy: [`${persistence}/contracts.test.ts`, 'keeps each user’s keys apart'],
  },
  {
    name: 'one key for one kind of request',
    file: 'packages/domain/src/requests/idempotency.ts',
    line: 'const isSameKind = kept.kind === undefined || kept.kind === key.kind;',
    becomes: 'const isSameKind = true;',
    killedBy: [`${persistence}/contracts.test.ts`, 'refuses a key that was used for a request of another kind'],
  },
  {
    name: 'a decision is the same when it runs again',
    file: 'packages/domain/src/stock/decision-checks.ts',
    line: 'const isSame = JSON.stringify(first) === JSON.stringify(second);',
    becomes: 'const isSame = true;',
    killedBy: ['packages/domain/src/testing/memory.test.ts', 'names a decision that returns something else when it runs again'],
  },
  {
    name: 'one key for one thing',
    file: 'packages/domain/src/requests/idempotency.ts',
    line: 'if (!isSameKind || !isSameRequest)',
    becomes: 'if (!isSameKind)',
    killedBy: [`${persistence}/contracts.test.ts`, 'refuses the key for anything else'],
  },
  {
    name: 'the current password before a new one',
    file: 'packages/domain/src/accounts/change-user.ts',
    line: 'if (isProved) await prove(context, before, currentPassword, from);',
    becomes: '',
    killedBy: ['tests/threats/accounts.test.ts', 'sqlite, locked profile changing one’s own password or e-mail asks for the current password'],
  },
  {
    name: 'no change by oneself that was not proved, under the lock too',
    file: 'packages/domain/src/accounts/change-user.ts',
    line: "if (!isProved && asksForProof(before, after)) refuse('current_password_needed', {});",
    becomes: '',
    killedBy: ['tests/threats/accounts.test.ts', 'sqlite, locked profile changing one’s own password or e-mail asks for the current password'],
  },
  {
    name: 'as many forms for an unknown e-mail',
    file: 'packages/domain/src/accounts/limiting.ts',
    line: 'if (!(await passwords.verify(form, hash)) || hash === undefined) continue;',
    becomes: "if (hash === undefined) return 'wrong';\n          if (!(await passwords.verify(form, hash))) continue;",
    killedBy: ['packages/domain/src/accounts/accounts.test.ts', 'takes the same work when it is wrong as when nobody has the e-mail'],
  },
  {
    name: 'a password is hashed in one form',
    file: 'packages/domain/src/accounts/limiting.ts',
    line: 'passwords.hash(normalPassword(password))',
    becomes: 'passwords.hash(password)',
    killedBy: ['packages/domain/src/accounts/accounts.test.ts', 'opens in whatever form it is typed'],
  },
  {
    name: 'a kept answer by the rights of now',
    file: 'packages/domain/src/requests/idempotency.ts',
    line: 'key.allow(actor);',
    becomes: '',
    killedBy: [`${persistence}/contracts.test.ts`, 'sqlite makes once what is asked for twice under one key gives the first answer only to an actor'],
  },
  {
    name: 'the answer is kept with what it tells of',
    file: `${persistence}/stock-writes.ts`,
    line: '...idempotencyRecordInserts(dialect, idempotencyRecords),',
    becomes: '',
    killedBy: [`${persistence}/contracts.test.ts`, 'the second answer is the first'],
  },
  {
    name: 'a limit of one user',
    file: 'packages/domain/src/selling/policy.ts',
    line: 'if (heldByOwner + requested > ticketsPerUserMax)',
    becomes: 'if (requested > ticketsPerUserMax)',
    killedBy: ['packages/domain/src/selling/selling.test.ts', 'a limit on what a user holds of an event is for each user'],
  },
  {
    name: 'what the batch took counts to a user’s limit',
    file: 'packages/domain/src/stock/settlement.ts',
    line: 'this.#holdings?.add(booking.userId, event.id, held.after - held.before);',
    becomes: '',
    killedBy: [`${persistence}/contracts.test.ts`, 'mysql keeps the promises of EventRepository what the buyer holds'],
  },
  {
    name: 'a budget of changes',
    file: 'packages/domain/src/stock/settlement.ts',
    line: 'this.#budget?.spend(actor, before, after);',
    becomes: '',
    killedBy: [`${persistence}/change-budget.test.ts`, 'hold for what two servers are asked at once'],
  },
  {
    name: 'a booking that is deleted has been made',
    file: 'packages/domain/src/stock/change-budget.ts',
    line: '(isLost ? 2 : 1)',
    becomes: '1',
    killedBy: ['packages/domain/src/testing/memory.test.ts', 'of one event in an hour in all booked and deleted'],
  },
  {
    name: 'changes are counted with what they change',
    file: `${persistence}/stock-writes.ts`,
    line: '...countReplacements(dialect, changeCounts),',
    becomes: '',
    killedBy: [`${persistence}/change-budget.test.ts`, 'in all booked once, made pending and confirmed'],
  },
  {
    name: 'registrations that come together are counted one after the other',
    file: 'packages/domain/src/accounts/register-user.ts',
    line: 'await limited(limits, now, () => countOne({ rateLimitStore }, limits, now));',
    becomes: 'await countOne({ rateLimitStore }, limits, now);',
    killedBy: [`${persistence}/registrations.test.ts`, 'are 20 when they are 212'],
  },
  {
    name: 'one reading of a request',
    file: 'apps/http/src/http-server.ts',
    line: 'if (isAmbiguous(request))',
    becomes: 'if (false)',
    killedBy: ['tests/threats/transport.test.ts', 'T95: two hosts'],
  },
  {
    name: 'nothing begins of a request that may still be refused',
    file: 'apps/http/src/whole-request.ts',
    line: 'if (hasNoBody(request) || Number(length) > BODY_BYTES_MAX)',
    becomes: 'if (true)',
    killedBy: ['apps/http/src/http-server.test.ts', 'a request that is refused on its connection never reaches the app in'],
  },
  {
    name: 'a request waits for the answers before its own',
    file: 'apps/http/src/connections.ts',
    line: 'if (first === response) work();',
    becomes: 'if (true) work();',
    killedBy: ['apps/http/src/http-server.test.ts', 'are done one after the other'],
  },
  {
    name: 'what waits is not begun once its connection is gone',
    file: 'apps/http/src/connections.ts',
    line: 'waiting.has(next as ServerResponse) && work()',
    becomes: 'work()',
    killedBy: ['apps/http/src/http-server.test.ts', 'are not begun once their connection is gone'],
  },
  {
    name: 'only health checks are answered beyond the limits',
    file: 'apps/http/src/http-server.ts',
    line: '.includes(getPath(request))',
    becomes: '.includes(HEALTH_PATHS.live)',
    killedBy: ['apps/http/src/http-server.test.ts', 'takes /health/../api/events for no health check'],
  },
  {
    name: 'a client that reads a byte now and then is cut off',
    file: 'apps/http/src/slow-readers.ts',
    line: 'sent - before < this.#bytesMin',
    becomes: 'false',
    killedBy: ['apps/http/src/http-server.test.ts', 'a client that takes its answer slowly is cut off'],
  },
  {
    name: 'X-Forwarded-For is believed from named proxies alone',
    file: 'apps/http/src/client-address.ts',
    line: 'if (peer === undefined || !isOwnProxy(peer)) return',
    becomes: 'if (peer === undefined) return',
    killedBy: ['apps/http/src/client-address.test.ts', 'of named proxies is the peer that is no proxy'],
  },
  {
    name: 'the networks of one IPv6 site share a budget',
    file: 'packages/domain/src/accounts/rate-limits.ts',
    line: 'const timesOf = ({ isShared }: ClientNetwork): number => (isShared ? SHARED_TIMES : 1);',
    becomes: 'const timesOf = (_: ClientNetwork): number => SHARED_TIMES * 100;',
    killedBy: ['packages/domain/src/accounts/networks.test.ts', 'failed logins of one account'],
  },
  {
    name: 'nothing is served behind a refusal',
    file: 'apps/http/src/http-server.ts',
    line: 'if (connection.isOver || isSpent()) {',
    becomes: 'if (isSpent()) {',
    killedBy: ['apps/http/src/http-server.test.ts', 'a request that is refused on its connection never reaches the app in'],
  },
  {
    name: 'a process that stops closes behind the last answer',
    file: 'apps/http/src/http-server.ts',
    line: '[...connection.answers].at(-1) === env.outgoing',
    becomes: 'true',
    killedBy: ['apps/http/src/http-server.test.ts', 'a process that stops answers what it has read'],
  },
  {
    name: 'a window that ends too late is not running',
    file: `${persistence}/typeorm-rate-limit-store.ts`,
    line: 'AND ends_at > ? AND ends_at <= ?`',
    becomes: 'AND ends_at > ? AND ends_at <> ?`',
    killedBy: [`${persistence}/contracts.test.ts`, 'sqlite keeps the promises of RateLimitStore takes no window for longer'],
  },
  {
    name: 'a window that ends too late is cut',
    file: `${persistence}/typeorm-rate-limit-store.ts`,
    line: '<= ? THEN',
    becomes: '<> ? THEN',
    killedBy: [`${persistence}/contracts.test.ts`, 'mysql keeps the promises of RateLimitStore takes no window for longer'],
  },
  {
    name: 'a clock that is set forward makes no key old',
    file: `${persistence}/idempotency-records.ts`,
    line: 'Math.min(this.#aheadMs, toDate(row.now).getTime() - uptimeMs)',
    becomes: 'toDate(row.now).getTime() - uptimeMs',
    killedBy: [`${persistence}/idempotency-records.test.ts`, 'though the database’s clock is set forward meanwhile'],
  },
  {
    name: 'no text is normalised that is too long for a password',
    file: 'packages/domain/src/accounts/password.ts',
    line: 'isOverlong(password) ? password : password.normalize',
    becomes: 'password.normalize',
    killedBy: ['packages/domain/src/accounts/password.test.ts', 'is refused for little work, however long it is'],
  },
  {
    name: 'a text is refused by its length before it is looked through',
    file: 'packages/domain/src/requests/text.ts',
    line: '(text.length <= 2 * charactersMax && charactersOf(text) <= charactersMax)',
    becomes: 'charactersOf(text) <= charactersMax',
    killedBy: ['packages/domain/src/requests/text.test.ts', 'is refused by its length before it is looked through'],
  },
  {
    name: 'an overlong e-mail is no address',
    file: 'packages/domain/src/accounts/user.ts',
    line: 'if (trimmed.length > EMAIL_CHARACTERS_MAX) return trimmed;',
    becomes: '',
    killedBy: ['packages/domain/src/accounts/user.test.ts', 'that is too long is no address'],
  },
  {
    name: 'only an event may be large',
    file: 'apps/http/src/body.ts',
    line: "c.get('route')?.startsWith('/api/events') ? limitEvent : limitOther",
    becomes: 'true ? limitEvent : limitOther',
    killedBy: ['apps/http/src/body.test.ts', 'any other begins one byte behind it'],
  },
  {
    name: 'what nobody sends is not parsed',
    file: 'apps/http/src/body.ts',
    line: "bytes.length > USUAL_BODY_BYTES_MAX && c.get('context')?.actor === 'anonymous'",
    becomes: 'false',
    killedBy: ['apps/http/src/body.test.ts', 'of nobody is not parsed'],
  },
  {
    name: 'a body of few values',
    file: 'apps/http/src/few-values.ts',
    line: 'if (values > JSON_VALUES_MAX) return false;',
    becomes: '',
    killedBy: ['apps/http/src/body.test.ts', 'has at most 100 values'],
  },
  {
    name: 'a short media type',
    file: 'apps/http/src/body.ts',
    line: 'type.length > TYPE_CHARACTERS_MAX ||',
    becomes: '',
    killedBy: ['apps/http/src/body.test.ts', 'is not read as a type that goes on and on'],
  },
  {
    name: 'a short query',
    file: 'apps/http/src/query.ts',
    line: 'if (text.length > QUERY_CHARACTERS_MAX)',
    becomes: 'if (false)',
    killedBy: ['apps/http/src/query.test.ts', 'that goes on and on is not taken apart'],
  },
  {
    name: 'few tiny chunks',
    file: 'apps/http/src/whole-request.ts',
    line: 'coding !== undefined && chunks.length > CHUNKS_FREE + bytes / CHUNK_BYTES_MIN',
    becomes: 'false',
    killedBy: ['apps/http/src/http-server.test.ts', 'is refused where they are tiny'],
  },
  {
    name: 'what comes behind a refusal is skipped',
    file: 'apps/http/src/wire-answers.ts',
    line: '  hearNoMore(socket);',
    becomes: '',
    killedBy: ['apps/http/src/http-server.test.ts', 'that is refused costs the parser little'],
  },
  {
    name: 'requests behind the last one of a connection are skipped',
    file: 'apps/http/src/http-server.ts',
    line: 'hearNoMore(request.socket);',
    becomes: '',
    killedBy: ['apps/http/src/http-server.test.ts', 'behind the last one of a connection'],
  },
  {
    name: 'requests behind a refusal are skipped',
    file: 'apps/http/src/wire-answers.ts',
    line: "'parserOnHeadersComplete'",
    becomes: "'none'",
    killedBy: ['apps/http/src/http-server.test.ts', 'behind a refusal are not made'],
  },
  {
    name: 'requests behind a refusal are not parsed',
    file: 'apps/http/src/wire-answers.ts',
    line: ': () => READ_NO_FURTHER',
    becomes: ': () => undefined',
    killedBy: ['apps/http/src/http-server.test.ts', 'behind a refusal are not even parsed'],
  },
  {
    name: 'few headers',
    file: 'apps/http/src/whole-request.ts',
    line: 'rawHeaders.length > 2 * HEADERS_MAX',
    becomes: 'false',
    killedBy: ['apps/http/src/http-server.test.ts', 'are all kept, up to a hundred'],
  },
  {
    name: 'only what is UTF-8',
    file: 'apps/http/src/body.ts',
    line: '{ fatal: true }',
    becomes: '{}',
    killedBy: ['tests/threats/transport.test.ts', 'T82: bytes that are no UTF-8 are no JSON'],
  },
  {
    name: 'no token outlives ours',
    file: 'packages/adapters/src/security/jose-token-service.ts',
    line: 'if (expiresAtSeconds > iat + this.#ttlSeconds) return undefined;',
    becomes: '',
    killedBy: ['tests/threats/tokens.test.ts', 'T6: an end in ten years opens nothing'],
  },
  {
    name: 'a token for another service opens nothing',
    file: 'packages/adapters/src/security/jose-token-service.ts',
    line: 'if (!isForThisService(payload)) return undefined;',
    becomes: '',
    killedBy: ['tests/threats/tokens.test.ts', 'T7: for another service opens nothing'],
  },
  {
    name: 'a token of another type opens nothing',
    file: 'packages/adapters/src/security/jose-token-service.ts',
    line: 'typ: TYPE,\n',
    becomes: '\n',
    killedBy: ['tests/threats/tokens.test.ts', 'T7: the type of another kind of token opens nothing'],
  },
  {
    name: 'an unknown e-mail costs a hash',
    file: 'packages/domain/src/accounts/proving.ts',
    line: 'await passwords.verify(password, credentials?.passwordHash, holders);',
    becomes: "credentials === undefined ? 'wrong' : await passwords.verify(password, credentials.passwordHash, holders);",
    killedBy: ['packages/domain/src/accounts/accounts.test.ts', 'asks the hasher also about an e-mail that nobody has'],
  },
  {
    name: 'a rehash leaves a new password alone',
    file: 'packages/domain/src/accounts/proving.ts',
    line: 'user?.tokenVersion === tokenVersion ?',
    becomes: 'user !== undefined ?',
    killedBy: ['packages/domain/src/accounts/accounts.test.ts', 'leaves a password as it is that was changed'],
  },
  {
    name: 'no token, no look at the database',
    file: 'packages/domain/src/requests/asking.ts',
    line: "if (typeof actor === 'string') requireSignedIn(audience, actor);",
    becomes: '',
    killedBy: ['tests/threats/cost-before-identity.test.ts', 'without a token where one is needed does not touch the database'],
  },
  {
    name: 'a write is judged before it takes a lock',
    file: 'packages/domain/src/requests/asking.ts',
    line: '    return judge(actor, freshness);',
    becomes: '    return undefined as Result;',
    killedBy: ['tests/threats/cost-before-identity.test.ts', 'for a right that a user does not have opens no write transaction'],
  },
  {
    name: 'a third of the places for passwords',
    file: 'packages/domain/src/accounts/limiting.ts',
    line: '(underWay.get(name) ?? 0) >= Math.ceil((passwords.atOnceMax * thirds) / 3)',
    becomes: 'false',
    killedBy: ['packages/domain/src/accounts/accounts.test.ts', 'from one address takes a third of the places'],
  },
  {
    name: 'a taken e-mail costs no hash',
    file: 'packages/domain/src/accounts/opening.ts',
    line: 'if (await isEmailTaken({ users }, user))',
    becomes: 'if (false)',
    killedBy: ['tests/threats/cost-before-identity.test.ts', 'for what hangs on a row opens no write transaction'],
  },
  {
    name: 'sales first',
    file: `${persistence}/writer-turns.ts`,
    line: 'if (sales.length > 0 && !(accounts.length > 0 && this.#isAccountsTurn)) {',
    becomes: 'if (accounts.length === 0) {',
    killedBy: [`${persistence}/writer-turns.test.ts`, 'sales come first, and accounts get one turn in ten'],
  },
  {
    name: 'whoever guesses or asks too often is refused',
    file: 'packages/domain/src/accounts/rate-limits.ts',
    line: 'one.count >= countMax',
    becomes: 'false',
    killedBy: ['packages/domain/src/accounts/accounts.test.ts', 'is refused after so many in a window'],
  },
  {
    name: 'guesses at once count before they fail',
    file: 'packages/domain/src/accounts/limiting.ts',
    line: '  move(1);',
    becomes: '',
    killedBy: ['packages/domain/src/accounts/accounts.test.ts', 'with wrong passwords gets no more answers than one after the other'],
  },
  {
    name: 'counting harms no work',
    file: 'packages/adapters/src/container.ts',
    line: 'harmless(measures)',
    becomes: 'measures',
    killedBy: ['tests/metrics.test.ts', 'never stops the work that is counted'],
  },
  {
    name: 'no path in the log but our own words',
    file: 'apps/http/src/observing.ts',
    line: 'words.has(part) || UUID.test(part)',
    becomes: 'true',
    killedBy: ['apps/http/src/observing.test.ts', 'holds of a path only what the server has names for'],
  },
  {
    name: 'no plain line to another machine',
    file: 'packages/adapters/src/config-database-tls.ts',
    line: "if (profile === 'locked' && isRemote && mode === 'preferred')",
    becomes: 'if (false)',
    killedBy: ['packages/adapters/src/config-database.test.ts', 'in the locked profile is needed to another machine'],
  },
  {
    name: 'no published password of the database in the locked profile',
    file: 'packages/adapters/src/config-database.ts',
    line: "if (profile === 'locked' && isPublished(password, OWN_BYTES_MIN))",
    becomes: 'if (false)',
    killedBy: ['packages/adapters/src/config-secrets.test.ts', 'nothing starts with what is published'],
  },
  {
    name: 'no empty password to another machine',
    file: 'packages/adapters/src/config-database.ts',
    line: "password === '' && socket === undefined && !isLoopback(host)",
    becomes: 'false',
    killedBy: ['packages/adapters/src/config-database.test.ts', 'locked does not start with an empty password'],
  },
  {
    name: 'DB_TYPE and an address name one engine',
    file: 'packages/adapters/src/config-database-place.ts',
    line: 'if (type !== undefined && type !== engine)',
    becomes: 'if (false)',
    killedBy: ['packages/adapters/src/config-database.test.ts', 'is one: DB_TYPE=mysql beside'],
  },
  {
    name: 'no path in DB_HOST',
    file: 'packages/adapters/src/config-database-place.ts',
    line: 'if (!isOneMachine(host))',
    becomes: 'if (false)',
    killedBy: ['packages/adapters/src/config-database.test.ts', 'is one machine: DB_HOST has no path'],
  },
  {
    name: 'an address of PostgreSQL names its user',
    file: 'packages/adapters/src/config-database-place.ts',
    line: "user === '' ||",
    becomes: '',
    killedBy: ['packages/adapters/src/config-database.test.ts', 'refuses the address postgres://h/d'],
  },
  {
    name: 'a host among the parameters is a folder',
    file: 'packages/adapters/src/config-database-parameters.ts',
    line: "isAbsolute(text) && !text.includes(',') ? text : undefined",
    becomes: 'text',
    killedBy: ['packages/adapters/src/config-database.test.ts', 'of PostgreSQL are faults that name them where nothing would come of them: host='],
  },
  {
    name: 'no name that PostgreSQL would cut off',
    file: 'packages/adapters/src/config-database-parameters.ts',
    line: "if (engine === 'postgres' && Buffer.byteLength(database) > POSTGRES_NAME_BYTES_MAX)",
    becomes: 'if (false)',
    killedBy: ['packages/adapters/src/config-database.test.ts', 'PostgreSQL takes no name of more than 63 bytes'],
  },
  {
    name: 'a parameter that cannot be honoured is a fault',
    file: 'packages/adapters/src/config-database-parameters.ts',
    line: "Object.values(said).some((one) => one === undefined || one === '')",
    becomes: 'false',
    killedBy: [
      'packages/adapters/src/config-database.test.ts',
      'of PostgreSQL are faults that name them where nothing would come of them: sslmode=maybe',
    ],
  },
  {
    name: 'the name in the certificate',
    file: `${persistence}/dialects/mysql-open.ts`,
    line: "verifyIdentity: tls.mode === 'verify-identity'",
    becomes: 'verifyIdentity: false',
    killedBy: ['tests/database-line.test.ts', 'is refused where the certificate has another name'],
  },
  {
    name: 'published secrets with a digit behind them',
    file: 'packages/adapters/src/config-secrets.ts',
    line: 'return own !== lower && Buffer.byteLength(own) < bytesMin;',
    becomes: "return own === '' && bytesMin > 0;",
    killedBy: ['packages/adapters/src/config-secrets.test.ts', 'nothing starts with what is published'],
  },
  {
    name: 'a flood of refusals is sampled',
    file: 'apps/http/src/sampling.ts',
    line: 'if (kind.count <= WRITTEN_MAX) write(line);',
    becomes: 'write(line);',
    killedBy: ['apps/http/src/sampling.test.ts', 'writes the first ten of each reason in a second'],
  },
  {
    name: 'our own faults are never sampled',
    file: 'apps/http/src/observing.ts',
    line: '!NEVER_SAMPLED.includes(reason)',
    becomes: 'true',
    killedBy: ['apps/http/src/observing.test.ts', 'but not of one that failed by a bug'],
  },
  {
    name: 'metrics for who has the token',
    file: 'apps/http/src/metrics-page.ts',
    line: 'token !== undefined && !isSame',
    becomes: 'false && !isSame',
    killedBy: ['apps/http/src/metrics-page.test.ts', 'the metrics, locked, with the token'],
  },
  {
    name: 'a decision is not async',
    file: 'packages/domain/src/stock/decision-checks.ts',
    line: "assert(isRow, 'a decision is synchronous, and returns a row or undefined');",
    becomes: '',
    killedBy: ['packages/domain/src/testing/memory.test.ts', 'a change of a booking that returns a promise'],
  },
  {
    name: 'a booking keeps its quantity',
    file: 'packages/domain/src/stock/decision-checks.ts',
    line: "assert(after.quantity === before.quantity, 'a booking keeps its quantity');",
    becomes: '',
    killedBy: ['packages/domain/src/testing/memory.test.ts', 'a change of a booking that returns fewer tickets'],
  },
  {
    name: 'a booking keeps its id',
    file: 'packages/domain/src/stock/decision-checks.ts',
    line: "assert(after.id === before.id, 'a decision on a booking returns that booking');",
    becomes: '',
    killedBy: ['packages/domain/src/testing/memory.test.ts', 'a change of a booking that returns another id'],
  },
  {
    name: 'a booking keeps its user',
    file: 'packages/domain/src/stock/decision-checks.ts',
    line: "assert(after.userId === before.userId, 'a booking keeps its user');",
    becomes: '',
    killedBy: ['packages/domain/src/testing/memory.test.ts', 'a change of a booking that returns another user'],
  },
  {
    name: 'a new booking is of a count of tickets',
    file: 'packages/domain/src/stock/decision-checks.ts',
    line: "assert(isTicketCount(after.quantity), 'the quantity of a booking is a count');",
    becomes: '',
    killedBy: ['packages/domain/src/testing/memory.test.ts', 'a new booking that is less than no tickets'],
  },
  {
    name: 'an edit moves no ticket that is held',
    file: 'packages/domain/src/stock/decision-checks.ts',
    line: "assert(heldTickets(after) === heldTickets(before), 'an edit of an event moves no ticket that is held');",
    becomes: '',
    killedBy: ['packages/domain/src/testing/memory.test.ts', 'an edit of an event that returns one ticket more in stock'],
  },
  {
    name: 'a new event has all its tickets',
    file: 'packages/domain/src/stock/decision-checks.ts',
    line: "assert(after.availableTickets === after.totalTickets, 'a new event has all its tickets');",
    becomes: '',
    killedBy: ['packages/domain/src/testing/memory.test.ts', 'a new event with more tickets in stock than it has'],
  },
  {
    name: 'a decision writes into no row',
    file: 'packages/domain/src/stock/batch-rows.ts',
    line: 'return row && Object.freeze(row);',
    becomes: 'return row;',
    killedBy: ['packages/domain/src/testing/memory.test.ts', 'a decision that writes into the rows it was given'],
  },
  {
    name: 'an id that is taken is told alone',
    file: `${persistence}/stock-transaction.ts`,
    line: "if (this.#try !== 'first') await requireNewIds(manager, writes.insertedBookings);",
    becomes: '',
    killedBy: [`${persistence}/contracts.test.ts`, 'a new booking under the id of one of another event that is stored'],
  },
];

/** The source with the mutant in it. Throws where its line does not stand there once: it would prove nothing. */
export function mutated({ name, file, line, becomes }: Mutant, code: string): string {
  if (code.split(line).length !== 2) throw new Error(`mutant "${name}": its line does not stand once in ${file}`);
  return code.replace(line, () => becomes);
}

/** A vite plugin that puts the mutant named by MUTANT into the source, or stops where its line is not there. */
export function mutantPlugin(name: string): Plugin {
  const mutant = MUTANTS.find((one) => one.name === name);
  if (mutant === undefined) throw new Error(`no mutant is called "${name}"`);
  return {
    name: 'mutant',
    enforce: 'pre',
    transform(code, id) {
      if (!id.endsWith(mutant.file)) return undefined;
      return mutated(mutant, code);
    },
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [wanted] = process.argv.slice(2);
  if (wanted !== undefined && !MUTANTS.some(({ name }) => name === wanted)) {
    console.error(`There is no mutant "${wanted}". They are:\n${MUTANTS.map(({ name }) => `  ${name}`).join('\n')}`);
    process.exit(2);
  }
  const root = fileURLToPath(new URL('..', import.meta.url));
  // Before any runs: a source that cannot be loaded makes tests fail, and that would look like a mutant that was killed.
  for (const mutant of MUTANTS) mutated(mutant, readFileSync(join(root, mutant.file), 'utf8'));
  const folder = mkdtempSync(join(tmpdir(), 'ticket-mutants-'));
  let passed = 0;
  let failed = 0;
  for (const { name, killedBy } of MUTANTS.filter((mutant) => wanted === undefined || mutant.name === wanted)) {
    const report = join(folder, 'report.json');
    rmSync(report, { force: true });
    const [file, words] = killedBy;
    const args = ['node_modules/vitest/vitest.mjs', 'run', file, '-t', literally(words), '--reporter=json', `--outputFile=${report}`];
    const { stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8', env: { ...process.env, MUTANT: name } });
    const verdict = judge(report, killedBy[1]);
    if (verdict === 'killed') passed++;
    else failed++;
    console.log(
      `${verdict === 'killed' ? 'killed  ' : 'SURVIVED'}  ${name} (${killedBy[1]})${verdict === 'killed' ? '' : `: ${verdict}\n${stderr.slice(-2000)}`}`,
    );
  }
  rmSync(folder, { recursive: true, force: true });
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
}

/** As a regular expression that matches these words. */
function literally(words: string): string {
  return words.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function judge(report: string, words: string): string {
  try {
    const tests = v.parse(Report, JSON.parse(readFileSync(report, 'utf8'))).testResults.flatMap(({ assertionResults }) => assertionResults);
    const named = tests.filter(({ fullName }) => fullName.includes(words));
    if (named.length === 0) return 'no test of that name ran';
    return named.some(({ status }) => status === 'failed') ? 'killed' : 'the named test passes without the line';
  } catch (error) {
    return `the tests did not run: ${error}`;
  }
}
