import { type Browser, chromium, type Locator, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RealServer, startServer } from '../tools/real-server.ts';
import { find, install, sayMissing } from './machine.ts';
import { CONCERT, openApi } from './open-api.ts';

const FILES = ['/docs', '/docs/docs.js', '/docs/swagger-ui.css', '/docs/swagger-ui-bundle.js'];
/** Swagger UI has 1.9 MB. A larger version should not come unnoticed. */
const BYTES_MAX = 2_000_000;

describe('the files of the page', () => {
  it.each([
    ['open', undefined, [200, 200, 200, 200]],
    ['open', false, [404, 404, 404, 404]],
    ['locked', undefined, [404, 404, 404, 404]],
    ['locked', true, [200, 200, 200, 200]],
  ] as const)('%s profile, REFERENCE_PAGE %s: %j, and GET / names the page if there is one', async (profile, referencePage, statuses) => {
    const api = await openApi('sqlite', profile, referencePage === undefined ? {} : { referencePage });
    try {
      const found = await Promise.all(FILES.map(async (path) => (await api.fetch(new Request(`http://here${path}`))).status));
      expect(found).toEqual(statuses);
      const { data } = (await api.send('GET', '/')).body;
      expect([data.openapi, data.docs]).toEqual(['/openapi.json', statuses[0] === 200 ? '/docs' : undefined]);
      expect(api.logged).toEqual([]);
    } finally {
      await api.close();
    }
  });

  it('have a type, an ETag and the headers of every answer. The page allows no inline script, no other origin and no frame', async () => {
    const api = await openApi('sqlite', 'locked', { referencePage: true });
    const get = (path: string, headers: Record<string, string> = {}) => api.fetch(new Request(`http://here${path}`, { headers }));
    try {
      let bytes = 0;
      for (const path of FILES) {
        const answer = await get(path);
        const type = { html: 'text/html', css: 'text/css', js: 'text/javascript' }[
          path === '/docs' ? 'html' : (path.split('.').at(-1) as 'css' | 'js')
        ];
        const { headers } = answer;
        bytes += (await answer.arrayBuffer()).byteLength;
        expect([headers.get('Content-Type'), headers.get('Cache-Control')], path).toEqual([`${type}; charset=UTF-8`, 'public, no-cache']);
        expect(headers.get('X-Content-Type-Options'), path).toBe('nosniff');
        expect(headers.get('Strict-Transport-Security'), path).toContain('max-age=31536000');
        const policy = headers.get('Content-Security-Policy') ?? '';
        expect(policy.split('; '), path).toEqual(
          expect.arrayContaining(["default-src 'none'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"]),
        );
        expect(policy, path).not.toMatch(/unsafe|\*|https?:/);
        const again = await get(path, { 'If-None-Match': headers.get('ETag') ?? 'none' });
        expect([again.status, await again.text()], path).toEqual([304, '']);
      }
      expect(bytes).toBeLessThan(BYTES_MAX);
      for (const path of [
        '/docs/swagger-ui.js',
        '/docs/../package.json',
        '/docs/%2e%2e/package.json',
        '/docs/swagger-ui.css.map',
        '/docs/index.html',
      ])
        expect((await get(path)).status, path).toBe(404);
      expect((await api.fetch(new Request('http://here/docs', { method: 'POST' }))).status).toBe(405);
    } finally {
      await api.close();
    }
  });
});

const program = find('chromium') ?? install('chromium', 'chromium');
if (program === undefined)
  sayMissing('THE TEST OF /docs IN A BROWSER DOES NOT RUN: no chromium here. Install it (Debian: apt-get install chromium).');

describe.skipIf(program === undefined)('the page in Chromium', () => {
  let server: RealServer;
  let browser: Browser;
  beforeAll(async () => {
    server = await startServer();
    browser = await chromium.launch({ executablePath: program ?? '' });
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  /** The operation's box, opened. */
  async function opened(page: Page, id: string): Promise<Locator> {
    const box = page.locator(`[id$="-${id}"].opblock`);
    await box.locator('.opblock-summary-control').click();
    return box;
  }
  /** Executes the opened operation, and gives the answer as the page shows it. */
  async function executed(box: Locator): Promise<{ readonly status: string; readonly data: Record<string, unknown> }> {
    await box.getByRole('button', { name: 'Execute' }).click();
    const answer = box.locator('.live-responses-table .response').first();
    const status = (await answer.locator('.response-col_status').innerText()).trim();
    const text = await answer.locator('.response-col_description .microlight, .response-col_description pre').first().innerText();
    return { status, data: JSON.parse(text).data };
  }

  it('lets a person authorise, create an event and book, and the stock falls. Nothing else is asked for, and nothing breaks its policy', async () => {
    const page = await browser.newPage();
    const [asked, complaints]: [string[], string[]] = [[], []];
    page.on('request', (request) => asked.push(request.url()));
    page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(`${server.url}/docs`);

    const register = await opened(page, 'register');
    const admin = { name: 'Sari', email: 'sari@example.com', password: 'correct horse', role: 'admin' };
    await register.locator('textarea.body-param__text').fill(JSON.stringify(admin));
    const registered = await executed(register);
    expect(registered.status).toBe('201');

    await page.getByRole('button', { name: 'Authorize', exact: true }).click();
    await page.locator('.modal-ux input').fill(String(registered.data['token']));
    await page.locator('.modal-ux').getByRole('button', { name: 'Apply credentials' }).click();
    await page.locator('.modal-ux').getByRole('button', { name: 'Close' }).first().click();

    const create = await opened(page, 'createEvent');
    await create.locator('textarea.body-param__text').fill(JSON.stringify({ ...CONCERT, total_tickets: 10 }));
    const { status: created, data: event } = await executed(create);
    expect([created, event['available_tickets']]).toEqual(['201', 10]);

    const book = await opened(page, 'bookTickets');
    await book.locator('textarea.body-param__text').fill(JSON.stringify({ event_id: event['id'], quantity: 3 }));
    expect((await executed(book)).status).toBe('201');

    const read = await opened(page, 'readEvent');
    await read.locator('tr[data-param-name="id"] input').fill(String(event['id']));
    const { status, data } = await executed(read);
    expect([status, data['available_tickets']]).toEqual(['200', 7]);

    expect(asked.filter((url) => !url.startsWith(`${server.url}/`) && !url.startsWith('data:'))).toEqual([]);
    expect(asked).toEqual(expect.arrayContaining([...FILES, '/openapi.json', '/api/bookings'].map((path) => server.url + path)));
    expect(complaints).toEqual([]);
    // The token is in the memory of the page only.
    expect(await page.evaluate('[localStorage.length, sessionStorage.length, document.cookie]')).toEqual([0, 0, '']);
    await page.close();
  });

  it('calls its own origin, also if a proxy hid the scheme from the server and the document names another', async () => {
    const page = await browser.newPage();
    await page.route('**/openapi.json', async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, json: { ...(await response.json()), servers: [{ url: 'http://other.example' }] } });
    });
    await page.goto(`${server.url}/docs`);
    expect((await executed(await opened(page, 'live'))).status).toBe('200');
    await page.close();
  });

  it('shows markup in an event as text', async () => {
    const page = await browser.newPage();
    await page.goto(`${server.url}/docs`);
    const markup = `<img src="/api/events" onerror="document.title='changed'">`;
    const json = { 'Content-Type': 'application/json' };
    const person = { name: 'Budi', email: 'budi@example.com', password: 'correct horse', role: 'admin' };
    const registered = await fetch(`${server.url}/api/auth/register`, { method: 'POST', headers: json, body: JSON.stringify(person) });
    const { token } = ((await registered.json()) as { data: { token: string } }).data;
    const made = await fetch(`${server.url}/api/events`, {
      method: 'POST',
      headers: { ...json, Authorization: `Bearer ${token}` },
      body: JSON.stringify({ ...CONCERT, name: markup }),
    });
    expect(made.status).toBe(201);
    const { status, data } = await executed(await opened(page, 'listEvents'));
    expect([status, JSON.stringify(data).includes('onerror')]).toEqual(['200', true]);
    expect([await page.locator('#swagger-ui img[src="/api/events"]').count(), await page.title()]).toEqual([0, 'Ticket Platform API']);
    await page.close();
  });
});
