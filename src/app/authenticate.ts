import { createHash } from 'node:crypto';
import { Forbidden, Unauthenticated } from '../domain/errors.js';
import type { Viewer } from '../graphql/context.js';
import type { KeyGrant, KeyStore } from '../storage/key-store.js';
import type { LinkSigner } from '../storage/signed-link.js';
import { isLink } from '../storage/signed-link.js';
import type { TenantStore } from '../storage/tenant-store.js';

/** A revoked key is refused at the latest after this time. */
const TRUST_MS = 5_000;
const REMEMBERED = 10_000;

/** Turns what a caller presents into who is asking. The only place that knows how that is proved. */
export class Authenticator {
  readonly #known = new Map<string, { viewer: Viewer; until: number }>();

  constructor(
    private readonly keys: KeyStore,
    private readonly tenants: TenantStore,
    private readonly links: LinkSigner,
    private readonly now: () => number,
  ) {}

  /** Null for every reason alike: missing, malformed, unknown, wrong, expired, revoked. */
  async authenticate(authorization: string | undefined): Promise<Viewer | null> {
    const token = /^Bearer +(\S+)$/i.exec(authorization?.trim() ?? '')?.[1];
    if (token === undefined) return null;
    const fingerprint = createHash('sha256').update(token).digest('base64');
    const known = this.#known.get(fingerprint);
    if (known !== undefined && known.until > this.now() && !isExpired(known.viewer, this.now()))
      return known.viewer;
    this.#known.delete(fingerprint);
    const viewer = await this.#lookUp(token);
    if (viewer !== null) this.#remember(fingerprint, viewer);
    return viewer;
  }

  /** Who asks for an address: by the link that it is, else by the key in the header. Throws when nobody may. */
  async identify(address: string, authorization: string | undefined): Promise<Viewer> {
    const isSigned = isLink(address);
    const viewer = await (isSigned ? this.authenticateLink(address) : this.authenticate(authorization));
    if (viewer !== null) return viewer;
    throw isSigned ? new Forbidden('This link is not valid, or no longer.') : new Unauthenticated();
  }

  /**
   * Whom a signed address stands for, until its end. Null for every reason alike: not signed here, changed,
   * expired, or made with a key that is gone or has another role by now.
   */
  async authenticateLink(address: string): Promise<Viewer | null> {
    const holder = this.links.open(address, this.now());
    if (holder === null) return null;
    const key = await this.keys.standing(holder.tenantId, holder.keyId, this.now());
    if (key?.role !== holder.role) return null;
    return this.#viewerOf({ ...key, expiresAt: holder.expiresAt });
  }

  /** False when the viewer's key is gone, expired, or has another role by now. */
  async isStanding({ tenantId, keyId, role }: Pick<Viewer, 'tenantId' | 'keyId' | 'role'>): Promise<boolean> {
    return (await this.keys.standing(tenantId, keyId, this.now()))?.role === role;
  }

  async #lookUp(token: string): Promise<Viewer | null> {
    const key = await this.keys.authenticate(token, this.now());
    return key === null ? null : this.#viewerOf(key);
  }

  async #viewerOf({ tenantId, keyId, role, expiresAt }: KeyGrant): Promise<Viewer | null> {
    const tenant = await this.tenants.byId(tenantId);
    if (tenant === null) return null;
    const { name: tenantName, timeZone, defaultCountry } = tenant;
    return { tenantId, tenantName, role, keyId, timeZone, defaultCountry, expiresAt };
  }

  #remember(fingerprint: string, viewer: Viewer): void {
    if (this.#known.size >= REMEMBERED) this.#known.clear();
    this.#known.set(fingerprint, { viewer, until: this.now() + TRUST_MS });
  }
}

const isExpired = (viewer: Viewer, now: number): boolean =>
  viewer.expiresAt !== null && viewer.expiresAt <= now;
