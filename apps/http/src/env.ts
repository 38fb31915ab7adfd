import type { Policies, UseCases } from '@ticket/adapters';
import type { Refusal, RequestContext } from '@ticket/domain';
import type { ClientNetwork } from '@ticket/domain/accounts';
import type { Context } from 'hono';
import type { Reason, Report } from './report.ts';
import type { AccountOf, SecurityFacts } from './security-events.ts';

/**
 * The context of a request: its id, the headers of its answer, its route's pattern, the actor, why it is refused, and where to report a
 * failure.
 */
export interface AppEnv {
  Variables: {
    requestId: string;
    /** The headers of its answer, whatever it will be (every-answer.ts). Each layer adds its own. */
    headers: Record<string, string>;
    route: string | undefined;
    context: RequestContext;
    /** The fault of an Idempotency-Key. Like a faulty body, it is reported after the caller's rights are clear. */
    unusableKey: Refusal | undefined;
    /** Whose account was made or logged into. */
    userId: string | undefined;
    /** Which account a login or registration is about, whether it succeeds or not; see security-events.ts. */
    account: string | undefined;
    security: SecurityFacts | undefined;
    reason: Reason;
    report: Report;
  };
}

/** What routes are made from. */
export interface RouteParts {
  readonly useCases: UseCases;
  readonly policies: Policies;
  /** Where a request comes from: what is limited by it. */
  readonly networksOf: (c: Context) => readonly ClientNetwork[];
  readonly accountOf: AccountOf;
}
