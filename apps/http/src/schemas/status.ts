import { WRITES_REFUSED } from '@ticket/adapters';
import * as v from 'valibot';

/** What the server says about itself at `/`. */
export const StatusReply = v.pipe(
  v.object({
    name: v.pipe(v.string(), v.description('The name of the API.')),
    version: v.pipe(v.string(), v.description('The version of the server.')),
    status: v.pipe(v.literal('up'), v.description('The server runs.')),
    openapi: v.pipe(v.string(), v.description('The path of this document.')),
    docs: v.optional(v.pipe(v.string(), v.description('The path of the reference page, if the server has one.'))),
  }),
  v.metadata({
    description: 'The server and where its API is described.',
    examples: [{ name: 'Ticket Platform API', version: '0.1.0', status: 'up', openapi: '/openapi.json', docs: '/docs' }],
  }),
);

export const LiveReply = v.pipe(
  v.object({ status: v.pipe(v.literal('live'), v.description('The process runs.')) }),
  v.metadata({ description: 'The state of the process.', examples: [{ status: 'live' }] }),
);

export const ReadyReply = v.pipe(
  v.object({
    status: v.pipe(v.literal('ready'), v.description('Requests are served.')),
    orders: v.pipe(v.picklist(['ok', 'refused']), v.description('Whether changes can be stored.')),
    reason: v.optional(v.pipe(v.picklist(WRITES_REFUSED), v.description('Why changes cannot be stored.'))),
  }),
  v.metadata({ description: 'The state of the server.', examples: [{ status: 'ready', orders: 'ok' }] }),
);
