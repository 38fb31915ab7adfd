import type { UseCases } from '@ticket/adapters';
import type { SellingAction } from '@ticket/domain';
import type { AccountAction } from '@ticket/domain/accounts';
import { createMiddleware } from 'hono/factory';
import { IF_MATCH_TAGS_MAX, versionsIn } from './entity-tag.ts';
import type { AppEnv } from './env.ts';
import { languageOf } from './language.ts';
import { faults } from './messages.ts';
import { invalid } from './validate.ts';

/**
 * Puts the versions of an If-Match into the context. The use case compares them with the row under its lock, so no change comes between. `*`
 * accepts every version of a row that exists, as a request without the header does. A malformed header is refused: if it were ignored, the
 * client would overwrite what it wanted to keep.
 */
export const ifMatch = (useCases: UseCases, action: SellingAction | AccountAction) =>
  createMiddleware<AppEnv>(async (c, next) => {
    const header = c.req.header('If-Match');
    if (header !== undefined) {
      const versions = versionsIn(header);
      const context = c.get('context');
      if (versions === 'malformed') {
        await useCases.identifyActor(context, action);
        throw invalid([{ field: 'If-Match', message: faults.ifMatch(IF_MATCH_TAGS_MAX)[languageOf(c)] }]);
      }
      if (versions !== 'any') c.set('context', { ...context, ifVersion: versions });
    }
    await next();
  });
