import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { OpenApiDocument } from '../../tools/open-api-document.ts';
import { type RealServer, startServer } from '../../tools/real-server.ts';
import { typedClient } from '../../tools/typed-client.ts';

let server: RealServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server?.stop());

it('packages/client/src/document.ts is what `npm run reference` makes', async () => {
  const document = (await (await fetch(`${server.url}/openapi.json`)).json()) as OpenApiDocument;
  const file = fileURLToPath(new URL('../../packages/client/src/document.ts', import.meta.url));
  expect(readFileSync(file, 'utf8')).toBe(await typedClient(document));
});
