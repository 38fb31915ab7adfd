// Finds names of engines in packages/adapters/src/persistence outside dialects/ and migrations/. Code there asks a Dialect for the differences,
// so that a new engine is one new file. Names in code, strings and file names count. Comments may give examples, and tests may name engines. It
// prints each name, and exits 1 if there is any. `npm run boundaries` runs it; an argument names another folder.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const NAMES = /sqlite|libsql|mysql|maria|galera|wsrep|innodb|tidb|postgres/i;
const PERSISTENCE = 'packages/adapters/src/persistence';
const EXEMPT = /^(?:dialects|migrations)\/|\.test\.ts$/;

const root = process.argv[2] ?? fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, PERSISTENCE);
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .map((name) => name.replaceAll('\\', '/'))
  .filter((name) => name.endsWith('.ts') && !EXEMPT.test(name));
const found = files.flatMap((name) => [...(NAMES.test(basename(name)) ? [`${name}: its own name`] : []), ...namesIn(name)]);
for (const line of found) console.error(`${PERSISTENCE}/${line}`);
if (files.length === 0) console.error(`nothing was read in ${folder}`);
process.exitCode = found.length > 0 || files.length === 0 ? 1 : 0;

function namesIn(name) {
  const source = ts.createSourceFile(name, readFileSync(join(folder, name), 'utf8'), ts.ScriptTarget.Latest);
  const lines = [];
  const look = (node) => {
    // Identifiers, strings, parts of templates, regular expressions. Comments are not nodes.
    if (typeof node.text === 'string' && !ts.isSourceFile(node) && NAMES.test(node.text))
      lines.push(`${name}:${source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1}: ${node.text.trim()}`);
    ts.forEachChild(node, look);
  };
  look(source);
  return lines;
}
