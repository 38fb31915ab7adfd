import { randomBytes } from 'node:crypto';
import openapiTS, { astToString, type OpenAPI3 } from 'openapi-typescript';
import ts from 'typescript';
import type { OpenApiDocument } from './open-api-document.ts';
import { operationsOf } from './open-api-document.ts';
import { startServer } from './real-server.ts';

/** What the types of the client need of an operation: its parameters, its body, and the body of its success. */
interface Described {
  readonly responses: Readonly<Record<string, { readonly description?: string; readonly content?: object }>>;
}

/**
 * `packages/client/src/document.ts`: the types of the OpenAPI document by openapi-typescript, and what a request of each operation is made of.
 * Failures are typed by their code, so the responses of each operation are left out, except its success. A server names only the codes that it can
 * answer with. So the schemas are those of both profiles.
 */
export async function typedClient({ open, locked }: Readonly<Record<'open' | 'locked', OpenApiDocument>>): Promise<string> {
  const schemas = { ...locked.components.schemas, ...open.components.schemas };
  const document = { ...open, components: { ...open.components, schemas } };
  const nodes = await openapiTS(withoutFailures(document), { immutable: true, silent: true });
  const kept = nodes.filter((node) => ts.isInterfaceDeclaration(node) && ['components', 'operations'].includes(node.name.text));
  const types = astToString(kept)
    .replace('interface components', 'interface Components')
    .replace('interface operations', 'interface Operations')
    .replaceAll('components["', 'Components["');
  return [
    '// Made from the OpenAPI document by `npm run reference`: as many lines as the document needs. Do not edit it.',
    `/** Every schema of the OpenAPI document: \`Schemas['Booking']\`. */\nexport type Schemas = Components["schemas"];\n`,
    types,
    '/** What a request of each operation is made of. */\nexport const OPERATIONS = {',
    ...operationsOf(document).map(
      ({ id, method, path, token, summary, parameters }) => `  /** ${summary}. */
  ${id}: { method: "${method}", path: "${path}", sendsToken: ${token !== 'none'}, isKeyed: ${parameters.some(({ name }) => name === 'Idempotency-Key')}, isList: ${parameters.some(({ name }) => name === 'cursor')} },`,
    ),
    '} as const;\n',
    `/** Every code of a failure that this client knows. */\nexport const FAILURE_CODES = ${JSON.stringify(document.components.schemas['FailureCode']?.enum ?? [])} as const;\n`,
  ].join('\n');
}

function withoutFailures(document: OpenApiDocument): OpenAPI3 {
  const copy = structuredClone(document) as unknown as OpenAPI3 & { paths: Record<string, Record<string, Described>> };
  for (const methods of Object.values(copy.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const [status, { content }] = Object.entries(operation.responses).find(([code]) => code.startsWith('2')) ?? ['200', {}];
      methods[method] = { ...operation, responses: { [status]: content === undefined ? {} : { description: '', content } } };
    }
  }
  delete copy.components?.responses;
  return copy;
}

/** The documents of a server in each profile. */
export async function documentsOf() {
  const documentIn = async (env: Readonly<Record<string, string>>): Promise<OpenApiDocument> => {
    const { url, stop } = await startServer(env);
    try {
      return (await (await fetch(`${url}/openapi.json`)).json()) as OpenApiDocument;
    } finally {
      await stop();
    }
  };
  const JWT_SECRET = randomBytes(48).toString('base64url');
  return { open: await documentIn({}), locked: await documentIn({ SECURITY_PROFILE: 'locked', HOST: '127.0.0.1', JWT_SECRET }) };
}
