import { Ajv2020 } from 'ajv/dist/2020.js';

/** The part of JSON Schema that the OpenAPI document uses for requests. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly format?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

export interface Parameter {
  readonly in: 'path' | 'query' | 'header';
  readonly name: string;
  readonly schema: Schema;
}

/** A route as the document declares it. No route is named here, so a new route is fuzzed without a change. */
export interface Operation {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly body: Schema | undefined;
  readonly needsToken: boolean;
  readonly hashesPassword: boolean;
  readonly statuses: readonly number[];
}

export type Document = ReturnType<typeof readDocument>;

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, OperationObject>>>>;
}
interface OperationObject {
  readonly parameters?: readonly Parameter[];
  readonly security?: readonly object[];
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly schema: Schema } } };
  readonly responses: Readonly<Record<string, { readonly $ref?: string; readonly content?: unknown }>>;
}

/** The operations that the app declares, and what its document says about requests and replies. */
export function readDocument(document: OpenApi) {
  const ajv = new Ajv2020({ strict: false, allErrors: true, formats: FORMATS });
  ajv.addSchema({ ...document, $id: 'document' });
  ajv.addSchema({ ...sealed(document), $id: 'sealed' });

  const operations: Operation[] = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([lowerCase, { parameters = [], requestBody, responses, security = [] }]) => {
      const method = lowerCase.toUpperCase();
      const schema = requestBody?.content['application/json'].schema;
      const body = schema === undefined ? undefined : resolved(schema);
      return {
        name: `${method} ${path}`,
        method,
        path,
        parameters,
        body,
        needsToken: security.length > 0 && security.every((way) => 'bearer' in way),
        hashesPassword: Object.values(body?.properties ?? {}).some(({ format }) => format === 'password'),
        statuses: Object.keys(responses).map(Number),
      };
    }),
  );

  function resolved({ $ref, ...schema }: Schema): Schema {
    if ($ref === undefined) return schema;
    const target = ajv.getSchema(`document${$ref}`)?.schema;
    if (typeof target !== 'object') throw new Error(`the document has no ${$ref}`);
    return target as Schema;
  }

  // ajv caches compiled schemas by object, so each schema is one object.
  const isValid = (schema: object, value: unknown): boolean => ajv.validate(schema, value);
  const promised = new Map<string, object>();

  /** The difference between the reply and the document: extra or missing parts. Undefined if there is none. */
  function faultOfReply({ path, method }: Operation, status: number, reply: unknown): string | undefined {
    const route = `#/paths/${path.replaceAll('/', '~1').replaceAll('{', '%7B').replaceAll('}', '%7D')}/${method.toLowerCase()}`;
    const shared = document.paths[path]?.[method.toLowerCase()]?.responses[status]?.$ref;
    const $ref = `sealed${shared ?? `${route}/responses/${status}`}/content/application~1json/schema`;
    const schema = promised.get($ref) ?? { $ref };
    promised.set($ref, schema);
    return ajv.validate(schema, reply) ? undefined : ajv.errorsText();
  }

  return { operations, isValid, faultOfReply };
}

/** The same schema with every object closed. A reply with undeclared fields may show too much. */
function sealed<Node>(node: Node): Node {
  if (typeof node !== 'object' || node === null) return node;
  if (Array.isArray(node)) return node.map(sealed) as Node;
  const copy = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, sealed(value)]));
  return ('type' in copy && 'properties' in copy ? { ...copy, additionalProperties: false } : copy) as Node;
}

/** Formats as docs/api.md describes them, and not narrower. */
const FORMATS = {
  uuid: /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i,
  email: /^[^@\s]+@[^@\s]+\.[^@\s]+$/,
  'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/,
  password: true,
} as const;
