import { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { Connections } from './connections.ts';
import { SERVER_LIMITS } from './server-limits.ts';

const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

/** A connection from an address that this machine does not have. */
function from(address: string): Socket {
  const socket = Object.defineProperty(new Socket(), 'remoteAddress', { value: address });
  sockets.push(socket);
  return socket;
}

describe('the connections of an IPv6 client', () => {
  const limits = { ...SERVER_LIMITS, connections: 100, shareOfOne: 0.1, shareOfSite: 0.2 };
  const taken = (connections: Connections, addresses: readonly string[]) =>
    addresses.filter((address) => !connections.hasTooMany(connections.open(from(address)))).length;

  it('are counted by its /64, and those of one /48 together', () => {
    const one = Array.from({ length: 60 }, (_, n) => `2001:db8:1:1::${n.toString(16)}`);
    const many = Array.from({ length: 60 }, (_, n) => `2001:db8:2:${n.toString(16)}::1`);
    const connections = new Connections(limits, () => false);
    expect([taken(connections, one), taken(connections, many)]).toEqual([10, 20]);
    expect(taken(connections, ['2001:db8:3::1', '192.0.2.1', '::ffff:192.0.2.2'])).toBe(3);
  });

  it('that are gone count no more', async () => {
    const connections = new Connections(limits, () => false);
    expect(
      taken(
        connections,
        Array.from({ length: 30 }, (_, n) => `2001:db8:1:${n.toString(16)}::1`),
      ),
    ).toBe(20);
    await Promise.all(sockets.splice(0).map((socket) => new Promise((resolve) => socket.once('close', resolve).destroy())));
    expect(taken(connections, ['2001:db8:1:1::1'])).toBe(1);
  });

  it('are not counted where they are those of the operator’s own proxy', () => {
    const connections = new Connections(limits, (address) => address === '2001:db8:1:1::1');
    expect(
      taken(
        connections,
        Array.from({ length: 60 }, () => '2001:db8:1:1::1'),
      ),
    ).toBe(60);
  });
});
