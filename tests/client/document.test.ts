import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { documentsOf, typedClient } from '../../tools/typed-client.ts';

it('packages/client/src/document.ts is what `npm run reference` makes', async () => {
  const file = fileURLToPath(new URL('../../packages/client/src/document.ts', import.meta.url));
  expect(readFileSync(file, 'utf8')).toBe(await typedClient(await documentsOf()));
});
