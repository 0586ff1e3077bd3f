import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { CauseKind } from '../../domain/words.js';
import { instant, optionalJson, optionalText, text } from './columns.js';

/**
 * What was known of an interaction, and when: its row at each revision. It holds from `validFrom` until
 * before `validTo`. The last one of an interaction that was merged away has no state and never holds.
 */
@Entity('interaction_version')
@Index('interaction_version_by_start', ['tenantId', 'startedAt', 'interactionId', 'validFrom', 'validTo'])
@Index('interaction_version_by_time', ['tenantId', 'validFrom', 'interactionId', 'validTo'])
export class InteractionVersionEntity {
  @PrimaryColumn('uuid') tenantId!: string;
  @PrimaryColumn('uuid') interactionId!: string;
  @PrimaryColumn('integer') revision!: number;
  @Column(instant()) validFrom!: number;
  /** `infinity` while it holds. */
  @Column(instant({ default: () => "'infinity'" })) validTo!: number;
  @Column(instant()) startedAt!: number;
  @Column(optionalJson()) state!: object | null;
  @Column('text', { array: true }) changedFields!: string[];
  @Column(text()) causeKind!: CauseKind;
  /** The record, person or rule; null for the timer. */
  @Column(optionalText()) causeId!: string | null;
  @Column('uuid', { nullable: true }) mergedInto!: string | null;
}
