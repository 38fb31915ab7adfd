import { openMySql } from './dialects/open.ts';

/** In MySQL's words: a comment may say so. */
export const look = (engine: string) => (engine === 'sqlite' ? `PRAGMA ${engine} libsql` : openMySql);
