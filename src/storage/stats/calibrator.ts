import type { EntityManager } from 'typeorm';
import type { Call } from '../../domain/call.js';
import type { Calibration, KnownCall } from '../../domain/calibration.js';
import { calibrate, isPrecise } from '../../domain/calibration.js';
import type { LegKey } from '../../domain/leg.js';
import type { ScoredLeg } from '../../domain/pair.js';
import type { Instant } from '../../domain/words.js';
import { properties } from '../trace/call-store.js';
import { lookAgainAt } from '../trace/look-again.js';
import { orphanOf } from '../trace/orphans.js';

/** The latest calls of a pair of sources by which it is calibrated. */
const CALLS = 2_000;

interface SourceIds {
  dialerSourceId: string;
  assistantSourceId: string;
}

export interface CalibratedPair extends SourceIds {
  calibration: Calibration;
}

interface ClockedPair extends SourceIds {
  offsetMs: number | null;
  calibration: Calibration | null;
}

/** A calibration holds for so long. */
export const CALIBRATION_AGE_MS = 24 * 3_600_000;

/**
 * Tries circumstantial evidence on calls that keys have joined, for every pair of sources that has any and was last
 * tried before `before`, and keeps the result: it decides whether the pair may be linked without a person. When it
 * decides otherwise than before, orphans are compared again.
 */
export async function calibratePairs(
  tx: EntityManager,
  tenantId: string,
  now: Instant,
  before: Instant = now + 1,
): Promise<CalibratedPair[]> {
  const pairs: ClockedPair[] = await tx.query(
    `select dialer_source_id as "dialerSourceId", assistant_source_id as "assistantSourceId", applied_offset_ms as "offsetMs",
            calibration
       from source_pair
      where tenant_id = $1 and coalesce((calibration->>'at')::numeric, 0) < $2 order by 1, 2`,
    [tenantId, before],
  );
  const calibrated: CalibratedPair[] = [];
  for (const { offsetMs, calibration: former, ...pair } of pairs) {
    const calibration = calibrate(await knownCalls(tx, tenantId, pair), offsetMs, now);
    await tx.query(
      `update source_pair set calibration = $4
        where tenant_id = $1 and dialer_source_id = $2 and assistant_source_id = $3`,
      [tenantId, pair.dialerSourceId, pair.assistantSourceId, calibration],
    );
    calibrated.push({ ...pair, calibration });
    if (isPrecise(former) !== isPrecise(calibration))
      await lookAgainAt(tx, tenantId, now, [pair.dialerSourceId]);
  }
  return calibrated;
}

/** Calls of one answered dialer and one assistant that a key has joined, the latest first. */
async function knownCalls(tx: EntityManager, tenantId: string, pair: SourceIds): Promise<KnownCall[]> {
  const rows: { dialer: object; assistant: object; country: string }[] = await tx.query(
    `select to_jsonb(dl) || to_jsonb(dc) as dialer, to_jsonb(al) || to_jsonb(ac) as assistant,
            t.default_country as country
       from leg dl
       join leg al on al.tenant_id = $1 and al.interaction_id = dl.interaction_id and al.source_id = $3
       join call dc on dc.tenant_id = $1 and dc.id = dl.id
       join call ac on ac.tenant_id = $1 and ac.id = al.id
       join tenant t on t.id = $1
      where dl.tenant_id = $1 and dl.source_id = $2 and dl.ended_at is not null and dl.answered_at is not null
        and al.ended_at is not null and dl.link->>'tier' = 'KEY' and al.link->>'tier' = 'KEY'
        and (select count(*) from leg l where l.tenant_id = $1 and l.interaction_id = dl.interaction_id) = 2
      order by dl.ended_at desc limit ${CALLS}`,
    [tenantId, pair.dialerSourceId, pair.assistantSourceId],
  );
  return rows.flatMap(({ dialer, assistant, country }) => {
    const [d, a] = [scoredLeg(tenantId, dialer, country), scoredLeg(tenantId, assistant, country)];
    return d === null || a === null ? [] : [{ dialer: d, assistant: a }];
  });
}

function scoredLeg(tenantId: string, row: object, country: string): ScoredLeg | null {
  const call = properties(row) as unknown as Call & { keys: LegKey[] };
  const orphan = orphanOf(tenantId, { call, keys: call.keys }, country);
  return orphan === null ? null : { ...orphan, hasPartner: false };
}
