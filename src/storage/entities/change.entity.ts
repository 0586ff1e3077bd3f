import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { TimelineAnalysisStatus } from '../../domain/verdict/verdict.js';
import type { CauseKind } from '../../domain/words.js';
import { instant, json, optionalText, text } from './columns.js';

export type ChangeKind = 'UPSERTED' | 'REMOVED';
export type RemovalReason = 'MERGED' | 'DELETED' | 'ERASED';

/** What a change did to one call of the interaction. */
export interface CallChange {
  callId: string;
  /** Ids of transcript entries that were added or changed. */
  messageIds: string[];
}

/** A state that a timeline analysis of the interaction reached. */
export interface AnalysisChange {
  id: string;
  status: TimelineAnalysisStatus;
}

/**
 * The change feed. A row is written in the transaction of the change and has no position until the
 * sequencer, which sees only what is committed, gives it the tenant's next one.
 */
@Entity('change')
@Index('change_by_position', ['tenantId', 'position'], { unique: true })
@Index('change_by_interaction', ['tenantId', 'interactionId'])
@Index('change_unsequenced', ['id'], { where: 'position is null' })
export class ChangeEntity {
  @PrimaryColumn('bigint', { generated: 'identity', generatedIdentity: 'ALWAYS' } as never) id!: number;
  @Column('uuid') tenantId!: string;
  @Column('bigint', { nullable: true }) position!: number | null;
  @Column('uuid') interactionId!: string;
  @Column(text()) kind!: ChangeKind;
  @Column('integer') revision!: number;
  @Column('text', { array: true, default: () => "'{}'" }) changedFields!: string[];
  @Column(json({ default: () => "'[]'" })) calls!: CallChange[];
  @Column(json({ default: () => "'[]'" })) analyses!: AnalysisChange[];
  @Column(optionalText()) removalReason!: RemovalReason | null;
  @Column('uuid', { nullable: true }) mergedInto!: string | null;
  @Column(text()) causeKind!: CauseKind;
  @Column(optionalText()) causeId!: string | null;
  @Column(instant({ default: () => 'now()' })) at!: number;
}

/** The last position given in each tenant's feed, and the last that retention has removed. */
@Entity('feed_head')
export class FeedHeadEntity {
  @PrimaryColumn('uuid') tenantId!: string;
  @Column('bigint', { default: 0 }) position!: number;
  @Column('bigint', { default: 0 }) floor!: number;
}
