import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { KEY_CHARACTERS_MAX, SEARCH_CHARACTERS_MAX, SEARCH_WORDS_MAX } from '@ticket/domain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IF_MATCH_TAGS_MAX } from '../apps/http/src/entity-tag.ts';
import { FAILURES } from '../apps/http/src/failures.ts';
import { faults, messages } from '../apps/http/src/messages.ts';
import { PROFILES } from '../packages/adapters/src/profiles.ts';
import { textsIn } from './languages.ts';
import { type Api, openApi } from './open-api.ts';

/** Compares docs/specification.md with the product, in the profile that it specifies. */
const read = (path: string): string => readFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)), 'utf8');
const specification = read('docs/specification.md');
const found = (pattern: RegExp, text = specification): string[] =>
  [...new Set([...text.matchAll(pattern)].map(([, group = '']) => group))].toSorted();

const { accounts, selling } = PROFILES.open;
const spoken = [
  faults.line(255),
  faults.prose(10_000),
  faults.passwordTooShort(accounts.passwords.charactersMin),
  faults.idempotencyKey(KEY_CHARACTERS_MAX),
  faults.ifMatch(IF_MATCH_TAGS_MAX),
  faults.search(SEARCH_WORDS_MAX, SEARCH_CHARACTERS_MAX),
  faults.query(2000),
  faults.limit(selling.list.limitMax),
  faults.offset(selling.list.offsetMax),
];
const sent = [...new Set([messages, faults, spoken].flatMap((catalogue) => textsIn(catalogue, 'id')))].toSorted();

describe('docs/specification.md', () => {
  it('has every message of the open profile to the letter, and no other', () => {
    expect(spoken).toHaveLength(Object.values(faults).filter((entry) => typeof entry === 'function').length);
    // A code span that starts like a sentence is a message.
    const stated = [...new Set([...found(/`((?:JSON|[A-Z][a-z][\w-]*) [^`]+)`/g), ...found(/"message": "([^"]+)"/g)])].toSorted();
    expect(stated).toEqual(sent);
  });

  it('docs/api.md lists every code with its status, and no other', () => {
    const rows = [...read('docs/api.md').matchAll(/^\| (\d{3}) \| ((?:`[a-z_]+`(?:, )?)+) \|/gm)];
    const stated = rows.flatMap(([, status, codes = '']) => codes.split(', ').map((code) => `${code.replaceAll('`', '')} ${status}`));
    const known = Object.entries(FAILURES).map(([code, { status }]) => `${code} ${status}`);
    expect([...new Set(stated)].toSorted()).toEqual(known.toSorted());
  });

  describe('has', () => {
    let api: Api;
    beforeAll(async () => {
      api = await openApi('sqlite', 'open');
    });
    afterAll(() => api.close());

    it('a heading for every route of the OpenAPI document, and for no other; so has the README’s table', async () => {
      const { paths } = (await api.send('GET', '/openapi.json')).body;
      const routes = Object.entries<object>(paths).flatMap(([path, operations]) =>
        Object.keys(operations).map((method) => `${method.toUpperCase()} ${path.replace('{id}', ':id')}`),
      );
      const headings = found(/^### `([A-Z]+ \/\S*)`$/gm);
      // The server has these routes too. The document leaves them out, because clients do not need them.
      expect(headings).toEqual([...routes, 'GET /docs', 'GET /metrics', 'GET /openapi.json'].toSorted());
      expect(found(/`([A-Z]+ \/[^`]*)`/g, read('README.md'))).toEqual(headings);
    });
  });
});
