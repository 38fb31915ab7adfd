import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { engines, serverUrl } from '../../../tests/engines.ts';
import { main } from './cli.ts';
import { openShop } from './controls/shop.ts';

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
    [['prove', 'http://sari:secret@127.0.0.1:1'], 'a running server is tried with --url'],
    [['prove', 'ftp://sari:secret@127.0.0.1:1'], 'ftp: is no address of a store'],
    [['prove', '--url', 'http://sari:secret@127.0.0.1:1'], '--url takes no user and no password'],
    [['prove', '--url', 'http://127.0.0.1:1/?key=secret'], '--url takes no ? and no #'],
    [['prove', '--url', 'ftp://127.0.0.1'], '--url begins with http:// or https://, and begins with ftp:'],
    [['prove', '--url', '127.0.0.1'], '--url is no address, such as http://127.0.0.1:3000'],
    [['prove', '--url', ''], '--url is no address'],
    [['prove', '--url', 'http://tickets.example:1'], 'tickets.example:1 is not this machine'],
    [['prove', '--url', 'http://127.0.0.1.example'], '127.0.0.1.example is not this machine'],
    [['prove', '--url', 'http://127.0.0.1:1', '--url', 'http://10.0.0.1'], '10.0.0.1 is not this machine'],
    [['prove', '--url', 'http://127.0.0.1:1', 'memory'], 'prove takes a store or --url, not both'],
    [['prove', '--url', 'http://127.0.0.1:1', '--level', 'stock'], '--level goes with a store'],
    [['prove', '--url', 'http://127.0.0.1:1', '--law', 'S1'], 'unknown law S1; there are H1, '],
    [['prove', '--url', 'http://127.0.0.1:1', '--seconds', '0'], 'seconds is a number above 0'],
    [['prove', '--url', 'http://127.0.0.1:4'], 'nothing can be tried: GET / got no answer: fetch failed (ECONNREFUSED)'],
    [['prove', 'memory', '--allow-remote'], '--allow-remote goes with --url'],
    [['prove', 'memory', '--law', 'G1', '--path', 'xx'], 'path is taken from the message of a broken law'],
    [['prove', '--url', 'http://127.0.0.1:4', '--law', 'HG1', '--path', '1:'], 'path is taken from the message of a broken law'],
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

describe('ticket-kit prove --url', () => {
  let shop: Awaited<ReturnType<typeof openShop>>;
  afterEach(async () => {
    vi.unstubAllEnvs();
    await shop.close();
  });

  it('exits with 0 when a running server keeps every law, and reports it', async () => {
    shop = await openShop();
    expect(
      await main(['prove', '--url', shop.url, '--url', `${shop.url}/`, '--law', 'H1,H12,H23,HG1', '--seconds', '3', '--seed', '5', '--json']),
    ).toBe(0);
    expect(JSON.parse(out.join(''))).toMatchObject({
      store: `${shop.url} ${shop.url}`,
      about: 'shop of the controls',
      level: 'http',
      seed: 5,
      isKept: true,
    });
    expect(errors.join('\n')).toContain('4 laws kept, 0 broken, 0 not proved');
    expect([...shop.users.values(), ...shop.events.values(), ...shop.bookings.values()]).toEqual([]);
  });

  it('exits with 1 when a server breaks a law, tells what was found and how to see it again, and removes what it made', async () => {
    shop = await openShop('tickets are sold that were seen before others were sold');
    expect(await main(['prove', '--url', shop.url, '--law', 'H1', '--seed', '5'])).toBe(1);
    expect(errors.join('\n')).toMatch(/bookings made and refused: expected \[ 5, 35 \], found .*\n.*ticket-kit prove … --law H1 --seed 5/);
    expect(errors.join('\n')).not.toContain('audit');
    expect([...shop.users.values(), ...shop.events.values(), ...shop.bookings.values()]).toEqual([]);
  });

  it('shows the fewest steps of a case that it drew, and tries that case alone when it is given its seed and path', async () => {
    shop = await openShop('a cancellation is answered before its tickets come back');
    expect(await main(['prove', '--url', shop.url, '--law', 'HG1', '--seconds', '5', '--seed', '5'])).toBe(1);
    const [, options = ''] = /--law HG1 (--seed 5 --path [\d:]+)/.exec(errors.join('\n')) ?? [];
    expect(errors.join('\n')).toContain('the fewest steps that show it');
    expect(await main(['prove', '--url', shop.url, '--law', 'HG1', ...options.split(' ')])).toBe(1);
  });

  it('asks a server where nobody registers as admin with the token of TICKET_KIT_ADMIN_TOKEN', async () => {
    shop = await openShop(undefined, { letsRegisterAdmins: false });
    expect(await main(['prove', '--url', shop.url, '--law', 'H1'])).toBe(2);
    expect(errors.join('\n')).toContain('POST /api/auth/register for the role admin was answered 403');
    vi.stubEnv('TICKET_KIT_ADMIN_TOKEN', 'wrong');
    expect(await main(['prove', '--url', shop.url, '--law', 'H1'])).toBe(2);
    expect(errors.join('\n')).toContain('TICKET_KIT_ADMIN_TOKEN is no token of an admin: GET /api/auth/me was answered 401');
    vi.stubEnv('TICKET_KIT_ADMIN_TOKEN', shop.adminToken);
    expect(await main(['prove', '--url', shop.url, '--law', 'H1'])).toBe(0);
    expect(shop.users.size).toBe(1);
  });

  it('removes the users that it registered when the server lets no more register', async () => {
    shop = await openShop(undefined, { accountsMax: 7 });
    expect(await main(['prove', '--url', shop.url, '--law', 'H1'])).toBe(2);
    expect(errors.join('\n')).toContain('429 Terlalu banyak permintaan. The server has to let an admin and 20 users register');
    expect(shop.users.size).toBe(0);
  });

  it('makes accounts whose passwords nobody can guess from their e-mails', async () => {
    shop = await openShop('each cancellation gives the tickets back');
    const made: { readonly email: string; readonly password: string }[] = [];
    vi.spyOn(shop.users, 'set').mockImplementation((id, user) => {
      made.push(user);
      return Map.prototype.set.call(shop.users, id, user) as typeof shop.users;
    });
    await main(['prove', '--url', shop.url, '--law', 'H4,H24']);
    expect(made.length).toBe(22);
    expect(new Set(made.map(({ password }) => password)).size).toBe(22);
    for (const { email, password } of made) expect([password.length, email.slice(0, 8).includes(password.slice(0, 8))]).toEqual([32, false]);
  });

  it('deletes what it made when it is interrupted', async () => {
    shop = await openShop();
    const code = main(['prove', '--url', shop.url, '--law', 'HG1', '--seconds', '60']);
    while (shop.bookings.size === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    process.emit('SIGINT');
    expect(await code).toBe(2);
    expect(errors.join('\n')).toContain('ticket-kit: interrupted');
    expect([...shop.users.values(), ...shop.events.values(), ...shop.bookings.values()]).toEqual([]);
  });

  it('tries nothing on servers that do not share their rows', async () => {
    shop = await openShop();
    const other = await openShop();
    expect(await main(['prove', '--url', shop.url, '--url', other.url])).toBe(2);
    expect(errors.join('\n')).toContain('the servers do not share their rows');
    await other.close();
  });

  it('shows no control characters of a server', async () => {
    shop = await openShop(undefined, { accountsMax: 0, tooMany: '\u001b]0;x\u0007\u001b[31mred\nline' });
    expect(await main(['prove', '--url', shop.url])).toBe(2);
    expect(errors.join('\n')).toContain('429 ·]0;x··[31mred·line. The server has to let');
  });

  it('says that a server does not answer in time', async () => {
    shop = await openShop('the server answers nobody');
    expect(await main(['prove', '--url', shop.url, '--law', 'H1', '--timeout', '200'])).toBe(2);
    expect(errors.join('\n')).toContain('GET / got no answer');
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
    expect(out.join('\n')).toMatch(/^H1 +http +each of the last tickets/m);
    expect(out.join('\n')).toMatch(/^B1 +stock +two servers sell each of the last tickets once.*\(needs beside\)$/m);
  });
});
