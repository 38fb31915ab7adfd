import type { Environment } from './config-names.ts';
import { SECRET_ADVICE, SECRET_BYTES_MIN, weaknesses } from './config-secrets.ts';
import { keptSecret } from './kept-secret.ts';
import type { DatabaseConfig } from './persistence/dialects/config.ts';
import type { Profile } from './profiles.ts';
import { StartFault } from './start-fault.ts';

/** The secret from the environment. In the open profile it may be undefined, and the server then creates one. */
export function secretOf(env: Environment, profile: Profile, faults: string[]): string | undefined {
  const secret = env['JWT_SECRET'];
  if (profile === 'open') return secret;
  if (secret === undefined) faults.push(`JWT_SECRET: is missing; ${SECRET_ADVICE}`);
  else faults.push(...weaknesses(secret).map((weakness) => `JWT_SECRET: ${weakness}; ${SECRET_ADVICE}`));
  // A weak previous secret is refused. Without a previous secret, requests that are repeated under an older key get 422 for a day, which is better
  // than a guessable secret.
  const previous = env['JWT_SECRET_PREVIOUS'];
  if (previous !== undefined) faults.push(...weaknesses(previous).map((weakness) => `JWT_SECRET_PREVIOUS: ${weakness}; leave it out`));
  return secret;
}

/** A secret that is created once and stored, so that tokens stay valid after a restart. */
export function secretIn(dataDir: string, database: DatabaseConfig, notices: string[]): string {
  const kept = readable(dataDir, database, keptSecret);
  if (Buffer.byteLength(kept.secret) < SECRET_BYTES_MIN) {
    throw new StartFault(`${kept.file} holds no usable secret. Delete it, and a new one is made (everybody logs in again), or set JWT_SECRET.`);
  }
  if (kept.isNew) notices.push(`JWT_SECRET is not set: one was made and is kept in ${kept.file}.`);
  return kept.secret;
}

/** Returns what `look` finds in the folder. If the folder cannot be used, it throws a `StartFault` with the reason. */
export function readable<Found>(dataDir: string, { engine }: DatabaseConfig, look: (folder: string) => Found): Found {
  try {
    return look(dataDir);
  } catch (error) {
    throw new StartFault(
      `DATA_DIR ${dataDir} cannot be written (${error instanceof Error && 'code' in error ? error.code : error}). Choose a folder whose files this user may read and write${engine === 'sqlite' ? '' : ', or set JWT_SECRET'}.`,
    );
  }
}
