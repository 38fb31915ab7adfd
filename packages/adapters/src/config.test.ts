import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from './config.ts';

const STRONG = randomBytes(24).toString('base64url');
const LOCKED = { SECURITY_PROFILE: 'locked', JWT_SECRET: STRONG };

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'ticket-config-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const load = (env: Record<string, string> = {}) => loadConfig({ DATA_DIR: dataDir, ...env });
const refusal = (env: Record<string, string>): string => {
  try {
    load(env);
  } catch (error) {
    return error instanceof Error && error.name === 'StartFault' ? error.message : `not a StartFault: ${error}`;
  }
  return 'accepted';
};

describe('with nothing set', () => {
  it('is the open profile on loopback with the embedded database', () => {
    const config = load();
    expect(config.policies.profile).toBe('open');
    expect(config.hosts).toEqual(['127.0.0.1', '::1']);
    expect(config.port).toBe(3000);
    expect(config.database).toEqual({ engine: 'sqlite', folder: dataDir });
    expect(config.jwt.ttlSeconds).toBe(7 * 86_400);
    expect(config.notices.join()).toContain('anyone may register as admin');
  });

  it('makes a secret that only its owner can read, says so once, and finds it again', () => {
    const first = load();
    const file = join(dataDir, 'jwt-secret');
    expect(first.notices.join()).toContain(file);
    expect(readFileSync(file, 'utf8')).toBe(first.jwt.secret);
    expect(statSync(file).mode & 0o077).toBe(0);
    const second = load();
    expect(second.jwt.secret).toBe(first.jwt.secret);
    expect(second.notices.join()).not.toContain(file);
  });

  it('makes a folder for it that nobody else can look into', () => {
    load({ DATA_DIR: join(dataDir, 'made', 'here') });
    for (const folder of ['made', 'made/here']) expect(statSync(join(dataDir, folder)).mode & 0o077).toBe(0);
  });

  it('refuses a kept secret that was cut short', () => {
    writeFileSync(join(dataDir, 'jwt-secret'), 'short');
    expect(refusal({})).toContain('holds no usable secret');
  });

  it('counts an empty variable as not set', () => {
    expect(load({ DB_HOST: '', PORT: ' ', DATABASE_URL: '', DB_NAME: '  ' }).database.engine).toBe('sqlite');
  });
});

describe('the profile', () => {
  it.each([
    ['production', 'locked'],
    ['staging', 'locked'],
    ['development', 'open'],
    ['test', 'open'],
  ])('NODE_ENV=%s means %s', (NODE_ENV, profile) => {
    expect(load({ NODE_ENV, JWT_SECRET: STRONG }).policies.profile).toBe(profile);
  });

  it.each(['prodction', 'developement', 'Development', 'staging'])('NODE_ENV=%s is named as why it is locked, also beside faults', (NODE_ENV) => {
    const words = `The profile is locked, because NODE_ENV=${NODE_ENV} is not development or test.`;
    expect(load({ NODE_ENV, JWT_SECRET: STRONG }).notices.join()).toContain(words);
    expect(refusal({ NODE_ENV })).toContain(`JWT_SECRET: is missing`);
    expect(refusal({ NODE_ENV })).toContain(words);
    const chosen = { NODE_ENV, SECURITY_PROFILE: 'locked' };
    expect(load({ ...chosen, JWT_SECRET: STRONG }).notices.join() + refusal(chosen)).not.toContain('NODE_ENV');
  });

  it.each(['production', 'development', 'test'])('NODE_ENV=%s is no surprise, so nothing is said of it', (NODE_ENV) => {
    expect(load({ NODE_ENV, JWT_SECRET: STRONG }).notices.join()).not.toContain('NODE_ENV');
    expect(refusal({ NODE_ENV, PORT: 'x' })).not.toContain('NODE_ENV');
  });

  it('locked listens everywhere, caps lists, hides organizers’ e-mails and refuses past events, unless told otherwise', () => {
    expect(load(LOCKED).hosts).toEqual(['::']);
    expect(load(LOCKED).policies).toMatchObject({
      organizerEmail: false,
      selling: { pastEvents: false, list: { limit: 100, limitMax: 100, offsetMax: 10_000 } },
    });
    expect(load({ ...LOCKED, ALLOW_PAST_EVENTS: 'yes', PUBLIC_ORGANIZER_EMAIL: 'yes' }).policies).toMatchObject({
      selling: { pastEvents: true },
      organizerEmail: true,
    });
  });

  it('open has the reference page and locked has none, unless told otherwise', () => {
    expect([load({}).policies.referencePage, load(LOCKED).policies.referencePage]).toEqual([true, false]);
    expect([load({ REFERENCE_PAGE: 'no' }).policies.referencePage, load({ ...LOCKED, REFERENCE_PAGE: 'yes' }).policies.referencePage]).toEqual([
      ...[false, true],
    ]);
    expect(refusal({ REFERENCE_PAGE: '/docs' })).toContain('- REFERENCE_PAGE:');
  });

  it('open stays on this machine unless ALLOW_OPEN_REMOTE says otherwise', () => {
    expect(refusal({ HOST: '0.0.0.0' })).toContain('HOST: 0.0.0.0');
    expect(refusal({ SECURITY_PROFILE: 'open', NODE_ENV: 'production' })).toContain('NODE_ENV=production');
    expect(load({ HOST: '0.0.0.0', ALLOW_OPEN_REMOTE: 'yes' }).notices.join()).toContain('REACHABLE FROM OTHER MACHINES');
    expect(load({ HOST: '127.0.0.1' }).hosts).toEqual(['127.0.0.1']);
  });

  it.each([
    ['the sample secret', 'your_super_secret_key_min_32_characters', 'is the published sample'],
    ['a short secret', 'short', 'is shorter than 32 bytes'],
  ])('open starts with %s, and says so', (_, JWT_SECRET, words) => {
    expect(load({ JWT_SECRET }).notices.join()).toContain(words);
  });
});

describe('values', () => {
  it.each([
    ['90', 90],
    ['15m', 900],
    ['12h', 43_200],
    ['7d', 604_800],
    ['1w', 604_800],
  ])('JWT_EXPIRES_IN=%s is %i seconds', (JWT_EXPIRES_IN, seconds) => {
    expect(load({ JWT_EXPIRES_IN }).jwt.ttlSeconds).toBe(seconds);
  });

  it.each(['-1', '1.5', '900001', 'none'])('MAX_TICKETS_PER_BOOKING and MAX_TICKETS_PER_USER=%s are refused', (limit) => {
    expect(refusal({ MAX_TICKETS_PER_BOOKING: limit })).toContain('MAX_TICKETS_PER_BOOKING: must be a whole number from 1 to 900000');
    expect(refusal({ MAX_TICKETS_PER_USER: limit })).toContain('MAX_TICKETS_PER_USER: must be a whole number from 0 to 900000');
  });

  it('MAX_TICKETS_PER_BOOKING=0 is refused: it would sell nothing', () => {
    expect(refusal({ MAX_TICKETS_PER_BOOKING: '0' })).toContain('MAX_TICKETS_PER_BOOKING: must be a whole number from 1 to 900000');
  });

  it.each(['-1', '1.5', '10001', 'none'])('MAX_BOOKING_CHANGES_PER_HOUR=%s is refused', (limit) => {
    const message = 'MAX_BOOKING_CHANGES_PER_HOUR: must be a whole number from 0 to 10000';
    expect(refusal({ MAX_BOOKING_CHANGES_PER_HOUR: limit })).toContain(message);
  });

  it('limits changes of bookings by the profile, unless told otherwise; 0 is no limit', () => {
    const limitIn = (env: Record<string, string>) => load(env).policies.selling.bookingChangesPerHourMax;
    const told = (limit: string) => [{}, LOCKED].map((env) => limitIn({ ...env, MAX_BOOKING_CHANGES_PER_HOUR: limit }));
    expect([limitIn({}), limitIn(LOCKED), told('7'), told('0')]).toEqual(['unlimited', 100, [7, 7], ['unlimited', 'unlimited']]);
  });

  it('limits tickets by the profile, unless told otherwise', () => {
    const limitsIn = (env: Record<string, string>) => {
      const { ticketsPerBookingMax, ticketsPerUserMax } = load(env).policies.selling;
      return [ticketsPerBookingMax, ticketsPerUserMax];
    };
    const told = { MAX_TICKETS_PER_BOOKING: '4', MAX_TICKETS_PER_USER: '6' };
    const unlimited = { MAX_TICKETS_PER_USER: '0' };
    expect([{}, LOCKED, told, { ...LOCKED, ...told }, unlimited, { ...LOCKED, ...unlimited }].map(limitsIn)).toEqual([
      ...[
        [900_000, 'unlimited'],
        [10, 10],
        [4, 6],
        [4, 6],
        [900_000, 'unlimited'],
        [10, 'unlimited'],
      ],
    ]);
  });

  it('says at the start that locked limits the tickets of a user, unless the operator chose the limit', () => {
    const words = 'A user may hold at most 10 tickets of one event. MAX_TICKETS_PER_USER changes that; 0 is no limit.';
    expect(load(LOCKED).notices).toContain(words);
    for (const limit of ['0', '10', '20'])
      expect(load({ ...LOCKED, MAX_TICKETS_PER_USER: limit }).notices.join()).not.toContain('tickets of one event');
    expect(load().notices.join()).not.toContain('MAX_TICKETS_PER_USER');
  });

  it('refuses a MAX_TICKETS_PER_BOOKING that no user may reach', () => {
    const unreachable = 'MAX_TICKETS_PER_BOOKING: 20 is more than one user may hold of an event';
    expect(refusal({ ...LOCKED, MAX_TICKETS_PER_BOOKING: '20' })).toContain(`${unreachable} (10)`);
    expect(refusal({ MAX_TICKETS_PER_BOOKING: '20', MAX_TICKETS_PER_USER: '19' })).toContain(`${unreachable} (19)`);
    for (const limit of ['0', '20']) expect(refusal({ ...LOCKED, MAX_TICKETS_PER_BOOKING: '20', MAX_TICKETS_PER_USER: limit })).toBe('accepted');
    // Of the defaults none is a fault: a limit of a user below them holds for each booking too.
    for (const env of [LOCKED, {}]) expect(refusal({ ...env, MAX_TICKETS_PER_USER: '4' })).toBe('accepted');
  });

  it('CORS_ORIGINS is a list of origins as browsers send them, none when it is not set', () => {
    expect(load().corsOrigins).toEqual([]);
    expect(load({ CORS_ORIGINS: ' https://tickets.example, http://localhost:5173,' }).corsOrigins).toEqual([
      ...['https://tickets.example', 'http://localhost:5173'],
    ]);
  });

  it.each([
    ...['*', 'null', 'tickets.example', 'https://*.example', 'https://tickets.example/', 'https://TICKETS.example', 'https://tickets.example:443'],
    ...['https://tickets.example/shop', 'https://u:p@tickets.example', 'ftp://tickets.example', 'https://', 'https://tickets.example,*'],
  ])('CORS_ORIGINS=%s is refused', (CORS_ORIGINS) => {
    expect(refusal({ CORS_ORIGINS })).toContain('CORS_ORIGINS: ');
  });

  it('LANGUAGES is a list of languages, of which the first is the default; Indonesian when it is not set', () => {
    expect([load(), load({ LANGUAGES: '  ' })].map(({ languages }) => languages)).toEqual([['id'], ['id']]);
    expect(['id,en', ' en , id ', 'en', 'id'].map((LANGUAGES) => load({ LANGUAGES }).languages)).toEqual([
      ['id', 'en'],
      ['en', 'id'],
      ['en'],
      ['id'],
    ]);
  });

  it.each(['fr', 'id,fr', 'ID', 'en-GB', 'id,', ',', 'id,,en', 'id,id', 'en,id,en', 'id en', 'id;en', '*'])(
    'LANGUAGES=%s is refused',
    (LANGUAGES) => {
      expect(refusal({ LANGUAGES })).toContain('LANGUAGES: must be one or more of id, en, each once');
    },
  );

  it('gettext’s LANGUAGE, which desktops set, is not taken for a misspelt LANGUAGES', () => {
    expect(load({ LANGUAGE: 'en_US:en' }).ignored).toEqual([]);
  });

  it.each(['-1', '65536', '3000a', '3e3', '80.5'])('PORT=%s is refused', (PORT) => {
    expect(refusal({ PORT })).toContain('PORT: must be a whole number');
  });

  it('are read without the spaces around them, and with those inside', () => {
    const padded = {
      SECURITY_PROFILE: ' open ',
      JWT_SECRET: ` ${STRONG}\t`,
      METRICS_TOKEN: ` ${STRONG} `,
      ADMIN_EMAIL: ' a@b.co ',
      ADMIN_PASSWORD: ' two words ',
    };
    const config = load({ ...padded, HOST: ' 127.0.0.1 ', NODE_ENV: ' test ', DB_HOST: ' localhost ', DB_NAME: ' my shop ', DB_PASSWORD: ' p w ' });
    expect(config.jwt.secret).toBe(STRONG);
    expect(config.metricsToken).toBe(STRONG);
    expect(config.hosts).toEqual(['127.0.0.1']);
    expect(config.firstAdmin).toMatchObject({ email: 'a@b.co', password: 'two words' });
    expect(config.database).toMatchObject({ host: 'localhost', database: 'my shop', password: 'p w' });
    expect(load({ NODE_ENV: ' development ' }).policies.profile).toBe('open');
    expect(load({ DATA_DIR: ` ${dataDir} ` }).database).toEqual({ engine: 'sqlite', folder: dataDir });
  });

  it('that were set and have no effect are told of', () => {
    expect(load({ PUBLIC_ORGANISER_EMAIL: 'no' }).ignored.join()).toContain('Is PUBLIC_ORGANIZER_EMAIL meant?');
    expect(load({ JWT_SECRET: STRONG, JWT_SECRET_PREVIOUS: STRONG }).ignored.join()).toContain('JWT_SECRET_PREVIOUS has no effect');
    expect(load({ PORT: '3000', HOME: '/root', LOG_LEVEL: 'warn', TICKETS_PASSWORD: 'x' }).ignored).toEqual([]);
  });

  it('names every fault in one message', () => {
    const message = refusal({ SECURITY_PROFILE: 'locked', PORT: 'x', JWT_EXPIRES_IN: 'x', DB_HOST: 'h', DB_PORT: 'x', ADMIN_EMAIL: 'a@b.co' });
    for (const name of ['PORT', 'JWT_EXPIRES_IN', 'DB_PORT', 'JWT_SECRET', 'ADMIN_PASSWORD']) expect(message).toContain(`- ${name}:`);
  });

  it('names also what is wrong with the rules when one of them cannot be read', () => {
    const limits = { MAX_TICKETS_PER_BOOKING: '20', MAX_TICKETS_PER_USER: '10' };
    const admin = { ADMIN_EMAIL: 'a@b.co', ADMIN_PASSWORD: 'abc' };
    for (const [name, value] of Object.entries({ ALLOW_PAST_EVENTS: 'maybe', PUBLIC_ORGANIZER_EMAIL: 'x', PASSWORD_MIN_LENGTH: '0' })) {
      const message = refusal({ ...limits, ...admin, [name]: value });
      for (const faulty of [name, 'MAX_TICKETS_PER_BOOKING', 'ADMIN_PASSWORD']) expect(message).toContain(`- ${faulty}:`);
    }
    // One that cannot be read is judged by nothing else.
    expect(refusal({ ...LOCKED, MAX_TICKETS_PER_BOOKING: 'x', MAX_TICKETS_PER_USER: '4' }).match(/MAX_TICKETS_PER_BOOKING/g)).toHaveLength(1);
  });

  it('takes the first admin only whole and with a password of the profile', () => {
    expect(load({ ADMIN_EMAIL: 'a@b.co', ADMIN_PASSWORD: 'secret1' }).firstAdmin).toEqual({ name: 'Admin', email: 'a@b.co', password: 'secret1' });
    expect(refusal({ ...LOCKED, ADMIN_EMAIL: 'a@b.co', ADMIN_PASSWORD: 'password123' })).toContain('ADMIN_PASSWORD');
    expect(refusal({ ...LOCKED, ADMIN_EMAIL: 'ibu.kartika@b.co', ADMIN_PASSWORD: 'IBU.Kartika' })).toContain('ADMIN_PASSWORD');
    expect(refusal({ ADMIN_EMAIL: 'ibu.kartika@b.co', ADMIN_PASSWORD: 'ibu.kartika' })).toBe('accepted');
    expect(refusal({ ...LOCKED, ADMIN_EMAIL: 'a@b.co', ADMIN_PASSWORD: 'e\u0301'.repeat(7) })).toContain('ADMIN_PASSWORD');
    expect(refusal({ ...LOCKED, ADMIN_EMAIL: 'a@b.co', ADMIN_PASSWORD: 'e\u0301'.repeat(36) })).toBe('accepted');
    expect(refusal({ ADMIN_EMAIL: 'nobody', ADMIN_PASSWORD: 'secret1' })).toContain('ADMIN_EMAIL');
  });

  it('says where it cannot keep a secret', () => {
    const file = join(dataDir, 'a-file');
    writeFileSync(file, '');
    expect(refusal({ DATA_DIR: file })).toMatch(
      /DATA_DIR .*a-file cannot be written \(\w+\)\. Choose a folder whose files this user may read and write\.$/,
    );
    // The database elsewhere needs no folder.
    expect(refusal({ DATA_DIR: file, DB_HOST: '127.0.0.1' })).toContain(', or set JWT_SECRET.');
  });
});
