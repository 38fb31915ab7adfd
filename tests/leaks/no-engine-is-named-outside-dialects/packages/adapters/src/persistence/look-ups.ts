import { openMySql } from './dialects/open.ts';

/** As MySQL writes it: a comment may name an engine. */
export const look = (engine: string) => (engine === 'sqlite' ? `PRAGMA ${engine} libsql` : openMySql);
