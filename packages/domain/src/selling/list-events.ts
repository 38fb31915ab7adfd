import { asActor } from '../requests/asking.ts';
import type { RequestContext } from '../requests/context.ts';
import { type Page, readPage } from '../requests/page.ts';
import { accept, type Input, refuseFaults } from '../requests/refusal.ts';
import { authorize } from '../requests/rights.ts';
import { NOT_TOGETHER, SEARCH_FAULT, searchWords } from '../requests/search.ts';
import { type EventListRequest, placeOf, unlistedEventFilters } from './list-filters.ts';
import type { Ports } from './ports.ts';
import type { EventView } from './views.ts';

/** `UseCases.listEvents` says what it does and refuses. */
export function listEvents({ users, eventQueries, policy }: Ports) {
  return async (context: RequestContext, input: Input<EventListRequest>): Promise<Page<EventView>> => {
    await asActor({ users }, context.actor, (actor) => authorize(policy.rights.read_events, actor));
    const request = accept(input);
    const { order, from, to, isAvailable, modifiedSince, reversed = false, search } = request;
    const words = search === undefined ? undefined : searchWords(search);
    refuseFaults([
      ...unlistedEventFilters(request).map((field) => ({ field, message: NOT_TOGETHER })),
      ...(search === undefined || words !== undefined ? [] : [{ field: 'search', message: SEARCH_FAULT }]),
    ]);
    const filter = { order, from, to, isAvailable, modifiedSince, words };
    const isAll = [from, to, isAvailable, modifiedSince, words].every((one) => one === undefined);
    return readPage(policy, request, {
      part: (part) => eventQueries.list({ ...part, ...filter, reversed: (part.reversed ?? false) !== reversed || undefined }),
      position: (event) => placeOf(filter, event),
      count: isAll || request.total ? () => eventQueries.count(filter) : undefined,
    });
  };
}
