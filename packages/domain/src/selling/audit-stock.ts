import { asActor } from '../requests/asking.ts';
import type { RequestContext } from '../requests/context.ts';
import { refuse } from '../requests/refusal.ts';
import { authorize } from '../requests/rights.ts';
import { type Difference, differencesIn } from '../stock/audit.ts';
import type { Ports } from './ports.ts';

/** The number of events that are read at once. */
const PAGE_EVENTS = 50;

/** A part of an audit: how many events were checked, and every difference found in them. */
export interface AuditedPart {
  readonly events: number;
  readonly differences: readonly Difference[];
}

/** `UseCases.auditStock` says what it does and refuses. */
export function auditStock({ users, stockQueries, policy }: Ports) {
  return async function* ({ actor: ref }: RequestContext, { eventId }: { readonly eventId?: string | undefined } = {}): AsyncGenerator<AuditedPart> {
    await asActor({ users }, ref, (actor) => authorize(policy.rights.audit_stock, actor));
    let page = await (eventId === undefined ? stockQueries.page(undefined, PAGE_EVENTS) : stockQueries.find(eventId));
    if (eventId !== undefined && page.length === 0) refuse('not_found', { entity: 'event', id: eventId });
    while (page.length > 0) {
      yield { events: page.length, differences: page.flatMap(differencesIn) };
      page = eventId === undefined ? await stockQueries.page(page.at(-1)?.eventId, PAGE_EVENTS) : [];
    }
  };
}
