import { createHmac, timingSafeEqual } from 'node:crypto';
import { BadUserInput } from '../../domain/errors.js';

export type CursorValue = string | number | null;
export type CursorField = 'after' | 'before';

/** 128 bits of HMAC-SHA256: as hard to guess as an id, and half as long. */
const SIGNATURE_BYTES = 16;

/**
 * Writes and reads the opaque cursors of every list. A cursor says where one row stands in one kind
 * of list; its signature binds it to the tenant and to this database, so a cursor that was made up,
 * changed, or taken from somebody else is refused before it reaches a statement.
 */
export class CursorCodec {
  constructor(
    private readonly secret: string,
    private readonly instanceId: string,
  ) {}

  /** The kind names the list and its order, for example `interactions/STARTED_AT/DESC`. */
  encode(kind: string, tenantId: string, values: readonly CursorValue[]): string {
    const body = Buffer.from(JSON.stringify([kind, ...values]));
    return Buffer.concat([this.signature(tenantId, body), body]).toString('base64url');
  }

  /** The values that were encoded. `field` is the argument that the cursor came in. */
  decode(kind: string, tenantId: string, cursor: string, field: CursorField): CursorValue[] {
    const bytes = Buffer.from(cursor, 'base64url');
    const body = bytes.subarray(SIGNATURE_BYTES);
    if (bytes.toString('base64url') !== cursor || !this.isSigned(tenantId, bytes, body))
      throw new BadUserInput(field, 'is not a cursor that you were given by this server');
    const [madeFor, ...values] = JSON.parse(body.toString()) as [string, ...CursorValue[]];
    if (madeFor !== kind)
      throw new BadUserInput(field, 'is a cursor of another list or another order; start again without it');
    return values;
  }

  private isSigned(tenantId: string, bytes: Buffer, body: Buffer): boolean {
    if (bytes.length <= SIGNATURE_BYTES) return false;
    return timingSafeEqual(bytes.subarray(0, SIGNATURE_BYTES), this.signature(tenantId, body));
  }

  private signature(tenantId: string, body: Buffer): Buffer {
    const hmac = createHmac('sha256', this.secret).update(`${this.instanceId}\n${tenantId}\n`).update(body);
    return hmac.digest().subarray(0, SIGNATURE_BYTES);
  }
}
