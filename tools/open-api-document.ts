/** The parts of the OpenAPI document from which documents are made. */
export interface OpenApiDocument {
  readonly info: { readonly title: string; readonly description: string };
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, RawOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, { readonly examples?: readonly object[] }>> };
}

export interface Parameter {
  readonly in: 'path' | 'query' | 'header';
  readonly name: string;
  readonly description: string;
}

interface RawOperation {
  readonly operationId: string;
  readonly tags: readonly [string];
  readonly summary: string;
  readonly description: string;
  readonly security: readonly { readonly bearer?: readonly string[] }[];
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: { readonly $ref: string } }>> };
  readonly responses: Readonly<Record<string, Answer>>;
}
interface Answer {
  readonly content?: Readonly<
    Record<string, { readonly schema: { readonly properties: { readonly message: { readonly examples: readonly string[] } } } }>
  >;
}

export interface Operation {
  readonly id: string;
  readonly tag: string;
  readonly method: string;
  readonly path: string;
  readonly summary: string;
  readonly description: string;
  readonly token: 'none' | 'optional' | 'required';
  readonly parameters: readonly Parameter[];
  /** The example of the body. */
  readonly example: Readonly<Record<string, unknown>> | undefined;
  /** The status and the message of its success. */
  readonly status: number;
  readonly message: string;
}

/** Every operation of the document. It throws if one has no example of its body or no success, because nothing could be made of it. */
export function operationsOf({ paths, components }: OpenApiDocument): readonly Operation[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId: id, tags, summary, description, security, parameters, requestBody, responses }]) => {
      const schema = requestBody?.content['application/json']?.schema.$ref.split('/').at(-1);
      const example = schema === undefined ? undefined : components.schemas[schema]?.examples?.[0];
      const [status, answer] = Object.entries(responses).find(([code]) => code.startsWith('2')) ?? [];
      const message = answer?.content?.['application/json']?.schema.properties.message.examples[0];
      if ((requestBody !== undefined && example === undefined) || message === undefined) throw new Error(`${id} lacks an example in the document`);
      const token = security.length === 0 ? 'none' : security.some(({ bearer }) => bearer === undefined) ? 'optional' : 'required';
      return {
        ...{ id, method: method.toUpperCase(), path, summary, description, parameters },
        ...{ tag: tags[0], token, example: example as Operation['example'], status: Number(status), message },
      };
    }),
  );
}
