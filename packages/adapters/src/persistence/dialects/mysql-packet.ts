import type { EntityManager } from 'typeorm';
import { requireRows, type Statement } from '../statement.ts';
import { sendOneByOne } from './sql.ts';

/**
 * All in one packet: each of its own would cost a way there and back while the rows are locked, and the server itself stops at the first that
 * fails. (Sent one behind the other without waiting, those after a deadlock, which ends the transaction, would each be committed.)
 */
export async function sendTogether(manager: EntityManager, statements: readonly Statement[]): Promise<void> {
  if (!takesSeveral(manager)) return sendOneByOne(manager, statements);
  const answered: Changed | readonly Changed[] = await manager.query(
    joined(statements),
    statements.flatMap(({ parameters }) => parameters),
  );
  for (const [index, { affectedRows: found }] of [answered].flat().entries()) requireRows(found, statements[index]?.rows);
}

const takesSeveral = ({ connection: { options } }: EntityManager): boolean => 'multipleStatements' in options && options.multipleStatements === true;

/** In front of text that was joined here. Nothing that comes into a statement can stand there. */
const JOINED = '/* together */ ';
export const isJoined = (text: string): boolean => text.startsWith(JOINED);

function joined(statements: readonly Statement[]): string {
  const texts = statements.map(({ sql }) => sql);
  if (texts.some((text) => text.includes(';'))) throw new Error('two statements where one was meant');
  return texts.length === 1 ? (texts[0] ?? '') : `${JOINED}${texts.join('; ')}`;
}

/** How many rows a statement found, as MySQL says it. */
interface Changed {
  readonly affectedRows: number;
}
