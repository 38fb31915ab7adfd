import type { TrustedProxies } from '@ticket/adapters';
import { Hono } from 'hono';
import { expect, it } from 'vitest';
import { clientAddress, networkOf, ownProxies } from './client-address.ts';

async function addressOf(trustedProxies: TrustedProxies, peer: string | undefined, forwarded?: string): Promise<string> {
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
])('of so many proxies is %s', async (_, trustedProxies, peer, forwarded, address) => {
  expect(await addressOf(trustedProxies, peer, forwarded)).toBe(address);
});

const NAMED = ['10.0.0.0/8', '127.0.0.1', '::1', '2001:db8:ff::/48'];
it.each<[string, string | undefined, string | undefined, string]>([
  ['the peer that is no proxy, whatever it says', '198.51.100.7', '203.0.113.9', '198.51.100.7'],
  ['the peer that is no proxy, whatever it says of proxies', '198.51.100.7', '203.0.113.9, 10.0.0.2', '198.51.100.7'],
  ['what the proxy wrote', '10.0.0.1', '203.0.113.9', '203.0.113.9'],
  ['what the last proxy of several wrote', '10.0.0.1', '203.0.113.9, 10.9.9.9, 127.0.0.1', '203.0.113.9'],
  ['not what the client wrote', '10.0.0.1', '192.0.2.1, 10.0.0.9, 203.0.113.9', '203.0.113.9'],
  ['not what the client wrote, one in a thousand entries', '10.0.0.1', `${'192.0.2.1, '.repeat(1000)}203.0.113.9`, '203.0.113.9'],
  ['what the proxy wrote, which came as IPv4 in IPv6 form', '::ffff:10.0.0.1', '203.0.113.9', '203.0.113.9'],
  ['what the proxy wrote in IPv6 form', '10.0.0.1', '::ffff:203.0.113.9', '203.0.113.9'],
  ['what the proxy wrote in IPv6 form and hex', '10.0.0.1', '0:0:0:0:0:ffff:cb00:7109', '203.0.113.9'],
  ['what a proxy with an IPv6 address wrote', '2001:db8:ff:1::5', '[2001:db8:1:2::3]:4711', '2001:db8:1:2::/64'],
  ['what stands before a proxy in IPv6 form, with a port and a zone', '::1', '203.0.113.9, ::ffff:10.1.1.1, [::1%lo]:80, 10.0.0.3:9', '203.0.113.9'],
  ['the proxy itself, where it wrote no address', '10.0.0.1', 'unknown', '10.0.0.1'],
  ['the proxy that told of nobody known', '10.0.0.1', '203.0.113.9, unknown, 10.0.0.2', '10.0.0.2'],
  ['the proxy itself, where it wrote an empty entry', '10.0.0.1', '203.0.113.9,', '10.0.0.1'],
  ['the proxy itself, where it wrote nothing', '10.0.0.1', undefined, '10.0.0.1'],
  ['the outermost of nothing but proxies', '10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
  ['nothing, without a connection', undefined, '203.0.113.9', 'none'],
])('of named proxies is %s', async (_, peer, forwarded, address) => {
  expect(await addressOf(NAMED, peer, forwarded)).toBe(address);
});

it('does not come from Forwarded (RFC 7239), which no proxy that is asked for X-Forwarded-For writes', async () => {
  const address = clientAddress(NAMED, () => undefined);
  const app = new Hono().get('/', (c) => c.text(address(c) ?? 'none'));
  const env = { incoming: { socket: { remoteAddress: '10.0.0.1' } } };
  expect(await (await app.request('/', { headers: { Forwarded: 'for=203.0.113.9' } }, env)).text()).toBe('10.0.0.1');
});

it('knows the operator’s own proxies by address and network, and everybody where only their number is known', () => {
  const addresses = [
    '10.1.2.3',
    '::ffff:10.1.2.3',
    '127.0.0.1',
    '::1',
    '2001:db8:ff:9::1',
    '11.0.0.1',
    '127.0.0.2',
    '::2',
    '2001:db8:fe::1',
    '',
    'x',
  ];
  expect(addresses.filter(ownProxies(NAMED))).toEqual(addresses.slice(0, 5));
  expect([addresses.filter(ownProxies(0)), addresses.filter(ownProxies(1))]).toEqual([[], addresses]);
});

it.each([
  ['2001:db8::192.0.2.1', '2001:db8:0:0::/64'],
  ['::', '0:0:0:0::/64'],
  ['::ffff:c000:201', '192.0.2.1'],
  ['2001:DB8:0:0:1::', '2001:db8:0:0::/64'],
])('the network of %s is %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});

it.each<[string, TrustedProxies, (string | undefined)[], number]>([
  ['once', 0, ['203.0.113.9', '203.0.113.10', undefined], 1],
  ['not without it', 0, [undefined], 0],
  ['not where it is believed', 1, ['203.0.113.9', '203.0.113.9:4001', '[2001:db8::1]', undefined], 0],
  ['once where it holds no address', 1, ['203.0.113.9, unknown', '198.51.100.9:', ''], 1],
  ['once where it is shorter than told', 2, ['203.0.113.9', '203.0.113.10'], 1],
  ['once where no named proxy sent it', ['10.0.0.0/8'], ['203.0.113.9', '203.0.113.10'], 1],
])('says that X-Forwarded-For is not believed or not understood, %s', async (_, trustedProxies, headers, lines) => {
  const said: unknown[] = [];
  const addressOf = clientAddress(trustedProxies, (line) => void said.push(line));
  const app = new Hono().get('/', (c) => c.text(addressOf(c) ?? 'none'));
  for (const header of headers) await app.request('/', header === undefined ? {} : { headers: { 'X-Forwarded-For': header } });
  expect(said).toEqual(Array.from({ length: lines }, () => ({ level: 'warn', message: expect.stringContaining('TRUSTED_PROXIES') })));
});
