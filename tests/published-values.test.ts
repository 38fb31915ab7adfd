import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { loadConfig } from '../packages/adapters/src/config.ts';

/** The locked profile refuses every secret that stands in the repository, because everybody can read it. */
const root = fileURLToPath(new URL('..', import.meta.url));
const isText = (name: string) =>
  !/(?:^|[/\\])(?:node_modules|dist)[/\\]|package-lock/.test(name) && /\.(?:ts|js|mjs|cjs|json|md|yml|example)$/.test(name);
const below = (folder: string) => readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));
const files = [...readdirSync(root), ...['docs', 'packages', 'tests', 'bench', 'tools'].flatMap(below), ...below('apps')].filter(isText);
const textsOf = (names: readonly string[]) => names.map((name) => readFileSync(join(root, name), 'utf8'));
const documents = textsOf(files.filter((name) => /\.(?:md|example)$/.test(name)));
const sources = textsOf(files.filter((name) => !/\.(?:md|example)$/.test(name)));

const SECRETS = ['JWT_SECRET', 'JWT_SECRET_PREVIOUS', 'METRICS_TOKEN', 'ADMIN_PASSWORD', 'DB_PASSWORD'] as const;
type Secret = (typeof SECRETS)[number];
const quoted = `'([^'\\n]+)'|"([^"\\n]+)"`;
type Places = readonly (readonly [pattern: RegExp, of?: Secret])[];
const IN_DOCUMENTS: Places = [
  [new RegExp(`\\b(${SECRETS.join('|')})=(?:${quoted}|([^\\s'"\`]+))`, 'g')],
  [/IDENTIFIED BY '([^'\n]+)'/g, 'DB_PASSWORD'],
  [/\bm(?:ysql|ariadb):\/\/[^\s:/@]+:([^\s@]+)@/g, 'DB_PASSWORD'],
  [/echo '([^']+)' \| npx ticketctl/g, 'ADMIN_PASSWORD'],
  [/\bTICKETS_PASSWORD=(?:'([^'\n]+)'|([^\s'"`]+))/g, 'ADMIN_PASSWORD'],
  [new RegExp(`\\bpassword"?: (?:${quoted})`, 'g'), 'ADMIN_PASSWORD'],
];
/** In sources, passwords belong to databases that no longer exist. Signing secrets are often copied. */
const IN_SOURCES: Places = [
  [new RegExp(`\\b(JWT_SECRET|JWT_SECRET_PREVIOUS|METRICS_TOKEN)(?:: | = )(?:${quoted})`, 'g')],
  [new RegExp(`\\b(?:secret|STRONG|SAMPLE)(?:: | = )(?:${quoted})`, 'gi'), 'JWT_SECRET'],
];
const foundIn = (texts: readonly string[], places: Places) =>
  texts.flatMap((text) =>
    places.flatMap(([pattern, kind]) =>
      [...text.matchAll(pattern)].map(([, ...groups]) => {
        const [first, second] = groups.filter((group) => group !== undefined);
        return kind === undefined ? { name: first, value: second } : { name: kind, value: first };
      }),
    ),
  );
const found = [...foundIn(documents, IN_DOCUMENTS), ...foundIn(sources, IN_SOURCES)];
const isWritten = (value = '') => !/^$|[${<…]|^\.+$/.test(value);

it('no secret or password that stands in the repository works in the locked profile', () => {
  const named = (name: string) => found.filter((one) => one.name === name && isWritten(one.value));
  for (const name of SECRETS) expect(named(name).length, name).toBeGreaterThan(0);
  const strong = {
    SECURITY_PROFILE: 'locked',
    JWT_SECRET: randomBytes(32).toString('base64url'),
    ADMIN_EMAIL: 'a@b.example',
    ADMIN_PASSWORD: randomBytes(9).toString('hex'),
  };
  const works = SECRETS.flatMap((name) => [...new Set(named(name).map(({ value = '' }) => value))].map((value) => ({ name, value }))).filter(
    ({ name, value }) => {
      try {
        return loadConfig({ DATA_DIR: tmpdir(), DB_HOST: '127.0.0.1', ...strong, [name]: value }) !== undefined;
      } catch {
        return false;
      }
    },
  );
  expect(works).toEqual([]);
});
