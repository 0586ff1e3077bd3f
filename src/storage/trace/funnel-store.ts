import type { DataSource } from 'typeorm';
import { inTransaction } from '../transaction.js';
import { settleCallBacks } from './call-backs.js';
import { compactDeltas, FUNNEL_LOCK, rebuildFunnel } from './funnel-rollup.js';

/** Keeps the funnel's roll-up small. What it has not added up yet is counted all the same. */
export class FunnelStore {
  constructor(private readonly db: DataSource) {}

  /** Answers how much was done; nothing while another process is at it. Each call is one short transaction. */
  async sweep(limit = 5_000): Promise<number> {
    return inTransaction(this.db, async (tx) => {
      const [lock] = (await tx.query('select pg_try_advisory_xact_lock($1) as taken', [FUNNEL_LOCK])) as [
        { taken: boolean } | undefined,
      ];
      if (lock?.taken !== true) return 0;
      const checks = await settleCallBacks(tx, Math.ceil(limit / 10));
      return checks + (await compactDeltas(tx, limit));
    });
  }

  /** Counts a tenant's interactions anew: needed when its time zone has changed. */
  rebuild(tenantId: string): Promise<void> {
    return inTransaction(this.db, (tx) => rebuildFunnel(tx, tenantId));
  }
}
