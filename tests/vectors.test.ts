import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Refusal } from '@ticket/domain';
import { type BookingState, type LockedRows, type StockDecision, settle } from '@ticket/domain/spi';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { settleVectors } from '../tools/settle-vectors.ts';

const folder = fileURLToPath(new URL('../vectors/', import.meta.url));
const text = readFileSync(`${folder}settle.json`, 'utf8');
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

interface Recorded {
  readonly unchanged?: true;
  readonly returned?: object | null;
  readonly refused?: { readonly code: ConstructorParameters<typeof Refusal>[0]; readonly details: never };
}
interface Vector {
  readonly name: string;
  readonly at: Date;
  readonly rows: Pick<LockedRows, 'events' | 'bookings' | 'holdings'>;
  readonly decisions: readonly (Omit<StockDecision, 'decide'> & Recorded)[];
  readonly outcomes: readonly {
    readonly done: boolean;
    readonly replayed?: boolean;
    readonly refused?: { readonly code: string };
    readonly error?: string;
  }[];
  readonly writes: object;
}
const vectors: readonly Vector[] = JSON.parse(text, (_, value: unknown) =>
  typeof value === 'string' && MOMENT.test(value) ? new Date(value) : value,
);
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('vectors/settle.json', () => {
  it('is what the code gives', () => {
    expect(JSON.parse(text)).toEqual(plain(settleVectors()));
  });

  it('has the shape that its schema says', () => {
    const isValid = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(JSON.parse(readFileSync(`${folder}settle.schema.json`, 'utf8')));
    expect(isValid(JSON.parse(text)) ? [] : isValid.errors).toEqual([]);
  });

  it('has every kind of outcome', () => {
    const outcomes = vectors.flatMap((vector) => vector.outcomes);
    const codes = new Set(outcomes.flatMap(({ refused }) => refused?.code ?? []));
    expect([...codes].toSorted()).toEqual(['idempotency_key_reused', 'insufficient_tickets', 'not_found', 'total_below_held']);
    expect(outcomes.some(({ replayed }) => replayed)).toBe(true);
    expect(outcomes.some(({ error }) => error?.startsWith('broken promise'))).toBe(true);
  });

  it.each(vectors.map((vector) => [vector.name, vector] as const))(
    'is read as a port does, from the rows that decisions returned: %s',
    (_, vector) => {
      const rows: LockedRows = { ...vector.rows, actors: new Map(), budget: 'unlimited', idempotencyRecords: [] };
      const decisions = vector.decisions.map(({ unchanged, returned, refused, key, ...decision }) => ({
        ...decision,
        key: key && { ...key, allow: () => {} },
        decide: (now: BookingState) => {
          if (unchanged) return decision.subject === 'event' ? now.event : now.booking;
          if (refused !== undefined) throw new Refusal(refused.code, refused.details);
          return returned ?? undefined;
        },
      })) as unknown as StockDecision[]; // the recorded rows have the kind that the subject says
      const { outcomes, writes } = settle(decisions, rows, vector.at);
      expect(plain(writes)).toEqual(plain(vector.writes));
      expect(outcomes.map(({ done }) => done)).toEqual(vector.outcomes.map(({ done }) => done));
    },
  );
});
