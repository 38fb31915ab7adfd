import { Unavailable } from '@ticket/domain';
import { StartFault } from '../../start-fault.ts';
import { errnoOf, messageOf } from '../database-errors.ts';
import type { MySqlConfig, TlsMode } from './config.ts';
import { addressOf } from './mysql-config.ts';
import { errors } from './mysql-errors.ts';

export const UNKNOWN_DATABASE = 1049;
/** mysql2's code for a server without TLS. */
export const NO_TLS = 'HANDSHAKE_NO_SSL_SUPPORT';
const TLS_FAILED = 'HANDSHAKE_SSL_ERROR';
/** Messages of a connection that broke during the handshake. */
const BROKEN = /ECONNRESET|EPIPE|ETIMEDOUT|socket (?:disconnected|hang up)|closed/i;

/** Turns every error of a start into `Unavailable`, if waiting may help, or into one line that says what to do. */
export function explain(error: unknown, config: MySqlConfig): never {
  if (error instanceof StartFault || error instanceof Unavailable) throw error;
  const address = addressOf(config);
  const kind = errors.classify(error);
  const fault = faultOf(error, config);
  if (fault !== undefined) throw new StartFault(`${fault} Nothing was changed.`);
  if (kind === 'bug' && typeof errnoOf(error) === 'number')
    throw new StartFault(
      `The database at ${address} refuses a setting that every connection needs: ${messageOf(error)}. Allow it, or use another server. Nothing was changed.`,
    );
  // A missing socket means only that its server is not running yet.
  const isAway = kind !== 'bug' && kind !== 'denied' && kind !== 'unforeseen';
  if (isAway || (config.socket !== undefined && nodeCodeOf(error) === 'ENOENT'))
    throw new Unavailable(`connect ${codeOf(error)} ${address}`, { cause: error });
  throw new StartFault(`The database at ${address} cannot be used: ${messageOf(error)} (${errnoOf(error) ?? codeOf(error)}). Nothing was changed.`);
}

/** The text with the change that an operator must make. */
function faultOf(error: unknown, config: MySqlConfig): string | undefined {
  const { user, database, tls, socket } = config;
  const address = addressOf(config);
  const code = nodeCodeOf(error);
  const message = messageOf(error);
  if (code === NO_TLS)
    return `The database at ${address} has no TLS, and DB_SSL_MODE (or the address) asks for ${tls?.mode}. Turn TLS on in the database, or set DB_SSL_MODE=disabled if nobody else uses the network.`;
  if (code === TLS_FAILED && !BROKEN.test(message))
    return `The database at ${address} cannot be reached over TLS (${tls?.mode}): ${message}. ${cureOf(message, tls?.mode)}`;
  if (code === 'AUTH_SWITCH_PLUGIN_ERROR' || errnoOf(error) === 1251 || errnoOf(error) === 1524)
    return `User "${user}" of the database at ${address} logs in by a method that this program does not know: ${/plugin (\w+)/.exec(message)?.[1] ?? message}. As an administrator give them another: ALTER USER ... IDENTIFIED VIA mysql_native_password USING PASSWORD('...') on MariaDB, IDENTIFIED WITH caching_sha2_password BY '...' on MySQL.`;
  if (socket !== undefined && code === 'EACCES')
    return `The socket ${socket} may not be used by the user of this program (EACCES). Give the user the right, or set DB_HOST.`;
  switch (errnoOf(error)) {
    case 1045:
    case 1698:
      return `The database at ${address} refuses user "${user}": wrong DB_USER or DB_PASSWORD (or DATABASE_URL)${tls === undefined ? ', or a user who may connect only over TLS (DB_SSL_MODE)' : ''}.`;
    case 1044:
    case UNKNOWN_DATABASE:
      return (
        `The database "${database}" at ${address} is missing or closed to user "${user}", and may not be created by them. ` +
        `As an administrator: CREATE DATABASE ${database}; GRANT ALL ON ${database}.* TO ...;`
      );
    case 1227:
    case 1142:
      return `User "${user}" may not do what the start needs in "${database}": ${message}. As an administrator: grant it to them.`;
    case 1130:
      return `The database at ${address} accepts no connection from this machine. As an administrator: let user "${user}" come from it.`;
    case 1129:
      return `The database at ${address} has shut this machine out after failed connections. As an administrator: FLUSH HOSTS.`;
    case 1104:
      return `The database at ${address} refuses a statement as too large (max_join_size): ${message}. As an administrator: SET GLOBAL max_join_size = DEFAULT.`;
    case 1820:
    case 1862:
      return `The password of user "${user}" at ${address} has expired. As an administrator: ALTER USER ... IDENTIFIED BY '...'.`;
    case 3118:
    case 4151:
      return `The account of user "${user}" at ${address} is locked. As an administrator: ALTER USER ... ACCOUNT UNLOCK.`;
    case 3159:
      return `The database at ${address} accepts only encrypted connections. Set DB_SSL_MODE to required, verify-ca or verify-identity.`;
    default:
      return undefined;
  }
}

function cureOf(message: string, mode: TlsMode | undefined): string {
  if (/has expired|not yet valid/.test(message)) return "Renew the database's certificate, or set this machine's clock right.";
  return mode === 'verify-ca' || mode === 'verify-identity'
    ? 'Is DB_SSL_CA the authority of the certificate, and is DB_HOST a name in the certificate?'
    : 'Does the database support TLS 1.2 or newer?';
}

export const nodeCodeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);
const codeOf = (error: unknown): string => String(nodeCodeOf(error) ?? messageOf(error));
