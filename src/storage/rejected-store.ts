import type { DataSource, EntityManager } from 'typeorm';
import type { Instant } from '../domain/words.js';
import { RejectedRecordEntity } from './entities/source-record.entity.js';
import { newId } from './ids.js';
import { withoutErased } from './removal/erased-bodies.js';
import { lockNames } from './trace/locks.js';
import { inTransaction, writeRows } from './transaction.js';

export interface Rejection {
  sourceId: string;
  reason: string;
  field: string | null;
  /** The body as text, secrets stripped. */
  body: string;
}

/** A body longer than this is kept in part: it is there to be looked at. */
const BODY_LIMIT = 64 * 1024;

/** What could not be read, kept until it can. */
export class RejectedStore {
  constructor(private readonly db: DataSource) {}

  /** What tells of something erased is not kept: nobody could find it again. */
  async keep(tenantId: string, rejections: readonly Rejection[], receivedAt: Instant): Promise<void> {
    await inTransaction(this.db, (tx) => keepRejected(tx, tenantId, rejections, receivedAt));
  }

  async byId(tenantId: string, id: string): Promise<RejectedRecordEntity | null> {
    return this.db.getRepository(RejectedRecordEntity).findOneBy({ tenantId, id });
  }

  async markReplayed(tenantId: string, id: string, at: Instant): Promise<void> {
    await this.db.getRepository(RejectedRecordEntity).update({ tenantId, id }, { replayedAt: at });
  }
}

/** Whoever erases looks through what is kept once nobody is at keeping any more. */
async function keepRejected(
  tx: EntityManager,
  tenantId: string,
  rejections: readonly Rejection[],
  receivedAt: Instant,
): Promise<void> {
  await lockNames(tx, tenantId, [`rejected/${newId()}`]);
  const kept = await withoutErased(tx, tenantId, rejections, receivedAt);
  const rows = kept.map(({ body, ...rest }) => ({
    tenantId,
    id: newId(),
    ...rest,
    body: body.slice(0, BODY_LIMIT),
    receivedAt,
    replayedAt: null,
  }));
  await writeRows(tx, RejectedRecordEntity, rows);
}
