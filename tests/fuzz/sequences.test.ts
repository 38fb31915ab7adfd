import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Document, readDocument } from './document.ts';
import { areMany, casesOf, fuzz, places } from './fuzz.ts';
import { brokenPromises } from './promises.ts';
import { requestsOf } from './requests.ts';
import { openWorld, type World } from './world.ts';

const CASES = casesOf(0.03);

describe.each(places)('writes one after the other and at once, on $place', ({ engine, profile, place }) => {
  let world: World;
  let document: Document;
  beforeAll(async () => {
    world = await openWorld(engine, profile);
    document = readDocument((await world.send('GET', '/openapi.json')).body);
  });
  afterAll(() => world.close());

  it(`leave every ticket accounted for and every promise kept: ${CASES} stories`, async () => {
    const seen = new Set<string>();
    const names = { ...newest, ...Object.fromEntries(world.words) };
    const atOnce = fc.array(requestsOf(document.operations, Object.keys(names)).write, { minLength: 1, maxLength: 4 });
    await fuzz('sequences', place, CASES, fc.array(atOnce, { minLength: 2, maxLength: 10 }), async (story) => {
      await world.restore();
      for (const [word, like] of Object.entries(newest)) world.words.set(word, world.words.get(like) ?? '');
      const broken: string[] = [];
      for (const step of story) {
        await Promise.all(
          step.map(async (written) => {
            const asked = world.spelled(written);
            const answer = await world.ask(asked);
            broken.push(
              ...brokenPromises(document, asked, answer, JSON.stringify(story)).map(
                (promise) => `${promise}\n${asked.operation}: ${answer.text.slice(0, 300)}`,
              ),
            );
            seen.add(`${asked.operation} ${answer.status < 300 ? 'done' : answer.status}`);
            // The next steps use the newest row.
            const kind = asked.target.split('/')[2];
            if (answer.status === 201 && `${kind}.newest` in newest) world.words.set(`${kind}.newest`, JSON.parse(answer.text).data.id);
          }),
        );
      }
      broken.push(...(await world.differences()).map((difference) => `the stock is wrong: ${JSON.stringify(difference)}`));
      broken.push(...world.logged.splice(0).map((line) => `an error is logged: ${JSON.stringify(line)}`));
      if (broken.length > 0) throw new Error(broken.join('\n'));
    });
    if (areMany)
      for (const { name, method, hashesPassword } of document.operations)
        if (method !== 'GET' && !hashesPassword) expect.soft([...seen]).toContain(`${name} done`);
  }, 600_000);
});

/** The newest row of each kind, and the row that replaces it until one is made. */
const newest: Readonly<Record<string, string>> = {
  'events.newest': 'events.onSale',
  'bookings.newest': 'bookings.held',
  'users.newest': 'users.bob',
};
