import { getPath } from 'hono/utils/url';

/**
 * The path of a request, by which everything is decided: the route, the limits, the idempotency key, and whether a token is read. One slash
 * at its end does not count. If there are several, none is removed, so that there are only two ways to write a path.
 */
export function routePath(request: Request): string {
  const path = getPath(request);
  return path.length > 1 && path.endsWith('/') && !path.endsWith('//') ? path.slice(0, -1) : path;
}
