import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect, parseEnv } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FAILURES } from '../apps/http/src/failures.ts';
import { messages } from '../apps/http/src/messages.ts';
import { loadConfig } from '../packages/adapters/src/config.ts';
import { VARIABLES } from '../packages/adapters/src/config-names.ts';
import { TOKENS } from '../packages/adapters/src/container.ts';
import { stepStore } from '../packages/kit/src/controls/step-store.ts';
import { memoryStore } from '../packages/kit/src/memory-store.ts';
import { engines } from './engines.ts';
import { textsIn } from './languages.ts';
import { openContainer } from './open-store.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const matches = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([whole, group]) => group ?? whole);
const unique = (texts: readonly string[]): string[] => [...new Set(texts)].toSorted();
/** The content of the fenced blocks in a language. */
const blocks = (markdown: string, language: string): string[] => matches(markdown, new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'));

const readme = read('README.md');
const documents = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'CHANGELOG.md',
  'examples/own-accounts/README.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' }).map((name) => `docs/${name}`),
]
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => path.endsWith('.md'));

describe('docs/erd.md tells the tables as they are', () => {
  const page = read('docs/erd.md');
  /** "table.column type null key" of each column that the diagram draws. */
  const drawn = blocks(page, 'mermaid').flatMap((diagram) =>
    [...diagram.matchAll(/^ {4}(\w+) \{\n(.*?)^ {4}\}/gms)].flatMap(([, table, lines = '']) =>
      [...lines.matchAll(/^ +(\S+) (\w+)(?: (PK|FK|UK))?(?: "(.*)")?$/gm)].map(([, type, column, key = '', note = '']) =>
        [`${table}.${column}`, type, note.startsWith('null') ? 'null' : 'not null', key === 'UK' ? '' : key].join(' ').trim(),
      ),
    ),
  );

  /** The types by the engine's names. The page lists each type that has another name there. */
  const drawnFor = (engine: string) => {
    const renamed = [...page.matchAll(/(\w+(?: and \w+)?) (?:has|have) `([\w()]+)` for `([\w()]+)`/g)]
      .filter(([, names = '']) =>
        names
          .toLowerCase()
          .split(' and ')
          .includes(engine === 'postgres' ? 'postgresql' : engine),
      )
      .map(([, , own = '', drawnAs = '']) => [` ${drawnAs} `, ` ${own} `] as const);
    return drawn.map((line) => renamed.reduce((text, [from, to]) => text.replace(from, to), line));
  };

  it.each(engines)('every column, its type and its key, on %s', async (engine) => {
    const { container, close } = await openContainer(engine);
    const query = <Row>(sql: string, ...parameters: string[]) => container.get(TOKENS.database).query<Row>(sql, parameters);
    const made = await { sqlite: sqliteColumns, mysql: mysqlColumns, postgres: postgresColumns }[engine](query);
    await close();
    expect(made.length).toBeGreaterThan(30);
    expect(drawnFor(engine).toSorted()).toEqual(made.toSorted());
  });

  it('draws each column once', () => {
    expect(unique(drawn)).toHaveLength(drawn.length);
  });
});

type Query = <Row>(sql: string, ...parameters: string[]) => Promise<readonly Row[]>;

interface Column {
  readonly tab: string;
  readonly col: string;
  readonly type: string;
  readonly optional: number;
  readonly pk: number;
  readonly fk: number;
}
const toLine = ({ tab, col, type, optional, pk, fk }: Column): string => {
  // MariaDB adds a display width to an int.
  const plain = type.toLowerCase().replace(/^(int|bigint)\(\d+\)$/, '$1');
  return [`${tab}.${col}`, plain, Number(optional) ? 'null' : 'not null', Number(pk) ? 'PK' : Number(fk) ? 'FK' : ''].join(' ').trim();
};

/** The diagram leaves out TypeORM's own table. */
async function sqliteColumns(query: Query): Promise<string[]> {
  const columns = await query<Column>(
    `SELECT t.name AS tab, c.name AS col, c.type AS type, c."notnull" = 0 AS optional, c.pk > 0 AS pk,
       EXISTS (SELECT 1 FROM pragma_foreign_key_list(t.name) k WHERE k."from" = c.name) AS fk
     FROM sqlite_master t JOIN pragma_table_xinfo(t.name) c
     WHERE t.type = 'table' AND t.name <> 'migrations' AND t.name NOT LIKE 'sqlite_%'`,
  );
  return columns.map(toLine);
}

async function mysqlColumns(query: Query): Promise<string[]> {
  const columns = await query<Column>(
    `SELECT c.table_name AS tab, c.column_name AS col, c.column_type AS type, c.is_nullable = 'YES' AS optional, c.column_key = 'PRI' AS pk,
       EXISTS (SELECT 1 FROM information_schema.key_column_usage k WHERE k.table_schema = c.table_schema AND k.table_name = c.table_name
         AND k.column_name = c.column_name AND k.referenced_table_name IS NOT NULL) AS fk
     FROM information_schema.columns c WHERE c.table_schema = DATABASE() AND c.table_name <> 'migrations'`,
  );
  return columns.map(toLine);
}

/** Uses the short type names, as the migrations do. */
async function postgresColumns(query: Query): Promise<string[]> {
  const columns = await query<Column>(
    `SELECT c.table_name AS tab, c.column_name AS col, (c.is_nullable = 'YES')::int AS optional,
       CASE c.data_type WHEN 'character varying' THEN 'varchar(' || c.character_maximum_length || ')'
         WHEN 'timestamp with time zone' THEN 'timestamptz(' || c.datetime_precision || ')' ELSE c.data_type END AS type,
       EXISTS (SELECT 1 FROM information_schema.table_constraints t JOIN information_schema.key_column_usage k USING (constraint_schema, constraint_name)
         WHERE t.table_name = c.table_name AND k.column_name = c.column_name AND t.constraint_type = 'PRIMARY KEY')::int AS pk,
       EXISTS (SELECT 1 FROM information_schema.table_constraints t JOIN information_schema.key_column_usage k USING (constraint_schema, constraint_name)
         WHERE t.table_name = c.table_name AND k.column_name = c.column_name AND t.constraint_type = 'FOREIGN KEY')::int AS fk
     FROM information_schema.columns c WHERE c.table_schema = current_schema() AND c.table_name <> 'migrations'`,
  );
  return columns.map(toLine);
}

describe('every environment variable', () => {
  const known = VARIABLES.toSorted();
  const example = read('.env.example');
  let dataDir: string;
  beforeAll(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'ticket-documents-'));
  });
  afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

  it('is in .env.example, and there is no other', () => {
    expect(unique(matches(example, /^(?:# )?([A-Z][A-Z_]+)=/gm))).toEqual(known);
  });

  it('has its line in the table of docs/configuration.md, and there is no other', () => {
    expect(matches(read('docs/configuration.md'), /^\| `([A-Z][A-Z_]+)` \|/gm).toSorted()).toEqual(known);
  });

  it('in the README’s short table is a real one', () => {
    const named = matches(readme, /^\| ((?:`[A-Z][A-Z_]+`(?:, )?)+) \|/gm).flatMap((cell) => matches(cell, /[A-Z][A-Z_]+/g));
    expect(named.length).toBeGreaterThan(5);
    expect(known).toEqual(expect.arrayContaining(named));
  });

  it('may stay as .env.example has it: the open profile on the embedded database', () => {
    const config = loadConfig({ ...parseEnv(example), DATA_DIR: dataDir });
    expect(config.database).toEqual({ engine: 'sqlite', folder: dataDir });
    expect({ profile: config.policies.profile, port: config.port }).toEqual({ profile: 'open', port: 3000 });
    expect(config).toEqual({ ...loadConfig({ DATA_DIR: dataDir }), notices: config.notices });
  });

  it('has a value in .env.example that can be used', () => {
    const everything = parseEnv(example.replace(/^# ([A-Z][A-Z_]+=)/gm, '$1'));
    expect(Object.keys(everything).toSorted()).toEqual(known);
    const { DB_SOCKET, DB_SSL_MODE, DB_SSL_CA: _, ...plain } = everything;
    expect(loadConfig({ ...plain, DB_SSL_MODE, DATA_DIR: dataDir }).database).toMatchObject({ host: 'localhost', database: 'gdgoc' });
    const { DATABASE_URL: _url, CLEARDB_DATABASE_URL: _cleardb, JAWSDB_URL: _jawsdb, MYSQL_URL: _railway, ...apart } = plain;
    expect(loadConfig({ ...apart, DATA_DIR: dataDir }).database).toMatchObject({ user: 'fullstack', password: '', port: 3306, poolSize: 10 });
    const { DB_HOST: _host, DB_PORT: _port, ...atSocket } = apart;
    expect(loadConfig({ ...atSocket, DB_SOCKET, DATA_DIR: dataDir }).database).toMatchObject({ socket: DB_SOCKET });
  });
});

/** The anchors of a document's headings, as links use them. */
const headingsOf = (markdown: string): string[] =>
  matches(markdown, /^#+ (.+)$/gm).map((text) =>
    text
      .toLowerCase()
      .replace(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  );

describe('what the documents point at', () => {
  it('every relative link leads to a file, and to a heading in it', () => {
    const links = documents.flatMap((path) => matches(read(path), /\]\((?!https?:)([^)\s]+)\)/g).map((target) => ({ path, target })));
    expect(links.length).toBeGreaterThan(20);
    const broken = links.filter(({ path, target }) => {
      const [file = '', heading] = target.split('#');
      const found = file === '' ? path : join(dirname(path), file);
      return !existsSync(join(root, found)) || (heading !== undefined && !headingsOf(read(found)).includes(heading));
    });
    expect(broken).toEqual([]);
  });

  it('every file named by its path exists', () => {
    const named = documents.flatMap((path) =>
      matches(read(path), /`((?:packages|apps|tests|tools|docs)\/[^`\s*…]*)`/g).map((name) => ({ path, name })),
    );
    expect(named.filter(({ path }) => path === 'docs/architecture.md').length).toBeGreaterThan(12);
    // dist exists only after a build.
    expect(named.filter(({ name }) => !name.includes('/dist/') && !existsSync(join(root, name)))).toEqual([]);
  });

  it('docs/architecture.md: every folder of the tree exists', () => {
    const folders = blocks(read('docs/architecture.md'), 'tree').flatMap((tree) => matches(tree, /^(\S+) /gm));
    expect(folders.length).toBeGreaterThan(8);
    expect(folders.filter((folder) => !existsSync(join(root, folder)))).toEqual([]);
  });

  it('every document is in the index, docs/README.md', () => {
    const linked = matches(read('docs/README.md'), /\]\(([^)#]+)\)/g).map((target) => join('docs', target));
    expect(documents.filter((path) => path !== 'docs/README.md' && !path.startsWith('docs/decisions/0') && !linked.includes(path))).toEqual([]);
  });

  it('every npm script they name exists', () => {
    const scripts = Object.keys(JSON.parse(read('package.json')).scripts);
    const named = unique(documents.flatMap((path) => matches(read(path), /npm run ([\w:-]+)/g)));
    expect(named.length).toBeGreaterThan(4);
    expect(named.filter((name) => !scripts.includes(name))).toEqual([]);
  });

  it('each diagram names its kind on a line of its own, as mermaid has to read it', () => {
    const diagrams = documents.flatMap((path) => matches(read(path), /(?<=^```mermaid\n).*$/gm).map((line) => `${path}: ${line}`));
    expect(diagrams.length).toBeGreaterThan(0);
    expect(diagrams.filter((line) => !/: (?:stateDiagram-v2|sequenceDiagram|erDiagram|flowchart (?:TD|LR))$/.test(line))).toEqual([]);
  });

  it('docs/decisions/README.md lists every decision by its title, and each fits a page', () => {
    const files = readdirSync(join(root, 'docs/decisions')).filter((name) => /^\d{4}-/.test(name));
    const lines = files.toSorted().map((name) => {
      const text = read(`docs/decisions/${name}`);
      expect(text.trimEnd().split('\n').length, name).toBeLessThanOrEqual(45);
      for (const heading of ['Context', 'Choice', 'Price', 'What would change our mind']) expect(text, name).toContain(`\n## ${heading}\n`);
      const [, number, title] = /^# (\d{4}): (.+)$/m.exec(text) ?? [];
      expect(name.startsWith(`${number}-`), name).toBe(true);
      return `- [${number}](${name}) ${title}`;
    });
    expect(matches(read('docs/decisions/README.md'), /^- .+$/gm)).toEqual(lines);
  });
});

describe('what clients are told', () => {
  it('docs/booking-flow.md names refusals that exist, with the status they have', () => {
    const statuses = new Map(Object.entries(FAILURES).map(([code, { status }]) => [code, String(status)]));
    const named = unique(matches(read('docs/booking-flow.md'), /(?:\["|or )(\d{3} [a-z_]+)/g));
    expect(named).toContain('400 insufficient_tickets');
    expect(named.filter((name) => statuses.get(name.slice(4)) !== name.slice(0, 3))).toEqual([]);
  });

  it('docs/api.md lists every failure’s message as it is sent', () => {
    const names = Object.keys(messages);
    const failures = Object.entries(messages).filter(([name]) => name === 'notReady' || names.indexOf(name) >= names.indexOf('invalidInput'));
    const sent = unique(textsIn(Object.fromEntries(failures), 'id'));
    const table = matches(read('docs/api.md'), /^\| \d{3} \| .+? \| (.+?) \|/gm).flatMap((cell) => matches(cell, /`([^`]+)`/g));
    expect(sent.length).toBeGreaterThan(15);
    expect(unique(table)).toEqual(sent);
  });

  it('docs/use-the-domain.md: the example is docs/sell-one-ticket.ts, and does what it says', async () => {
    expect(blocks(read('docs/use-the-domain.md'), 'ts')).toEqual([read('docs/sell-on-a-database.ts'), read('docs/sell-one-ticket.ts')]);
    const { answers } = await import('../docs/sell-one-ticket.ts');
    expect(answers).toEqual(['confirmed', 'insufficient_tickets']);
  });

  it('docs/use-the-domain.md: the example on a database sells, lists and audits', () => {
    const folder = mkdtempSync(join(tmpdir(), 'ticket-documents-'));
    const program = ['--import', import.meta.resolve('tsx'), '--conditions=@ticket/source', join(root, 'docs/sell-on-a-database.ts')];
    const { stdout, stderr } = spawnSync(process.execPath, program, { cwd: folder, env: { PATH: process.env['PATH'] }, encoding: 'utf8' });
    rmSync(folder, { recursive: true });
    expect([stdout, stderr]).toEqual(['confirmed\nJazz 8\n1 events audited, 0 differences\n', '']);
  });

  it('docs/check-stock-invariants.md: the example is docs/check-my-store.ts, holds for a sound store, and finds the steps that break another', async () => {
    expect(blocks(read('docs/check-stock-invariants.md'), 'ts')).toEqual([read('docs/check-my-store.ts')]);
    const { checkMyStore } = await import('../docs/check-my-store.ts');
    await checkMyStore(async () => memoryStore());
    const found = await checkMyStore(async () => stepStore('a deletion gives no tickets back')).catch((error: unknown) => inspect(error));
    // Each seed shrinks to a few steps. The shortest are the deletion of a booking, and that of an event.
    expect(found).toMatch(/Counterexample: .*"does":"delete (?:booking|event)"/);
    expect(found).toMatch(/held_and_available_are_total|ledger_is_available/);
  });
});

it('npm start, Procfile and railway.json start the server in one way, with what V8 and libuv are told', () => {
  // Not every reader of the other two files is a shell, so they have the plain number.
  const script = read('package.json').replace(/=\$\{UV_THREADPOOL_SIZE:-(\d+)\}/, '=$1');
  const line = /"start": "exec (env .*server\.js)"/.exec(script)?.[1] ?? 'none';
  expect(read('Procfile')).toBe(`web: ${line}\n`);
  expect(JSON.parse(read('railway.json')).deploy.startCommand).toBe(line);
});
