import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import * as v from 'valibot';
import { RANKS } from './config-database-parameters.ts';
import type { Environment } from './config-names.ts';
import type { Telling } from './config-values.ts';
import { isLoopback } from './loopback.ts';
import type { PostgresConfig, TlsMode } from './persistence/dialects/config.ts';
import type { Profile } from './profiles.ts';

interface Line {
  readonly host: string;
  readonly socket: string | undefined;
  readonly modes: readonly { readonly name: string; readonly mode: TlsMode | 'disabled' }[];
  readonly ca: string | undefined;
}

/** How the connection is encrypted; undefined if it is not. If two settings require encryption, the stricter one is used. */
export function tlsOf(
  env: Environment,
  { host, socket, modes, ca }: Line,
  profile: Profile,
  { read, faults, notices }: Telling,
): PostgresConfig['tls'] {
  const given = env.DB_SSL_MODE === undefined ? undefined : read('DB_SSL_MODE', Mode, '');
  const said = [...modes, ...(given === undefined ? [] : [{ name: 'DB_SSL_MODE', mode: given }])];
  const names = said.map(({ name, mode }) => `${name} = ${mode}`).join(', ');
  const isRemote = socket === undefined && !isLoopback(host);
  const mode = said.length === 0 ? (isRemote ? 'preferred' : 'disabled') : RANKS[Math.max(...said.map((one) => RANKS.indexOf(one.mode)))];
  if (mode === undefined || faults.some((fault) => fault.startsWith('DB_SSL_MODE'))) return undefined;
  if (said.some((one) => one.mode !== mode && (one.mode === 'disabled' || one.mode === 'preferred'))) {
    faults.push(`DB_SSL_MODE: ${names}: these contradict each other`);
    return undefined;
  }
  if (socket !== undefined && mode !== 'disabled')
    faults.push(`DB_SSL_MODE: a socket does not leave the machine and has no TLS here; leave ${names} out`);
  if (profile === 'locked' && isRemote && mode === 'preferred')
    faults.push(
      `DB_SSL_MODE: the connection to a database on another machine (${host}) must be encrypted in the locked profile: required, verify-ca or verify-identity; or disabled, if nobody else uses the network`,
    );
  if (profile === 'locked' && isRemote && mode === 'disabled') {
    if (given === 'disabled')
      notices.push(`DB_SSL_MODE=disabled: passwords, e-mails and bookings go to ${host} in the clear. Every machine on the way can read them.`);
    else faults.push(`DB_SSL_MODE: ${names}: in the locked profile, an unencrypted connection to ${host} also needs DB_SSL_MODE=disabled`);
  }
  const authority = authorityOf(env, ca, faults);
  const verifies = mode === 'verify-ca' || mode === 'verify-identity';
  if (authority !== undefined && !verifies)
    faults.push(`DB_SSL_CA: has no effect with ${mode}; set DB_SSL_MODE to verify-identity, or to verify-ca if the certificate has another name`);
  if (mode === 'verify-ca' && authority === undefined)
    faults.push('DB_SSL_CA: verify-ca needs it, because anybody can get a certificate from a public authority. Without it use verify-identity');
  if (mode === 'verify-identity' && isIP(host) !== 0)
    faults.push(`DB_HOST: verify-identity compares a name, and ${host} is an address; use the name in the certificate, or verify-ca with DB_SSL_CA`);
  return mode === 'disabled' ? undefined : { mode, ...authority };
}

const Mode = v.pipe(
  v.string(),
  v.transform((text) => text.toLowerCase().replaceAll('_', '-')),
  v.picklist(RANKS, `must be ${RANKS.slice(0, -1).join(', ')} or ${RANKS.at(-1)}`),
);

/**
 * The certificate authorities that must have signed the server's certificate. The setting is the path of a file, or PEM text in which `\n` may
 * stand for a line end.
 */
function authorityOf(env: Environment, ofUrl: string | undefined, faults: string[]): { readonly ca: string; readonly caFile?: string } | undefined {
  const given = env.DB_SSL_CA ?? ofUrl;
  if (given === undefined) return undefined;
  if (env.DB_SSL_CA !== undefined && ofUrl !== undefined && env.DB_SSL_CA !== ofUrl) {
    faults.push('DB_SSL_CA: not the same as in the address; set one of them');
    return undefined;
  }
  const isText = given.includes('-----BEGIN');
  try {
    const ca = isText ? given.replaceAll('\\n', '\n') : readFileSync(given, 'utf8');
    new X509Certificate(ca); // checks only the first of several certificates
    return { ca, ...(isText ? {} : { caFile: given }) };
  } catch (error) {
    const why =
      error instanceof Error && 'code' in error && String(error.code).startsWith('E') && !String(error.code).startsWith('ERR')
        ? error.code
        : undefined;
    faults.push(
      why === undefined ? 'DB_SSL_CA: holds no certificate in PEM (-----BEGIN CERTIFICATE-----)' : `DB_SSL_CA: ${given} cannot be read (${why})`,
    );
    return undefined;
  }
}
