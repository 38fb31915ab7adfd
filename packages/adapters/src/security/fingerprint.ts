import { createHmac } from 'node:crypto';

/** Tells what was asked from anything else that could have been, without telling what it was. */
export type Fingerprint = (parts: readonly (string | Uint8Array)[]) => string;

/**
 * HMAC-SHA256 under a key of this installation's: what is kept beside an answer may cover a password, and nobody who reads
 * the table is to try passwords on it.
 */
export function createFingerprint(secret: string): Fingerprint {
  const key = createHmac('sha256', secret).update('idempotency fingerprints').digest();
  return (parts) => {
    const sum = createHmac('sha256', key);
    for (const part of parts) sum.update(part);
    return sum.digest('hex');
  };
}
