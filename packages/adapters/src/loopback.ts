import { isIP } from 'node:net';

/** Whether the text itself names this machine. It does not look up other names. */
export const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
