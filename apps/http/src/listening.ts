import type { AddressInfo } from 'node:net';
import { StartFault } from '@ticket/adapters';
import type { HttpServer } from './http-server.ts';

/** Starts one server for each address, all on one port. Addresses that this machine does not have are skipped, but at least one must remain. */
export async function listen(
  { port, hosts }: { readonly port: number; readonly hosts: readonly string[] },
  create: () => HttpServer,
): Promise<HttpServer[]> {
  const servers: HttpServer[] = [];
  for (const host of hosts) {
    const first = servers[0]?.address();
    const server = await listenOn(create(), portOf(first) ?? port, host);
    if (server !== undefined) servers.push(server);
  }
  if (servers.length === 0 && hosts.includes('::')) return listen({ port, hosts: ['0.0.0.0'] }, create);
  if (servers.length === 0) throw new StartFault(`This machine has no address ${hosts.join(' or ')}. Set HOST to one that it has.`);
  return servers;
}

function listenOn(server: HttpServer, port: number, host: string): Promise<HttpServer | undefined> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRNOTAVAIL' || error.code === 'EAFNOSUPPORT') resolve(undefined);
      else if (error.code === 'EADDRINUSE')
        reject(
          new StartFault(
            `Port ${port} is in use (${error.message}). Set PORT to another number, or stop the program that has it: lsof -ti:${port} -sTCP:LISTEN | xargs kill`,
          ),
        );
      else if (error.code === 'EACCES')
        reject(new StartFault(`Port ${port} may not be used by this user (${error.message}). Set PORT to a number above 1023.`));
      else if (error.code === 'ENOTFOUND' || error.code === 'EAI_AGAIN')
        reject(new StartFault(`HOST ${host} is not an address of this machine (${error.message}).`));
      else reject(new StartFault(`HOST ${host} and PORT ${port} cannot be listened on (${error.message}). Set others.`));
    });
    server.listen({ port, host }, () => resolve(server));
  });
}

const portOf = (address: AddressInfo | string | null | undefined): number | undefined =>
  typeof address === 'object' && address !== null ? address.port : undefined;

/** The URLs of the servers, for messages to people. */
export function urlsOf(servers: readonly HttpServer[], hosts: readonly string[]): string {
  const port = portOf(servers[0]?.address());
  const shown = hosts.includes('127.0.0.1') && hosts.includes('::1') ? ['localhost'] : hosts;
  return shown.map((host) => `http://${host.includes(':') ? `[${host}]` : host}:${port}`).join(', ');
}
