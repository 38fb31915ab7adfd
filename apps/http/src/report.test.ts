import { Unavailable } from '@ticket/domain';
import { expect, it } from 'vitest';
import { factsOf } from './report.ts';

/** As TypeORM makes them: the statement and its parameters hang on the error, and stand in its message. */
class QueryFailedError extends Error {
  override readonly name = 'QueryFailedError';
  readonly code = 'ER_DUP_ENTRY';
  readonly query = 'INSERT INTO users';
  readonly parameters = ['sari@example.com', '$2y$10$secret'];
}

it('tells what failed and where, and no word of the data it failed on', () => {
  const cause = new QueryFailedError("Duplicate entry 'sari@example.com'\n    at secret (/a/line/of/the/message.ts:1:1)");
  const facts = factsOf(new Error('sari@example.com was in the way', { cause }));
  expect(facts).toMatchObject({ name: 'Error', cause: { name: 'QueryFailedError', code: 'ER_DUP_ENTRY' } });
  expect(JSON.stringify(facts)).toContain('report.test.ts');
  expect(JSON.stringify(facts)).not.toMatch(/sari|secret|INSERT/);
});

it('tells of an outage in few words, since it comes with every request', () => {
  const cause = Object.assign(new Error('connect 10.0.0.7'), { code: 'ECONNREFUSED' });
  expect(factsOf(new Unavailable('no connection', { cause }))).toEqual({ name: 'Unavailable', cause: { name: 'Error', code: 'ECONNREFUSED' } });
});

it('survives whatever else is thrown', () => {
  expect(factsOf('sari@example.com')).toEqual({ name: 'string' });
  const loop = new Error('a cause of itself');
  loop.cause = loop;
  expect(factsOf(loop)).toHaveProperty('cause.cause.cause.name', 'Error');
});
