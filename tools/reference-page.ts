import { spawnSync } from 'node:child_process';
import { type OpenApiDocument, type Operation, operationsOf } from './open-api-document.ts';

/**
 * The page of the endpoints: each one with a command and the answer that the server gave to it. The server has an empty database. Each command
 * is run by a shell as it is printed. It throws if an answer has another status or message than the document says.
 */
export function referencePage(document: OpenApiDocument, url: string): string {
  const operations = operationsOf(document);
  const shell = new Shell(url);
  const setUp = SET_UP.map((command) => ({ command, answer: shell.run(command) }));
  shell.keep('ADMIN_TOKEN', setUp[1]?.answer, 'token');
  const answers = new Map(operations.toSorted(inOrder).map((one) => [one.id, answerOf(shell, one)]));
  const common = operations.map(({ failures }) => failures).reduce((some, others) => some.filter((failure) => others.includes(failure)));
  const sections = document.tags.flatMap(({ name, description }) => [
    `## ${name}\n\n${description}`,
    ...operations.filter(({ tag }) => tag === name).map((one) => section(one, answers.get(one.id) ?? '', common)),
  ]);
  return `${intro(
    setUp.map(({ command }) => command),
    common,
  )}\n${sections.join('\n\n')}\n`;
}

const ADMIN = JSON.stringify({ name: 'Admin User', email: 'admin@gdgoc.com', password: 'admin123', role: 'admin' });
const ADMIN_LOGIN = JSON.stringify({ email: 'admin@gdgoc.com', password: 'admin123' });
const JSON_HEADER = `-H 'Content-Type: application/json'`;
const SET_UP = [
  `curl -X POST "$BASE_URL/api/auth/register" ${JSON_HEADER} -d '${ADMIN}'`,
  `curl -X POST "$BASE_URL/api/auth/login" ${JSON_HEADER} -d '${ADMIN_LOGIN}'`,
];

const listed = (failures: readonly string[]): string => failures.map((failure) => `\`${failure}\``).join(', ');

const intro = (setUp: readonly string[], common: readonly string[]) => `# Reference

Each endpoint with a cURL command and the answer to it. \`npm run reference\` makes this page: it starts a server in the open profile with an empty
database, and runs every command. CI compares the page with the answers on every database engine.

Ids and times are replaced, so that they are the same in each run. Tokens and \`ETag\`s are shortened. Of the headers, only those that a client needs are shown.
[API details](api.md) has what all endpoints have in common.

The commands use variables. Start the server and set the first one:

\`\`\`bash
BASE_URL=http://localhost:3000
\`\`\`

For \`ADMIN_TOKEN\`, register an admin and log in. The token is \`data.token\` of the second answer:

\`\`\`bash
${setUp.join('\n')}
\`\`\`

\`USER_TOKEN\` is the \`data.token\` of a user's login. \`USER_ID\`, \`EVENT_ID\` and \`BOOKING_ID\` are the \`data.id\` of what you created.

Every endpoint can fail with ${listed(common)}.
The other failures are listed for each endpoint. [API details](api.md#failures) says when they occur.
`;

/** Rows are made, read and changed before they are deleted. The log-out is last, because it ends the token. */
const inOrder = (one: Operation, other: Operation): number => rank(one) - rank(other);
const TAGS = ['Status', 'Authentication', 'Users', 'Events', 'Bookings'];
const METHODS = ['POST', 'GET', 'PUT', 'PATCH', 'DELETE'];
function rank({ id, tag, method }: Operation): number {
  if (id === 'logout') return 1000;
  // An event is deleted after its bookings.
  return tag === 'Events' && method === 'DELETE' ? 999 : TAGS.indexOf(tag) * METHODS.length + METHODS.indexOf(method);
}

function answerOf(shell: Shell, operation: Operation): string {
  const { id, status, message, saves } = operation;
  const answer = shell.run(commandOf(operation));
  if (answer.status !== status || answer.body['message'] !== message) {
    throw new Error(`${id}: ${status} ${message} was expected, but the answer is:\n${answer.status} ${JSON.stringify(answer.body)}`);
  }
  if (saves !== undefined) shell.keep(saves[0].toUpperCase(), answer, saves[1]);
  return shell.shown(answer);
}

/** The command as a reader types it. Values of earlier answers are shell variables. */
function commandOf({ tag, method, path, token, caller, example, idVariable }: Operation): string {
  const person = tag === 'Users' && example && 'email' in example ? { name: 'Jane Smith', email: 'jane@example.com' } : {};
  const body = example && JSON.stringify({ ...example, ...person, ...('event_id' in example ? { event_id: '$EVENT_ID' } : {}) });
  return [
    `curl${method === 'GET' ? '' : ` -X ${method}`} "$BASE_URL${path.replace('{id}', `$${idVariable?.toUpperCase()}`)}"`,
    ...(token === 'none' ? [] : [`-H "Authorization: Bearer $${caller.toUpperCase()}_TOKEN"`]),
    ...(body === undefined ? [] : [JSON_HEADER, `-d '${body.replace(/\$[A-Z_]+/g, (variable) => `'"${variable}"'`)}'`]),
  ].join(' \\\n  ');
}

function section(operation: Operation, answer: string, common: readonly string[]): string {
  const { method, path, summary, description, parameters, failures } = operation;
  const own = failures.filter((failure) => !common.includes(failure));
  const optional = parameters.filter((one) => one.in !== 'path').map((one) => `\`${one.name}\` (${one.in})`);
  return [
    `### ${summary}`,
    `\`${method} ${path}\`. ${description}`,
    ...(optional.length === 0 ? [] : [`Optional: ${optional.join(', ')}.`]),
    `\`\`\`bash\n${commandOf(operation)}\n\`\`\``,
    `\`\`\`http\n${answer}\n\`\`\``,
    ...(own.length === 0 ? [] : [`Failures: ${listed(own)}.`]),
  ].join('\n\n');
}

interface Answer {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: Readonly<Record<string, unknown>>;
}

const SHOWN_HEADERS = /^(?:location|link|x-total-count|etag|idempotency-replayed|retry-after):/i;
const UUID = /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/g;

/** A shell with the variables of the page. */
class Shell {
  readonly #variables: Record<string, string>;
  /** The ids in the order in which they were first seen. */
  readonly #ids: string[] = [];

  constructor(url: string) {
    this.#variables = { PATH: process.env['PATH'] ?? '', BASE_URL: url };
  }

  /** Runs the command as it is printed. Only the headers are asked for in addition. */
  run(command: string): Answer {
    const {
      stdout,
      stderr,
      status: exit,
    } = spawnSync('bash', ['-euc', `curl() { command curl -sSi --max-time 10 "$@"; }\n${command}`], {
      env: this.#variables,
      encoding: 'utf8',
    });
    const [head = '', body = ''] = stdout.split('\r\n\r\n');
    const [first = '', ...headers] = head.split('\r\n');
    if (exit !== 0) throw new Error(`${command}\nended with ${exit}: ${stderr}`);
    return { status: Number(first.split(' ')[1]), headers, body: JSON.parse(body) };
  }

  keep(variable: string, answer: Answer | undefined, field: string): void {
    const value = (answer?.body['data'] as Readonly<Record<string, unknown>> | undefined)?.[field];
    if (typeof value !== 'string') throw new Error(`there is no ${field} for ${variable} in ${JSON.stringify(answer?.body)}`);
    this.#variables[variable] = value;
  }

  /** The answer without what differs in each run. */
  shown({ status, headers, body }: Answer): string {
    const lines = [`HTTP/1.1 ${status}`, ...headers.filter((line) => SHOWN_HEADERS.test(line)).toSorted(), '', JSON.stringify(body, undefined, 2)];
    return lines
      .join('\n')
      .replace(UUID, (id) => this.#idOf(id))
      .replace(/("(?:createdAt|updatedAt|booking_date)": )"[^"]+"/g, '$1"2025-01-01T00:00:00.000Z"')
      .replace(/("token": )"[^"]+"/g, '$1"eyJhbGciOiJIUzI1NiJ9…"')
      .replace(/("version": )"[^"]+"/g, '$1"…"')
      .replace(/(etag: )(?:W\/)?"[^"]+"/gi, '$1"…"');
  }

  #idOf(id: string): string {
    if (!this.#ids.includes(id)) this.#ids.push(id);
    return `00000000-0000-4000-8000-${String(this.#ids.indexOf(id) + 1).padStart(12, '0')}`;
  }
}
