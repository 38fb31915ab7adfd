import { Unavailable } from '@ticket/domain';
import { StartFault } from '../../start-fault.ts';
import { codeOf, messageOf } from '../database-errors.ts';
import type { PostgresConfig, TlsMode } from './config.ts';
import { errors } from './postgres-errors.ts';
import { addressOf } from './postgres-tools.ts';

export const UNKNOWN_DATABASE = '3D000';
export const RACED_DATABASE = ['42P04', '23505'];
/** pg's message for a server without TLS. */
const NO_TLS = /does not support SSL connections/;
const TLS_CODES = /^(?:ERR_(?:TLS|SSL)|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/;

export const hasNoTls = (error: unknown): boolean => NO_TLS.test(messageOf(error));

/** Turns every error of a start into `Unavailable`, if waiting may help, or into one line that says what to do. */
export function explain(error: unknown, config: PostgresConfig): never {
  if (error instanceof StartFault || error instanceof Unavailable) throw error;
  const address = addressOf(config);
  const kind = errors.classify(error);
  const fault = faultOf(error, config);
  if (fault !== undefined) throw new StartFault(`${fault} Nothing was changed.`);
  // A missing socket means only that its server is not running yet.
  const isAway = kind !== 'bug' && kind !== 'denied' && kind !== 'unforeseen';
  if (isAway || (config.socket !== undefined && codeOf(error) === 'ENOENT'))
    throw new Unavailable(`connect ${codeOf(error) ?? messageOf(error)} ${address}${wordsOfState(error)}`, { cause: error });
  throw new StartFault(`The database at ${address} cannot be used: ${messageOf(error)} (${codeOf(error) ?? 'no code'}). Nothing was changed.`);
}

/** Adds the message to an SQLSTATE, because most people do not know these codes. */
const wordsOfState = (error: unknown): string => (/^\d/.test(String(codeOf(error))) ? `: ${messageOf(error)}` : '');

/** The text with the change that an operator must make. A failed statement of a migration is reported elsewhere. */
function faultOf(error: unknown, config: PostgresConfig): string | undefined {
  const { user, database, tls, socket } = config;
  const address = addressOf(config);
  const code = String(codeOf(error));
  const message = messageOf(error);
  if (hasNoTls(error))
    return `The database at ${address} has no TLS, and DB_SSL_MODE (or the address) asks for ${tls?.mode}. Turn TLS on in the database, or set DB_SSL_MODE=disabled if nobody else uses the network.`;
  if (TLS_CODES.test(code) || /altnames|certificate/i.test(message))
    return `The database at ${address} cannot be reached over TLS (${tls?.mode}): ${message}. ${cureOf(message, tls?.mode)}`;
  if (socket !== undefined && code === 'EACCES')
    return `The socket ${socket} may not be used by the user of this program (EACCES). Give the user the right, or set DB_HOST.`;
  if (/SASL|SCRAM|password must be a string/.test(message))
    return `The database at ${address} asks user "${user}" for a password, and the exchange failed: ${message}. Is DB_PASSWORD (or the one in DATABASE_URL) set?`;
  switch (code) {
    case '28P01':
      return `The database at ${address} refuses user "${user}": wrong DB_USER or DB_PASSWORD (or DATABASE_URL), or a password that has expired (VALID UNTIL).`;
    case '28000':
      return `The database at ${address} does not let user "${user}" in: ${message}. As an administrator: ALTER ROLE "${user}" LOGIN if the role lacks LOGIN. Otherwise allow the user in pg_hba.conf${tls === undefined ? ', or set DB_SSL_MODE=required if the server requires encryption' : ''}.`;
    case UNKNOWN_DATABASE:
      return `The database "${database}" at ${address} is missing, and was not created. As an administrator: CREATE DATABASE "${database}" OWNER "${user}".`;
    case '42501':
      return `User "${user}" may not connect to the database "${database}" at ${address}: ${message}. As an administrator: GRANT CONNECT ON DATABASE "${database}" TO "${user}".`;
    case '55000':
      return `The database "${database}" at ${address} takes no connections: ${message}. As an administrator: ALTER DATABASE "${database}" ALLOW_CONNECTIONS true.`;
    case '42704':
      return `The database at ${address} does not know a setting that every connection needs: ${message}. Use PostgreSQL 14 or newer.`;
    default:
      return undefined;
  }
}

function cureOf(message: string, mode: TlsMode | undefined): string {
  if (/expired|not yet valid/.test(message)) return "Renew the database's certificate, or set this machine's clock right.";
  return mode === 'verify-ca' || mode === 'verify-identity'
    ? 'Is DB_SSL_CA the authority of the certificate, and is DB_HOST a name in the certificate?'
    : 'Does the database support TLS 1.2 or newer?';
}
