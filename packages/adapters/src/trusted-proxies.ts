import { isIP } from 'node:net';

/** The proxies in front of the server: their addresses and networks, or the number of proxies that write into X-Forwarded-For. */
export type TrustedProxies = number | readonly string[];

const PROXIES_MAX = 10;
const BITS = { 4: 32, 6: 128 } as const;

/** Reads `TRUSTED_PROXIES`. With a number, the header is believed from every client that reaches the port, and a notice says so. */
export function trustedProxiesOf(text: string, faults: string[], notices: string[]): TrustedProxies {
  const entries = text.split(',').flatMap((entry) => entry.trim() || []);
  const numbers = entries.filter((entry) => /^\d+$/.test(entry));
  if (numbers.length > 0 && entries.length > 1) {
    faults.push('TRUSTED_PROXIES: give addresses and networks, or one number, not both');
    return 0;
  }
  const [number] = numbers;
  if (number !== undefined) {
    const count = Number(number);
    if (count > PROXIES_MAX) faults.push(`TRUSTED_PROXIES: must be addresses and networks, or a whole number from 0 to ${PROXIES_MAX}`);
    else if (count > 0) notices.push(numberNotice(number));
    return count;
  }
  for (const entry of entries.filter((one) => !isNetwork(one))) {
    faults.push(`TRUSTED_PROXIES: ${entry} is no address and no network; give each such as 10.0.0.0/8, 127.0.0.1 or ::1, separated by commas`);
  }
  return entries.length === 0 ? 0 : entries;
}

const numberNotice = (number: string): string =>
  `TRUSTED_PROXIES=${number} believes X-Forwarded-For from everybody who reaches this port. Give the addresses or networks of your proxies instead, such as 10.0.0.0/8,127.0.0.1,::1, or see that nobody reaches the port past them.`;

/** Whether the entry is an address or a network of proxies. A network of all addresses (/0) is refused, and so is IPv4 in the form of IPv6. */
function isNetwork(entry: string): boolean {
  const [address = '', bits, ...rest] = entry.split('/');
  const family = isIP(address);
  if ((family !== 4 && family !== 6) || rest.length > 0 || address.includes('%') || /^(?:::|(?:0+:){5})ffff:/i.test(address)) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) > 0 && Number(bits) <= BITS[family]);
}
