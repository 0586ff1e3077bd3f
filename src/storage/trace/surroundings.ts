import type { EntityManager } from 'typeorm';
import type { Surroundings } from '../../domain/interaction.js';
import type { SourceProgress } from '../../domain/watermark.js';
import { progressOf } from '../../domain/watermark.js';
import type { Instant, Role } from '../../domain/words.js';
import type { StatedPolicy } from './policy-row.js';
import { LATEST_POLICY, policyOf } from './policy-row.js';

/** What the status of a tenant's interactions depends on beside their calls. */
export type TenantSurroundings = Pick<
  Surroundings,
  'policy' | 'watermarks' | 'lagP99' | 'gapP99' | 'seesHumans'
> & {
  tenantId: string;
  defaultCountry: string;
  sources: readonly SourceFact[];
};

export type SourceFact = SourceProgress & { id: string; role: Role };

const ms = (column: string): string => `(extract(epoch from s.${column}) * 1000)::bigint`;

/** A source as JSON, alias `s`, with what its progress is judged by. */
export const SOURCE_FACT = `jsonb_build_object('id', s.id, 'role', s.role, 'watermarkAt', ${ms('watermark_at')},
  'lastRecordAt', ${ms('last_record_at')}, 'lastEventAt', ${ms('last_event_at')},
  'steadySince', ${ms('steady_since')}, 'derivedAt', ${ms('derived_at')}, 'lag', s.lag)`;

interface Row {
  defaultCountry: string;
  policy: StatedPolicy | null;
  sources: SourceFact[] | null;
}

export async function loadSurroundings(
  tx: EntityManager,
  tenantId: string,
  now: Instant,
): Promise<TenantSurroundings> {
  const [row] = (await tx.query(
    `select t.default_country as "defaultCountry",
            (select to_jsonb(p) from (${LATEST_POLICY}) p) as policy,
            (select jsonb_agg(${SOURCE_FACT}) from source s where s.tenant_id = t.id) as sources
       from tenant t where t.id = $1`,
    [tenantId],
  )) as [Row | undefined];
  const sources = row?.sources ?? [];
  return {
    tenantId,
    defaultCountry: row?.defaultCountry ?? 'US',
    policy: policyOf(row?.policy ?? null),
    sources,
    ...progressOf(sources, now),
    seesHumans: sources.some((source) => source.role === 'HUMAN'),
  };
}
