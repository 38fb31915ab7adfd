import { createHash } from 'node:crypto';
import { type OpenApiDocument, type Operation, operationsOf } from './open-api-document.ts';

/** The variables that the specification names, with their first values. */
const VARIABLES = { base_url: 'http://localhost:3000', admin_token: '', user_token: '', event_id: '' };
/** Variables that the folders need beside them. */
const MORE_VARIABLES = { admin_email: '', user_email: '', user_id: '', booking_id: '' };

/** An operation with what differs from its folder: another name, body or caller, or a value of the answer that later requests need. */
interface Step {
  readonly name: string;
  readonly operation: Operation;
  readonly body: Operation['example'];
  readonly caller: 'admin' | 'user';
  readonly saves: readonly [variable: string, field: string] | undefined;
}

/** The collection in Postman's format 2.1: the sequence of the specification, then a folder for each tag with all operations of the document. */
export function postmanCollection(document: OpenApiDocument): object {
  const operations = operationsOf(document);
  const folders = FOLDERS.concat(document.tags.map(({ name }) => name).filter((name) => !FOLDERS.includes(name)));
  return {
    info: {
      _postman_id: idOf('collection'),
      name: 'Ticket Platform API',
      description:
        'For a server in the open profile. `npm run reference` makes this file from `GET /openapi.json`. Run the first folder, then any other.',
      schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json',
    },
    item: [
      { name: 'Test Sequence', description: 'The sequence of the specification.', item: sequence(operations).map(request) },
      ...folders.map((name) => ({
        name,
        description: document.tags.find((tag) => tag.name === name)?.description,
        item: operations
          .filter(({ tag }) => tag === name)
          .toSorted(inOrder)
          .map(usualStep)
          .map(request),
      })),
    ],
    variable: Object.entries({ ...VARIABLES, ...MORE_VARIABLES }).map(([key, value]) => ({ key, value })),
  };
}

export function postmanEnvironment(): object {
  const values = Object.entries(VARIABLES).map(([key, value]) => ({ key, value, type: key.endsWith('token') ? 'secret' : 'default', enabled: true }));
  return { id: idOf('environment'), name: 'Ticket Platform API', values, _postman_variable_scope: 'environment' };
}

/** Bookings come before the events that they are of. Users come before the log-out, which ends the last token. */
const FOLDERS = ['Status', 'Bookings', 'Events', 'Users', 'Authentication'];
const METHODS = ['POST', 'GET', 'PUT', 'PATCH', 'DELETE'];
/** A row is made, then read and changed, then deleted. */
const inOrder = (one: Operation, other: Operation): number => rank(one) - rank(other);
const rank = ({ id, method }: Operation): number => (id === 'logout' ? METHODS.length : METHODS.indexOf(method));

function sequence(operations: readonly Operation[]): readonly Step[] {
  const step = (name: string, id: string, changes: Partial<Step> = {}): Step => {
    const operation = operations.find((one) => one.id === id);
    if (operation === undefined) throw new Error(`the document has no operation ${id}, which the sequence needs`);
    return { ...usualStep(operation), name, ...changes };
  };
  const admin = { name: 'Admin User', email: '{{admin_email}}', password: 'admin123', role: 'admin' };
  const user = { name: 'John Doe', email: '{{user_email}}', password: 'user123' };
  const credentials = ({ email, password }: typeof user) => ({ email, password });
  return [
    step('Register Admin', 'register', { body: admin, caller: 'admin' }),
    step('Login Admin', 'login', { body: credentials(admin), caller: 'admin', saves: ['admin_token', 'token'] }),
    step('Create Event', 'createEvent'),
    step('Register User', 'register', { body: user }),
    step('Login User', 'login', { body: credentials(user) }),
    step('Create Booking', 'bookTickets'),
    step('Get Bookings', 'listBookings'),
    step('Cancel Booking', 'changeBookingStatus'),
  ];
}

/** What an operation sends and keeps if the sequence says nothing else. */
function usualStep(operation: Operation): Step {
  const { summary, example, caller, saves } = operation;
  const known = {
    ...(example && 'email' in example ? { email: '{{user_email}}' } : {}),
    ...(example && 'event_id' in example ? { event_id: '{{event_id}}' } : {}),
  };
  return { name: summary, operation, body: example && { ...example, ...known }, caller, saves };
}

function request({ name, operation, body, caller, saves }: Step): object {
  const { idVariable, method, path, description, token, parameters, status, message } = operation;
  const segments = path.replace('{id}', `{{${idVariable}}}`).split('/').slice(1);
  const query = parameters.filter((one) => one.in === 'query');
  const headers = parameters.filter((one) => one.in === 'header');
  const makesAccount = status === 201 && body !== undefined && 'email' in body;
  return {
    name,
    event: [
      ...(makesAccount
        ? [script('prerequest', [`pm.collectionVariables.set('${accountOf(body)}', pm.variables.replaceIn('{{$guid}}@example.com'))`])]
        : []),
      script('test', [
        `pm.test('${status}', () => pm.response.to.have.status(${status}))`,
        `pm.test('${message}', () => pm.expect(pm.response.json()).to.include({ success: true, message: '${message}' }))`,
        ...(saves === undefined ? [] : savingLines(saves)),
      ]),
    ],
    request: {
      method,
      description,
      auth: token === 'none' ? { type: 'noauth' } : { type: 'bearer', bearer: [{ key: 'token', value: `{{${caller}_token}}`, type: 'string' }] },
      header: [
        ...(body === undefined ? [] : [{ key: 'Content-Type', value: 'application/json' }]),
        // A new key for each request. All other headers are optional, and off until somebody gives them a value.
        ...headers.map(({ name: key, description: what }) =>
          key === 'Idempotency-Key' ? { key, value: '{{$guid}}', description: what } : { key, value: '', description: what, disabled: true },
        ),
      ],
      ...(body === undefined ? {} : { body: { mode: 'raw', raw: JSON.stringify(body, undefined, 2), options: { raw: { language: 'json' } } } }),
      url: {
        raw: `{{base_url}}/${segments.join('/')}`,
        host: ['{{base_url}}'],
        path: segments,
        ...(query.length === 0
          ? {}
          : { query: query.map(({ name: key, description: what }) => ({ key, value: '', description: what, disabled: true })) }),
      },
    },
  };
}

/** The variable in the e-mail of a body. Each run has people of its own, so the collection can run again. */
const accountOf = (body: object): string => /\{\{(\w+_email)\}\}/.exec(JSON.stringify(body))?.[1] ?? '';

const savingLines = ([variable, field]: NonNullable<Step['saves']>): readonly string[] => [
  `const found = pm.response.json().data`,
  `pm.test('has ${field}', () => pm.expect(found.${field}).to.be.a('string').that.is.not.empty)`,
  // Without an environment the value stays in the collection.
  `const scope = pm.environment.has('${variable}') ? pm.environment : pm.collectionVariables`,
  `scope.set('${variable}', found.${field})`,
];

const script = (listen: 'prerequest' | 'test', lines: readonly string[]) => ({
  listen,
  script: { type: 'text/javascript', exec: lines.map((line) => `${line};`) },
});

/** Postman knows a file again by its id. */
const idOf = (name: string): string =>
  createHash('sha256')
    .update(`ticket platform ${name}`)
    .digest('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
