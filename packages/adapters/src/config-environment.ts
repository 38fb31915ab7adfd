import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { type RawEnvironment, VARIABLES } from './config-names.ts';
import { StartFault } from './start-fault.ts';

/** The environment of this process, with the values that `.env` in the working folder adds to it. */
export function readEnvironment(): RawEnvironment {
  // An editor may have written a byte order mark, which would become part of the first name.
  const text = textOfDotEnv().replace(/^\uFEFF/, '');
  // An empty variable counts as not set, so the value of `.env` is used. A compose file with `DB_HOST: ${DB_HOST}` creates empty variables.
  const added = Object.entries(parseEnv(text)).filter(([name]) => !process.env[name]?.trim());
  const cut = cutValues(text).filter((name) => added.some(([one]) => one === name));
  if (cut.length > 0)
    throw new StartFault(`.env: a # begins a comment, and cuts the value of ${cut.join(', ')}. Put the value into quotes: ${cut[0]}="…"`);
  for (const [name, value] of added) process.env[name] = value;
  return process.env;
}

function textOfDotEnv(): string {
  try {
    return readFileSync('.env', 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : error;
    if (code === 'ENOENT') return '';
    throw new StartFault(`.env in ${process.cwd()} cannot be read (${code}). Let this user read it, or take it away.`);
  }
}

/** Our variables whose value has an unquoted # without a space before it. The # was probably meant as part of the value. */
function cutValues(text: string): readonly string[] {
  const lines = text.matchAll(/^[ \t]*(?:export[ \t]+)?(\w+)[ \t]*=[ \t]*(?:[^\s'"`#][^\n#]*[^\s#]|[^\s'"`#])?#/gm);
  return [...lines].flatMap(([line, name = '']) => (!/=[ \t]+#$/.test(line) && VARIABLES.some((one) => one === name) ? [name] : []));
}
