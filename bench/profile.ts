import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Shows where the profiles in a folder (`npm run bench -- --profile folder`) spent time: npx tsx bench/profile.ts folder [seconds to skip]. */
interface Profile {
  readonly startTime: number;
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
    readonly children?: readonly number[];
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const [folder = '.', skip = '9'] = process.argv.slice(2);
for (const file of readdirSync(folder).filter((name) => name.endsWith('.cpuprofile'))) report(join(folder, file));

function report(file: string): void {
  const { startTime, nodes, samples, timeDeltas }: Profile = JSON.parse(readFileSync(file, 'utf8'));
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const owners = new Map<string, number>();
  const functions = new Map<string, number>();
  let at = startTime;
  let busy = 0;
  for (const [n, id] of samples.entries()) {
    const micros = timeDeltas[n] ?? 0;
    at += micros;
    const frame = frames.get(id);
    if (at < startTime + Number(skip) * 1e6 || frame === undefined || frame.functionName === '(idle)') continue;
    busy += micros;
    const owner = ownerOf(id);
    const name = `${frame.functionName || '(anonymous)'} ${frame.url.split('/').slice(-2).join('/')}${frame.url === '' ? '' : `:${frame.lineNumber + 1}`}`;
    owners.set(owner, (owners.get(owner) ?? 0) + micros);
    functions.set(`${name}  ← ${owner}`, (functions.get(`${name}  ← ${owner}`) ?? 0) + micros);
  }
  console.log(`\n${file}: busy ${(busy / 1e6).toFixed(2)} s\n by who called it (Node’s own functions count for the library above them)`);
  show(owners, busy, 20);
  console.log(' functions, their own time');
  show(functions, busy, 28);

  /** The nearest library up the stack. */
  function ownerOf(leaf: number): string {
    let node = 'node alone';
    for (let id: number | undefined = leaf; id !== undefined; id = parents.get(id)) {
      const { functionName = '', url = '' } = frames.get(id) ?? {};
      if (functionName === '(garbage collector)') return 'garbage collector';
      const library = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? /(?:packages|apps)\/[^/]+/.exec(url)?.[0];
      if (library !== undefined) return library;
      if (/http|net$|stream_base|_http/.test(url) && node === 'node alone') node = 'node http and sockets';
    }
    return node;
  }
}

function show(micros: ReadonlyMap<string, number>, all: number, count: number): void {
  for (const [name, time] of [...micros].toSorted(([, a], [, b]) => b - a).slice(0, count))
    console.log(`  ${((100 * time) / all).toFixed(1).padStart(5)} %  ${name}`);
}
