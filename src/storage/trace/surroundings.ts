import type { EntityManager } from 'typeorm';
import type { Surroundings } from '../../domain/interaction.js';
import type { TracePolicy } from '../../domain/policy.js';
import { DEFAULT_POLICY } from '../../domain/policy.js';
import type { Instant, Role } from '../../domain/words.js';

/** What the status of a tenant's interactions depends on beside their calls. */
export type TenantSurroundings = Pick<Surroundings, 'policy' | 'watermarks' | 'lagP99' | 'seesHumans'> & {
  tenantId: string;
  defaultCountry: string;
};

interface SourceFact {
  role: Role;
  watermarkAt: Instant | null;
}

export async function loadSurroundings(tx: EntityManager, tenantId: string): Promise<TenantSurroundings> {
  const [row] = (await tx.query(
    `select t.default_country as "defaultCountry", t.policy,
            (select jsonb_agg(jsonb_build_object('role', s.role, 'watermarkAt', (extract(epoch from s.watermark_at) * 1000)::bigint))
               from source s where s.tenant_id = t.id) as sources
       from tenant t where t.id = $1`,
    [tenantId],
  )) as [{ defaultCountry: string; policy: TracePolicy | null; sources: SourceFact[] | null } | undefined];
  const sources = row?.sources ?? [];
  return {
    tenantId,
    defaultCountry: row?.defaultCountry ?? 'US',
    policy: row?.policy ?? DEFAULT_POLICY,
    watermarks: {
      DIALER: slowest(sources, 'DIALER'),
      ASSISTANT: slowest(sources, 'ASSISTANT'),
      HUMAN: slowest(sources, 'HUMAN'),
    },
    lagP99: {},
    seesHumans: sources.some((source) => source.role === 'HUMAN'),
  };
}

/** A role has told everything up to where its slowest source has; one that says nothing makes it unknown. */
function slowest(sources: readonly SourceFact[], role: Role): Instant | null {
  const marks = sources.filter((source) => source.role === role).map((source) => source.watermarkAt);
  return marks.length === 0 || marks.includes(null) ? null : Math.min(...marks.flatMap((mark) => mark ?? []));
}
