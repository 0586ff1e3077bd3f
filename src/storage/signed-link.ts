import { createHmac, timingSafeEqual } from 'node:crypto';
import type { ApiRole, Instant } from '../domain/words.js';

/** How long a link opens, unless the key that it stands for ends earlier. In ms. */
export const LINK_LIFETIME_MS = 15 * 60_000;

/** The query parameter that makes an address a signed one. */
const PARAMETER = 'link';

const SIGNATURE_BYTES = 32;

/** On whose behalf a link opens. */
export interface LinkHolder {
  tenantId: string;
  keyId: string;
  role: ApiRole;
  /** When the key itself expires; null: never. */
  expiresAt: Instant | null;
}

export interface SignedLink {
  /** The address that was signed, with its signature: a path and a query. */
  path: string;
  expiresAt: Instant;
}

/**
 * Writes and reads addresses that a browser can open without a header. The signature covers the path,
 * every parameter of the query, the tenant, the key, its role and the end, and binds them to this
 * database: what is changed, expired or another server's opens nothing.
 */
export class LinkSigner {
  constructor(
    private readonly secret: string,
    private readonly instanceId: string,
  ) {}

  /** `address` is a path with its query, as it will be asked for. */
  sign(holder: LinkHolder, address: string, now: Instant): SignedLink {
    const expiresAt = Math.min(now + LINK_LIFETIME_MS, holder.expiresAt ?? Infinity);
    const url = readAddress(address);
    const body = Buffer.from(JSON.stringify([holder.tenantId, holder.keyId, holder.role, expiresAt]));
    const token = Buffer.concat([this.signature(url, body), body]).toString('base64url');
    url.searchParams.set(PARAMETER, token);
    return { path: url.pathname + url.search, expiresAt };
  }

  /** Who a requested address was signed for; null when it was not signed here, was changed, or is over. */
  open(address: string, now: Instant): (LinkHolder & { expiresAt: Instant }) | null {
    const url = readAddress(address);
    const tokens = url.searchParams.getAll(PARAMETER);
    const [token = ''] = tokens;
    const bytes = Buffer.from(token, 'base64url');
    const body = bytes.subarray(SIGNATURE_BYTES);
    if (tokens.length !== 1 || body.length === 0 || bytes.toString('base64url') !== token) return null;
    url.searchParams.delete(PARAMETER);
    if (!timingSafeEqual(bytes.subarray(0, SIGNATURE_BYTES), this.signature(url, body))) return null;
    const [tenantId, keyId, role, expiresAt] = JSON.parse(body.toString()) as [
      string,
      string,
      ApiRole,
      Instant,
    ];
    return expiresAt > now ? { tenantId, keyId, role, expiresAt } : null;
  }

  private signature(url: URL, body: Buffer): Buffer {
    const query = new URLSearchParams(url.search);
    query.sort();
    const signed = `link\n${this.instanceId}\n${url.pathname}\n${query.toString()}\n`;
    return createHmac('sha256', this.secret).update(signed).update(body).digest();
  }
}

/** True for an address that claims to be signed; whether it is, only `open` knows. */
export const isLink = (address: string): boolean => readAddress(address).searchParams.has(PARAMETER);

const readAddress = (address: string): URL => new URL(`http://host${address}`);
