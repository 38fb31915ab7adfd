import { CAMP_TICKETS_BY_SECOND } from '../../apps/cli/src/arrivals.ts';
import { ADMIN, type Grown, PASSWORD, type Person, people, type Show, shows } from '../data.ts';
import type { Shot, Stream } from '../load/job.ts';
import type { Play, Stage } from '../measure.ts';

export interface Times {
  readonly warmUpMs: number;
  readonly measureMs: number;
}

const CLIENTS = 64;
/** The most tickets that an event may have, so that it never sells out. */
const PLENTY = 900_000;

const booking = ({ token, users }: Stage, user: number, event: string): Shot => {
  const person = users[user % users.length];
  return { method: 'POST', path: '/api/bookings', token: person && token(person), body: JSON.stringify({ event_id: event, quantity: 1 }) };
};
const get = (path: string): Shot => ({ method: 'GET', path });

/** 64 clients, each with its own user, book one ticket after another. Client n begins with event n. */
function booking64(stage: Stage, times: Times): Stream {
  const { events, origins } = stage;
  const turns = events.length;
  const shots = Array.from({ length: CLIENTS * turns }, (_, n) => {
    const client = Math.floor(n / turns);
    return booking(stage, client, events[(client + (n % turns)) % turns]?.id ?? '');
  });
  return { name: 'bookings', origins, connections: CLIENTS, shots, pace: { kind: 'cycle', ...times } };
}

const limit = ({ warmUpMs, measureMs }: Times): number => warmUpMs + measureMs + 10_000;

export const bookings = (events: number, times: Times): Play => ({
  users: people(CLIENTS),
  events: shows(events, PLENTY),
  expected: [201],
  job: (stage) => ({ streams: [booking64(stage, times)], limitMs: limit(times) }),
});

/** 5,000 buyers at once for 1,000 tickets, through 250 connections. None of them was here before, as after a restart of the servers. */
export const strangersRush = (buyers: number, tickets: number): Play => ({
  users: people(buyers),
  events: shows(1, tickets),
  expected: [201, 400],
  job: (stage) => ({
    streams: [
      {
        name: 'bookings',
        origins: stage.origins,
        connections: 250,
        pace: { kind: 'once' },
        shots: stage.users.map((_, n) => booking(stage, n, stage.events[0]?.id ?? '')),
      },
    ],
    limitMs: 60_000,
  }),
});

/** The same rush, by buyers who looked at the event before its sale opened. */
export const rush = (buyers: number, tickets: number): Play => ({
  ...strangersRush(buyers, tickets),
  before: (stage) => ({
    streams: [
      {
        name: 'looks',
        origins: stage.origins,
        connections: 64,
        pace: { kind: 'once' },
        shots: stage.users.map((person) => ({ ...get(`/api/events/${stage.events[0]?.id}`), token: stage.token(person) })),
      },
    ],
    limitMs: 60_000,
  }),
});

/** The usual bookings, while eight clients log in without a pause. */
export const storm = (times: Times): Play => ({
  users: people(CLIENTS + 8),
  events: shows(1, PLENTY),
  expected: [200, 201],
  job: (stage) => ({
    streams: [
      booking64(stage, times),
      {
        name: 'logins',
        origins: stage.origins,
        connections: 8,
        pace: { kind: 'cycle', ...times },
        shots: stage.users
          .slice(CLIENTS)
          .map(({ email }) => ({ method: 'POST', path: '/api/auth/login', body: JSON.stringify({ email, password: PASSWORD }) })),
      },
    ],
    limitMs: limit(times),
  }),
});

/** GET / every 10 ms while bookings run. */
export const others = (times: Times): Play => ({
  users: people(CLIENTS),
  events: shows(1, PLENTY),
  expected: [200, 201],
  job: (stage) => ({
    streams: [
      booking64(stage, times),
      { name: 'others', origins: stage.origins, connections: 1, shots: [get('/')], pace: { kind: 'cycle', pauseMs: 10, ...times } },
    ],
    limitMs: limit(times),
  }),
});

export const list = (events: number, clients: number, times: Times): Play => ({
  users: [],
  events: shows(events, 100),
  expected: [200],
  job: ({ origins }) => ({
    streams: [
      {
        name: 'reads',
        origins,
        connections: clients,
        shots: Array.from({ length: clients }, () => get('/api/events')),
        pace: { kind: 'cycle', ...times },
      },
    ],
    limitMs: limit(times),
  }),
});

/** Each of 64 clients asks for one path again and again. Client n asks for path n. */
const reads = (events: number, times: Times, pathsOf: (events: readonly Show[]) => readonly string[]): Play => ({
  users: [],
  events: shows(events, 100),
  expected: [200],
  job: ({ origins, events: stored }) => ({
    streams: [{ name: 'reads', origins, connections: CLIENTS, pace: { kind: 'cycle', ...times }, shots: pathsOf(stored).map(get) }],
    limitMs: limit(times),
  }),
});

/** No database and no identity: the limit of HTTP alone. */
export const root = (times: Times): Play => reads(1, times, () => Array.from({ length: CLIENTS }, () => '/'));

/** The best case of a read. All clients ask for the same event, so they share statements and the rendered answer. */
export const one = (times: Times): Play => reads(20, times, ([event]) => Array.from({ length: CLIENTS }, () => `/api/events/${event?.id}`));

/** Each client reads a hundred events in turn, and each starts at another one. */
export const different = (times: Times): Play =>
  reads(100, times, (events) =>
    Array.from({ length: CLIENTS }, (_, client) => events.map((_, n) => `/api/events/${events[(client + n) % events.length]?.id}`)).flat(),
  );

/** That curve, multiplied, as an open loop. Buyers do not wait for answers, and they spread evenly over their second. */
export const camp = (times: number, seconds = CAMP_TICKETS_BY_SECOND.length): Play => {
  const atMs = CAMP_TICKETS_BY_SECOND.slice(0, seconds).flatMap((sold, second) =>
    Array.from({ length: sold * times }, (_, n) => (second + n / (sold * times)) * 1000),
  );
  return {
    users: people(atMs.length),
    events: shows(1, atMs.length),
    expected: [201],
    job: (stage) => ({
      streams: [
        {
          name: 'bookings',
          origins: stage.origins,
          connections: 500,
          pace: { kind: 'schedule', atMs },
          shots: atMs.map((_, n) => booking(stage, n, stage.events[0]?.id ?? '')),
        },
      ],
      limitMs: 60_000,
    }),
  };
};

/** One user reads all their ten thousand bookings, again and again. */
export const whole = (times: Times): Play => ({
  users: people(2),
  events: shows(100, PLENTY),
  bookings: { from: 0, to: 10_000, firstUserHas: 'all' },
  expected: [200],
  job: ({ origins, users, token }) => ({
    streams: [
      {
        name: 'reads',
        origins,
        connections: 1,
        shots: users.slice(0, 1).map((user) => ({ ...get('/api/bookings'), token: token(user) })),
        pace: { kind: 'cycle', ...times },
      },
    ],
    limitMs: limit(times),
  }),
});

/** One client. It reads a page of fifty own bookings (a tenth of all), or of all bookings (as admin), or makes a new booking. */
export const grown = (what: 'own' | 'all' | 'book', bookings: Grown, times: Times): Play => ({
  users: people(100),
  events: shows(100, PLENTY),
  bookings,
  expected: [200, 201],
  job: (stage) => {
    const page = (person: Person | undefined): Shot => ({ ...get('/api/bookings?limit=50'), token: person && stage.token(person) });
    const shots = { own: () => [page(stage.users[0])], all: () => [page(ADMIN)], book: () => stage.events.map(({ id }, n) => booking(stage, n, id)) };
    const pace = { kind: 'cycle', ...times } as const;
    return { streams: [{ name: 'requests', origins: stage.origins, connections: 1, shots: shots[what](), pace }], limitMs: limit(times) };
  },
});
