import type { EntityManager } from 'typeorm';
import { requireRows, type Statement } from '../statement.ts';
import { sendOneByOne } from './sql.ts';

/**
 * Sends all statements in one packet. A packet for each would cost one more round trip while the rows are locked. The server stops at the
 * first statement that fails. Separate packets without waiting would not be safe: a deadlock ends the transaction, and each later statement
 * would be committed by itself.
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

/** The prefix of texts that were joined here. Values cannot be at the start of a statement. */
const JOINED = '/* together */ ';
export const isJoined = (text: string): boolean => text.startsWith(JOINED);

function joined(statements: readonly Statement[]): string {
  const texts = statements.map(({ sql }) => sql);
  if (texts.some((text) => text.includes(';'))) throw new Error('two statements where one was meant');
  return texts.length === 1 ? (texts[0] ?? '') : `${JOINED}${texts.join('; ')}`;
}

/** MySQL's answer with the number of changed rows. */
interface Changed {
  readonly affectedRows: number;
}
