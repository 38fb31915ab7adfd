import type { UseCases } from '@ticket/adapters';
import { accept, type SellingAction } from '@ticket/domain';
import type { AccountAction } from '@ticket/domain/accounts';
import { createMiddleware } from 'hono/factory';
import { resolver, uniqueSymbol } from 'hono-openapi';
import type { AppEnv } from './env.ts';
import { languageOf } from './language.ts';
import { PathId } from './schemas/fields.ts';
import { validate } from './validate.ts';

/** Reads the id in the path. A caller without a valid identity gets 401 before a malformed id gets 400. */
export const pathId = (useCases: UseCases, action: SellingAction | AccountAction) =>
  Object.assign(
    createMiddleware<AppEnv & { Variables: { id: string } }>(async (c, next) => {
      const input = validate(PathId, { id: c.req.param('id') }, languageOf(c));
      if (input instanceof Error) await useCases.identifyActor(c.get('context'), action);
      c.set('id', accept(input).id);
      await next();
    }),
    { [uniqueSymbol]: { target: 'param', ...resolver(PathId, { options: { typeMode: 'input' } }) } },
  );
