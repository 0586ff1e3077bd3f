import { createHash, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';

/** `tl_<id>_<secret>`: the id finds the key, the secret proves it. */
export interface ApiKeyParts {
  id: string;
  secret: string;
}

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const KEY = /^tl_([0-9A-Za-z]{12})_([\w-]{43})$/;

export const makeKey = (): ApiKeyParts => ({
  id: Array.from({ length: 12 }, () => ALPHABET[randomInt(ALPHABET.length)]).join(''),
  secret: randomBytes(32).toString('base64url'),
});

export const writeKey = ({ id, secret }: ApiKeyParts): string => `tl_${id}_${secret}`;

/** Null for anything that is not of a key's form. */
export function readKey(presented: string): ApiKeyParts | null {
  const [, id, secret] = KEY.exec(presented) ?? [];
  return id === undefined || secret === undefined ? null : { id, secret };
}

export const hashSecret = (secret: string): string => createHash('sha256').update(secret).digest('hex');

/** What is compared with when there is no such key: nobody knows its secret. */
const NOBODY = hashSecret(randomBytes(32).toString('base64url'));

/** Takes the same time whether the secret is wrong in its first letter or its last, or has no key at all. */
export function isSecretOf(secretHash: string | null, secret: string): boolean {
  const expected = Buffer.from(secretHash ?? NOBODY, 'hex');
  const given = Buffer.from(hashSecret(secret), 'hex');
  return expected.length === given.length && timingSafeEqual(expected, given) && secretHash !== null;
}
