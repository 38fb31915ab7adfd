// Reads every comment, document, message and test title as prose. A word of the list below is a fault. So is a sentence of more than 30 words in
// a comment or a document. `npm run prose [file …]`; CONTRIBUTING.md has the rules.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { search } from 'nlcst-search';
import { toString as textOf } from 'nlcst-to-string';
import remarkParse from 'remark-parse';
import remarkRetext from 'remark-retext';
import retextEnglish from 'retext-english';
import ts from 'typescript';
import { unified } from 'unified';
import { visit } from 'unist-util-visit';
import { VFile } from 'vfile';

const WORDS_MAX = 30;
/** What to write instead. */
const INSTEAD = new Map([
  ['he', 'they, or it for a program'],
  ['she', 'they'],
  ['him', 'them, or it'],
  ['his', 'their, or its'],
  ['himself', 'themselves, or itself'],
  ['whoever', 'those who, or the name of the thing'],
  ['whomever', 'those whom'],
  ['who asks', 'the actor, the caller, or the client'],
  ['but for', 'except'],
  ['save for', 'except'],
  ['good no more', 'no longer valid'],
  ['so many as', 'as many as'],
  ['no more of', 'none of … any longer'],
]);
/** Licence texts, the reference of the benchmark, and what is made from other texts that are read here. */
const NOT_OURS =
  /^(?:LICENSE|docs\/licences\.md|bench\/reference\/|packages\/adapters\/src\/security\/common-passwords|packages\/client\/src\/document\.ts)/;

const LISTED = new RegExp(`\\b(?:${[...INSTEAD.keys()].join('|')})\\b`, 'i');

/** Each cell becomes a sentence, since remark-retext reads no tables. */
const TABLE_ROW = /^\|.*\|$/gm;

/** The parser does not end a sentence before code, a number or a small letter. Here a full stop before a space always ends it. */
function partsOf({ children }) {
  const parts = [[]];
  for (const [index, node] of children.entries()) {
    if (node.type !== 'WhiteSpaceNode' || parts.at(-1).length > 0) parts.at(-1).push(node);
    if (textOf(node).endsWith('.') && children[index + 1]?.type === 'WhiteSpaceNode') parts.push([]);
  }
  return parts.filter((part) => part.length > 0);
}

let found = [];
const look = () => (tree) => {
  search(tree, [...INSTEAD.keys()], (nodes, _, __, phrase) => {
    found.push({ at: nodes[0].position.start.line, isWord: true, said: `"${textOf(nodes)}": write ${INSTEAD.get(phrase)}` });
  });
  visit(tree, 'SentenceNode', (sentence) => {
    for (const part of partsOf(sentence)) {
      const words = part.filter(({ type }) => type === 'WordNode').length;
      if (words <= WORDS_MAX) continue;
      const start = textOf(part).trim().replace(/\s+/g, ' ').slice(0, 80);
      found.push({ at: part[0].position.start.line, said: `${words} words, write shorter sentences: ${start}…` });
    }
  });
};
const MARKDOWN = unified().use(remarkParse).use(remarkRetext, unified().use(retextEnglish).use(look));

const files = process.argv.length > 2 ? process.argv.slice(2) : tracked();
let words = 0;
let long = 0;
for (const path of files) {
  const text = readFileSync(path, 'utf8');
  for (const { prose, line, isSentences } of extname(path) === '.md' ? [{ prose: text, line: 1, isSentences: true }] : proseOfCode(path, text)) {
    for (const { at, isWord, said } of await read(prose, isSentences)) {
      if (!isWord && !isSentences) continue;
      if (isWord) words++;
      else long++;
      console.log(`${path}:${line + at - 1}  ${said}`);
    }
  }
}
console.log(`${files.length} files read: ${words} words of the list, ${long} sentences of more than ${WORDS_MAX} words`);
process.exitCode = words + long > 0 ? 1 : 0;

function tracked() {
  const list = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md', '*.ts', '*.mjs', '*.cjs', '*.js'], {
    encoding: 'utf8',
  });
  return list.split('\n').filter((path) => path !== '' && !NOT_OURS.test(path) && path !== 'tools/prose.mjs');
}

async function read(prose, isSentences) {
  // Most texts in code are short and contain no fault. To parse each of them would take twice as long.
  if (!isSentences && !LISTED.test(prose)) return [];
  found = [];
  const plain = prose.replace(TABLE_ROW, (row) => row.replace(/(?<!\\)\|/g, ' . '));
  await MARKDOWN.run(MARKDOWN.parse(plain), new VFile(plain));
  return found;
}

/** Comments (those on consecutive lines count as one), and texts of more than one word, which are messages and titles. */
function proseOfCode(path, text) {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const lineOf = (position) => source.getLineAndCharacterOfPosition(position).line + 1;
  const comments = new Map();
  const found = [];
  const walk = (node) => {
    for (const range of [...(ts.getLeadingCommentRanges(text, node.pos) ?? []), ...(ts.getTrailingCommentRanges(text, node.end) ?? [])])
      comments.set(range.pos, range);
    if ((ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node)) && node.text.includes(' '))
      found.push({ prose: node.text, line: lineOf(node.getStart()), isSentences: false });
    for (const child of node.getChildren(source)) walk(child);
  };
  walk(source);
  let before;
  for (const { pos, end, kind } of [...comments.values()].sort((a, b) => a.pos - b.pos)) {
    const prose = text.slice(pos, end).replace(/^\/\*\*?|\*\/$|^\/\/|^[ \t]*\*(?!\*)/gm, '');
    const line = lineOf(pos);
    const isOneLine = kind === ts.SyntaxKind.SingleLineCommentTrivia && text.slice(text.lastIndexOf('\n', pos) + 1, pos).trim() === '';
    if (isOneLine && before?.isOneLine && before.line + before.prose.split('\n').length === line) before.prose += `\n${prose.trim()}`;
    else {
      before = { prose: prose.replace(/^[ \t]+/gm, ''), line, isSentences: true, isOneLine };
      found.push(before);
    }
  }
  return found;
}
