import type { EntityManager } from 'typeorm';
import type { ClockSample } from '../../domain/clock.js';
import { estimateOffset, steadied } from '../../domain/clock.js';
import { LAG_RULES } from '../../domain/lag.js';
import type { Instant } from '../../domain/words.js';
import { SourcePairEntity } from '../entities/pair.entity.js';
import { lookAgainAt } from '../trace/look-again.js';
import { writeRows } from '../transaction.js';

/** Of the latest interactions, and of these the latest of each pair of sources. */
const INTERACTIONS = 5_000;
const SAMPLES = 500;

interface PairSamples {
  dialerSourceId: string;
  assistantSourceId: string;
  samples: ClockSample[];
}

/**
 * Measures the clocks of every dialer and assistant that joined calls by key. When they are to be compared by another
 * offset than before, or are trusted no more, or again, the orphans of the dialer are compared anew.
 */
export async function measureClocks(tx: EntityManager, tenantId: string, now: Instant): Promise<void> {
  const former = await formerClocks(tx, tenantId);
  const pairs = await strongPairs(tx, tenantId, now - LAG_RULES.windowMs);
  const rows = pairs.map(({ samples, ...pair }) => {
    const estimate = estimateOffset(samples);
    const before = former.get(nameOf(pair)) ?? UNMEASURED;
    const appliedOffsetMs = steadied(before.appliedOffsetMs, estimate.offsetMs);
    return { tenantId, ...pair, ...estimate, appliedOffsetMs, measuredAt: now };
  });
  await writeRows(tx, SourcePairEntity, rows);
  const turned = rows.filter((row) => {
    const before = former.get(nameOf(row)) ?? UNMEASURED;
    return row.appliedOffsetMs !== before.appliedOffsetMs || row.isStable !== before.isStable;
  });
  const dialers = new Set(turned.map(({ dialerSourceId }) => dialerSourceId));
  await lookAgainAt(tx, tenantId, now, [...dialers].sort());
}

type PairIds = Pick<PairSamples, 'dialerSourceId' | 'assistantSourceId'>;
type Former = Pick<SourcePairEntity, 'appliedOffsetMs' | 'isStable'>;

const UNMEASURED: Former = { appliedOffsetMs: null, isStable: true };

const nameOf = ({ dialerSourceId, assistantSourceId }: PairIds): string =>
  `${dialerSourceId}/${assistantSourceId}`;

async function formerClocks(tx: EntityManager, tenantId: string): Promise<Map<string, Former>> {
  const rows: (PairIds & Former)[] = await tx.query(
    `select dialer_source_id as "dialerSourceId", assistant_source_id as "assistantSourceId",
            applied_offset_ms as "appliedOffsetMs", is_stable as "isStable" from source_pair where tenant_id = $1`,
    [tenantId],
  );
  return new Map(rows.map((row) => [nameOf(row), row]));
}

/** Of each call the first dialer leg that was answered, and the assistant leg that began first. */
function strongPairs(tx: EntityManager, tenantId: string, since: Instant): Promise<PairSamples[]> {
  const first = (role: string, at: string) =>
    `select source_id, ${at} as at from leg
      where tenant_id = $1 and interaction_id = i.id and role = '${role}' and link->>'tier' = 'KEY'
        and ${at} is not null order by 2, id limit 1`;
  return tx.query(
    `select dialer as "dialerSourceId", assistant as "assistantSourceId",
            jsonb_agg(jsonb_build_object('at', (extract(epoch from at) * 1000)::bigint, 'differenceMs', ms)) as samples
       from (select d.source_id as dialer, a.source_id as assistant, d.at,
                    (extract(epoch from a.at - d.at) * 1000)::bigint as ms,
                    row_number() over (partition by d.source_id, a.source_id order by d.at desc) as place
               from (select id from interaction where tenant_id = $1 and started_at >= $2
                      order by started_at desc limit ${INTERACTIONS}) i
              cross join lateral (${first('DIALER', 'answered_at')}) d
              cross join lateral (${first('ASSISTANT', 'coalesce(answered_at, started_at)')}) a) joined
      where place <= ${SAMPLES}
      group by dialer, assistant`,
    [tenantId, new Date(since)],
  );
}
