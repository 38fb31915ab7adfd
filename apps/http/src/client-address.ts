import { isIP } from 'node:net';
import type { Context } from 'hono';
import type { Log } from './report.ts';

/** Where a request comes from; undefined where there is no connection (a test in this process). */
export type ClientAddress = (c: Context) => string | undefined;

/**
 * The connection's other end, or, behind so many proxies of the operator's own, what the outermost of them wrote into
 * X-Forwarded-For. What stands to the left of that, anybody may have written. Of an IPv6 address the network, since a customer
 * has a whole one. A header that is not believed or not understood is said once: the proxy's own address would make all clients one.
 */
export function clientAddress(trustedProxies: number, log: Log): ClientAddress {
  let isSaid = false;
  return (c) => {
    const peer: unknown = c.env?.incoming?.socket?.remoteAddress;
    const forwarded = c.req.header('X-Forwarded-For');
    const told = trustedProxies > 0 ? addressIn(forwarded?.split(',').at(-trustedProxies)?.trim() ?? '') : undefined;
    if (forwarded !== undefined && told === undefined && !isSaid) {
      isSaid = true;
      log({ level: 'warn', message: trustedProxies === 0 ? NOT_BELIEVED : NOT_UNDERSTOOD });
    }
    const address = told ?? (typeof peer === 'string' ? peer : undefined);
    return address === undefined ? undefined : networkOf(address);
  };
}

const NOT_BELIEVED =
  'X-Forwarded-For came and is not believed, since TRUSTED_PROXIES is 0. Behind a proxy all clients share one limit of failed logins and registrations: set it to the number of your proxies. Without one, somebody has made the header up, and there is nothing to do.';

const NOT_UNDERSTOOD =
  'X-Forwarded-For came with no address where TRUSTED_PROXIES says that it stands, so the proxy counts as the client. All such clients share one limit of failed logins and registrations: set TRUSTED_PROXIES to the number of your proxies, and let the outermost write the address.';

/** Some proxies write the port behind the address, and brackets around one of IPv6. */
function addressIn(entry: string): string | undefined {
  const address = /^\[(.*)\](?::\d+)?$/.exec(entry)?.[1] ?? /^([\d.]+):\d+$/.exec(entry)?.[1] ?? entry;
  return isIP(address) === 0 ? undefined : address;
}

/** The address, or of IPv6 the network: a customer has a whole one. */
export function networkOf(address: string): string {
  const ipv4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (ipv4 !== undefined) return ipv4;
  if (isIP(address) !== 6) return address;
  const [head = '', tail = ''] = (address.split('%')[0] ?? '').toLowerCase().split('::');
  const groups = head === '' ? [] : head.split(':');
  const after = tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: Math.max(0, 8 - groups.length - after.length) }, () => '0');
  const network = [...groups, ...zeros, ...after].slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${network.join(':')}::/64`;
}
