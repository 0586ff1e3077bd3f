import type { DataSource } from 'typeorm';
import { HEALTH_RULES } from '../domain/health.js';
import type { Instant } from '../domain/words.js';
import type { CalibratedPair } from './stats/calibrator.js';
import { CALIBRATION_AGE_MS, calibratePairs } from './stats/calibrator.js';
import { measureClocks } from './stats/clocks.js';
import { settleDeadlines } from './stats/deadlines.js';
import { measureHealth } from './stats/health.js';
import { measureLag } from './stats/lag.js';
import { standingHours } from './stats/standing.js';
import { tryLock } from './trace/locks.js';
import { loadSurroundings } from './trace/surroundings.js';
import { inTransaction } from './transaction.js';
import { settleDrops } from './watermark-store.js';

/** Measures the sources of tenants: lag, clocks, and how well their records find each other. */
export class SourceStats {
  constructor(private readonly db: DataSource) {}

  /** Measures every tenant that no other process is measuring. A tenant at fault does not hold up the others. */
  async measure(now: Instant, onError: (error: unknown) => void): Promise<void> {
    const tenants: { id: string }[] = await this.db.query(
      'select distinct tenant_id as id from source where last_record_at >= $1 order by 1',
      [new Date(now - HEALTH_RULES.windowMs)],
    );
    for (const { id } of tenants) await this.measureTenant(id, now).catch(onError);
  }

  /** Answers false when another process is at it. */
  measureTenant(tenantId: string, now: Instant): Promise<boolean> {
    return inTransaction(this.db, async (tx) => {
      if (!(await tryLock(tx, tenantId, 'measure'))) return false;
      const before = await loadSurroundings(tx, tenantId, now);
      await measureLag(tx, tenantId, now);
      await settleDeadlines(tx, before, now);
      await measureClocks(tx, tenantId, now);
      await measureHealth(tx, tenantId, now);
      await calibratePairs(tx, tenantId, now, now - CALIBRATION_AGE_MS);
      await settleDrops(tx, tenantId, now);
      return true;
    });
  }

  /** Tries at once how well circumstantial evidence finds what keys have joined, for each pair of sources. */
  calibrate(tenantId: string, now: Instant): Promise<CalibratedPair[]> {
    return inTransaction(this.db, async (tx) => {
      await measureClocks(tx, tenantId, now);
      return calibratePairs(tx, tenantId, now);
    });
  }

  /** How many alarms stand, over all tenants. */
  async standingAlarms(now: Instant): Promise<number> {
    const [row]: { n: number }[] = await this.db.query(
      `select coalesce(sum(jsonb_array_length(breaches)), 0)::int as n
         from (${standingHours('$1')}) h`,
      [new Date(now - HEALTH_RULES.standingMs)],
    );
    return row?.n ?? 0;
  }
}
