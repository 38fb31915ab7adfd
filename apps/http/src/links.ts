import type { TrustedProxies } from '@ticket/adapters';
import type { Page, PageBeside } from '@ticket/domain';
import type { Context } from 'hono';
import { ownProxies, peerOf } from './client-address.ts';
import type { Cursors } from './cursors.ts';

/** What links to other pages are made with. */
export interface Paging {
  readonly cursors: Cursors;
  /** The origin that the client asked for, such as `https://tickets.example`; empty if it cannot be known. */
  readonly originOf: (c: Context) => string;
}

/**
 * Reads the origin from the request. The host is that of `Host`, which a proxy has to pass on. X-Forwarded-Host is not read: proxies pass it on
 * unseen, and a cache would keep a link to the host that one client made up. X-Forwarded-Proto counts only from the operator's own proxies. If
 * `Host` is not a valid host, links are relative.
 */
export function originOf(trusted: TrustedProxies): Paging['originOf'] {
  const isOwnProxy = ownProxies(trusted);
  return (c) => {
    const host = c.req.header('Host') ?? '';
    const peer = peerOf(c);
    const isTold = peer !== undefined && isOwnProxy(peer);
    const scheme = isTold && c.req.header('X-Forwarded-Proto')?.split(',')[0]?.trim().toLowerCase() === 'https' ? 'https' : 'http';
    return HOST.test(host) ? `${scheme}://${host}` : '';
  };
}
const HOST = /^(?:[a-z\d](?:[a-z\d.-]{0,252}[a-z\d])?|\[[\da-f:.]{2,45}\])(?::\d{1,5})?$/iu;

/** RFC 8288: the pages beside this one, and the first one. A whole list has none. */
export function linksOf(
  c: Context,
  { next, prev, limit }: Omit<Page<unknown>, 'parts' | 'total'>,
  { cursors, originOf }: Paging,
): Readonly<Record<string, string>> {
  if (limit === undefined) return {};
  const filter: string = c.get('filter') ?? '';
  const total = c.req.query('total') === 'true' ? '&total=true' : '';
  const link = (rel: string, place: string) =>
    `<${originOf(c)}${c.req.path}?${filter === '' ? '' : `${filter}&`}limit=${limit}${place}${total}>; rel="${rel}"`;
  const at = (page: PageBeside) =>
    page.offset === undefined ? `&cursor=${cursors.write(page, `${c.req.path}?${filter}`)}` : `&offset=${page.offset}`;
  return {
    Link: [link('first', ''), ...(prev === undefined ? [] : [link('prev', at(prev))]), ...(next === undefined ? [] : [link('next', at(next))])].join(
      ', ',
    ),
  };
}
