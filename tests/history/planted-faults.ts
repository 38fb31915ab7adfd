import { existsSync } from 'node:fs';

/**
 * Faults in the product itself, which the checker has to find. The server starts with a module that changes single lines of the program when
 * they are loaded. A planted line is active only while the switch names its fault.
 */
interface Plant {
  readonly file: string;
  /** The original line, which occurs once. */
  readonly line: string;
  readonly becomes: string;
}

const persistence = 'packages/adapters/dist/persistence';

export const PLANTED_FAULTS = [
  'a stale shared read',
  'a cancelled booking gives its tickets back twice',
  'one acknowledgement in 40 is not stored',
  'keys are never found',
  'an ETag without the stock',
  'a 503 that nothing was done, and it was stored',
  'a 408, and it was stored',
  'a 409 that another request is under way, and this one was stored',
  'one COMMIT in 10 is left out',
  'an edit of a stale version is stored',
] as const;
type PlantedFault = (typeof PLANTED_FAULTS)[number];

const during = (fault: PlantedFault, share = 1): string => `(globalThis.isPlanted(${JSON.stringify(fault)}) && Math.random() < ${share})`;

const PLANTS: readonly Plant[] = [
  {
    // A caller that arrives during a read gets that read. So does a caller that arrives a little later.
    file: `${persistence}/shared-reads.js`,
    line: 'next.delete(key);',
    becomes: `if (${during('a stale shared read')}) setTimeout(() => next.delete(key), 100); else next.delete(key);`,
  },
  {
    file: 'packages/domain/dist/stock/settlement.js',
    line: 'const held = { before: heldBy(before), after: heldBy(after) };',
    becomes: `const held = { before: ${during('a cancelled booking gives its tickets back twice')} ? (before?.quantity ?? 0) : heldBy(before), after: heldBy(after) };`,
  },
  {
    file: 'packages/domain/dist/requests/context.js',
    line: 'if (ifVersion !== undefined && !ifVersion.includes(version))',
    becomes: `if (ifVersion !== undefined && !ifVersion.includes(version) && !${during('an edit of a stale version is stored')})`,
  },
  {
    file: `${persistence}/stock-transaction.js`,
    line: '...(await store(dialect, manager, writes))',
    becomes: `...(${during('one acknowledgement in 40 is not stored', 1 / 40)} ? { hasWritten: false } : await store(dialect, manager, writes))`,
  },
  {
    file: 'apps/http/dist/idempotency.js',
    line: "c.req.header('Idempotency-Key')",
    becomes: `${during('keys are never found')} ? undefined : c.req.header('Idempotency-Key')`,
  },
  {
    file: 'apps/http/dist/entity-tag.js',
    line: '.update(bytes)',
    becomes: `.update(${during('an ETag without the stock')} ? new TextDecoder().decode(bytes).replaceAll(/"available_tickets":\\d+/g, '') : bytes)`,
  },
  {
    file: 'apps/http/dist/envelope.js',
    line: 'const headers = replayed ? {',
    becomes: `
      if (${during('a 503 that nothing was done, and it was stored', 0.1)}) return fail(c, 'unavailable', { id: 'Layanan sementara tidak tersedia' }, null, { 'Retry-After': '1' });
      if (${during('a 408, and it was stored', 0.1)}) return fail(c, 'request_timeout', { id: 'Permintaan terlalu lama' }, null);
      if (c.req.header('Idempotency-Key') !== undefined && ${during('a 409 that another request is under way, and this one was stored', 0.3)})
        return fail(c, 'idempotency_key_in_progress', { id: 'Permintaan dengan Idempotency-Key ini masih diproses' }, null, { 'Retry-After': '1' });
      const headers = replayed ? {`,
  },
  {
    file: `${persistence}/dialects/sqlite.js`,
    line: "? connection.commit() : runner.query('COMMIT')",
    becomes: `&& !${during('one COMMIT in 10 is left out', 0.1)} ? connection.commit() : connection instanceof LibsqlConnection ? undefined : runner.query('COMMIT')`,
  },
];

/** The module that is loaded before the server. The file names the active fault; an empty file means none. */
export function plantingModule(switchFile: string): string {
  for (const { file } of PLANTS)
    if (!existsSync(new URL(`../../${file}`, import.meta.url))) throw new Error(`no fault can be planted: there is no ${file}`);
  return `
  import { readFileSync } from 'node:fs';
  import { register } from 'node:module';
  globalThis.isPlanted = (fault) => readFileSync(${JSON.stringify(switchFile)}, 'utf8') === fault;
  register('data:text/javascript,' + encodeURIComponent(${JSON.stringify(LOADER)}));`;
}

const LOADER = `
  const plants = ${JSON.stringify(PLANTS)};
  export async function load(url, context, next) {
    const loaded = await next(url, context);
    const here = plants.filter(({ file }) => url.endsWith(file));
    if (here.length === 0) return loaded;
    let source = Buffer.from(loaded.source).toString();
    for (const { file, line, becomes } of here) {
      if (source.split(line).length !== 2) throw new Error('no fault can be planted: its line does not stand once in ' + file + ': ' + line);
      source = source.replace(line, () => becomes);
    }
    return { ...loaded, source };
  }`;
