import type { Event } from '@ticket/domain';
import { nameKey, searchedWordsOf, type Writes } from '@ticket/domain/spi';
import type { QueryRunner } from 'typeorm';
import type { Dialect } from './dialects/dialect.ts';
import type { EventRow } from './schemas.ts';
import { placesFor, type Statement } from './statement.ts';

/** The row of an event, with the key by which lists are ordered. */
export const eventRowOf = (event: Event): EventRow => ({ ...event, nameKey: nameKey(event.name) });

/** The statements that keep the words of new and edited events. A deleted event's words go with its row. */
export function wordWrites(dialect: Dialect, inserted: readonly Event[], changed: Writes['changedEvents']): readonly Statement[] {
  const reworded = changed.filter(({ before, after, edited }) => edited && textOf(before) !== textOf(after)).map(({ after }) => after);
  return [...(reworded.length === 0 ? [] : [forgetWords(reworded)]), ...wordInserts(dialect, [...inserted, ...reworded])];
}

const textOf = ({ name, location, description }: Event): string => [name, location, description].join('\n');

const forgetWords = (events: readonly Event[]): Statement => ({
  sql: `DELETE FROM event_words WHERE event_id IN (${placesFor(events)})`,
  parameters: events.map(({ id }) => id),
});

const wordInserts = (dialect: Dialect, events: readonly Event[]): readonly Statement[] =>
  dialect.insertMany(
    'event_words',
    ['event_id', 'word'],
    events.flatMap((event) => searchedWordsOf(event).map((word) => [event.id, word])),
  );

/**
 * Gives the events of an older program their keys and words, on the connection of a migration. An older program may create or edit an event
 * afterwards. A search finds the event's new words only after this program has changed its texts.
 */
export async function indexEvents(runner: QueryRunner): Promise<void> {
  for (let after = ''; ; ) {
    const rows: Pick<Event, 'id' | 'name' | 'location' | 'description'>[] = await runner.query(
      'SELECT id, name, location, description FROM events WHERE id > ? ORDER BY id LIMIT 500',
      [after],
    );
    for (const { id, ...texts } of rows) {
      const words = searchedWordsOf(texts);
      await runner.query('UPDATE events SET name_key = ? WHERE id = ?', [nameKey(texts.name), id]);
      await runner.query('DELETE FROM event_words WHERE event_id = ?', [id]);
      if (words.length === 0) continue;
      const values = words.flatMap((word) => [id, word]);
      await runner.query(`INSERT INTO event_words (event_id, word) VALUES ${words.map(() => '(?, ?)').join(', ')}`, values);
    }
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.id;
  }
}
