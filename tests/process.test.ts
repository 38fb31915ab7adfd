import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { engines, environmentOf, freshDatabase, serverUrl } from './engines.ts';
import type { Reply } from './open-api.ts';

/** The program as people start it: with its own process, environment, exit code and output. */
const root = fileURLToPath(new URL('..', import.meta.url));
const TSX = import.meta.resolve('tsx');
const HTTP = ['--import', TSX, '--conditions=@ticket/source', join(root, 'apps/http/src/main.ts')];
const CLI = ['--import', TSX, '--conditions=@ticket/source', join(root, 'apps/cli/src/main.ts')];

let folder: string;
const running: ChildProcess[] = [];
const servers: Server[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ticket-process-'));
});
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
  for (const server of servers.splice(0)) server.close();
  rmSync(folder, { recursive: true, force: true });
});

function start(args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, args, {
    // tsx is found from here, and the program would read a .env from here
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', DATA_DIR: join(folder, 'data'), PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.push(child);
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  /** Waits for the words in the output. If the process ends without them, the error has the whole output. */
  const says = async (words: RegExp): Promise<RegExpMatchArray> => {
    for (let tries = 0; tries < 400; tries++) {
      const match = output.match(words);
      if (match) return match;
      if (child.exitCode !== null) break;
      await sleep(50);
    }
    throw new Error(`it did not say ${words}, but:\n${output}`);
  };
  const listening = async (): Promise<string> => (await says(/listens on (http:\/\/[^\s,]+)/))[1] ?? '';
  return { child, exited, says, listening, output: () => output };
}

/** Whatever was answered. */
const bodyOf = async (response: Response): Promise<Reply['body']> => response.json();
const json = { 'Content-Type': 'application/json' };
const register = (url: string, body: object) => fetch(`${url}/api/auth/register`, { method: 'POST', headers: json, body: JSON.stringify(body) });
const PERSON = { name: 'Jane', email: 'jane@example.com', password: 'correct horse' };

describe('the server', () => {
  it('starts with nothing set, answers on both loopback addresses, and ends with 0 on SIGTERM', async () => {
    const server = start(HTTP);
    const url = await server.listening();
    expect(server.output()).toContain('Open profile');
    for (const host of ['localhost', '127.0.0.1']) expect((await fetch(url.replace('localhost', host))).status).toBe(200);
    server.child.kill('SIGTERM');
    expect(await server.exited).toBe(0);
  });

  it('ends with 0 though a client never finishes its request, and says that it was cut', async () => {
    const server = start(HTTP);
    const { port } = new URL(await server.listening());
    const client = connect(Number(port), '127.0.0.1');
    client.on('error', () => undefined);
    client.write('POST /api/auth/login HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{');
    await sleep(200);
    server.child.kill('SIGTERM');
    expect(await server.exited).toBe(0);
    expect(server.output()).toContain('are cut');
  });

  it('is held by no connection on which nothing was ever sent', async () => {
    const server = start(HTTP);
    const { port } = new URL(await server.listening());
    const clients = Array.from({ length: 3 }, () => connect(Number(port), '127.0.0.1').on('error', () => undefined));
    await Promise.all(clients.map((client) => new Promise((resolve) => client.once('connect', resolve))));
    server.child.kill('SIGTERM');
    expect(await server.exited).toBe(0);
    expect(server.output()).not.toContain('are cut');
  });

  it('says that it is live and ready, and on its way out that it is not ready, on a connection that is open still', async () => {
    const server = start(HTTP);
    const url = await server.listening();
    for (const path of ['live', 'ready']) expect((await fetch(`${url}/health/${path}`)).status).toBe(200);
    const { port } = new URL(url);
    const client = connect(Number(port), '127.0.0.1');
    let heard = '';
    client.on('data', (chunk) => (heard += chunk));
    client.on('error', () => undefined);
    client.write('GET /health/ready HTTP/1.1\r\nHost: here\r\n'); // this connection is not idle, because its request has begun
    await sleep(200);
    server.child.kill('SIGTERM');
    await server.says(/finishing what is in flight/);
    client.write('\r\n');
    expect(await server.exited).toBe(0);
    expect(heard).toMatch(/^HTTP\/1.1 503 [\s\S]*connection: close[\s\S]*Server sedang berhenti/i);
  });

  it('takes new connections for the time to drain, and tells them that it is not ready', async () => {
    const server = start(HTTP, { DRAIN_SECONDS: '2' });
    const url = await server.listening();
    server.child.kill('SIGTERM');
    await server.says(/finishing what is in flight/);
    const ready = await fetch(`${url}/health/ready`);
    expect([ready.status, ready.headers.get('connection')]).toEqual([503, 'close']);
    expect((await fetch(`${url}/api/events`)).status).toBe(200);
    expect(await server.exited).toBe(0);
  });

  it('F18: a second signal ends it at once, exit code not 0', async () => {
    const server = start(HTTP);
    const { port } = new URL(await server.listening());
    const client = connect(Number(port), '127.0.0.1');
    client.on('error', () => undefined);
    client.write('GET / HTTP/1.1\r\n');
    await sleep(200);
    server.child.kill('SIGTERM');
    await server.says(/finishing what is in flight/);
    server.child.kill('SIGINT');
    expect(await server.exited).toBe(1);
  });

  it.each(['uncaughtException', 'unhandledRejection'])(
    'F29: logs an %s, finishes what is in flight, and ends with an exit code that is not 0',
    async (event) => {
      const planted = join(folder, 'planted.mjs');
      writeFileSync(
        planted,
        `process.on('SIGUSR2', () => { const bug = new Error('secret words'); ${event === 'uncaughtException' ? 'throw bug' : 'void Promise.reject(bug)'}; });`,
      );
      const server = start(['--import', planted, ...HTTP]);
      const url = await server.listening();
      const client = connect(Number(new URL(url).port), '127.0.0.1');
      let heard = '';
      client.on('data', (chunk) => (heard += chunk));
      client.on('error', () => undefined);
      const body = JSON.stringify(PERSON);
      client.write(
        `POST /api/auth/register HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, -1)}`,
      );
      await sleep(300);
      server.child.kill('SIGUSR2');
      await server.says(/stopping/);
      client.write('}');
      expect(await server.exited).toBe(1);
      expect(server.output()).toMatch(new RegExp(`"level":"error".*planted.*"message":"${event}: stopping"`));
      expect(server.output()).not.toContain('secret words');
    },
  );

  it('finds again what it stored, and its tokens still open, after kill -9', async () => {
    const first = start(HTTP);
    const created = await bodyOf(await register(await first.listening(), PERSON));
    first.child.kill('SIGKILL');
    await first.exited;
    const url = await start(HTTP).listening();
    const me = await fetch(`${url}/api/auth/me`, { headers: { Authorization: `Bearer ${created.data.token}` } });
    expect([me.status, (await bodyOf(me)).data.email]).toEqual([200, PERSON.email]);
  });

  it('reads .env, and the environment wins over it', async () => {
    writeFileSync(join(folder, '.env'), '\uFEFFJWT_EXPIRES_IN=2h\nPORT=not-a-port\n'); // an editor on Windows saves it like this
    const url = await start(HTTP).listening();
    const { data } = await bodyOf(await register(url, PERSON));
    const { iat, exp } = JSON.parse(Buffer.from(data.token.split('.')[1], 'base64url').toString());
    expect(exp - iat).toBe(7200);
  });

  it('reads from .env what is empty in the environment', async () => {
    writeFileSync(join(folder, '.env'), 'JWT_EXPIRES_IN=2h\nNODE_ENV=production\nDB_HOST=127.0.0.1\nDB_PORT=1\nJWT_SECRET=x\n');
    const server = start(HTTP, { NODE_ENV: '', DB_HOST: ' ', DB_PORT: '', JWT_SECRET: '', JWT_EXPIRES_IN: 'soon' });
    expect(await server.exited).toBe(1);
    expect(server.output()).toMatch(/JWT_EXPIRES_IN: .*\n.*JWT_SECRET: is shorter/);
    writeFileSync(join(folder, '.env'), 'DB_HOST=127.0.0.1\nDB_PORT=1\n');
    const audit = start([...CLI, 'audit'], { DB_HOST: '', DB_PORT: ' ' });
    await audit.says(/127\.0\.0\.1:1/); // nothing listens there
    writeFileSync(join(folder, '.env'), 'JWT_EXPIRES_IN=a#b\n');
    await start(HTTP, { JWT_EXPIRES_IN: '' }).says(/cuts the value of JWT_EXPIRES_IN/);
  });

  it('starts from the sample configuration as it is shipped', async () => {
    writeFileSync(join(folder, '.env'), readFileSync(join(root, '.env.example')));
    expect((await fetch(await start(HTTP).listening())).status).toBe(200);
  });

  it('goes on without a first admin when ADMIN_EMAIL belongs to a user who is none, and says so', async () => {
    const first = start(HTTP);
    await register(await first.listening(), PERSON);
    first.child.kill('SIGTERM');
    await first.exited;
    const server = start(HTTP, { ADMIN_EMAIL: PERSON.email, ADMIN_PASSWORD: PERSON.password });
    await server.says(/no admin was made/);
    expect((await fetch(await server.listening())).status).toBe(200);
  });

  it('makes the first admin while there is none, locked', async () => {
    const env = {
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      JWT_SECRET: randomBytes(32).toString('base64url'),
      ADMIN_EMAIL: 'root@example.com',
      ADMIN_PASSWORD: randomBytes(12).toString('base64url'),
    };
    const server = start(HTTP, env);
    const url = await server.listening();
    const login = await fetch(`${url}/api/auth/login`, {
      method: 'POST',
      headers: json,
      body: JSON.stringify({ email: env.ADMIN_EMAIL, password: env.ADMIN_PASSWORD }),
    });
    expect((await bodyOf(login)).data.user.role).toBe('admin');
    expect((await register(url, { ...PERSON, password: 'river stone lantern', role: 'admin' })).status).toBe(403);
    const client = connect(Number(new URL(url).port), '127.0.0.1');
    let heard = '';
    client.on('data', (chunk) => (heard += chunk)).write('no HTTP\r\n\r\n');
    await new Promise((resolve) => client.once('close', resolve));
    expect(heard).toMatch(/^HTTP\/1\.1 400 [\s\S]*Strict-Transport-Security: max-age=31536000\r\n/);
    server.child.kill('SIGINT');
    expect(await server.exited).toBe(0);
    const again = start(HTTP, { ...env, ADMIN_EMAIL: 'other@example.com' });
    await again.listening();
    expect(again.output()).not.toContain('first admin was made');
  });
});

describe('an embedded database', () => {
  it('is whole in its one file after a clean stop: the write-ahead log is empty', async () => {
    const server = start(HTTP);
    expect((await register(await server.listening(), PERSON)).status).toBe(201);
    server.child.kill('SIGTERM');
    expect(await server.exited).toBe(0);
    expect(statSync(join(folder, 'data', 'tickets.sqlite-wal'), { throwIfNoEntry: false })?.size ?? 0).toBe(0);
  });
});

describe('what keeps the server from starting is one message, and its exit code is not 0', () => {
  const refusedWith = async (env: Record<string, string>, words: RegExp | string) => {
    const server = start(HTTP, env);
    expect(await server.exited).toBe(1);
    expect(server.output()).toMatch(words);
    expect(server.output()).not.toMatch(/ {4}at .+:\d+/); // no stack
  };

  it('several faults of the configuration, all named', async () => {
    await refusedWith({ PORT: 'x', JWT_EXPIRES_IN: 'soon', SECURITY_PROFILE: 'locked' }, /PORT: .*\n.*JWT_EXPIRES_IN: .*\n.*JWT_SECRET: /);
  });

  it('a port in use', async () => {
    const taken = createServer();
    servers.push(taken);
    const port = await new Promise<number>((resolve) =>
      taken.listen(0, '127.0.0.1', () => resolve(Number(JSON.parse(JSON.stringify(taken.address())).port))),
    );
    await refusedWith({ PORT: String(port) }, new RegExp(`Port ${port} is in use .*EADDRINUSE.*Set PORT`));
  });

  it('a DATA_DIR that cannot be written', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    await refusedWith({ DATA_DIR: file }, /DATA_DIR .* cannot be written/);
    await refusedWith({ DATA_DIR: file, JWT_SECRET: 'x'.repeat(32) }, /DATA_DIR .* cannot be written/);
    // In this folder nobody can create a folder, not even root. Node's own recursive mkdir would not return.
    if (process.platform === 'linux') await refusedWith({ DATA_DIR: '/proc/none/here' }, /DATA_DIR .* cannot be written/);
  });

  it('a .env that cannot be read, or cuts a value', async () => {
    writeFileSync(join(folder, '.env'), 'JWT_SECRET=half#of it\nDB_PASSWORD="one#two"\nPORT=0 # as always\nADMIN_EMAIL= # none\n');
    await refusedWith({}, /^\.env: a # begins a comment, and cuts the value of JWT_SECRET\. Put the value into quotes: JWT_SECRET="…"\n$/);
    writeFileSync(join(folder, '.env'), 'ADMIN_PASSWORD=#abc\n export LOG_LEVEL = a#b\nOTHER=a#b\nPORT=1#2\n');
    await refusedWith({ PORT: '0' }, /cuts the value of ADMIN_PASSWORD, LOG_LEVEL\./); // the environment's PORT wins
    rmSync(join(folder, '.env'));
    mkdirSync(join(folder, '.env'));
    await refusedWith({}, /^\.env in .* cannot be read \(EISDIR\)/);
  });

  it('a secret of before that cannot be read', async () => {
    mkdirSync(join(folder, 'data', 'jwt-secret-previous'), { recursive: true });
    await refusedWith({}, /^DATA_DIR .* cannot be written \(EISDIR\)/);
  });

  it('an address that nothing listens on', async () => {
    await refusedWith({ HOST: 'no such name', ALLOW_OPEN_REMOTE: 'yes' }, /HOST no such name is not an address of this machine .*\n/);
  });

  it('a DATA_DIR whose file is a folder', async () => {
    mkdirSync(join(folder, 'odd', 'tickets.sqlite'), { recursive: true });
    await refusedWith({ DATA_DIR: join(folder, 'odd') }, /tickets\.sqlite is a folder or a link/);
  });

  it('a DATA_DIR whose file is no database', async () => {
    const data = join(folder, 'other');
    await start(HTTP, { DATA_DIR: data }).listening();
    running.at(-1)?.kill('SIGKILL');
    for (const suffix of ['-wal', '-shm']) rmSync(join(data, `tickets.sqlite${suffix}`), { force: true });
    writeFileSync(join(data, 'tickets.sqlite'), 'this is no database, but long enough to have a header of one'.repeat(20));
    await refusedWith({ DATA_DIR: data }, /tickets\.sqlite|not a database/);
  });
});

describe.each(['mysql', 'postgres'] as const)('a database that cannot be reached, %s', (engine) => {
  it('is said once with its address; the server lives, answers 503, and serves once it is there', async () => {
    const port = await new Promise<number>((resolve) => {
      const probe = createServer().listen(0, '127.0.0.1', () => {
        const { port: free } = JSON.parse(JSON.stringify(probe.address()));
        probe.close(() => resolve(free));
      });
    });
    const isHere = engines.includes(engine);
    const { username, password } = isHere ? serverUrl(engine) : { username: 'root', password: '' };
    const place = { DB_TYPE: engine, DB_HOST: '127.0.0.1', DB_PORT: String(port) };
    const server = start(HTTP, { ...place, DB_USER: username, DB_PASSWORD: password, DB_NAME: 'later' });
    const url = await server.listening();
    expect(server.output()).toContain(`connect ECONNREFUSED 127.0.0.1:${port}`);
    const refused = await fetch(`${url}/api/events`);
    expect(refused.status).toBe(503);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refused.json()).toEqual({ success: false, code: 'unavailable', message: 'Layanan sementara tidak tersedia', errors: null });
    expect((await fetch(url)).status).toBe(200);
    expect(server.output().match(/ECONNREFUSED/g)).toHaveLength(1);
    if (!isHere) return;
    // The database becomes available, here as a wire to the tests' own.
    const { port: portThere, hostname } = serverUrl(engine);
    const wire = createServer((near) => {
      const far = connect(Number(portThere || { mysql: 3306, postgres: 5432 }[engine]), hostname);
      near.pipe(far).pipe(near);
      for (const end of [near, far]) end.on('error', () => [near, far].forEach((socket) => void socket.destroy()));
    }).listen(port, '127.0.0.1');
    servers.push(wire);
    await server.says(/The database at .* is there/);
    expect((await fetch(`${url}/api/events`)).status).toBe(200);
    server.child.kill('SIGTERM');
    expect(await server.exited).toBe(0);
  });
});

describe.each(engines)('two servers that start at once on an empty database, %s', (engine) => {
  let drop = async () => {};
  afterAll(() => drop());

  it('both come up', async () => {
    const fresh = await freshDatabase(engine);
    drop = fresh.drop;
    const env = environmentOf(fresh.config);
    const both = [start(HTTP, env), start(HTTP, env)];
    const urls = await Promise.all(both.map((server) => server.listening()));
    // While one process writes, the other may answer that nothing was stored and the client should retry. This client retries.
    const registered = async (url: string): Promise<Response> => {
      const answer = await register(url, PERSON);
      return answer.status === 503 ? registered(url) : answer;
    };
    const [one, other] = await Promise.all(urls.map(registered));
    expect([one?.status, other?.status].toSorted()).toEqual([201, 400]);
    for (const { child, exited } of both) {
      child.kill('SIGTERM');
      expect(await exited).toBe(0);
    }
  });
});

describe('the command line', () => {
  it('migrates, makes a user, and serves what both made', async () => {
    expect(await start([...CLI, 'migrate']).exited).toBe(0);
    const made = start([...CLI, 'user', 'create', '--name', 'Root', '--email', 'root@example.com', '--role', 'admin'], {
      TICKETS_PASSWORD: 'correct horse',
    });
    expect(await made.exited).toBe(0);
    const url = await start([...CLI, 'serve']).listening();
    const login = await fetch(`${url}/api/auth/login`, {
      method: 'POST',
      headers: json,
      body: JSON.stringify({ email: 'root@example.com', password: 'correct horse' }),
    });
    expect(login.status).toBe(200);
  });

  it('says what was set and has no effect, and so does the server', async () => {
    const env = { JWT_SECRTE: 'x', DB_ROOT_PASSWORD: 'x' };
    const said = /JWT_SECRTE is not a variable of this program and has no effect. Is JWT_SECRET meant\?/;
    const migrate = start([...CLI, 'migrate'], env);
    expect([await migrate.exited, migrate.output()]).toEqual([0, expect.stringMatching(/^Warning: .*\nWarning: .*\nThe tables/)]);
    expect(migrate.output()).toMatch(said);
    const server = start(HTTP, env);
    await server.listening();
    expect(server.output()).toMatch(/"level":"warn".*DB_ROOT_PASSWORD is not a variable/);
    expect(server.output()).toMatch(said);
  });

  it('exits 2 when it is used wrongly and 3 when the configuration cannot be used', async () => {
    expect(await start([...CLI, 'nonsense']).exited).toBe(2);
    expect(await start([...CLI, 'migrate'], { PORT: 'x' }).exited).toBe(3);
  });
});
