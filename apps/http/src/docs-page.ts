import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Hono, MiddlewareHandler } from 'hono';
import { okCompressed, rendered } from './cached-body.ts';
import type { AppEnv } from './env.ts';

const { resolve } = createRequire(import.meta.url);
const ours = (name: string): string => fileURLToPath(new URL(`../assets/${name}`, import.meta.url));

/**
 * The page may load and call this server only, and nothing inline. Swagger UI has its icons as data: URLs in its style sheet. A page of another
 * origin neither frames it nor keeps a handle of its window.
 */
const PAGE_HEADERS = {
  'Content-Security-Policy': [
    ...["default-src 'none'", "script-src 'self'", "style-src 'self'", 'img-src data:', "connect-src 'self'"],
    ...["form-action 'none'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"],
  ].join('; '),
  'Cross-Origin-Opener-Policy': 'same-origin',
};

/** All that is served below /docs: these files and no folder. */
const FILES = [
  { path: '/docs', file: ours('docs.html'), type: 'text/html', headers: PAGE_HEADERS },
  { path: '/docs/docs.js', file: ours('docs.js'), type: 'text/javascript' },
  { path: '/docs/swagger-ui.css', file: resolve('swagger-ui-dist/swagger-ui.css'), type: 'text/css' },
  { path: '/docs/swagger-ui-bundle.js', file: resolve('swagger-ui-dist/swagger-ui-bundle.js'), type: 'text/javascript' },
] as const;

/** Adds the reference page of the API, Swagger UI with the OpenAPI document of this server. */
export function addDocsPage(app: Hono<AppEnv>): void {
  for (const { path, file, type, ...more } of FILES) {
    const headers = { 'Content-Type': `${type}; charset=UTF-8`, ...('headers' in more ? more.headers : {}) };
    app.get(path, fileAnswer(file, headers));
  }
}

/** The file is read at the first request and stays in memory. A request never chooses the name of a file. */
function fileAnswer(file: string, headers: Readonly<Record<string, string>>): MiddlewareHandler<AppEnv> {
  let content: Promise<ReturnType<typeof rendered>> | undefined;
  return async (c) => {
    content ??= readFile(file, 'utf8').then((text) => rendered(text));
    try {
      // A browser asks each time whether they are still the same. So after an upgrade all are of one version.
      return await okCompressed(c, await content, 'everyone', headers);
    } catch (error) {
      content = undefined; // the next request tries again
      throw error;
    }
  };
}
