import { Hono } from 'hono';
import { expect, it } from 'vitest';
import { clientAddress } from './client-address.ts';

async function addressOf(trustedProxies: number, peer: string | undefined, forwarded?: string): Promise<string> {
  const addressOf = clientAddress(trustedProxies, () => undefined);
  const app = new Hono().get('/', (c) => c.text(addressOf(c) ?? 'none'));
  const headers: Record<string, string> = forwarded === undefined ? {} : { 'X-Forwarded-For': forwarded };
  const env = peer === undefined ? {} : { incoming: { socket: { remoteAddress: peer } } };
  return (await app.request('/', { headers }, env)).text();
}

it.each([
  ['the peer, whatever it says of others', 0, '192.0.2.7', '203.0.113.9', '192.0.2.7'],
  ['what the only proxy wrote', 1, '10.0.0.1', '203.0.113.9', '203.0.113.9'],
  ['not what stands to the left of it', 1, '10.0.0.1', '198.51.100.1, 203.0.113.9', '203.0.113.9'],
  ['what the outer of two proxies wrote', 2, '10.0.0.1', '198.51.100.1, 203.0.113.9, 10.0.0.2', '203.0.113.9'],
  ['the peer, when the proxy wrote no address', 1, '10.0.0.1', 'unknown', '10.0.0.1'],
  ['the peer, when there are fewer proxies than were told', 3, '10.0.0.1', '203.0.113.9', '10.0.0.1'],
  ['what the proxy wrote, without the port', 1, '10.0.0.1', '198.51.100.9:4001', '198.51.100.9'],
  ['what the proxy wrote, without brackets and port', 1, '10.0.0.1', '[2001:db8::1]:443', '2001:db8:0:0::/64'],
  ['what the proxy wrote, without brackets', 1, '10.0.0.1', '203.0.113.9, [2001:db8::1]', '2001:db8:0:0::/64'],
  ['the peer, when the brackets hold no address', 1, '10.0.0.1', '[unknown]:443', '10.0.0.1'],
  ['an IPv4 address in IPv6 clothes', 0, '::ffff:192.0.2.7', undefined, '192.0.2.7'],
  ['the network of an IPv6 address', 0, '2001:db8:1:2:aaaa:bbbb:cccc:dddd', undefined, '2001:db8:1:2::/64'],
  ['the network of a short one', 0, '2001:db8::1', undefined, '2001:db8:0:0::/64'],
  ['the network of one with a zone', 0, 'fe80::1%eth0', undefined, 'fe80:0:0:0::/64'],
  ['the loopback', 0, '::1', undefined, '0:0:0:0::/64'],
  ['nothing, without a connection', 0, undefined, '203.0.113.9', 'none'],
])('is %s', async (_, trustedProxies, peer, forwarded, address) => {
  expect(await addressOf(trustedProxies, peer, forwarded)).toBe(address);
});

it.each([
  ['once', 0, ['203.0.113.9', '203.0.113.10', undefined], 1],
  ['not without it', 0, [undefined], 0],
  ['not where it is believed', 1, ['203.0.113.9', '203.0.113.9:4001', '[2001:db8::1]', undefined], 0],
  ['once where it holds no address', 1, ['203.0.113.9, unknown', '198.51.100.9:', ''], 1],
  ['once where it is shorter than told', 2, ['203.0.113.9', '203.0.113.10'], 1],
])('says that X-Forwarded-For is not believed or not understood, %s', async (_, trustedProxies, headers, lines) => {
  const said: unknown[] = [];
  const addressOf = clientAddress(trustedProxies, (line) => void said.push(line));
  const app = new Hono().get('/', (c) => c.text(addressOf(c) ?? 'none'));
  for (const header of headers) await app.request('/', header === undefined ? {} : { headers: { 'X-Forwarded-For': header } });
  expect(said).toEqual(Array.from({ length: lines }, () => ({ level: 'warn', message: expect.stringContaining('TRUSTED_PROXIES') })));
});
