import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { find } from './machine.ts';
import { serverUser } from './postgres.ts';

export const hasOpenSsl = find('openssl') !== undefined;

/** A certificate authority of the test, and a certificate that it issued to a server of this name. */
export function certificates(name: string, { days = 2 } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'ticket-certificates-'));
  chmodSync(folder, 0o755);
  const at = (file: string) => join(folder, file);
  const openssl = (...args: string[]) => {
    const { status, stderr } = spawnSync(find('openssl') ?? '', args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`openssl ${args.join(' ')} failed\n${stderr}`);
  };
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...newKey, '-keyout', at('ca.key'), '-out', at('ca.pem'), '-days', '2', '-subj', '/CN=An authority of the tests');
  openssl('req', ...newKey, '-keyout', at('server.key'), '-out', at('server.csr'), '-subj', `/CN=${name}`);
  writeFileSync(at('names'), `subjectAltName=DNS:${name}\n`);
  const from = ['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial'];
  openssl('x509', '-req', '-in', at('server.csr'), ...from, '-out', at('server.pem'), '-days', String(days), '-extfile', at('names'));
  chmodSync(at('server.key'), 0o644);
  // PostgreSQL accepts no key that other users can read, and no key of another user.
  copyFileSync(at('server.key'), at('postgres.key'));
  chmodSync(at('postgres.key'), 0o600);
  const user = serverUser();
  if (user !== undefined) chownSync(at('postgres.key'), user.uid, user.gid);
  return {
    ca: at('ca.pem'),
    serverOptions: {
      mysql: [`--ssl-cert=${at('server.pem')}`, `--ssl-key=${at('server.key')}`],
      postgres: ['--ssl=on', `--ssl-cert-file=${at('server.pem')}`, `--ssl-key-file=${at('postgres.key')}`],
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
