import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Encrypts short secrets that the database keeps (AES-256-GCM), bound to what they belong to. The nonce is made
 * of the text itself: equal secrets of one owner look alike, so that writing one again changes nothing.
 */
export class Sealer {
  readonly #key: Buffer;
  readonly #nonceKey: Buffer;

  constructor(secret: string) {
    const derive = (purpose: string) => Buffer.from(hkdfSync('sha256', secret, '', purpose, 32));
    this.#key = derive('throughline sealed secrets');
    this.#nonceKey = derive('throughline sealed nonces');
  }

  seal(owner: string, text: string): string {
    const nonce = createHmac('sha256', this.#nonceKey).update(`${owner}\n${text}`).digest();
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce.subarray(0, NONCE_BYTES));
    cipher.setAAD(Buffer.from(owner));
    const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([nonce.subarray(0, NONCE_BYTES), cipher.getAuthTag(), body]).toString('base64url');
  }

  /** Null when it was sealed for another owner or with another secret, or is damaged. */
  open(owner: string, sealed: string): string | null {
    const bytes = Buffer.from(sealed, 'base64url');
    if (bytes.length < NONCE_BYTES + TAG_BYTES) return null;
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, NONCE_BYTES));
      decipher.setAAD(Buffer.from(owner));
      decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
      const body = bytes.subarray(NONCE_BYTES + TAG_BYTES);
      return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8');
    } catch {
      return null;
    }
  }
}
