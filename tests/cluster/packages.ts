import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { find } from '../machine.ts';

export const GALERA_LIBRARY = '/usr/lib/galera/libgalera_smm.so';
const PACKAGES = ['mariadb-server', 'galera-4', 'rsync'];
/** `mariadb-server-core` also has the first two. The user mysql and the programs that copy a node come with `mariadb-server`. */
const PROGRAMS = ['mariadbd', 'mariadb-install-db', 'wsrep_sst_rsync', 'rsync', 'setpriv'];
/** Debian asks this program before a package starts a service. Exit code 101 means no. */
const POLICY = '/usr/sbin/policy-rc.d';

/** Makes sure that a cluster can run here. If it cannot, the error gives the reason in one line. */
export function ensureGalera(): void {
  if (isGaleraHere()) return;
  const byHand = `Install ${PACKAGES.join(', ')}, see to it that no service is started, and try again.`;
  if (process.getuid?.() !== 0 || find('apt-get') === undefined) {
    throw new Error(`No Galera here, and only root on Debian or Ubuntu gets it installed. ${byHand}`);
  }
  const policyStands = existsSync(POLICY);
  if (policyStands && spawnSync(POLICY, ['mariadb', 'start'], { stdio: 'ignore' }).status !== 101) {
    throw new Error(`No Galera here, and ${POLICY} would let its installation start a service. ${byHand}`);
  }
  console.log(`No Galera here: installing ${PACKAGES.join(', ')} with apt-get (the programs alone: ${POLICY} says no to the service meanwhile).`);
  const install = `
    ${policyStands ? '' : `trap 'rm -f ${POLICY}' EXIT; trap 'exit 1' HUP INT TERM; printf '#!/bin/sh\\nexit 101\\n' > ${POLICY}; chmod 755 ${POLICY}`}
    apt-get update -qq && apt-get install -y -qq --no-install-recommends ${PACKAGES.join(' ')}`;
  const { stdout, stderr } = spawnSync('sh', ['-c', install], { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, encoding: 'utf8' });
  if (!isGaleraHere()) throw new Error(`apt-get could not install Galera. ${byHand}\n${stdout.slice(-2000)}${stderr.slice(-2000)}`);
}

const isGaleraHere = (): boolean => existsSync(GALERA_LIBRARY) && PROGRAMS.every((program) => find(program) !== undefined);
