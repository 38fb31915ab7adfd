/** The parts of the OpenAPI document from which documents are made. */
export interface OpenApiDocument {
  readonly info: { readonly title: string; readonly description: string };
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, RawOperation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, { readonly examples?: readonly object[]; readonly enum?: readonly string[] }>>;
    readonly responses: Readonly<Record<string, { readonly description: string }>>;
  };
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
  readonly $ref?: string;
  readonly description?: string;
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
  /** Its failures, such as `404 not_found`. */
  readonly failures: readonly string[];
  /** The variable with the id in its path. */
  readonly idVariable: string | undefined;
  /** Who does it in the documents, if a token is sent. */
  readonly caller: 'admin' | 'user';
  /** A field of its answer that later requests need, and the variable for it. */
  readonly saves: readonly [variable: string, field: string] | undefined;
}

const ID_VARIABLES: Readonly<Record<string, string>> = { Users: 'user_id', Events: 'event_id', Bookings: 'booking_id' };

/**
 * Every operation of the document. It throws if one has no example of its body or no success, because nothing could be made of it. An
 * operation that the document gets later needs no line here, if it makes, reads, changes or deletes a user, an event or a booking.
 */
export function operationsOf({ paths, components }: OpenApiDocument): readonly Operation[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId: id, tags, summary, description, security, parameters, requestBody, responses }]) => {
      const [tag] = tags;
      const schema = requestBody?.content['application/json']?.schema.$ref.split('/').at(-1);
      const example = schema === undefined ? undefined : components.schemas[schema]?.examples?.[0];
      const [status, answer] = Object.entries(responses).find(([code]) => code.startsWith('2')) ?? [];
      const message = answer?.content?.['application/json']?.schema.properties.message.examples[0];
      if ((requestBody !== undefined && example === undefined) || message === undefined) throw new Error(`${id} lacks an example in the document`);
      const idVariable = ID_VARIABLES[tag];
      const makesRow = method === 'post' && idVariable !== undefined && !path.includes('{');
      return {
        id,
        tag,
        method: method.toUpperCase(),
        path,
        summary,
        description,
        parameters,
        example: example as Operation['example'],
        token: security.length === 0 ? 'none' : security.some(({ bearer }) => bearer === undefined) ? 'optional' : 'required',
        status: Number(status),
        message,
        failures: Object.entries(responses).flatMap(([code, response]) => codesOf(response, components).map((name) => `${code} ${name}`)),
        idVariable,
        caller: tag === 'Users' || tag === 'Events' ? 'admin' : 'user',
        saves: id === 'login' ? ['user_token', 'token'] : makesRow ? [idVariable, 'id'] : undefined,
      };
    }),
  );
}

/** The codes of a failed response, which its description lists. */
function codesOf({ $ref, description = '' }: Answer, { responses }: OpenApiDocument['components']): readonly string[] {
  const text = $ref === undefined ? description : (responses[$ref.split('/').at(-1) ?? '']?.description ?? '');
  return [...text.matchAll(/^`([a-z_]+)`:/gm)].map(([, code = '']) => code);
}
