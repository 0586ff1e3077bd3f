import type { EntityManager } from 'typeorm';
import type { ClockSample } from '../../domain/clock.js';
import { estimateOffset } from '../../domain/clock.js';
import { LAG_RULES } from '../../domain/lag.js';
import type { Instant } from '../../domain/words.js';
import { SourcePairEntity } from '../entities/pair.entity.js';
import { writeRows } from '../transaction.js';

/** Of the latest interactions, and of these the latest of each pair of sources. */
const INTERACTIONS = 5_000;
const SAMPLES = 500;

interface PairSamples {
  dialerSourceId: string;
  assistantSourceId: string;
  samples: ClockSample[];
}

/** Measures the clocks of every dialer and assistant that joined calls by key. One statement, and one to write. */
export async function measureClocks(tx: EntityManager, tenantId: string, now: Instant): Promise<void> {
  const pairs = await strongPairs(tx, tenantId, now - LAG_RULES.windowMs);
  await writeRows(
    tx,
    SourcePairEntity,
    pairs.map(({ dialerSourceId, assistantSourceId, samples }) => ({
      tenantId,
      dialerSourceId,
      assistantSourceId,
      ...estimateOffset(samples),
      measuredAt: now,
    })),
  );
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
