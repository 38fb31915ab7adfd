import { BlockList, isIP, type Socket } from 'node:net';
import type { TrustedProxies } from '@ticket/adapters';
import type { ClientNetwork } from '@ticket/domain/accounts';
import type { Context } from 'hono';
import type { Log } from './report.ts';

/** Returns where a request comes from; undefined without a connection (in a test in this process). */
export type ClientAddress = (c: Context) => string | undefined;

/**
 * Finds the client of a request. It is the address at the other end of the connection. If that is one of the operator's proxies, it is the
 * client from X-Forwarded-For. For IPv6 the /64 network counts, because a customer has a whole one. If the header is not believed or not
 * understood, a warning is logged once, because all clients would then share the proxy's address.
 */
export function clientAddress(trusted: TrustedProxies, log: Log): ClientAddress {
  const tell = typeof trusted === 'number' ? toldByLast(trusted) : toldByNamed(ownProxies(trusted));
  let isSaid = false;
  return (c) => {
    const socket: Socket | undefined = c.env?.incoming?.socket;
    const forwarded = c.req.header('X-Forwarded-For');
    if (forwarded === undefined) return socket && networkOfPeer(socket);
    const remote = socket?.remoteAddress;
    const peer = remote === undefined ? undefined : (addressIn(remote) ?? remote);
    const { address, doubt } = tell(forwarded, peer);
    if (doubt !== undefined && !isSaid) {
      isSaid = true;
      log({ level: 'warn', message: doubt });
    }
    return address === undefined ? undefined : networkOf(address);
  };
}

/** The address at the other end of the request's connection. */
export const peerOf = (c: Context): string | undefined => c.env?.incoming?.socket?.remoteAddress;

/** The other end of a connection does not change, so it is read once for all of its requests. */
function networkOfPeer(socket: Socket): string | undefined {
  const known = networksOfPeers.get(socket);
  if (known !== undefined || socket.remoteAddress === undefined) return known;
  const network = networkOf(socket.remoteAddress);
  networksOfPeers.set(socket, network);
  return network;
}
const networksOfPeers = new WeakMap<Socket, string>();

/** The client's address, as far as it can be believed, and a warning for the operator about the header. */
interface Told {
  readonly address: string | undefined;
  readonly doubt?: string;
}
type Tell = (forwarded: string, peer: string | undefined) => Told;

/** Reads the header from the right, where the nearest proxy writes. It skips listed proxies, and returns the first other address. */
const toldByNamed =
  (isOwnProxy: (address: string) => boolean): Tell =>
  (forwarded, peer) => {
    if (peer === undefined || !isOwnProxy(peer)) return { address: peer, doubt: NOT_NAMED };
    let address = peer;
    for (const entry of forwarded.split(',').reverse()) {
      const told = addressIn(entry.trim());
      if (told === undefined) return { address, doubt: NOT_UNDERSTOOD };
      address = told;
      if (!isOwnProxy(address)) break;
    }
    return { address };
  };

/** With a known number of proxies, the client is the entry that the outermost proxy wrote. Entries to the left of it may be forged. */
const toldByLast =
  (proxies: number): Tell =>
  (forwarded, peer) => {
    if (proxies === 0) return { address: peer, doubt: NOT_BELIEVED };
    const address = addressIn(forwarded.split(',').at(-proxies)?.trim() ?? '');
    return address === undefined ? { address: peer, doubt: NOT_UNDERSTOOD } : { address };
  };

const ADVICE = 'All such clients share one limit of failed logins and registrations';
const NOT_BELIEVED = `X-Forwarded-For came and is not believed, since TRUSTED_PROXIES is not set. ${ADVICE}: set it to the addresses of your proxies. Without a proxy somebody has made the header up, and there is nothing to do.`;
const NOT_NAMED = `X-Forwarded-For came from an address that TRUSTED_PROXIES does not name, and is not believed. If your proxy sent it, add the proxy's address. ${ADVICE}. If no proxy sent it, somebody reaches this port past your proxies.`;
const NOT_UNDERSTOOD = `X-Forwarded-For came with no address where TRUSTED_PROXIES says that one stands, so the proxy counts as the client. ${ADVICE}: let the outermost proxy write the address.`;

/** Whether an address is the operator's own proxy. If only the number of proxies is known, every peer counts as one. */
export function ownProxies(trusted: TrustedProxies): (address: string) => boolean {
  if (typeof trusted === 'number') return () => trusted > 0;
  const list = new BlockList();
  for (const network of trusted) {
    const [text = '', bits] = network.split('/');
    const address = addressIn(text) ?? text;
    const family = familyOf(address);
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return (given) => {
    const address = addressIn(given);
    return address !== undefined && list.check(address, familyOf(address));
  };
}

const familyOf = (address: string) => (isIP(address) === 6 ? 'ipv6' : 'ipv4');

/**
 * The address in an entry of the header; undefined if there is none (`unknown`). It removes a port and the brackets of IPv6, which some
 * proxies write, and the zone, which is only a local name. An IPv4 address in IPv6 form becomes the IPv4 address.
 */
function addressIn(entry: string): string | undefined {
  const bare = /^\[(.*)\](?::\d+)?$/.exec(entry)?.[1] ?? /^([\d.]+):\d+$/.exec(entry)?.[1] ?? entry;
  const [address = ''] = bare.split('%');
  if (isIP(address) !== 6) return isIP(address) === 0 ? undefined : address;
  const groups = groupsOf(address);
  const [high = 0, low = 0] = groups.slice(6);
  const isIpv4 = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  return isIpv4 ? [high >> 8, high & 255, low >> 8, low & 255].join('.') : address;
}

/** The eight numbers of an IPv6 address. */
function groupsOf(address: string): readonly number[] {
  const dotted = /(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address)?.slice(1).map(Number) ?? [];
  const [a = 0, b = 0, c = 0, d = 0] = dotted;
  const hex = dotted.length === 0 ? address : address.replace(/[\d.]+$/, `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`);
  const [head = '', tail = ''] = hex.split('::');
  const numbers = (part: string) => (part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16)));
  const [before, after] = [numbers(head), numbers(tail)];
  return [...before, ...Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => 0), ...after];
}

/** The IPv4 address, or the /64 network of an IPv6 address, because a customer has a whole one. */
export function networkOf(given: string): string {
  const address = addressIn(given) ?? given;
  if (isIP(address) !== 6) return address;
  const network = groupsOf(address)
    .slice(0, 4)
    .map((group) => group.toString(16));
  return `${network.join(':')}::/64`;
}

/** The /48 around an IPv6 /64, which one customer may have whole (RFC 6177); undefined for an IPv4 address. */
export function siteOf(network: string): string | undefined {
  const site = /^((?:[\da-f]+:){3})[\da-f]+::\/64$/.exec(network)?.[1];
  return site && `${site}:/48`;
}

/** The networks by which a client is limited: its own, and the IPv6 site around it, which several customers may share. */
export function networksOf(network: string | undefined): readonly ClientNetwork[] {
  if (network === undefined) return [];
  const site = siteOf(network);
  return [{ name: network, isShared: false }, ...(site === undefined ? [] : [{ name: site, isShared: true }])];
}
