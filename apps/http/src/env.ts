import type { Attempt, Policy, UseCases } from '@ticket/domain';
import type { Report } from './report.ts';

/** What a request carries on its way: its id, who asks, and where to tell of a failure. */
export interface AppEnv {
  Variables: { requestId: string; attempt: Attempt; report: Report };
}

/** What routes are made from. */
export interface RouteParts {
  readonly useCases: UseCases;
  readonly policy: Policy;
  readonly trustedProxies: number;
}
