import type { OpenApiDocument } from './open-api-document.ts';
import { postmanCollection, postmanEnvironment } from './postman-collection.ts';
import { referencePage } from './reference-page.ts';

/** The files in docs/ that are made from the OpenAPI document of a server with an empty database, by path. */
export async function clientFiles(url: string): Promise<Readonly<Record<string, string>>> {
  const document = (await (await fetch(`${url}/openapi.json`)).json()) as OpenApiDocument;
  return {
    'reference.md': referencePage(document, url),
    'postman/ticket-platform.postman_collection.json': toText(postmanCollection(document)),
    'postman/ticket-platform.postman_environment.json': toText(postmanEnvironment()),
  };
}

const toText = (value: object): string => `${JSON.stringify(value, undefined, 2)}\n`;
