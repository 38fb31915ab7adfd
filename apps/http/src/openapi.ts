import { KEY_CHARACTERS_MAX } from '@ticket/domain';
import type { Hono, MiddlewareHandler } from 'hono';
import { describeRoute, generateSpecs, resolver } from 'hono-openapi';
import type * as v from 'valibot';
import { okCached, rendered } from './cached-body.ts';
import type { AppEnv } from './env.ts';
import { Failure } from './envelope.ts';

const header = (description: string, type: 'string' | 'integer') => ({ description, schema: { type } });

const RETRY_AFTER = { 'Retry-After': header('Detik', 'integer') };

const FAILURES = {
  400: { name: 'Invalid', description: 'Body, id atau parameter tidak valid, atau aturan bisnis menolak; `errors` menjelaskan', headers: {} },
  401: {
    name: 'Unauthenticated',
    description: 'Token tidak ada, tidak valid atau expired; saat login: email atau password salah',
    headers: { 'WWW-Authenticate': header('Bearer', 'string') },
  },
  403: { name: 'Forbidden', description: 'Token valid, tetapi tidak berhak', headers: {} },
  404: { name: 'NotFound', description: 'Data tidak ditemukan', headers: {} },
  409: { name: 'KeyUnderWay', description: 'Permintaan pertama dengan Idempotency-Key ini masih diproses', headers: RETRY_AFTER },
  413: { name: 'TooLarge', description: 'Body lebih dari 16 KiB (event: 64 KiB)', headers: {} },
  415: { name: 'NotJson', description: 'Content-Type bukan application/json dalam UTF-8', headers: {} },
  422: { name: 'KeyReused', description: 'Idempotency-Key sudah dipakai untuk permintaan lain', headers: {} },
  429: {
    name: 'TooMany',
    description: 'Terlalu banyak login gagal, registrasi, atau perubahan booking; coba lagi setelah Retry-After',
    headers: RETRY_AFTER,
  },
  500: { name: 'Failed', description: 'Kesalahan pada server; sebutkan X-Request-Id saat melapor', headers: {} },
  503: { name: 'Unavailable', description: 'Coba lagi setelah Retry-After', headers: RETRY_AFTER },
};
type FailureStatus = keyof typeof FAILURES;
const ALWAYS: readonly FailureStatus[] = [413, 500, 503];

const SECURITY = { none: [], optional: [{}, { bearer: [] }], required: [{ bearer: [] }] };

interface Operation {
  readonly tag: 'Status' | 'Authentication' | 'Users' | 'Events' | 'Bookings';
  readonly id: string;
  readonly summary: string;
  readonly description?: string;
  /** Whether a token is needed; `optional` where the security profile decides. */
  readonly token: keyof typeof SECURITY;
  readonly answer: readonly [status: 200 | 201, reply: v.GenericSchema];
  /** The answer has an ETag (cached-body.ts), as does every list that is sent as one part. */
  readonly tagged?: boolean;
  readonly list?: boolean;
  /** The route accepts an Idempotency-Key (idempotency.ts). */
  readonly keyed?: boolean;
  /** The statuses of failures, without 413, 500 and 503, which any route may give. */
  readonly failures: readonly FailureStatus[];
}

/** Declares a route in the OpenAPI document. Its middlewares declare what they read themselves (body, query, id). */
export function operation({
  tag,
  id,
  summary,
  description,
  token,
  answer: [status, reply],
  tagged = false,
  list = false,
  keyed = false,
  failures,
}: Operation): MiddlewareHandler {
  const refused = [...failures, ...(keyed ? ([409, 422] as const) : []), ...ALWAYS].map((code) => [
    code,
    { $ref: `#/components/responses/${FAILURES[code].name}` },
  ]);
  const described = describeRoute({
    operationId: id,
    tags: [tag],
    summary,
    security: SECURITY[token],
    ...(description === undefined ? {} : { description }),
    responses: {
      [status]: {
        description: summary,
        content: json(reply),
        headers: { ...(list ? LIST_HEADERS : {}), ...(list || tagged ? ETAG : {}), ...(keyed ? KEYED_HEADERS : {}) },
      },
      ...(list || tagged ? { 304: { description: 'Belum berubah sejak jawaban yang ETag-nya disebut dalam If-None-Match', headers: ETAG } } : {}),
      ...Object.fromEntries(refused),
    },
    parameters: [...(list || tagged ? [IF_NONE_MATCH] : []), ...(keyed ? [IDEMPOTENCY_KEY] : [])],
  });
  // The middleware is only a description of the route. It returns `next()` directly, so that a request does not wait for one more promise.
  const passing: MiddlewareHandler = (_, next) => next();
  return Object.assign(passing, described);
}

/** The OpenAPI 3.1 document of the app, made once, from the schemas that validate its requests and type its replies. */
export function openApi(app: Hono<AppEnv>, version: string): MiddlewareHandler {
  const make = async () =>
    rendered(JSON.stringify(await generateSpecs(app, { documentation: about(version), defaultValidationErrorResponse: false })));
  let document: ReturnType<typeof make> | undefined;
  return async (c) => {
    document ??= make();
    return okCached(c, await document);
  };
}

const json = (schema: v.GenericSchema) => ({ 'application/json': { schema: resolver(schema) } });

const LIST_HEADERS = {
  'X-Total-Count': header('Jumlah semua baris, bila murah dihitung atau diminta dengan total=true', 'integer'),
  Link: header('rel="next": halaman berikutnya, bila ada', 'string'),
};
const ETAG = { ETag: header('Nama isi jawaban ini, bila dikirim utuh', 'string') };
const IF_NONE_MATCH = {
  in: 'header' as const,
  name: 'If-None-Match',
  required: false,
  description: 'ETag dari jawaban sebelumnya: bila isinya masih sama, jawabannya 304 tanpa body.',
  schema: { type: 'string' as const },
};
const KEYED_HEADERS = { 'Idempotency-Replayed': header('true: jawaban pertama, diberikan lagi', 'string') };
const IDEMPOTENCY_KEY = {
  in: 'header' as const,
  name: 'Idempotency-Key',
  required: false,
  description: 'Nama permintaan ini menurut klien. Dikirim lagi dengan kunci yang sama, tidak ada yang dibuat dua kali; berlaku 24 jam.',
  schema: { type: 'string' as const, minLength: 1, maxLength: KEY_CHARACTERS_MAX },
};
type Documentation = NonNullable<NonNullable<Parameters<typeof generateSpecs>[1]>['documentation']>;

const about = (version: string): Documentation => ({
  openapi: '3.1.0',
  info: {
    title: 'Ticket Platform API',
    version,
    description: [
      'Setiap tiket terjual tepat satu kali. Semua jawaban memakai amplop yang sama: `success`, `message`, dan `data` atau `errors`.',
      'Token dikirim sebagai `Authorization: Bearer <token>`; token yang tidak valid ditolak (401) di semua endpoint /api.',
      'Pada profil `open` endpoint users dapat dipakai tanpa token; pada profil `locked` hanya oleh admin atau pemilik akun.',
      'PUT mengubah hanya field yang dikirim; field yang tidak dikenal diabaikan; field yang dikirim dua kali: yang terakhir berlaku.',
    ].join('\n\n'),
  },
  tags: [{ name: 'Status' }, { name: 'Authentication' }, { name: 'Users' }, { name: 'Events' }, { name: 'Bookings' }],
  components: {
    securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    responses: Object.fromEntries(
      Object.values(FAILURES).map(({ name, description, headers }) => [name, { description, headers, content: json(Failure) }]),
    ),
  },
});
