import { randomUUID } from 'node:crypto';
import type { DataSource, EntityTarget, ObjectLiteral } from 'typeorm';
import type { Call } from '../../src/domain/call.js';
import { marksOf } from '../../src/domain/funnel.js';
import type { Stages } from '../../src/domain/stages.js';
import { STAGES } from '../../src/domain/words.js';
import { normalizeAddress } from '../../src/storage/address.js';
import { oneVariant } from '../../src/domain/phone.js';
import { customerKeysOf } from '../../src/storage/customer-keys.js';
import {
  CallEntity,
  KnowledgeSearchEntity,
  ToolCallEntity,
  TranscriptEntryEntity,
} from '../../src/storage/entities/call.entity.js';
import {
  InteractionEntity,
  InteractionRedirectEntity,
  StatusChangeEntity,
} from '../../src/storage/entities/interaction.entity.js';
import { CorrelationKeyEntity, LegEntity } from '../../src/storage/entities/leg.entity.js';
import { RejectedRecordEntity, SourceRecordEntity } from '../../src/storage/entities/source-record.entity.js';
import { SourceEntity, TenantEntity } from '../../src/storage/entities/tenant.entity.js';
import { callLabels, interactionLabels } from '../../src/storage/list/labels.js';
import { wordVector } from '../../src/storage/list/transcript.js';
import { INTERACTION_UNSHOWN } from '../../src/storage/read-model.js';
import type { CallRow, InteractionRow, TenantFrame, TranscriptRow } from '../../src/storage/read-model.js';

/** When everything in a world happens unless a test says otherwise. */
export const NOON = Date.parse('2026-03-02T12:00:00.000Z');
export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** One tenant of its own, and rows for it that are whole but for what a test cares about. */
export class World {
  private constructor(
    private readonly db: DataSource,
    /** The tenant's view; its clock stands at noon. */
    readonly frame: TenantFrame,
  ) {}

  static async in(db: DataSource, tenant: Partial<TenantEntity> = {}): Promise<World> {
    const row = { id: randomUUID(), name: randomUUID(), timeZone: 'UTC', defaultCountry: 'US', ...tenant };
    await db.getRepository(TenantEntity).insert(row);
    const { id: tenantId, timeZone, defaultCountry } = row;
    return new World(db, { tenantId, timeZone, defaultCountry, now: NOON });
  }

  get tenantId(): string {
    return this.frame.tenantId;
  }

  source(row: Partial<SourceEntity> = {}): Promise<SourceEntity> {
    const base = {
      id: randomUUID(),
      name: randomUUID(),
      provider: 'neutral',
      role: 'DIALER' as const,
      secret: 'hush',
    };
    return this.insert(SourceEntity, { ...base, ...row });
  }

  /** `customerAddress` alone is enough: what is derived from it is derived. */
  async interaction(row: Partial<InteractionEntity> = {}): Promise<InteractionEntity> {
    const customer = normalizeAddress(row.customerAddress ?? null, this.frame.defaultCountry);
    const startedAt = row.startedAt ?? NOON;
    const durationMs = row.durationMs === undefined ? MINUTE : row.durationMs;
    const whole = {
      ...emptyInteraction(startedAt),
      durationMs,
      endedAt: durationMs === null ? null : startedAt + durationMs,
      customerE164: customer.e164 === null ? null : oneVariant(customer.e164),
      customerReversed: customer.reversed,
      customerKeys: customerKeysOf(customer.e164, [], this.frame.defaultCountry),
      ...row,
    };
    const labels = interactionLabels(this.tenantId, whole as InteractionEntity);
    return this.insert(InteractionEntity, { ...whole, labels });
  }

  redirect(id: string, survivorId: string): Promise<InteractionRedirectEntity> {
    return this.insert(InteractionRedirectEntity, { id, survivorId, legId: randomUUID() });
  }

  statusChange(row: Partial<StatusChangeEntity>): Promise<StatusChangeEntity> {
    const base = { revision: 1, toStatus: 'IN_PROGRESS' as const, at: NOON, policyVersion: 1 };
    const why = { code: 'CALL_IN_PROGRESS' as const, facts: [] };
    return this.insert(StatusChangeEntity, { ...base, why, causeKind: 'RECORD', ...row });
  }

  /** A leg, and its call under the same id. `sortedAt` follows the start unless it is given. */
  async call(row: Partial<CallRow> = {}): Promise<CallRow> {
    const id = row.id ?? randomUUID();
    const startedAt = row.startedAt ?? NOON;
    const whole = {
      ...emptyCall(startedAt),
      id,
      interactionId: randomUUID(),
      sourceId: randomUUID(),
      ...row,
    };
    await this.leg({ ...only(this.db, LegEntity, whole), id });
    const labels = callLabels(this.tenantId, { ...whole, toolCalls: [] } as unknown as Call);
    await this.insert(CallEntity, { ...only(this.db, CallEntity, whole), id, labels });
    return { ...whole, tenantId: this.tenantId } as CallRow;
  }

  leg(row: Partial<LegEntity> = {}): Promise<LegEntity> {
    return this.insert(LegEntity, {
      id: randomUUID(),
      interactionId: randomUUID(),
      sourceId: randomUUID(),
      externalId: randomUUID(),
      role: 'DIALER',
      state: 'TERMINAL',
      startedAt: NOON,
      firstEventAt: NOON,
      lastEventAt: NOON,
      keys: [],
      link: {
        tier: 'ALONE',
        method: 'NONE',
        score: null,
        evidence: [],
        decidedBy: 'rules',
        rulesVersion: 1,
        decidedAt: NOON,
      },
      ...row,
    });
  }

  key(legId: string, value: string, row: Partial<CorrelationKeyEntity> = {}): Promise<CorrelationKeyEntity> {
    return this.insert(CorrelationKeyEntity, {
      namespace: 'sip_call_id',
      scope: 'INTERACTION',
      legId,
      value,
      ...row,
    });
  }

  async message(callId: string, row: Partial<TranscriptRow> = {}): Promise<TranscriptRow> {
    const base = { id: randomUUID(), at: NOON, speaker: 'CUSTOMER' as const, text: 'Hello' };
    const whole = { ...base, callId, ...row };
    await this.insert(TranscriptEntryEntity, { ...whole, words: wordVector(this.tenantId, whole.text) });
    return { ...whole, tenantId: this.tenantId } as TranscriptRow;
  }

  toolCall(callId: string, row: Partial<ToolCallEntity> = {}): Promise<ToolCallEntity> {
    const base = { id: randomUUID(), at: NOON, name: 'lookup', status: 'OK' as const, durationMs: 12 };
    return this.insert(ToolCallEntity, { ...base, callId, ...row });
  }

  knowledgeSearch(callId: string, row: Partial<KnowledgeSearchEntity> = {}): Promise<KnowledgeSearchEntity> {
    return this.insert(KnowledgeSearchEntity, {
      id: randomUUID(),
      at: NOON,
      query: 'refund',
      hitCount: 3,
      callId,
      ...row,
    });
  }

  sourceRecord(legId: string, row: Partial<SourceRecordEntity> = {}): Promise<SourceRecordEntity> {
    const id = randomUUID();
    const record = { externalId: 'x', occurredAt: NOON, role: 'DIALER' as const };
    const base = {
      id,
      sourceId: randomUUID(),
      externalId: 'x',
      version: '1',
      hash: id,
      record,
      payload: { raw: true },
    };
    return this.insert(SourceRecordEntity, { ...base, occurredAt: NOON, receivedAt: NOON, legId, ...row });
  }

  rejected(row: Partial<RejectedRecordEntity> = {}): Promise<RejectedRecordEntity> {
    const base = {
      id: randomUUID(),
      sourceId: randomUUID(),
      receivedAt: NOON,
      reason: 'no externalId',
      body: '{}',
    };
    return this.insert(RejectedRecordEntity, { ...base, ...row });
  }

  /** The row as it was written; columns that it leaves to their defaults are not in it. */
  private async insert<T extends ObjectLiteral>(entity: EntityTarget<T>, row: Partial<T>): Promise<T> {
    const whole = { ...row, tenantId: this.tenantId };
    await this.db
      .createQueryBuilder()
      .insert()
      .into(entity)
      .values(whole as never)
      .execute();
    return whole as unknown as T;
  }
}

/** What readers show of an interaction's row. */
export const shownOf = (row: InteractionEntity): Partial<InteractionRow> =>
  Object.fromEntries(
    Object.entries(row).filter(([property]) => !INTERACTION_UNSHOWN.some((name) => name === property)),
  );

/** Those of the properties that an entity has. */
function only(db: DataSource, entity: EntityTarget<ObjectLiteral>, row: object): object {
  const own = new Set(db.getMetadata(entity).columns.map((column) => column.propertyName));
  return Object.fromEntries(Object.entries(row).filter(([property]) => own.has(property)));
}

const emptyInteraction = (startedAt: number): Partial<InteractionEntity> => ({
  id: randomUUID(),
  externalIds: [],
  sourceIds: [],
  channel: 'VOICE',
  startedAt,
  lastActivityAt: startedAt,
  status: 'COMPLETE',
  isProvisional: false,
  why: { code: 'ALL_SEGMENTS_PRESENT', facts: [] },
  segments: [],
  stages: stagesReached(startedAt),
  stageMarks: marksOf(stagesReached(startedAt)),
  alignment: { isAligned: true, joinDelayMs: null, overrunMs: null, holeMs: null },
  transfers: [],
  functions: [],
  tags: [],
  sentiment: [],
  reviewFlags: [],
  hasRecording: false,
  isTest: false,
  disagreements: [],
  policyVersion: 1,
  revision: 1,
});

/** As of a call that nobody answered. */
const stagesReached = (startedAt: number): Stages => ({
  at: { ...(Object.fromEntries(STAGES.map((stage) => [stage, null])) as Stages['at']), ATTEMPTED: startedAt },
  settled: [],
});

const emptyCall = (startedAt: number): Partial<CallRow> => ({
  sortedAt: startedAt,
  startedAt,
  firstEventAt: startedAt,
  lastEventAt: startedAt,
  externalId: randomUUID(),
  role: 'DIALER',
  state: 'TERMINAL',
  status: 'COMPLETED',
  isTest: false,
  tags: {},
  turns: [],
  interruptions: [],
  events: [],
  serviceErrors: [],
  integrationLog: [],
  transfers: [],
  sentiment: [],
  reviewFlags: [],
  versionConflicts: [],
  customerSpoke: null,
  recordCount: 1,
  lastReceivedAt: startedAt,
});
