import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

export const HMAC_ALGORITHMS = ['sha1', 'sha256', 'sha512'] as const;
export type HmacAlgorithm = (typeof HMAC_ALGORITHMS)[number];

export const SIGNATURE_ENCODINGS = ['hex', 'base64'] as const;
export type SignatureEncoding = (typeof SIGNATURE_ENCODINGS)[number];

/** How far a signed timestamp may lie from the time of receipt, either way, in ms. */
export const SIGNATURE_TOLERANCE_MS = 5 * 60_000;

/** Bodies go in as bytes: decoding them first would make different bodies look alike. */
export function hmac(
  algorithm: HmacAlgorithm,
  key: string,
  encoding: SignatureEncoding,
  ...parts: (string | Buffer)[]
): string {
  const mac = createHmac(algorithm, key);
  for (const part of parts) mac.update(part);
  return mac.digest(encoding);
}

const sha256 = (content: string | Buffer): Buffer => createHash('sha256').update(content).digest();

export const sha256Hex = (content: string | Buffer): string => sha256(content).toString('hex');

/** Comparing digests takes the same time whatever differs, the length included. */
export const sameText = (a: string, b: string): boolean => timingSafeEqual(sha256(a), sha256(b));

/** Seconds as far as the year 5138 have fewer digits than milliseconds since 1973. */
const SECONDS_BELOW = 1e11;

/** A signed timestamp, in seconds or milliseconds, that is neither old (a replay) nor from the future. */
export function isFresh(
  timestamp: string,
  receivedAt: number,
  toleranceMs = SIGNATURE_TOLERANCE_MS,
): boolean {
  if (!/^\d{1,16}$/.test(timestamp)) return false;
  const value = Number(timestamp);
  const at = value < SECONDS_BELOW ? value * 1000 : value;
  return Math.abs(receivedAt - at) <= toleranceMs;
}
