import type { DataSource, EntityManager } from 'typeorm';
import type { Instant } from '../../domain/words.js';
import type { Actor } from '../audit/audit-log.js';
import { audit } from '../audit/audit-log.js';
import { lockPolicy, tryLock } from '../trace/locks.js';
import { inTransaction } from '../transaction.js';
import type { Decision } from './deletion-store.js';
import { removeInteractions } from './remove.js';

/** For how many days a tenant keeps what it has; null: as long as nobody erases it. */
export interface Retention {
  /** Interactions, from their end. */
  interactionDays: number | null;
  /** Payloads as they came, and what could not be read, from their arrival. */
  payloadDays: number | null;
}

/** What one run, or one batch of it, did. */
export interface RetentionRun {
  interactions: number;
  calls: number;
  payloads: number;
  rejectedRecords: number;
}

const DAY = 24 * 3_600_000;
/** Interactions that are removed in one transaction. */
const BATCH = 50;
/** Payloads and rejected records that are removed in one transaction. */
const PAYLOADS = 500;
/** So many batches are one run; what is left is the next run's. */
const BATCHES = 40;

/** Whom the log names where nobody asked. */
const CLOCKWORK: Actor = { id: 'retention', role: 'ADMIN' };

/** Removes what has become too old, tenant by tenant, as each has said. */
export class RetentionStore {
  constructor(
    private readonly db: DataSource,
    /** Called after a commit that wrote changes. */
    private readonly onCommit: () => void = () => undefined,
  ) {}

  async read(tenantId: string): Promise<Retention> {
    const [row]: Retention[] = await this.db.query(
      `select interaction_retention_days as "interactionDays", payload_retention_days as "payloadDays"
         from tenant where id = $1`,
      [tenantId],
    );
    return row ?? { interactionDays: null, payloadDays: null };
  }

  /** What is absent of the change stays. */
  async change(
    tenantId: string,
    change: Partial<Retention>,
    { actor, reason }: Decision,
    now: Instant,
  ): Promise<Retention> {
    const { interactionDays, payloadDays } = await this.read(tenantId);
    const next = {
      interactionDays: change.interactionDays === undefined ? interactionDays : change.interactionDays,
      payloadDays: change.payloadDays === undefined ? payloadDays : change.payloadDays,
    };
    await inTransaction(this.db, async (tx) => {
      await tx.query(
        'update tenant set interaction_retention_days = $2, payload_retention_days = $3 where id = $1',
        [tenantId, next.interactionDays, next.payloadDays],
      );
      const detail = { ...next };
      await audit(
        tx,
        tenantId,
        actor,
        [{ action: 'RETENTION_CHANGED', subjectId: null, reason, detail }],
        now,
      );
    });
    return next;
  }

  /** One run for every tenant that has said so, in bounded batches; answers what was removed of each. */
  async sweep(now: Instant): Promise<Map<string, RetentionRun>> {
    const tenants: { id: string }[] = await this.db.query(
      'select id from tenant where coalesce(interaction_retention_days, payload_retention_days) is not null order by id',
    );
    const runs = new Map<string, RetentionRun>();
    for (const { id } of tenants) runs.set(id, await this.#run(id, now));
    return runs;
  }

  async #run(tenantId: string, now: Instant): Promise<RetentionRun> {
    const retention = await this.read(tenantId);
    const total = { ...NOTHING };
    for (let batch = 0; batch < BATCHES; batch += 1) {
      const done = await inTransaction(this.db, (tx) => runBatch(tx, tenantId, retention, now));
      if (isNothing(done)) break;
      this.onCommit();
      for (const key of KEYS) total[key] += done[key];
    }
    if (!isNothing(total)) {
      const deed = { action: 'RETENTION_RUN', subjectId: null, detail: { ...retention, ...total } } as const;
      await inTransaction(this.db, (tx) => audit(tx, tenantId, CLOCKWORK, [deed], now));
    }
    return total;
  }
}

const NOTHING: RetentionRun = { interactions: 0, calls: 0, payloads: 0, rejectedRecords: 0 };
const KEYS = Object.keys(NOTHING) as (keyof RetentionRun)[];
const isNothing = (run: RetentionRun): boolean => KEYS.every((key) => run[key] === 0);

/** Nothing where another process is at it. */
async function runBatch(
  tx: EntityManager,
  tenantId: string,
  { interactionDays, payloadDays }: Retention,
  now: Instant,
): Promise<RetentionRun> {
  if (!(await tryLock(tx, tenantId, 'retention'))) return NOTHING;
  const old = interactionDays === null ? NOTHING : await removeOld(tx, tenantId, interactionDays, now);
  const before = payloadDays === null ? null : new Date(now - payloadDays * DAY);
  return {
    ...old,
    payloads: before === null ? 0 : await blankPayloads(tx, tenantId, before),
    rejectedRecords: before === null ? 0 : await dropRejected(tx, tenantId, before),
  };
}

async function removeOld(
  tx: EntityManager,
  tenantId: string,
  days: number,
  now: Instant,
): Promise<RetentionRun> {
  await lockPolicy(tx, tenantId);
  const rows: { id: string }[] = await tx.query(
    `select id from interaction where tenant_id = $1 and ended_at < $2 and status <> 'IN_PROGRESS'
      order by ended_at limit ${BATCH}`,
    [tenantId, new Date(now - days * DAY)],
  );
  const ids = rows.map(({ id }) => id);
  if (ids.length === 0) return NOTHING;
  const { interactions, legs } = await removeInteractions(
    tx,
    tenantId,
    ids,
    { kind: 'TIMER', id: null },
    now,
  );
  return { ...NOTHING, interactions: interactions.length, calls: legs.length };
}

/** The payload goes, what was read of it stays. */
const blankPayloads = (tx: EntityManager, tenantId: string, before: Date): Promise<number> =>
  counted(
    tx,
    `update source_record r set payload = null
      where r.tenant_id = $1 and r.id in (
        select old.id from source_record old
          join leg l on l.tenant_id = $1 and l.id = old.leg_id
          join interaction i on i.tenant_id = $1 and i.id = l.interaction_id and i.ended_at is not null
         where old.tenant_id = $1 and old.received_at < $2 and old.payload is not null
         order by old.received_at limit ${PAYLOADS})`,
    [tenantId, before],
  );

const dropRejected = (tx: EntityManager, tenantId: string, before: Date): Promise<number> =>
  counted(
    tx,
    `delete from rejected_record r
      where r.tenant_id = $1 and r.id in (
        select old.id from rejected_record old where old.tenant_id = $1 and old.received_at < $2
         order by old.received_at limit ${PAYLOADS})`,
    [tenantId, before],
  );

async function counted(tx: EntityManager, sql: string, params: readonly unknown[]): Promise<number> {
  const [row]: { n: number }[] = await tx.query(
    `with done as (${sql} returning 1) select count(*)::int as n from done`,
    [...params],
  );
  return row?.n ?? 0;
}
