import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Document, readDocument } from './document.ts';
import { areMany, casesOf, fuzz, places } from './fuzz.ts';
import { brokenPromises } from './promises.ts';
import { requestsOf } from './requests.ts';
import { openWorld, type World } from './world.ts';

const CASES = casesOf(0.92);

describe.each(places)('any request, on $place', ({ engine, profile, place }) => {
  let world: World;
  let document: Document;
  beforeAll(async () => {
    world = await openWorld(engine, profile);
    document = readDocument((await world.send('GET', '/openapi.json')).body);
  });
  afterAll(() => world.close());

  it(`gets the envelope, tells no secret, and stores nothing when it is refused: ${CASES} of them`, async () => {
    const granted = new Set<string | undefined>();
    let before = await world.tables();
    await fuzz('requests', place, CASES, requestsOf(document.operations, [...world.words.keys()]).anything, async (written) => {
      const asked = world.spelled(written);
      const answer = await world.ask(asked);
      const broken = [...brokenPromises(document, asked, answer)];
      const after = await world.tables();
      const changed = Object.keys(after).filter((table) => after[table] !== before[table]);
      // Logins and registrations count towards limits even if they are refused (docs/api.md).
      const isCounted = document.operations.some(({ name, hashesPassword }) => name === asked.operation && hashesPassword);
      const stored = isCounted ? changed.filter((table) => table !== 'rate_counts') : changed;
      if (stored.length > 0 && (answer.status >= 300 || asked.method === 'GET')) broken.push(`refused, and changed ${stored.join(', ')}`);
      if (changed.length > 0) {
        broken.push(...(await world.differences()).map((difference) => `the stock is wrong: ${JSON.stringify(difference)}`));
        await world.restore();
        before = await world.tables();
      }
      const failures = world.logged.splice(0).map((line) => JSON.stringify(line));
      // The server logs this once, about a header that the suite invents.
      broken.push(...failures.filter((line) => !line.includes('X-Forwarded-For came')).map((line) => `a failure is logged: ${line}`));
      if (answer.status < 300) granted.add(asked.operation);
      if (broken.length > 0) throw new Error(`${broken.join('\n')}\n${answer.status} ${answer.text.slice(0, 500)}`);
    });
    // If no request succeeds, the promises prove little.
    if (areMany) expect(document.operations.map(({ name }) => name).filter((name) => !granted.has(name))).toEqual([]);
  }, 600_000);
});
