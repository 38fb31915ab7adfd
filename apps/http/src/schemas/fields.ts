import { isTicketCount, TOTAL_TICKETS_MAX } from '@ticket/domain';
import * as v from 'valibot';
import { faults, localized, type Message } from '../messages.ts';

/*
 * The types of request fields. The domain's functions check them. `v.metadata` repeats their limits for the OpenAPI document, because
 * valibot's own lengths count UTF-16 units, and the domain and JSON Schema count characters.
 */
export const text = v.string(localized(faults.text));

/** A line of text, from which the spaces around it are removed. */
export const line = (isRight: (text: string) => boolean, maxLength: number) =>
  v.pipe(text, v.trim(), v.check(isRight, localized(faults.line(maxLength))), v.metadata({ minLength: 1, maxLength }));

/** A transformation. If `parse` returns undefined, that is a fault. */
export const parsed = <From, To>(parse: (from: From) => To | undefined, fault: Message) =>
  v.rawTransform<From, To>(({ dataset, addIssue, NEVER }) => {
    const value = parse(dataset.value);
    if (value !== undefined) return value;
    addIssue({ message: localized(fault) });
    return NEVER;
  });

/** Any UUID. It is changed to lower case, which is its stored form. */
export const Uuid = v.pipe(text, v.uuid(localized(faults.id)), v.toLowerCase());

export const TicketCount = v.pipe(
  v.number(localized(faults.ticketCount)),
  v.check(isTicketCount, localized(faults.ticketCount)),
  v.metadata({ type: 'integer', minimum: 1, maximum: TOTAL_TICKETS_MAX }),
);

export const PathId = v.object({ id: v.pipe(Uuid, v.description('The id, a UUID.')) });
