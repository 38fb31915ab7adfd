/**
 * The sample secrets in this repository and its specification. Everybody can read them, so they protect nothing. A test searches the
 * documents and the tests for samples that are missing here.
 */
export const PUBLISHED = [
  ...['your_super_secret_key_min_32_characters', 'your_secret_key', 'the_value_that_jwt_secret_had'],
  ...['choose-a-random-one', 'choose-a-long-one', 'choose a long one', 'a long password', 'a long enough one', 'correct horse'],
  ...['owner-password', 'app-password', 'auditor-password', 'fullstack', 'password123', 'admin123', 'user123', 'password', 'one#two'],
  ...['a secret of the tests, long enough for HS256', 'one secret for all three servers of the cluster'],
  ...['k7Jr0cC3Wq9Xz5Lm2Nn8Vb4Ty6Uo1Pa0', 'the-secret-of-the-benchmark-nobody-elses-0123456789'],
] as const;
const LONGEST_FIRST = PUBLISHED.map((text) => text.toLowerCase()).toSorted((one, other) => other.length - one.length);

export const SECRET_BYTES_MIN = 32;
/** The form of a bearer token (RFC 9110, 11.2), with a length that cannot be guessed. */
const METRICS_TOKEN_FORM = /^[\w.~+/-]{16,1024}=*$/;
const METRICS_TOKEN_MESSAGE = 'needs 16 characters or more of letters, digits, - . _ ~ + and /';
const METRICS_TOKEN_MIN = 16;

export const SECRET_ADVICE = "make one with: node -p \"require('crypto').randomBytes(48).toString('base64url')\"";
export const METRICS_TOKEN_ADVICE = "make one with: node -p \"require('crypto').randomBytes(24).toString('base64url')\"";

/** Whether the secret is a published value, or has fewer than `bytesMin` other bytes around one. */
export function isPublished(secret: string, bytesMin: number): boolean {
  const lower = secret.toLowerCase();
  const own = LONGEST_FIRST.reduce((text, sample) => text.replaceAll(sample, ''), lower);
  return own !== lower && Buffer.byteLength(own) < bytesMin;
}

/** Whether an attacker would try the value early: it has few different bytes, counts up or down, or repeats a part. */
export function isRegular(secret: string): boolean {
  const bytes = [...Buffer.from(secret)];
  const steps = bytes.slice(1).map((byte, at) => byte - (bytes[at] ?? 0));
  const differentMin = Math.min(8, Math.floor(bytes.length / 4));
  return [bytes, steps].some((values) => new Set(values).size < differentMin) || repeats(bytes);
}

/** A shorter repetition may be chance: one in a million random secrets of 32 hexadecimal digits ends with its first 6 digits. */
const REPEATED_MIN = 6;
function repeats(bytes: readonly number[]): boolean {
  const periods = Array.from({ length: Math.max(0, Math.min(SECRET_BYTES_MIN - 1, bytes.length - REPEATED_MIN)) }, (_, index) => index + 1);
  return periods.some((period) => bytes.every((byte, at) => at < period || byte === bytes[at - period]));
}

/** The faults of the secret that signs tokens. Each text completes a sentence that begins with the name of the variable. */
export function weaknesses(secret: string): string[] {
  if (isPublished(secret, SECRET_BYTES_MIN)) return ['is the published sample, or has little else in it'];
  if (Buffer.byteLength(secret) < SECRET_BYTES_MIN) return [`is shorter than ${SECRET_BYTES_MIN} bytes`];
  return isRegular(secret) ? ['is easily guessed: it has few different characters, or repeats itself'] : [];
}

export function weaknessesOfMetricsToken(token: string): string[] {
  if (!METRICS_TOKEN_FORM.test(token)) return [METRICS_TOKEN_MESSAGE];
  if (isPublished(token, METRICS_TOKEN_MIN)) return ['is the published sample, or has little else in it'];
  return isRegular(token) ? ['is easily guessed: it has few different characters, or repeats itself'] : [];
}
