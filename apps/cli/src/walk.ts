import type { ListRequest, Page } from '@ticket/domain';

const PAGE_ROWS = 100;

/**
 * The rows of a list, page by page. Only one page is in memory. A page may be empty although others follow, so only `next` says whether there
 * are more.
 */
export async function* pagesOf<Row, Request extends ListRequest>(
  list: (request: Request) => Promise<Page<Row>>,
  request: Request,
  pageRows = PAGE_ROWS,
): AsyncGenerator<readonly Row[]> {
  for (let asked: Request | undefined = { ...request, limit: Math.min(PAGE_ROWS, pageRows) }; asked !== undefined; ) {
    const { parts, next }: Page<Row> = await list(asked);
    yield* parts;
    asked = next && { ...request, ...next };
  }
}
