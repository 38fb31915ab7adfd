import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { engines, serverUrl } from '../../../tests/engines.ts';
import { main } from './cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'ticket-kit-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let out: string[];
let errors: string[];
beforeEach(() => {
  [out, errors] = [[], []];
  vi.spyOn(console, 'log').mockImplementation((line) => void out.push(String(line)));
  vi.spyOn(console, 'error').mockImplementation((line) => void errors.push(String(line)));
});
afterEach(() => vi.restoreAllMocks());

/** A module that an author of an adapter writes, beside the kit's own source. */
function moduleOf(name: string, code: string): string {
  const path = join(folder, name);
  writeFileSync(path, code);
  return path;
}
const stepStore = new URL('./controls/step-store.ts', import.meta.url).href;

describe('ticket-kit prove', () => {
  it('exits with 0 when every law is kept, says what is not proved, and writes the report', async () => {
    const report = join(folder, 'conformance.json');
    expect(await main(['prove', 'memory', '--law', 'S1,S20,F1', '--seed', '5', '--report', report, '--json'])).toBe(0);
    expect(errors.join('\n')).toContain('2 laws kept, 0 broken, 1 not proved');
    expect(errors.join('\n')).toContain('Outages are not proved');
    const written = JSON.parse(readFileSync(report, 'utf8'));
    expect(written).toMatchObject({ store: 'memory', level: 'stock', seed: 5, isKept: true, notProved: ['fault'] });
    expect(JSON.parse(out.join(''))).toEqual(written);
  });

  it('exits with 1 when a module’s store breaks a law, and tells what was found', async () => {
    const path = moduleOf(
      'flawed.mjs',
      `import { stepStore } from '${stepStore}';\nexport const openStore = async () => stepStore('a deletion gives no tickets back');`,
    );
    expect(await main(['prove', path, '--law', 'S46'])).toBe(1);
    expect(errors.join('\n')).toContain('tickets left after a deletion: expected 10, found 7');
  });

  it.each(engines)('tries our adapters at the address of %s, in databases of its own', async (engine) => {
    // The address of a server names a database that is there.
    const there = { sqlite: '', mysql: '/information_schema', postgres: '/postgres' };
    const url = engine === 'sqlite' ? 'sqlite:' : new URL(there[engine], serverUrl(engine)).href;
    expect(await main(['prove', url, '--level', 'accounts', '--law', 'S4,S20,B1,F2,U20', '--timeout', '60000', '--json'])).toBe(0);
    const { host } = new URL(url);
    expect(JSON.parse(out.join('')).store).toBe(engine === 'sqlite' ? 'sqlite:' : `${new URL(url).protocol}//${host}${there[engine]}`);
    expect(errors.join('\n')).toContain('5 laws kept, 0 broken, 0 not proved');
  });

  it.each([
    [['prove'], 'prove takes one store'],
    [['prove', 'memory', 'memory'], 'prove takes one store'],
    [['prove', 'memory', '--level', 'all'], 'unknown level all; there are stock, keys, reads, audit, limits, accounts'],
    [['prove', 'memory', '--seed', 'x'], '--seed is a whole number, and is x'],
    [['prove', 'memory', '--law', 'S1', '--law', 'S2'], '--law is given 2 times'],
    [['prove', 'memory', '--law', 'Z1'], 'unknown law Z1'],
    [['prove', 'memory', '--colour'], "Unknown option '--colour'"],
    [['prove', 'memory', '--seconds', '0'], 'seconds is a number above 0'],
    [['prove', './nowhere.js'], './nowhere.js cannot be loaded'],
    [['prove', 'sqlite:/tmp/mine'], 'takes no path'],
    [['prove', 'http://sari:secret@127.0.0.1:1'], 'http: is no address of a store'],
    [['prove', 'memory', '--law', 'S1', '--report', '/nowhere/at/all.json'], 'the folder of /nowhere/at/all.json is not there'],
    [['prove', moduleOf('broken.mjs', 'export const openStore = async () => { throw new Error(`no server`); };')], 'openStore() failed: no server'],
    [['prove', moduleOf('empty.mjs', '')], 'exports no function openStore'],
    [['improve'], 'unknown command improve'],
  ])('exits with 2 when nothing can be tried: %j', async (args, words) => {
    expect(await main(args)).toBe(2);
    expect(errors.join('\n')).toContain(words);
    expect(errors.join('\n')).not.toContain('secret');
  });

  it('names no password of an address in its report', async () => {
    for (const address of ['postgres://sari:secret@127.0.0.1:1/shop', 'mysql://sari:a@secret@127.0.0.1:1/shop'])
      expect(await main(['prove', address, '--law', 'S1', '--json', '--timeout', '20000'])).toBe(2);
    expect([...out, ...errors].join('\n')).not.toContain('secret');
  });
});

describe('the other commands', () => {
  it('say what to do where the kit is not built, without a stack', () => {
    mkdirSync(join(folder, 'bin'));
    copyFileSync(new URL('../bin/ticket-kit.js', import.meta.url), join(folder, 'bin/ticket-kit.mjs'));
    const { status, stderr } = spawnSync(process.execPath, [join(folder, 'bin/ticket-kit.mjs'), 'laws'], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([2, 'ticket-kit is not built yet. Run: npm run build\n']);
  });

  it('list the laws, and help', async () => {
    expect([await main(['laws']), await main(['--help']), await main([])]).toEqual([0, 0, 2]);
    expect(out.join('\n')).toMatch(/^B1 +stock +two servers sell each of the last tickets once.*\(needs beside\)$/m);
  });
});
