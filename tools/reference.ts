// Makes the files for clients from the OpenAPI document of a real server: `npm run reference`. Tests run them, and compare them with the document.
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { clientFiles } from './client-files.ts';
import { startServer } from './real-server.ts';
import { documentsOf, typedClient } from './typed-client.ts';

const docs = fileURLToPath(new URL('../docs/', import.meta.url));
const { url, stop } = await startServer();
try {
  mkdirSync(`${docs}postman`, { recursive: true });
  writeFileSync(fileURLToPath(new URL('../packages/client/src/document.ts', import.meta.url)), await typedClient(await documentsOf()));
  for (const [path, text] of Object.entries(await clientFiles(url))) writeFileSync(docs + path, text);
} finally {
  await stop();
}
