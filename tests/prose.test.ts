import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'ticket-prose-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The linter's output and exit code for a file with this text. */
function read(name: string, text: string) {
  const file = join(folder, name);
  writeFileSync(file, text);
  const { stdout, status } = spawnSync(process.execPath, ['tools/prose.mjs', file], { cwd: root, encoding: 'utf8' });
  return { status, lines: stdout.replaceAll(file, name).trim().split('\n') };
}

// In two parts, so that the linter does not find them here.
const HE = ['h', 'e'].join('');
const LONG = Array.from({ length: 31 }, (_, index) => `word${index}`).join(' ');

describe('the prose linter', () => {
  it.each([
    ['a comment on a line', 'a.ts', `const a = 1;\n// what\n// ${HE} wrote\n`, 3],
    ['a comment on several lines', 'b.ts', `/**\n * A user,\n * and what ${HE} holds.\n */\nconst a = 1;\n`, 3],
    ['a message', 'c.ts', `throw new Error('Nobody knows what ${HE} wants.');\n`, 1],
    ['a test title with a value in it', 'd.ts', `it(\`what \${1} is when ${HE} asks\`, () => {});\n`, 1],
    ['a document', 'e.md', `# Title\n\nText.\n\n- A client, and what ${HE} asks\n`, 5],
    ['a table', 'f.md', `| A | B |\n|---|---|\n| one | what ${HE} asks |\n`, 3],
  ])('finds a word of the list in %s, and says what to write', (_, name, text, line) => {
    const { status, lines } = read(name, text);
    expect([status, lines[0]]).toEqual([1, `${name}:${line}  "${HE}": write they, or it for a program`]);
  });

  it('leaves code and names alone', () => {
    const { status, lines } = read('g.md', `Call \`${HE}()\`, or the\n\n\`\`\`ts\nconst ${HE} = 1;\n\`\`\`\n`);
    expect([status, lines]).toEqual([0, ['1 files read: 0 words of the list, 0 sentences of more than 30 words']]);
  });

  it.each([
    ['a document', 'h.md', `Short.\n\n${LONG}.\n`, 3],
    ['a comment', 'i.ts', `/** Short. ${LONG}. */\nconst a = 1;\n`, 1],
    ['a comment whose sentence goes on in the next line', 'j.ts', `// ${LONG.replace('word9 ', 'word9\n// ')}.\nconst a = 1;\n`, 1],
  ])('finds a sentence of more than 30 words in %s', (_, name, text, line) => {
    const { status, lines } = read(name, text);
    expect([status, lines[0]]).toEqual([1, expect.stringMatching(new RegExp(`^${name}:${line} {2}31 words, write shorter sentences: word0 `))]);
  });

  it('ends a sentence where code or a number begins the next one, and at the end of a cell or of a line with code', () => {
    const half = LONG.split(' ').slice(0, 20).join(' ');
    expect(read('k.md', `${half}. \`a\` ${half}. 20 ${half}.\n\n| A | B |\n|---|---|\n| ${half} | ${half} |\n`).status).toBe(0);
    expect(read('l.ts', `const a = 1; // ${half}\nconst b = 2; // ${half}\n`).status).toBe(0);
  });
});
