import type { MigrationInterface, QueryRunner } from 'typeorm';
import { inDialect } from './texts.ts';
import { areMadeWithUsers } from './without-accounts.ts';

/**
 * The tables are plain SQL, so that you can read them here for every engine. Only the words below differ. Every statement can run a second
 * time, because MySQL keeps the tables of a migration that failed half-way.
 */
export class FirstTables1764000000000 implements MigrationInterface {
  readonly name = 'FirstTables1764000000000';

  async up(runner: QueryRunner): Promise<void> {
    const { ascii, letters, moment, int, quoted, end, indexesAreInline } = inDialect(runner, WORDS);
    const hasUsers = await areMadeWithUsers(runner);
    const foreignKey = (name: string, column: string, table: string) =>
      `CONSTRAINT ${quoted(name)} FOREIGN KEY (${quoted(column)}) REFERENCES ${quoted(table)} (${quoted('id')}) ON DELETE RESTRICT ON UPDATE RESTRICT`;
    const table = async (name: string, lines: string[], indexes: [name: string, columns: string, unique?: 'UNIQUE'][] = []) => {
      const inline = indexesAreInline ? indexes.map(([index, columns, unique = '']) => `${unique} INDEX ${index} (${columns})`) : [];
      await runner.query(`CREATE TABLE IF NOT EXISTS ${name} (\n  ${[...lines, ...inline].join(',\n  ')}\n${end}`);
      if (indexesAreInline) return;
      for (const [index, columns, unique = ''] of indexes)
        await runner.query(`CREATE ${unique} INDEX IF NOT EXISTS ${index} ON ${name} (${columns})`);
    };

    const users = () =>
      table(
        'users',
        [
          `id ${ascii(36)} NOT NULL PRIMARY KEY`,
          `name varchar(255) ${letters} NOT NULL`,
          `email ${ascii(254)} NOT NULL`,
          `password_hash ${ascii(72)} NOT NULL`,
          `role ${ascii(16)} NOT NULL`,
          `token_version ${int} NOT NULL`,
          `createdAt ${moment} NOT NULL`,
          `updatedAt ${moment} NOT NULL`,
          `CONSTRAINT chk_users_role CHECK (role IN ('user', 'admin'))`,
        ],
        [
          ['idx_users_email', 'email', 'UNIQUE'],
          ['idx_users_created_at', 'createdAt, id'],
          ['idx_users_role', 'role, id'],
        ],
      );

    if (hasUsers) await users();
    await table(
      'events',
      [
        `id ${ascii(36)} NOT NULL PRIMARY KEY`,
        `organizer_id ${ascii(36)} NOT NULL`,
        `name varchar(255) ${letters} NOT NULL`,
        `description text ${letters}`,
        `location varchar(255) ${letters} NOT NULL`,
        `event_date ${moment} NOT NULL`,
        `ticket_price_cents bigint NOT NULL`,
        `total_tickets ${int} NOT NULL`,
        `available_tickets ${int} NOT NULL`,
        `stock_version ${int} NOT NULL`,
        `createdAt ${moment} NOT NULL`,
        `updatedAt ${moment} NOT NULL`,
        `CONSTRAINT chk_events_stock CHECK (0 <= available_tickets AND available_tickets <= total_tickets)`,
        `CONSTRAINT chk_events_price CHECK (ticket_price_cents BETWEEN 0 AND 9999999999)`,
        `CONSTRAINT chk_events_total CHECK (total_tickets BETWEEN 1 AND 900000)`,
        ...(hasUsers ? [foreignKey('fk_events_organizer', 'organizer_id', 'users')] : []),
      ],
      [
        ['idx_events_event_date', 'event_date, id'],
        ['idx_events_organizer_id', 'organizer_id'],
      ],
    );
    await table(
      'bookings',
      [
        `id ${ascii(36)} NOT NULL PRIMARY KEY`,
        `user_id ${ascii(36)} NOT NULL`,
        `event_id ${ascii(36)} NOT NULL`,
        `quantity ${int} NOT NULL`,
        `total_price_cents bigint NOT NULL`,
        `status ${ascii(16)} NOT NULL`,
        `booking_date ${moment} NOT NULL`,
        `CONSTRAINT chk_bookings_quantity CHECK (quantity BETWEEN 1 AND 900000)`,
        `CONSTRAINT chk_bookings_price CHECK (total_price_cents >= 0)`,
        `CONSTRAINT chk_bookings_status CHECK (status IN ('pending', 'confirmed', 'cancelled'))`,
        ...(hasUsers ? [foreignKey('fk_bookings_user', 'user_id', 'users')] : []),
        foreignKey('fk_bookings_event', 'event_id', 'events'),
      ],
      [
        ['idx_bookings_user_id', 'user_id, booking_date, id'],
        ['idx_bookings_booking_date', 'booking_date, id'],
        ['idx_bookings_event_id', 'event_id'],
      ],
    );
    await table('stock_movements', [
      `event_id ${ascii(36)} NOT NULL`,
      `stock_version ${int} NOT NULL`,
      `booking_id ${ascii(36)}`,
      `delta ${int} NOT NULL`,
      `available_after ${int} NOT NULL`,
      `reason ${ascii(16)} NOT NULL`,
      `at ${moment} NOT NULL`,
      `PRIMARY KEY (event_id, stock_version)`,
      `CONSTRAINT chk_stock_movements_delta CHECK (delta <> 0 AND available_after >= 0)`,
    ]);
    await table('guards', [`name ${ascii(32)} NOT NULL PRIMARY KEY`, `version ${int} NOT NULL`]);
    await runner.query(`INSERT INTO guards (name, version) SELECT 'admins', 0 WHERE NOT EXISTS (SELECT 1 FROM guards WHERE name = 'admins')`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const name of ['guards', 'stock_movements', 'bookings', 'events', 'users']) await runner.query(`DROP TABLE IF EXISTS ${name}`);
  }
}

const WORDS = {
  mysql: {
    ascii: (length: number) => `varchar(${length}) CHARACTER SET ascii COLLATE ascii_bin`,
    letters: 'CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci',
    moment: 'datetime(3)',
    int: 'int',
    quoted: (name: string) => `\`${name}\``,
    indexesAreInline: true,
    end: ') ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci',
  },
  sqlite: {
    ascii: (length: number) => `varchar(${length})`,
    letters: '',
    moment: 'datetime(3)',
    int: 'integer',
    // The quotes are needed, because TypeORM finds the names of constraints by them.
    quoted: (name: string) => `"${name}"`,
    indexesAreInline: false,
    end: ')',
  },
  postgres: {
    ascii: (length: number) => `varchar(${length}) COLLATE "C"`,
    letters: '',
    moment: 'timestamptz(3)',
    int: 'integer',
    quoted: (name: string) => `"${name}"`,
    indexesAreInline: false,
    end: ')',
  },
};
