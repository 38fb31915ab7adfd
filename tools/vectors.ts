// Writes vectors/settle.json: `npm run vectors`. A test says when the file is not what the code gives.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { settleVectors } from './settle-vectors.ts';

const lines = settleVectors().map((vector) => JSON.stringify(vector));
writeFileSync(fileURLToPath(new URL('../vectors/settle.json', import.meta.url)), `[\n${lines.join(',\n')}\n]\n`);
