import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

/** How many requirements of levels 1 and 2 each section has, by chapter, as OWASP ASVS 5.0.0 numbers them. */
const CHAPTERS: readonly Readonly<Record<string, number>>[] = [
  { '1.1': 2, '1.2': 9, '1.3': 11, '1.4': 3, '1.5': 2 },
  { '2.1': 3, '2.2': 3, '2.3': 4, '2.4': 1 },
  { '3.2': 2, '3.3': 4, '3.4': 6, '3.5': 5, '3.7': 2 },
  { '4.1': 3, '4.2': 1, '4.3': 2, '4.4': 4 },
  { '6.1': 3, '6.2': 12, '6.3': 4, '6.4': 4 },
  { '7.1': 3, '7.2': 4, '7.3': 2, '7.4': 5, '7.5': 2, '7.6': 2 },
  { '8.1': 2, '8.2': 3, '8.3': 1, '8.4': 1 },
  { '9.1': 3, '9.2': 4 },
  { '11.1': 2, '11.2': 3, '11.3': 3, '11.4': 4, '11.5': 1, '11.6': 1 },
  { '12.1': 3, '12.2': 2, '12.3': 4 },
  { '13.1': 1, '13.2': 5, '13.3': 2, '13.4': 5 },
  { '14.1': 2, '14.2': 4, '14.3': 3 },
  { '15.1': 3, '15.2': 3, '15.3': 7 },
  { '16.1': 1, '16.2': 5, '16.3': 4, '16.4': 3, '16.5': 3 },
];
/** The first two in 3.7, the first five in 7.4: in every section the requirements of levels 1 and 2 come first. */
const idsOf = ([section, count]: [string, number]): string[] => Array.from({ length: count }, (_, index) => `${section}.${index + 1}`);

const page = readFileSync(new URL('../docs/asvs.md', import.meta.url), 'utf8');
const rows = [...page.matchAll(/^\| (\d+\.\d+\.\d+) \| ([^|]+) \| ([^|]+) \|$/gm)].map(([, id = '', state = '', line = '']) => ({ id, state, line }));

describe('docs/asvs.md', () => {
  it('has each requirement of levels 1 and 2 once, in order', () => {
    expect(rows.map(({ id }) => id)).toEqual(CHAPTERS.flatMap((sections) => Object.entries(sections)).flatMap(idsOf));
  });

  it('says of each that it is met, not met or not applicable, and one thing more', () => {
    expect(new Set(rows.map(({ state }) => state))).toEqual(new Set(['met', 'not met', 'not applicable']));
    expect(rows.filter(({ line }) => line.trim().length < 5)).toEqual([]);
  });

  it('says of each that is met where: a file, or a place in a document', () => {
    const isNamed = (line: string) => /`[\w./-]+\.\w+`|\]\([^)]+\)/.test(line);
    expect(rows.filter(({ state, line }) => state === 'met' && !isNamed(line))).toEqual([]);
  });

  it('stands behind SECURITY.md', () => {
    expect(readFileSync(new URL('../SECURITY.md', import.meta.url), 'utf8')).toContain('](docs/asvs.md)');
  });
});
