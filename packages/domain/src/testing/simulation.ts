import type { AccountPorts, TokenService } from '../accounts/ports.ts';
import type { User } from '../accounts/user.ts';
import { emptyMemory, fakePasswords, fakeTokens, inMemoryPorts, type Memory } from '../memory/index.ts';
import type { ActorRef, Role } from '../requests/actor.ts';
import type { RequestContext } from '../requests/context.ts';
import type { Answer } from '../requests/idempotency.ts';
import { Refusal, Unavailable } from '../requests/refusal.ts';
import type { Ports } from '../selling/ports.ts';
import { BOOKING_STATUSES } from '../stock/booking.ts';
import { NOW } from './builders.ts';
import { type EveryUseCase, everyUseCase } from './in-memory-platform.ts';
import { LOCKED, OPEN, type Policies } from './policies.ts';
import { Random } from './random.ts';
import {
  type Ask,
  type Asked,
  flawIn,
  INVARIANTS,
  type Invariant,
  isStock,
  Model,
  type Outcome,
  type Scene,
  type Violation,
} from './simulation-model.ts';
import { unwrapped } from './store.ts';

/** A process that serves requests. When it is down, its running requests stop and get no answer. */
export interface Server {
  isDown: boolean;
}

/** What a planted bug can use: the rows, its server, and `giveWay`, which lets other calls run first. */
export interface Bench {
  readonly memory: Memory;
  readonly server: Server;
  giveWay(): Promise<void>;
  /** Sound ports on some rows, whose calls run at once. */
  soundOn(memory: Memory): AllPorts;
}
type AllPorts = Omit<Ports, 'users'> & AccountPorts;

/** Makes ports with a bug, which replace the correct ones. */
export type Plant = (sound: AllPorts, bench: Bench) => Partial<AllPorts>;

/** The result of a schedule: how often each thing happened, and the first violation with its step. */
export interface Run {
  readonly steps: number;
  readonly happened: ReadonlyMap<string, number>;
  readonly found: (Violation & { readonly step: number }) | undefined;
  readonly story: readonly string[];
}

/** A schedule broke an invariant. The first line of the message is enough to repeat it. */
export class BrokenInvariant extends Error {
  override readonly name = 'BrokenInvariant';
  readonly invariant: Invariant;
  constructor(seed: number, { found, story }: Run & { found: NonNullable<Run['found']> }) {
    super(
      `SIMULATION_SEED=${seed} npx vitest run --project domain simulation\n` +
        `broke ${found.invariant} (${INVARIANTS[found.invariant]}) in step ${found.step}: ${found.detail.replaceAll(ID_START, '#')}\n` +
        story.slice(-STORY_LINES).join('\n'),
    );
    this.invariant = found.invariant;
  }
}
const STORY_LINES = 40;

/**
 * Runs a few clients against two servers on the same rows. After each step the seed chooses which request continues. Calls fail, answers
 * get lost and servers die. The same seed always gives the same run.
 */
export async function simulate(seed: number, plant?: Plant): Promise<Run> {
  const run = await new World(seed, plant).run();
  if (run.found === undefined) return run;
  // The story is collected only after a violation, because it takes longer than the schedule itself.
  const told = await new World(seed, plant, []).run();
  throw new BrokenInvariant(seed, { ...told, found: told.found ?? run.found });
}

/** The schedule of a seed with all its steps in words. */
export const storyOf = async (seed: number): Promise<readonly string[]> => (await new World(seed, undefined, []).run()).story;

/** The server died during the request, so its client does not know the outcome. */
class Crashed extends Error {}
const ROLLED_BACK = new Error('rolled back');
/** What may happen to a write instead of a normal answer. `stored late`: the client has already got an outage, and may have repeated the request. */
const FATES = ['not done', 'answer lost', 'stored late', 'not stored', 'decided again'] as const;
type Fate = (typeof FATES)[number] | 'answered';

/** A client that sends one request after the other. */
interface Client {
  readonly name: string;
  actor: ActorRef;
  userId: string | undefined;
  email: string;
  password: string;
  asksLeft: number;
  /** A request that the client will repeat under its key, mostly because it does not know the outcome. */
  again: Pick<Request, 'ask' | 'key'> | undefined;
  /** Whether its code is running, so that the scheduler must wait. */
  isMoving: boolean;
}

/** An ask that is being served. */
interface Request extends Asked {
  readonly client: Client;
  readonly server: Server;
  readonly actor: ActorRef;
  askedAt: Date;
  /** The outcome that was committed; undefined before that. */
  concluded: Outcome | undefined;
  /** The outages that its calls met. */
  readonly outages: Unavailable[];
  /** The rows at the moment when it arrived, and at each later read. */
  readonly scenes: Scene[];
  callsUnderWay: number;
  isHeard: boolean;
}

interface Turn {
  readonly client: Client;
  take(): void;
}

const PASSWORD = 'kereta-malam';
const ID_START = '00000000-0000-7000-8000-00000000';
/** More ticks than a request ever needs between two turns. If a request needs more, it is stuck. */
const TICKS_MAX = 1000;
const SECOND_MS = 1000;

class World {
  readonly #random: Random;
  readonly #plant: Plant | undefined;
  readonly #story: string[] | undefined;
  readonly #policies: Policies;
  readonly #memory = emptyMemory();
  readonly #passwords = fakePasswords();
  readonly #tokens: TokenService = fakeTokens();
  readonly #servers: [Server, Server] = [{ isDown: false }, { isDown: false }];
  readonly #waiting: Turn[] = [];
  readonly #happened = new Map<string, number>();
  /** The chance that a call fails, and that a server dies in a step. Some schedules have no faults, so that races are tested alone. */
  readonly #weather: { readonly fault: number; readonly crash: number };
  readonly #seen: (object | undefined)[] = [];
  #model: Model | undefined;
  #found: Run['found'];
  #idsGiven = 0;
  #step = 0;

  constructor(seed: number, plant: Plant | undefined, story?: string[]) {
    this.#random = new Random(seed);
    this.#plant = plant;
    this.#story = story;
    // The model's clients change their passwords without giving the current one.
    const { policy, accountPolicy } = this.#random.chance(0.7) ? LOCKED : OPEN;
    const limits = { ticketsPerBookingMax: 2 + this.#random.below(2), ticketsPerUserMax: 2 + this.#random.below(2) };
    this.#policies = {
      policy: this.#random.chance(0.75) ? { ...policy, ...limits } : policy,
      accountPolicy: { ...accountPolicy, asksForCurrentPassword: false },
    };
    this.#weather = this.#random.pick([
      { fault: 0, crash: 0 },
      { fault: 0.1, crash: 0.01 },
      { fault: 0.3, crash: 0.03 },
    ]) ?? { fault: 0, crash: 0 };
  }

  async run(): Promise<Run> {
    const clients = await this.#setUp();
    for (const client of clients) void this.#live(client);
    while (this.#waiting.length > 0 && this.#found === undefined) {
      this.#step += 1;
      if (this.#random.chance(this.#weather.crash)) this.#crash();
      else await this.#goOn();
      if (!this.#isAsItWas()) this.#check(flawIn(this.#memory));
      this.#check(this.#model?.compare(this.#memory));
    }
    return { steps: this.#step, happened: this.#happened, found: this.#found, story: this.#story ?? [] };
  }

  /** Two admins, two users, one of them on two devices, and somebody without an account; two events with few tickets. */
  async #setUp(): Promise<Client[]> {
    const ports = inMemoryPorts(this.#innerPorts(), this.#memory);
    const { createUser, createEvent } = everyUseCase(ports);
    const make = async (name: string, role: Role): Promise<User> =>
      unwrapped(createUser({ actor: 'operator' }, { name, email: `${name}@example.com`, password: PASSWORD, role }));
    const [ani, eka, sari, budi] = [await make('ani', 'admin'), await make('eka', 'admin'), await make('sari', 'user'), await make('budi', 'user')];
    for (const organizer of [ani, eka]) await createEvent({ actor: refOf(organizer) }, this.#plan());
    this.#model = new Model(this.#policies, this.#memory, () => PASSWORD);
    const clientOf = (name: string, user?: User): Client => ({
      name,
      actor: user === undefined ? 'anonymous' : refOf(user),
      userId: user?.id,
      email: user?.email ?? `${name}@example.com`,
      password: PASSWORD,
      asksLeft: 3 + this.#random.below(5),
      again: undefined,
      isMoving: false,
    });
    return [
      clientOf('ani', ani),
      clientOf('eka', eka),
      clientOf('sari', sari),
      clientOf('sari (2)', sari),
      clientOf('budi', budi),
      clientOf('nobody'),
    ];
  }

  #innerPorts() {
    return {
      tokens: this.#tokens,
      passwords: this.#passwords,
      ...this.#policies,
      clock: () => this.#now(),
      newId: () => ID_START + (++this.#idsGiven).toString(16).padStart(4, '0'),
    };
  }

  #now(): Date {
    return new Date(NOW.getTime() + this.#step * SECOND_MS);
  }

  // The scheduler

  /** Lets one waiting request continue until it waits again or ends. */
  async #goOn(): Promise<void> {
    const [turn] = this.#waiting.splice(this.#random.below(this.#waiting.length), 1);
    if (turn === undefined) return;
    const { client } = turn;
    client.isMoving = true;
    turn.take();
    for (let ticks = 0; client.isMoving && this.#found === undefined; ticks += 1) {
      if (ticks > TICKS_MAX) return this.#check({ invariant: 'I7', detail: `${client.name} waits for something that is no port's` });
      await undefined;
    }
  }

  /** Committed rows stay. A running request of the server learns of the crash at its next turn. */
  #crash(): void {
    const at = this.#random.below(2);
    const server = this.#servers[at];
    if (server === undefined) return;
    server.isDown = true;
    this.#servers[at] = { isDown: false };
    this.#tell('', `server ${at} dies, and another takes its place`);
    this.#count('crash');
  }

  #turn(client: Client, server?: Server): Promise<void> {
    return new Promise((resolve, reject) => {
      client.isMoving = false;
      this.#waiting.push({ client, take: () => (server?.isDown ? reject(new Crashed()) : resolve()) });
    });
  }

  /**
   * Whether the rows are the same objects as after the last step. Rows are replaced and never changed in place, so the same rows need no
   * new check.
   */
  #isAsItWas(): boolean {
    const { events, bookings, ledger } = this.#memory;
    let at = 0;
    let isSame = true;
    const see = (row: object | undefined) => {
      if (this.#seen[at] !== row) isSame = false;
      this.#seen[at++] = row;
    };
    for (const event of events.values()) see(event);
    for (const booking of bookings.values()) see(booking);
    for (const lines of ledger.values()) for (const line of lines) see(line);
    if (at < this.#seen.length) isSame = false;
    this.#seen.length = at;
    return isSame;
  }

  #check(violation: Violation | undefined): void {
    if (violation !== undefined) this.#found ??= { ...violation, step: this.#step };
  }

  #count(what: string): void {
    this.#happened.set(what, (this.#happened.get(what) ?? 0) + 1);
  }

  #tell(who: string, what: string, more: unknown = ''): void {
    if (this.#story === undefined) return;
    const details = typeof more === 'string' ? more : (JSON.stringify(more) ?? '');
    this.#story.push(`${String(this.#step).padStart(4)}  ${who.padEnd(9)} ${what} ${details.replaceAll(ID_START, '#')}`.trimEnd());
  }

  // The people

  async #live(client: Client): Promise<void> {
    while (client.asksLeft > 0 || client.again !== undefined) {
      if (client.again === undefined) client.asksLeft -= 1;
      await this.#turn(client);
      const request = this.#requestOf(client);
      this.#tell(client.name, `asks${request.key === undefined ? '' : ` under ${request.key.value}`}:`, request.ask);
      const useCases = everyUseCase(this.#portsOf(request));
      const context: RequestContext = { actor: request.actor, key: request.key };
      const outcome = await outcomeOf(() => perform(useCases, context, request.ask));
      request.isHeard = true;
      this.#check(this.#hear(request, outcome));
      const isUnsure = !outcome.done && !(outcome.error instanceof Refusal);
      if (request.key !== undefined && this.#random.chance(isUnsure ? 0.9 : 0.1)) client.again = request;
      if (outcome.done) await this.#learn(client, request.ask, outcome.value);
    }
    client.isMoving = false;
  }

  #requestOf(client: Client): Request {
    const { ask, key } = client.again ?? this.#invent(client);
    client.again = undefined;
    const server = this.#servers[this.#random.below(2)] ?? this.#servers[0];
    const { actor } = client;
    const scenes = this.#model === undefined ? [] : [this.#model.sceneOf(ask, actor)];
    const fresh = { concluded: undefined, outages: [], callsUnderWay: 0, isHeard: false, askedAt: this.#now() };
    return { client, server, ask, key, actor, scenes, ...fresh };
  }

  /** Checks whether the answer to a client is the outcome of its request. */
  #hear(request: Request, outcome: Outcome): Violation | undefined {
    const { client, ask, concluded, outages, server, scenes } = request;
    const wrong = (invariant: Invariant, detail: string): Violation => ({ invariant, detail: `${ask.does}: ${detail}` });
    if (outcome.done) {
      this.#count(`${ask.does}: done`);
      if (outcome.replayed) this.#count('replay');
      this.#tell(client.name, 'hears', outcome.value ?? 'done');
      const flaw = stockIn(outcome.value).find(({ availableTickets, totalTickets }) => !isStock(availableTickets, totalTickets));
      if (flaw !== undefined) return wrong('I1', `the answer has ${flaw.availableTickets} of ${flaw.totalTickets}`);
      if (!WRITES.has(ask.does) || (concluded === undefined && outcome.replayed)) return this.#model?.explain(request, outcome, scenes);
      if (concluded?.done !== true) return wrong('I3', 'is acknowledged, and was never committed');
      return userOr(concluded.value) === userOr(outcome.value) ? undefined : wrong('I3', 'what is acknowledged is not what was committed');
    }
    const { error } = outcome;
    this.#tell(client.name, 'hears', error instanceof Refusal ? error.code : error instanceof Crashed ? 'nothing: its server died' : String(error));
    if (error instanceof Refusal) {
      this.#count(`${ask.does}: ${error.code}`);
      if (concluded === undefined) return this.#model?.explain(request, outcome, scenes);
      return !concluded.done && concluded.error === error ? undefined : wrong('I8', `hears ${error.code}, which was not decided`);
    }
    if (error instanceof Crashed && server.isDown) return undefined;
    if (!(error instanceof Unavailable) || !outages.includes(error)) return wrong('I7', `throws ${String(error)}`);
    return error.outcome === 'not_done' && concluded?.done ? wrong('I9', 'is said not to be done, and is stored') : undefined;
  }

  /** From now on the client sends this token. */
  async #learn(client: Client, ask: Ask, value: unknown): Promise<void> {
    if (ask.does === 'log in' || ask.does === 'register') {
      const { user, token } = value as Awaited<ReturnType<EveryUseCase['logIn']>>;
      const ref = await this.#tokens.verify(token);
      if (typeof ref !== 'object' || ref.userId !== user.id) return this.#check({ invariant: 'I8', detail: `the token is not of ${user.id}` });
      client.actor = ref;
      client.userId = user.id;
      client.email = user.email;
      client.password = 'account' in ask ? ask.account.password : ask.password;
    }
    if (ask.does === 'change a user' && ask.userId === client.userId) client.password = ask.changes.password ?? client.password;
  }

  #plan() {
    const random = this.#random;
    // Some events are over before the schedule is.
    const eventDate = new Date(NOW.getTime() + SECOND_MS * (random.chance(0.2) ? 20 + random.below(60) : 1e6));
    return { name: 'Jazz', location: 'Palembang', eventDate, ticketPriceCents: 100 * random.below(50), totalTickets: 1 + random.below(6) };
  }

  /** Makes up the next request of a client. Most are bookings and changes of bookings, because they can race. */
  #invent(client: Client): Pick<Request, 'ask' | 'key'> {
    const random = this.#random;
    const ids = this.#model?.ids ?? { event: [], booking: [], user: [] };
    const eventId = random.pick(ids.event) ?? '';
    const own = ids.booking.filter((id) => this.#memory.bookings.get(id)?.userId === client.userId);
    const bookingId = random.pick(own.length > 0 && random.chance(0.7) ? own : ids.booking) ?? '';
    const userId = (random.chance(0.3) ? client.userId : random.pick(ids.user)) ?? '';
    const email = `${random.pick(['ani', 'eka', 'sari', 'budi', 'nobody', 'dewi', 'rudi'])}@example.com`;
    const password = random.chance(0.8) ? PASSWORD : `${PASSWORD}-${random.below(3)}`;
    const role: Role = random.chance(0.3) ? 'admin' : 'user';
    // There are few keys, so that some are used for two requests, by two users, or by two clients at once.
    const mayHaveKey = (ask: Ask, likely = 0.6): Pick<Request, 'ask' | 'key'> => ({
      ask,
      key: random.chance(likely) ? { value: `key-${random.below(4)}`, fingerprint: JSON.stringify(ask) } : undefined,
    });
    const plain = (ask: Ask) => ({ ask, key: undefined });
    const isStranger = client.userId === undefined;
    const dice = random.below(100);
    if (isStranger && dice < 50) return mayHaveKey({ does: 'register', account: { name: client.name, email, password, role } });
    if (dice < 30 || (dice < 57 && bookingId === ''))
      return mayHaveKey({ does: 'book', eventId, quantity: random.chance(0.03) ? 0 : 1 + random.below(3) });
    if (dice < 52)
      return plain({ does: 'set a status', bookingId, status: random.chance(0.5) ? 'cancelled' : (random.pick(BOOKING_STATUSES) ?? 'pending') });
    if (dice < 57) return plain({ does: 'delete a booking', bookingId });
    if (dice < 62) return plain({ does: 'change an event', eventId, changes: { totalTickets: 1 + random.below(7) } });
    if (dice < 65) return plain({ does: 'change an event', eventId, changes: { ticketPriceCents: 100 * random.below(50) } });
    if (dice < 68) return plain({ does: 'delete an event', eventId });
    if (dice < 70) return mayHaveKey({ does: 'open an event', plan: this.#plan() });
    if (dice < 74) return plain({ does: 'change a user', userId, changes: { role } });
    if (dice < 76) return plain({ does: 'change a user', userId, changes: random.chance(0.5) ? { email } : { password } });
    if (dice < 78) return plain({ does: 'delete a user', userId });
    if (dice < 80) return mayHaveKey({ does: random.chance(0.5) ? 'register' : 'make a user', account: { name: 'Dewi', email, password, role } });
    if (dice < 83) return plain({ does: 'log in', email: client.email, password: random.chance(0.8) ? client.password : password });
    if (dice < 87) return plain({ does: 'read an event', eventId });
    if (dice < 91) return plain({ does: 'read a booking', bookingId });
    if (dice < 93) return plain({ does: 'read a user', userId });
    return plain({ does: random.pick(['read self', 'list events', 'list bookings', 'list users', 'audit'] as const) ?? 'list events' });
  }

  // The ports of one request

  /** The ports for one request. Each call lets others run before it starts and before its answer returns, and it may fail. */
  #portsOf(request: Request): AllPorts {
    const { client, server } = request;
    const giveWay = () => this.#turn(client, server);
    const soundOn = (memory: Memory) => inMemoryPorts(this.#innerPorts(), memory);
    const sound = inMemoryPorts(this.#innerPorts(), this.#memory, giveWay);
    const { events, bookings, users, eventQueries, bookingQueries, userQueries, stockQueries, ...rest } = {
      ...sound,
      ...this.#plant?.(sound, { memory: this.#memory, server, giveWay, soundOn }),
    };

    /** If calls of a request run in parallel, the request continues after the last one, unless one has already failed. */
    const counted = async <Value>(call: () => Promise<Value>): Promise<Value> => {
      request.callsUnderWay += 1;
      try {
        return await call();
      } finally {
        request.callsUnderWay -= 1;
        if (request.callsUnderWay > 0 || request.isHeard) client.isMoving = false;
      }
    };
    const fail = (outcome: Unavailable['outcome']): never => {
      this.#count(`outage: ${outcome}`);
      const outage = new Unavailable('simulated', { outcome });
      request.outages.push(outage);
      throw outage;
    };
    const read = <Value>(call: () => Promise<Value>): Promise<Value> =>
      counted(async () => {
        const isDown = this.#random.chance(this.#weather.fault / 4);
        if (isDown) await giveWay();
        if (isDown) return fail('not_done');
        const value = await call();
        if (this.#model !== undefined) request.scenes.push(this.#model.sceneOf(request.ask, request.actor));
        await giveWay();
        return value;
      });
    const slow = <Value>(call: () => Promise<Value>): Promise<Value> => counted(() => giveWay().then(call));

    const write = <Now, Decided, Given>(decide: (now: Now) => Decided, store: (decide: (now: Now) => Decided) => Promise<Given>): Promise<Given> =>
      counted(async () => {
        const fate: Fate = this.#random.chance(this.#weather.fault) ? (this.#random.pick(FATES) ?? 'answered') : 'answered';
        this.#count(fate);
        const conclude = (outcome: Outcome) => {
          if (!outcome.done && outcome.error instanceof Crashed) throw outcome.error;
          this.#tell(client.name, 'is decided:', outcome.done ? (outcome.value ?? 'done') : String(outcome.error));
          request.concluded = outcome;
          this.#check(this.#model?.conclude(request, outcome));
        };
        if (fate === 'not done') {
          await giveWay();
          return fail('not_done');
        }
        if (fate === 'stored late') {
          void outcomeOf(() => store(decide)).then((outcome) => {
            if (outcome.done || !(outcome.error instanceof Crashed)) conclude(outcome);
            client.isMoving = false;
          });
          await giveWay();
          return fail('unknown');
        }
        const undoing = (now: Now): never => {
          const [one, other] = [JSON.stringify(decide(now)), JSON.stringify(decide(now))];
          if (one !== other) this.#check({ invariant: 'I8', detail: `${request.ask.does}: decides ${one}, and on the same rows ${other}` });
          throw ROLLED_BACK;
        };
        let outcome: Settled | undefined;
        if (fate === 'not stored' || fate === 'decided again') {
          const undone = await outcomeOf(() => store(undoing));
          const isUndone = !undone.done && undone.error === ROLLED_BACK;
          if (isUndone) this.#tell(client.name, 'is decided, and rolled back');
          if (isUndone && fate === 'not stored') {
            await giveWay();
            return fail('unknown');
          }
          if (!isUndone) outcome = undone; // refused or replayed, so there was nothing to roll back
        }
        outcome ??= await outcomeOf(() => store(decide));
        conclude(outcome);
        await giveWay();
        if (!outcome.done) throw outcome.error;
        return fate === 'answer lost' ? fail('unknown') : (outcome.given as Given);
      });

    return {
      ...rest,
      events: {
        reserveTickets: (id, context, decide) => write(decide, (decision) => events.reserveTickets(id, context, decision)),
        change: (id, context, decide) => write(decide, (decision) => events.change(id, context, decision)),
      },
      bookings: { change: (id, context, decide) => write(decide, (decision) => bookings.change(id, context, decision)) },
      users: {
        find: (id) => read(() => users.find(id)),
        findByEmail: (email) => read(() => users.findByEmail(email)),
        findCredentials: (email) => read(() => users.findCredentials(email)),
        findFacts: (id) => read(() => users.findFacts(id)),
        change: (id, context, decide) => write(decide, (decision) => users.change(id, context, decision)),
      },
      eventQueries: {
        find: (id) => read(() => eventQueries.find(id)),
        list: (part) => read(() => eventQueries.list(part)),
        count: (filter) => read(() => eventQueries.count(filter)),
      },
      bookingQueries: {
        find: (id) => read(() => bookingQueries.find(id)),
        list: (part) => read(() => bookingQueries.list(part)),
        count: (filter) => read(() => bookingQueries.count(filter)),
      },
      userQueries: { list: (part) => read(() => userQueries.list(part)), count: (filter) => read(() => userQueries.count(filter)) },
      stockQueries: { page: (after, limit) => read(() => stockQueries.page(after, limit)), find: (id) => read(() => stockQueries.find(id)) },
      tokens: { issue: (user) => slow(() => rest.tokens.issue(user)), verify: (token) => slow(() => rest.tokens.verify(token)) },
      passwords: {
        hash: (password) => slow(() => rest.passwords.hash(password)),
        verify: (password, hash) => slow(() => rest.passwords.verify(password, hash)),
        atOnceMax: rest.passwords.atOnceMax,
        needsRehash: rest.passwords.needsRehash,
      },
      // A request counts as made when its use case reads the clock.
      clock: () => {
        request.askedAt = rest.clock();
        return request.askedAt;
      },
    };
  }
}

const WRITES: ReadonlySet<Ask['does']> = new Set([
  ...(['book', 'set a status', 'delete a booking', 'open an event', 'change an event', 'delete an event'] as const),
  ...(['register', 'make a user', 'change a user', 'delete a user'] as const),
]);

async function perform(useCases: EveryUseCase, context: RequestContext, ask: Ask): Promise<unknown> {
  switch (ask.does) {
    case 'book':
      return useCases.bookTickets(context, { eventId: ask.eventId, quantity: ask.quantity });
    case 'set a status':
      return useCases.changeBookingStatus(context, ask.bookingId, { status: ask.status });
    case 'delete a booking':
      return useCases.deleteBooking(context, ask.bookingId);
    case 'open an event':
      return useCases.createEvent(context, ask.plan);
    case 'change an event':
      return useCases.changeEvent(context, ask.eventId, ask.changes);
    case 'delete an event':
      return useCases.deleteEvent(context, ask.eventId);
    case 'register':
      return useCases.registerUser(context, ask.account);
    case 'make a user':
      return useCases.createUser(context, ask.account);
    case 'change a user':
      return useCases.changeUser(context, ask.userId, ask.changes);
    case 'delete a user':
      return useCases.deleteUser(context, ask.userId);
    case 'log in':
      return useCases.logIn({ email: ask.email, password: ask.password });
    case 'read an event':
      return useCases.readEvent(context, ask.eventId);
    case 'read a booking':
      return useCases.readBooking(context, ask.bookingId);
    case 'read a user':
      return useCases.readUser(context, ask.userId);
    case 'read self':
      return useCases.readSelf(context);
    case 'list events':
      return rowsIn((await useCases.listEvents(context, {})).parts);
    case 'list bookings':
      return rowsIn((await useCases.listBookings(context, {})).parts);
    case 'list users':
      return rowsIn((await useCases.listUsers(context, {})).parts);
    case 'audit':
      return (await rowsIn(only(useCases.auditStock(context)))).flatMap(({ differences }) => differences);
  }
}

async function* only<Part>(parts: AsyncIterable<Part>): AsyncGenerator<readonly Part[]> {
  for await (const part of parts) yield [part];
}

async function rowsIn<Row>(parts: AsyncIterable<readonly Row[]>): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const part of parts) rows.push(...part);
  return rows;
}

/** An outcome, and the value that the call returned. */
type Settled = Exclude<Outcome, { readonly done: true }> | (Extract<Outcome, { readonly done: true }> & { readonly given: unknown });

const outcomeOf = (call: () => Promise<unknown>): Promise<Settled> =>
  call().then(
    (given) => ({ done: true, ...(isAnswer(given) ? given : { value: given, replayed: false }), given }),
    (error: unknown) => ({ done: false, error }),
  );

const isAnswer = (given: unknown): given is Answer<unknown> => typeof given === 'object' && given !== null && 'replayed' in given;

const refOf = ({ id: userId, tokenVersion }: User): ActorRef => ({ userId, tokenVersion });

/** The results of a login and of a stored user contain the user. */
const userOr = (value: unknown): unknown => (typeof value === 'object' && value !== null && 'user' in value ? value.user : value);

const stockIn = (value: unknown): readonly { readonly availableTickets: number; readonly totalTickets: number }[] =>
  (Array.isArray(value) ? value : [value]).filter((row) => typeof row === 'object' && row !== null && 'availableTickets' in row);
