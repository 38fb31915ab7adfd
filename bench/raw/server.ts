import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import mysql, { type RowDataPacket } from 'mysql2';

/**
 * A minimal program that shows what this machine can do: node:http, mysql2, and our tables. It sends the statements of our booking
 * transaction (packages/adapters/src/persistence/stock-transaction.ts) in the same batches. It has no framework, no ORM, no schema and no
 * headers. It checks a token's signature once and then remembers it. It serves only POST /api/bookings for one ticket.
 */
const { DB_HOST = '', DB_PORT = '', DB_USER = '', DB_NAME = '', JWT_SECRET = '' } = process.env;
const BATCH_MAX = 256;

const connection = mysql.createConnection({
  host: DB_HOST,
  port: Number(DB_PORT),
  user: DB_USER,
  database: DB_NAME,
  timezone: 'Z',
  charset: 'utf8mb4',
});
const query = (sql: string, parameters: (string | number | Date)[] = []): Promise<readonly RowDataPacket[]> =>
  new Promise((resolve, reject) =>
    connection.query<RowDataPacket[]>(sql, parameters, (error, rows) => (error === null ? resolve(rows) : reject(error))),
  );

interface Wish {
  readonly userId: string;
  readonly eventId: string;
  readonly response: ServerResponse;
}
let waiting: Wish[] = [];
let busy = false;

async function drain(): Promise<void> {
  busy = true;
  while (waiting.length > 0) {
    const batch = waiting.slice(0, BATCH_MAX);
    waiting = waiting.slice(BATCH_MAX);
    await book(batch);
  }
  busy = false;
}

const USER =
  '`row`.`id` AS `row_id`, `row`.`name` AS `row_name`, `row`.`email` AS `row_email`, `row`.`role` AS `row_role`, `row`.`token_version` AS `row_token_version`, `row`.`createdAt` AS `row_createdAt`, `row`.`updatedAt` AS `row_updatedAt`';
const EVENT = [
  ...['id', 'organizer_id', 'name', 'description', 'location', 'event_date', 'ticket_price_cents', 'total_tickets', 'available_tickets'],
  ...['stock_version', 'createdAt', 'updatedAt'],
]
  .map((column) => `\`row\`.\`${column}\` AS \`row_${column}\``)
  .join(', ');

async function book(batch: readonly Wish[]): Promise<void> {
  await query('START TRANSACTION');
  const eventIds = [...new Set(batch.map(({ eventId }) => eventId))].sort();
  const userIds = [...new Set(batch.map(({ userId }) => userId))].sort();
  const rows = await query(
    `SELECT ${EVENT} FROM \`events\` \`row\` WHERE \`row\`.\`id\` IN (${places(eventIds)}) ORDER BY \`row\`.\`id\` ASC FOR UPDATE`,
    eventIds,
  );
  const users = new Set(
    (
      await query(
        `SELECT ${USER} FROM \`users\` \`row\` WHERE \`row\`.\`id\` IN (${places(userIds)}) ORDER BY \`row\`.\`id\` ASC LOCK IN SHARE MODE`,
        userIds,
      )
    ).map((row) => String(row['row_id'])),
  );
  const events = new Map(
    rows.map((row) => [
      String(row['row_id']),
      {
        before: Number(row['row_stock_version']),
        version: Number(row['row_stock_version']),
        left: Number(row['row_available_tickets']),
        price: Number(row['row_ticket_price_cents']),
      },
    ]),
  );
  const at = new Date();
  const bookings: (string | number | Date)[] = [];
  const movements: (string | number | Date)[] = [];
  const replies = batch.map(({ userId, eventId }) => {
    const event = events.get(eventId);
    if (event === undefined || !users.has(userId) || event.left < 1)
      return { status: 400, body: '{"success":false,"code":"insufficient_tickets","message":"Stok tiket tidak mencukupi","errors":null}' };
    event.left -= 1;
    event.version += 1;
    const id = randomUUID();
    bookings.push(id, userId, eventId, 1, event.price, 'confirmed', at);
    movements.push(eventId, event.version, id, -1, event.left, 'booked', at);
    const data = {
      id,
      user_id: userId,
      event_id: eventId,
      quantity: 1,
      total_price: (event.price / 100).toFixed(2),
      status: 'confirmed',
      booking_date: at.toISOString(),
    };
    return { status: 201, body: JSON.stringify({ success: true, message: 'Booking berhasil dibuat', data }) };
  });
  if (bookings.length > 0) {
    const moved = [...events].filter(([, event]) => event.version !== event.before);
    const cases = moved.map(() => 'WHEN ? THEN ?').join(' ');
    await query(
      `UPDATE events SET available_tickets = CASE id ${cases} END, stock_version = CASE id ${cases} END
    WHERE id IN (${places(moved)}) AND stock_version = CASE id ${cases} END`,
      [
        ...moved.flatMap(([id, event]) => [id, event.left]),
        ...moved.flatMap(([id, event]) => [id, event.version]),
        ...moved.map(([id]) => id),
        ...moved.flatMap(([id, event]) => [id, event.before]),
      ],
    );
    await query(
      `INSERT INTO \`bookings\`(\`id\`, \`user_id\`, \`event_id\`, \`quantity\`, \`total_price_cents\`, \`status\`, \`booking_date\`) VALUES ${tuples(bookings)}`,
      bookings,
    );
    await query(
      `INSERT INTO \`stock_movements\`(\`event_id\`, \`stock_version\`, \`booking_id\`, \`delta\`, \`available_after\`, \`reason\`, \`at\`) VALUES ${tuples(movements)}`,
      movements,
    );
  }
  await query('COMMIT');
  for (const [n, { response }] of batch.entries()) answer(response, replies[n]?.status ?? 500, replies[n]?.body ?? '');
}

const places = (values: readonly unknown[]): string => values.map(() => '?').join(', ');
const tuples = (values: readonly unknown[]): string => Array.from({ length: values.length / 7 }, () => '(?, ?, ?, ?, ?, ?, ?)').join(', ');

const known = new Map<string, string>();
function userOf(header: string | undefined): string | undefined {
  const token = header?.slice(7) ?? '';
  const user = known.get(token);
  if (user !== undefined) return user;
  const [head = '', claims = '', signature = ''] = token.split('.');
  const expected = createHmac('sha256', JWT_SECRET).update(`${head}.${claims}`).digest();
  const given = Buffer.from(signature, 'base64url');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
  const { id }: { id: string } = JSON.parse(Buffer.from(claims, 'base64url').toString());
  known.set(token, id);
  return id;
}

function answer(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8', 'Content-Length': Buffer.byteLength(body) });
  response.end(body);
}

function serve(request: IncomingMessage, response: ServerResponse): void {
  let text = '';
  request.setEncoding('utf8');
  request.on('data', (chunk: string) => {
    text += chunk;
  });
  request.on('end', () => {
    const userId = userOf(request.headers.authorization);
    if (userId === undefined) return answer(response, 401, '{"success":false}');
    const { event_id: eventId }: { event_id: string } = JSON.parse(text);
    waiting.push({ userId, eventId, response });
    if (!busy) void drain();
  });
}

const server = createServer(serve).listen(0, '127.0.0.1', () => {
  const address = server.address();
  console.log(`Raw listens on http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`);
});
process.on('SIGTERM', () => process.exit(0));
