import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { auditNowAndThen } from './auditing.ts';

/** Audits that take longer than the time between two of them. */
function setUp() {
  const seen = { begun: 0, atOnce: 0, atOnceMax: 0, finished: 0, lines: [] as unknown[] };
  async function* auditStock() {
    seen.begun += 1;
    seen.atOnce += 1;
    seen.atOnceMax = Math.max(seen.atOnceMax, seen.atOnce);
    try {
      if (seen.begun === 2) throw new Error('the database went away');
      if (seen.begun > 4) await new Promise(() => {}); // for ever: the test is over
      yield { events: 1, differences: [] };
      await sleep(50);
    } finally {
      seen.atOnce -= 1;
    }
  }
  const audited = () => {
    seen.finished += 1;
  };
  return { seen, auditing: { auditStock, log: (line: unknown) => void seen.lines.push(line), metrics: { audited } } };
}

it('audits again and again, one at a time, also after one that could not be finished', async () => {
  const { seen, auditing } = setUp();
  void auditNowAndThen(0.0005, auditing);
  while (seen.begun < 5) await sleep(10);
  expect(seen).toMatchObject({ atOnceMax: 1, finished: 3, lines: [{ level: 'warn', message: 'the audit could not be finished' }] });
});

it('never audits when it is told 0', async () => {
  const { seen, auditing } = setUp();
  await auditNowAndThen(0, auditing);
  expect(seen.begun).toBe(0);
});
