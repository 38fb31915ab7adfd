import { createHmac } from 'node:crypto';

/** Makes a text that is different for different requests, and from which the request cannot be read. */
export type Fingerprint = (parts: readonly (string | Uint8Array)[]) => string;

/**
 * HMAC-SHA256 with a key of this installation. A request may contain a password, and a reader of the table must not be able to guess
 * passwords from a plain hash.
 */
export function createFingerprint(secret: string): Fingerprint {
  const key = createHmac('sha256', secret).update('idempotency fingerprints').digest();
  return (parts) => {
    const sum = createHmac('sha256', key);
    for (const part of parts) sum.update(part);
    return sum.digest('hex');
  };
}
