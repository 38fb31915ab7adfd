import { isIP } from 'node:net';

/** Whether it is this machine by its form; a name that leads here by a look-up is not known. */
export const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
