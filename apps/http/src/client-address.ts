import { isIP } from 'node:net';
import type { Context } from 'hono';

/**
 * Where a request comes from: the connection's other end, or, behind so many proxies of the operator's own, what the outermost of
 * them wrote into X-Forwarded-For. What stands to the left of that, anybody may have written. Of an IPv6 address the network,
 * since a customer has a whole one. undefined where there is no connection (a test in this process).
 */
export function clientAddress(c: Context, trustedProxies: number): string | undefined {
  const peer: unknown = c.env?.incoming?.socket?.remoteAddress;
  const forwarded = (c.req.header('X-Forwarded-For') ?? '').split(',').map((part) => part.trim());
  const told = trustedProxies > 0 ? forwarded.at(-trustedProxies) : undefined;
  const address = told !== undefined && isIP(told) !== 0 ? told : typeof peer === 'string' ? peer : undefined;
  return address === undefined ? undefined : networkOf(address);
}

function networkOf(address: string): string {
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
