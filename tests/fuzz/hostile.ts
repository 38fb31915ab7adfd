/** Values that got through somewhere: truncated, folded, coerced, rounded, overflowed, executed, rendered, looked up or trusted. */

export const TEXTS: readonly string[] = [
  ...['', ' ', '\t', '\u0000', 'a\u0000b', '\ud800', 'a\udfff', '\ufeff', '\u200b', '\u202eevil', '\u2028', '\u0085', '\u001b[2J'],
  ...['🎫', '👩‍👩‍👧‍👦', 'e\u0301', 'ﷺ', 'שלום', 'İ', 'ı', 'ß', 'ﬃ', '\u212a', 'ｊose@example.com', 'josé@example.com', ' ANN@EXAMPLE.COM '],
  ...['ann@example.com\u0000', 'a@b', '@', '"a b"@example.com', 'a@[127.0.0.1]', 'a@b..co', `${'a'.repeat(249)}@b.co`, '\r\nX-Injected: 1'],
  ...["' OR '1'='1", "'; DROP TABLE users; --", '1; SELECT SLEEP(5)', '" UNION SELECT password_hash FROM users --', '\\', '\\0', '`', '?', '%', '_'],
  ...['../../etc/passwd', '%00', '%2e%2e%2f', '%zz', '%s%n', 'file:///etc/passwd', '{{7*7}}', '<script>alert(1)</script>', '$ne', '#{x}'],
  ...['null', 'undefined', 'NaN', 'true', '0', '-1', '1e3', '0x10', '1,5', '٣', '__proto__', 'constructor', 'toString', 'hasOwnProperty'],
  ...['x'.repeat(255), 'x'.repeat(256), '🎫'.repeat(255), '🎫'.repeat(256), 'x'.repeat(10_000), '🎫'.repeat(10_001), 'x'.repeat(70_000)],
  ...['2025-02-30T10:00:00Z', '2025-02-15', '0001-01-01T00:00:00Z', '+275760-09-13T00:00:00Z', '2030-01-01T24:00:00Z', '2030-06-30T23:59:60Z'],
  ...['1969-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999-00:01', '2030-01-01T00:00:00+24:00', '2030-01-01T00:00:00', '2030-01-01t00:00:00z'],
];

/** JSON as text, since some of it has no value in JavaScript. */
export const JSON_TEXTS: readonly string[] = [
  ...['null', 'true', 'false', '0', '-0', '1', '-1', '0.5', '0.001', '1.005', '1e-7', '1e308', '-1e308', '1e999', '1E400', '1e21', '0.1e1', '5e0'],
  ...['9007199254740991', '9007199254740993', '2147483648', '4294967296', '900001', '99999999.995', '100000000', '1.0', '3.0000000000000001'],
  ...['[]', '{}', '[[]]', '[1]', '["x"]', '[null]', '{"a":1}', '{"length":1e9}', '{"$ne":null}', '{"$gt":""}', '{"toString":1}', '{"toJSON":"x"}'],
  ...['{"__proto__":{"role":"admin"}}', '{"constructor":{"prototype":{"role":"admin"}}}', '"\\u0000"', '"\\ud800"', '"\\ud83c\\udfab"'],
  ...[`${'['.repeat(3000)}${']'.repeat(3000)}`, `${'{"a":'.repeat(3000)}1${'}'.repeat(3000)}`],
];

/** Bodies that are not JSON, not in UTF-8, or too large. */
export const NO_JSON: readonly (string | Uint8Array)[] = [
  ...['', ' ', '{', '}', '{"a"', "{'a':1}", '{a:1}', '[1,', 'undefined', 'NaN', '\ufeff{}', '{}{}', '{"a":1,}', '\u0000', '{"a":\u0001}', '01', '+1'],
  ...['"\\x"', '['.repeat(15_000), 'a=1&b=2', '<xml/>', '{"name":"', ' '.repeat(66_000), `"${'x'.repeat(66_000)}"`, '--x\r\n\r\n1\r\n--x--'],
  ...['fffe7b00', '7b22c328227d', 'eda080', '1f8b0800', 'c080'].map((hex) => Uint8Array.from(Buffer.from(hex, 'hex'))),
];

/** Field names that no body may set, in addition to those of the document. */
export const FOREIGN_FIELDS: readonly string[] = [
  ...['id', 'user_id', 'organizer_id', 'role', 'status', 'available_tickets', 'total_price', 'total_price_cents', 'stock_version', 'token_version'],
  ...['tokenVersion', 'password_hash', 'passwordHash', 'createdAt', 'booking_date', '__proto__', 'constructor', 'toString', '', 'a.b'],
  ...['x'.repeat(300)],
];

export const PATH_PARTS: readonly string[] = [
  ...['x', '0', '-1', '%00', '%zz', '%', 'a%2fb', '%F0%9F%8E%AB', '%ff', "'%20OR%201=1--", '%3Cscript%3E', ':id', '{id}', '*', 'null'],
  ...['__proto__', '0'.repeat(36), 'x'.repeat(2000), '00000000-0000-0000-0000-00000000000g'],
  ...[`${'00000000-0000-0000-0000-000000000000'}%20`, '%0d%0aX:1'],
];

export const TARGETS: readonly string[] = [
  ...['/', '//', '/api', '/API/EVENTS', '/api/events/', '//api/events', '/api//events', '/api/./events', '/api/%65vents', '/api/events;a=1', '/%'],
  ...['/api/events%2f', '/api/users/../events', '/openapi.json', '/openapi.json/', '/health', '/favicon.ico', '/.env', '/data/jwt-secret', '/%00'],
  ...['/api/bookings/x/status/y', '/api/__proto__', '/api/constructor', `/${'a'.repeat(5000)}`, '/api/events?%', '/api/events?='],
  ...['/api/events?limit[]=1'],
];

export const QUERIES: readonly string[] = [
  ...['sort=id;drop', '__proto__=1', 'token=<tokens.admin>', 'access_token=<tokens.admin>', '%', '&&&', 'role=admin', '_method=DELETE', 'a=%ff'],
];

export const AUTHORIZATIONS: readonly string[] = [
  ...['', 'Bearer', 'Bearer ', 'bearer x', 'Basic YWRtaW46YWRtaW4=', 'Token x', 'Bearer a b', 'Bearer Bearer <tokens.admin>', '<tokens.admin>'],
  ...['Bearer <tokens.admin>, Bearer <tokens.ann>', 'Bearer <tokens.admin>x', 'Bearer x<tokens.admin>', 'Bearer <tokens.admin>.x'],
  ...['Bearer\t<tokens.admin>'],
  ...['Bearer "<tokens.admin>"', 'Bearer eyJhbGciOiJub25lIn0.eyJpZCI6IjEifQ.', `Bearer ${'a'.repeat(5000)}`, 'Bearer ..', 'Bearer é'],
  ...['BEARER <tokens.gone>'],
];

export const CONTENT_TYPES: readonly string[] = [
  ...['', 'text/plain', 'application/jsonp', 'application/json-patch+json', 'application/x-www-form-urlencoded'],
  ...['multipart/form-data; boundary=x', 'json'],
  ...['APPLICATION/JSON', 'application/json;', 'application/json;charset="', 'application/json; charset=utf-16'],
  ...['application/json; charset=ISO-8859-1'],
  ...['application/json, text/html', 'application/json; charset=utf-8; charset=utf-16', ' application/json', 'é/é'],
];

/** Headers that a proxy might trust. None of them changes the actor or the request. */
export const HEADERS: readonly (readonly [name: string, values: readonly string[]])[] = [
  ['Idempotency-Key', ['k', '', ' ', 'a b', 'é', 'x'.repeat(255), 'x'.repeat(256), "' OR 1=1 --", '__proto__', 'k, k', '<string>', '{{key}}']],
  ['Accept-Language', ['en', 'id', 'en-GB, id;q=0.5', 'en;q=0', 'fr, *;q=0.1', '', 'en'.repeat(3000), ',,;q=,', '<script>', 'en, __proto__', 'é']],
  ['If-None-Match', ['*', '"x"', 'W/"x"', '', '"x", *', 'x'.repeat(3000), '"']],
  [
    'X-Forwarded-For',
    ['203.0.113.7', '203.0.113.7, 198.51.100.1', '2001:db8::1', '::ffff:1.2.3.4', 'localhost', '', "' OR 1=1 --", ',,,', 'fe80::1%eth0'],
  ],
  ['X-HTTP-Method-Override', ['DELETE', 'PUT', 'PATCH', 'GET']],
  ['X-Original-URL', ['/api/users']],
  ['X-Forwarded-Host', ['evil.example']],
  ['X-Forwarded-Proto', ['https', 'javascript']],
  ['Forwarded', ['for=127.0.0.1;host=evil.example']],
  ['X-Request-Id', ['mine', '', 'x'.repeat(300), '<script>', 'é', '../../x', 'a b', '__proto__']],
  ['Cookie', ['token=<tokens.admin>', '__proto__=1', ';;;=']],
  ['Accept', ['text/html', '', 'application/json;q=0', '*/*;q=x']],
  ['Accept-Encoding', ['gzip', 'identity;q=0', 'x'.repeat(500)]],
  ['Accept-Language', ['en', "'"]],
  ['Content-Encoding', ['gzip', 'identity', 'br']],
  ['Content-Length', ['70000', '99999999999999999999']],
  ['Range', ['bytes=0-1', 'bytes=x']],
  [
    'If-Match',
    ['*', '"x"', 'W/"x"', '', '"', '"x", *', '"x",'.repeat(20), ','.repeat(300), `"1-${'a'.repeat(27)}"`, `"9999999999-${'a'.repeat(27)}"`],
  ],
  ['If-Modified-Since', ['Thu, 01 Jan 1970 00:00:00 GMT', 'x']],
  ['Origin', ['https://evil.example', 'null']],
  ['Access-Control-Request-Method', ['DELETE', 'x'.repeat(2000)]],
  ['Referer', ['https://evil.example/<tokens.admin>']],
  ['traceparent', ['00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', '00-x']],
  ['User-Agent', ['', '() { :; }; echo', 'ldap://x']],
];

export const METHODS: readonly string[] = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE', 'PURGE', 'get', 'Patch', 'X'.repeat(50)];
