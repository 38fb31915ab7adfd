import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientFiles } from '../tools/client-files.ts';
import { type OpenApiDocument, operationsOf } from '../tools/open-api-document.ts';
import { type RealServer, startServer } from '../tools/real-server.ts';
import { engines, environmentOf, freshDatabase } from './engines.ts';
import { find, install } from './machine.ts';

/**
 * The documents that are made from the OpenAPI document. A shell runs the commands of docs/reference.md on real servers. Newman runs the Postman
 * collection, as people run it in Postman.
 */
const REFERENCE = 'reference.md';
const [COLLECTION, ENVIRONMENT] = ['postman/ticket-platform.postman_collection.json', 'postman/ticket-platform.postman_environment.json'];
const read = (path: string): string => readFileSync(fileURLToPath(new URL(`../docs/${path}`, import.meta.url)), 'utf8');

interface Item {
  readonly name: string;
  readonly item?: readonly Item[];
  readonly request?: {
    readonly method: string;
    readonly header: readonly { readonly key: string; readonly value: string; readonly disabled?: true }[];
    readonly url: { readonly raw: string };
  };
  readonly event?: { readonly listen: string; readonly script: { readonly exec: string[] } }[];
}
interface Collection {
  readonly info: { readonly name: string };
  readonly item: readonly Item[];
  readonly variable: { readonly key: string; value: string }[];
}
interface Environment {
  readonly values: { readonly key: string; value: string }[];
}
const collectionOf = (): Collection => JSON.parse(read(COLLECTION));
const environmentFile = (): Environment => JSON.parse(read(ENVIRONMENT));
const requestsIn = (items: readonly Item[]): readonly Item[] => items.flatMap((one) => (one.item === undefined ? [one] : requestsIn(one.item)));

interface Execution {
  readonly item: { readonly name: string };
  readonly response?: { readonly code: number };
  readonly assertions?: readonly { readonly assertion: string; readonly error?: Error }[];
}
interface Summary {
  readonly run: {
    readonly executions: readonly Execution[];
    readonly failures: readonly { readonly error: Error; readonly source?: { readonly name: string } }[];
  };
  readonly environment: { readonly values: { readonly members: readonly { readonly key: string; readonly value: string }[] } };
}
/** Without curl and bash the commands cannot run, and the tests fail. */
for (const program of ['curl', 'bash']) if (find(program) === undefined) install(program, program);

const require = createRequire(import.meta.url); // newman is CommonJS
const newman = require('newman') as {
  run(options: object, done: (error: Error | null, summary: Summary) => void): void;
};

/** Runs the collection on the server at the address, which is the only thing that a user sets. */
function run(url: string, collection = collectionOf(), environment?: Environment): Promise<Summary> {
  for (const variable of [...collection.variable, ...(environment?.values ?? [])]) if (variable.key === 'base_url') variable.value = url;
  return new Promise((resolve, reject) => {
    const options = {
      collection,
      ...(environment === undefined ? {} : { environment }),
      reporters: [],
      timeoutRequest: 10_000,
      timeoutScript: 10_000,
    };
    newman.run(options, (error, summary) => (error === null ? resolve(summary) : reject(error)));
  });
}
const failuresOf = ({ run: { failures } }: Summary): readonly string[] => failures.map(({ error, source }) => `${source?.name}: ${error.message}`);

describe.each(engines)('the Postman collection on %s', (engine) => {
  let server: RealServer;
  let drop: () => Promise<void>;
  beforeAll(async () => {
    const database = await freshDatabase(engine);
    drop = database.drop;
    server = await startServer(environmentOf(database.config));
  });
  afterAll(async () => {
    await server?.stop();
    await drop?.();
  });

  it('and docs/reference.md are what `npm run reference` makes on an empty database: every command of the page runs, and gets the answer below it', async () => {
    const files = await clientFiles(server.url);
    expect(Object.keys(files)).toEqual([REFERENCE, COLLECTION, ENVIRONMENT]);
    for (const [path, text] of Object.entries(files)) expect(read(path), path).toBe(text);
  });

  it('does every request with its assertions, in order', async () => {
    const names = requestsIn(collectionOf().item).map(({ name }) => name);
    // The embedded engine is also run without an environment, as in Postman by those who import the collection alone.
    for (const environment of engine === 'sqlite' ? [environmentFile(), undefined] : [environmentFile()]) {
      const summary = await run(server.url, collectionOf(), environment);
      expect(failuresOf(summary)).toEqual([]);
      expect(summary.run.executions.map(({ item }) => item.name)).toEqual(names);
      // The status and the message of each one.
      expect(summary.run.executions.filter(({ assertions = [] }) => assertions.length < 2).map(({ item }) => item.name)).toEqual([]);
      const filled = environment && summary.environment.values.members.filter(({ value }) => value !== '').map(({ key }) => key);
      expect(filled ?? []).toEqual(environment === undefined ? [] : ['base_url', 'admin_token', 'user_token', 'event_id']);
    }
  });
});

describe('the Postman collection', () => {
  let server: RealServer;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server?.stop());

  it('has the sequence and the variables of the specification, and in its folders every operation of the document once', async () => {
    const { info, item, variable } = collectionOf();
    const [first, ...folders] = item;
    expect(info.name).toBe('Ticket Platform API');
    expect(first?.item?.map(({ name }) => name)).toEqual([
      ...['Register Admin', 'Login Admin', 'Create Event', 'Register User', 'Login User', 'Create Booking', 'Get Bookings', 'Cancel Booking'],
    ]);
    expect(environmentFile().values.map(({ key }) => key)).toEqual(['base_url', 'admin_token', 'user_token', 'event_id']);
    expect(variable.find(({ key }) => key === 'base_url')?.value).toBe('http://localhost:3000');
    const document = (await (await fetch(`${server.url}/openapi.json`)).json()) as OpenApiDocument;
    const inFolders = requestsIn(folders).map(({ request }) => `${request?.method} ${request?.url.raw.replace('{{base_url}}', '')}`);
    const inDocument = operationsOf(document).map(({ method, path }) => `${method} ${path}`);
    expect(inFolders.map((line) => line.replace(/\{\{\w+_id\}\}/, '{id}')).toSorted()).toEqual(inDocument.toSorted());
  });

  it('leaves no operation out of docs/reference.md: each has one command and one answer', async () => {
    const document = (await (await fetch(`${server.url}/openapi.json`)).json()) as OpenApiDocument;
    const sections = read(REFERENCE).split('\n### ').slice(1);
    const found = sections.map((text) => /^`([A-Z]+ \/\S*)`\. /m.exec(text)?.[1]);
    expect(found.toSorted()).toEqual(
      operationsOf(document)
        .map(({ method, path }) => `${method} ${path}`)
        .toSorted(),
    );
    for (const text of sections)
      expect([text.match(/^```bash\ncurl /gm)?.length, text.match(/^```http\nHTTP\/1\.1 20[01]$/gm)?.length]).toEqual([1, 1]);
  });

  it('sends a new Idempotency-Key each time, and no other header that is optional', () => {
    const headers = requestsIn(collectionOf().item).flatMap(({ request }) => request?.header.filter(({ disabled }) => disabled !== true) ?? []);
    expect(new Set(headers.map(({ key, value }) => `${key}: ${value}`))).toEqual(
      new Set(['Content-Type: application/json', 'Idempotency-Key: {{$guid}}']),
    );
  });

  /** The collection with its first request only. */
  const firstRequest = () => {
    const [item] = requestsIn(collectionOf().item);
    if (item === undefined) throw new Error('the collection is empty');
    return { item, collection: { ...collectionOf(), item: [item] } };
  };

  it.each<[string, string]>([
    ['throws', "throw new Error('planted');"],
    ['asserts what is not so', "pm.test('planted', () => pm.response.to.have.status(418));"],
    ['cannot be read', 'planted('],
  ])('fails if a script %s', async (_, planted) => {
    const { item, collection } = firstRequest();
    expect(failuresOf(await run(server.url, collection))).toEqual([]);
    item.event?.find(({ listen }) => listen === 'test')?.script.exec.push(planted);
    expect(failuresOf(await run(server.url, collection))).toHaveLength(1);
  });

  it('fails if a request is refused', async () => {
    const { item, collection } = firstRequest();
    const key = item.request?.header.find((header) => header.key === 'Idempotency-Key');
    Object.assign(key ?? {}, { value: '<string>' });
    expect(failuresOf(await run(server.url, collection))).toHaveLength(2); // status and message
  });
});
