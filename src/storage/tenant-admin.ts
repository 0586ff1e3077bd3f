import type { DataSource } from 'typeorm';
import { getCountries } from 'libphonenumber-js/min';
import { BadUserInput, NotFound } from '../domain/errors.js';
import type { Instant } from '../domain/words.js';
import { audit } from './audit/audit-log.js';
import type { Decision } from './removal/deletion-store.js';
import { checkTimeZone } from './source-store.js';
import { rebuildFunnel } from './trace/funnel-rollup.js';
import { inTransaction } from './transaction.js';

/** A change of a tenant's place: what is absent stays. */
export interface PlaceChange {
  /** IANA name. */
  timeZone?: string;
  /** ISO 3166, two letters. */
  defaultCountry?: string;
}

type Place = Required<PlaceChange>;

/** What people say of a tenant. Every deed is in the audit log. */
export class TenantAdmin {
  constructor(private readonly db: DataSource) {}

  /**
   * Another time zone has the funnel counted anew, by the days of that zone, in the same transaction. Another country
   * is that of numbers which come from now on, and of all after a rebuild.
   */
  async place(tenantId: string, change: PlaceChange, by: Decision, now: Instant): Promise<Place> {
    const wanted = { ...change, ...countryOf(change) };
    if (wanted.timeZone !== undefined) checkTimeZone(wanted.timeZone);
    return inTransaction(this.db, async (tx) => {
      const [held]: Place[] = await tx.query(
        'select time_zone as "timeZone", default_country as "defaultCountry" from tenant where id = $1 for update',
        [tenantId],
      );
      if (held === undefined) throw new NotFound('tenant');
      const next = { ...held, ...wanted };
      if (next.timeZone === held.timeZone && next.defaultCountry === held.defaultCountry) return held;
      await tx.query('update tenant set time_zone = $2, default_country = $3 where id = $1', [
        tenantId,
        next.timeZone,
        next.defaultCountry,
      ]);
      const deed = {
        action: 'TENANT_CHANGED' as const,
        subjectId: null,
        reason: by.reason,
        detail: { ...next },
      };
      await audit(tx, tenantId, by.actor, [deed], now);
      if (next.timeZone !== held.timeZone) await rebuildFunnel(tx, tenantId);
      return next;
    });
  }
}

function countryOf({ defaultCountry }: PlaceChange): Pick<PlaceChange, 'defaultCountry'> {
  if (defaultCountry === undefined) return {};
  const country = getCountries().find((one) => one === defaultCountry.toUpperCase());
  if (country === undefined)
    throw new BadUserInput('defaultCountry', 'must be the two letters of a country, such as US or DE');
  return { defaultCountry: country };
}
