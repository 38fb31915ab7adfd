import type { Language, Policies, UseCases } from '@ticket/adapters';
import type { Refusal, RequestContext } from '@ticket/domain';
import type { ClientNetwork } from '@ticket/domain/accounts';
import type { Context } from 'hono';
import type { Paging } from './links.ts';
import type { Reason, Report } from './report.ts';
import type { AccountOf, SecurityFacts } from './security-events.ts';

/** The variables of a request's context. */
export interface AppEnv {
  Variables: {
    requestId: string;
    /** The headers of the answer (every-answer.ts). Each middleware adds its own. */
    headers: Record<string, string>;
    /** The language of the answer's message. */
    language: Language;
    /** Whether Accept-Language chose it, so that caches have to keep the answers apart. */
    isNegotiated: boolean | undefined;
    route: string | undefined;
    context: RequestContext;
    /** The fault of an Idempotency-Key. Like a faulty body, it is reported after the caller's rights are clear. */
    unusableKey: Refusal | undefined;
    /** The user who registered or logged in. */
    userId: string | undefined;
    /** Which account a login or registration is about, whether it succeeds or not; see security-events.ts. */
    account: string | undefined;
    /** The parameters of a list that choose its rows. */
    filter: string;
    security: SecurityFacts | undefined;
    reason: Reason;
    report: Report;
  };
}

/** What a file of routes needs. */
export interface RouteParts {
  readonly useCases: UseCases;
  readonly policies: Policies;
  /** The networks of the client, by which its requests are limited. */
  readonly networksOf: (c: Context) => readonly ClientNetwork[];
  readonly accountOf: AccountOf;
  readonly paging: Paging;
}
