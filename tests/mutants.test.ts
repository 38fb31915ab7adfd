import { readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { MUTANTS, type Mutant, mutantPlugin, mutated } from '../tools/mutants.ts';

describe('a mutant', () => {
  const mutant: Mutant = { name: 'no lock', file: 'a.ts', line: 'lock();', becomes: "'$&';", killedBy: ['a.test.ts', 'waits'] };

  it('takes the place of its line, and of nothing else', () => {
    expect(mutated(mutant, 'begin(); lock(); end();')).toBe("begin(); '$&'; end();");
  });

  it.each([
    ['nowhere', 'begin(); end();'],
    ['twice', 'lock(); lock();'],
  ])('is refused where its line stands %s', (_, code) => {
    expect(() => mutated(mutant, code)).toThrow('mutant "no lock": its line does not stand once in a.ts');
  });

  it('of an unknown name is refused', () => {
    vi.stubEnv('MUTANT', 'no such mutant');
    const { transform } = mutantPlugin();
    if (typeof transform !== 'function') throw new Error('the plugin has no transform');
    expect(() => Reflect.apply(transform, undefined, ['begin();', '/a.ts'])).toThrow('no mutant is called "no such mutant"');
    vi.unstubAllEnvs();
  });

  it.each(MUTANTS)('$name: its line stands once in its file, and the file of its test is there', ({ file, line, killedBy: [test] }) => {
    const textOf = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
    expect(textOf(file).split(line)).toHaveLength(2);
    expect(textOf(test)).toContain('it');
  });
});

it('no two mutants have one name', () => {
  const names = MUTANTS.map(({ name }) => name);
  expect(names).toEqual([...new Set(names)]);
});
