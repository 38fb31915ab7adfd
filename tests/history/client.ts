import { createWriteStream, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Operation } from './history.ts';
import { agent, type ClientPlan, Session } from './session.ts';

/**
 * A client process. Each line of its input is the path of a plan. It runs the plan's sessions at the same time. It writes one operation a
 * line into the plan's file, and reports the end.
 */
for await (const path of createInterface({ input: process.stdin })) {
  const plan: ClientPlan = JSON.parse(readFileSync(path, 'utf8'));
  const lines = createWriteStream(plan.file);
  const record = (operation: Operation) => void lines.write(`${JSON.stringify(operation)}\n`);
  await Promise.all(Array.from({ length: plan.sessions }, (_, session) => new Session(plan, session, record).run()));
  await new Promise((resolve) => lines.end(resolve));
  agent.destroy();
  console.log(`done with ${path}`);
}
