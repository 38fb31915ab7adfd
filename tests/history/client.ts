import { createWriteStream, readFileSync } from 'node:fs';
import type { Operation } from './history.ts';
import { agent, type ClientPlan, Session } from './session.ts';

/** A client process: it is started with the path of its plan, runs its sessions at once, and writes one operation a line. */
const plan: ClientPlan = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));
const lines = createWriteStream(plan.file);
const record = (operation: Operation) => void lines.write(`${JSON.stringify(operation)}\n`);
await Promise.all(Array.from({ length: plan.sessions }, (_, session) => new Session(plan, session, record).run()));
await new Promise((resolve) => lines.end(resolve));
agent.destroy();
